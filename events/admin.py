"""The admin of events: categories, productions, and the dates at which they are staged."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from venues.backoffice import HouseAdmin, ReadOnly, badge, list_link, local_time, two_lines
from venues.exports import ExportAdmin

from . import services
from .clock import LOCAL_TIMES, LocalTimesForm
from .errors import EventClosed, EventError
from .models import Category, Event, EventActivity, Production
from .resources import EventResource


class CategoryForm(forms.ModelForm):
    class Meta:
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}


@admin.register(Category)
class CategoryAdmin(HouseAdmin):
    form = CategoryForm
    list_display = ["name", "swatch", "order", "event_count"]
    list_editable = ["order"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    instead_of_deleting = "Move its events and productions to another category first."

    def prepare_rows(self, rows: list[Category]) -> None:
        found = Category.objects.filter(pk__in=[row.pk for row in rows]).order_by()
        counts = dict(found.values_list("pk").annotate(Count("events")))
        for category in rows:
            category.events_held = counts[category.pk]

    @admin.display(description="colour", ordering="colour")
    def swatch(self, category: Category) -> SafeString:
        # An attribute of SVG, because the Content-Security-Policy forbids inline styles.
        square = (
            '<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="{0}"/></svg>'
        )
        return format_html(square + " {0}", category.colour)

    @admin.display(description="events")
    def event_count(self, category: Category) -> SafeString:
        return list_link(category.events_held, "events_event", category__id__exact=category.pk, when="all")


@admin.register(Production)
class ProductionAdmin(HouseAdmin):
    list_display = ["title", "category", "minutes", "age_rating", "event_count"]
    list_filter = ["category"]
    list_select_related = ["category"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    instead_of_deleting = "Delete its dates first, as long as nothing has been sold for them."
    fieldsets = [
        (None, {"fields": ["title", "slug", "category"]}),
        ("For visitors", {"fields": ["description", "poster", ("running_time", "age_rating")]}),
    ]

    def prepare_rows(self, rows: list[Production]) -> None:
        found = Production.objects.filter(pk__in=[row.pk for row in rows]).order_by()
        counts = dict(found.values_list("pk").annotate(Count("events")))
        for production in rows:
            production.dates = counts[production.pk]

    @admin.display(description="running time", ordering="running_time")
    def minutes(self, production: Production) -> str:
        return f"{production.running_time} min" if production.running_time else "–"

    @admin.display(description="dates")
    def event_count(self, production: Production) -> SafeString:
        return list_link(production.dates, "events_event", production__id__exact=production.pk, when="all")


class WhenFilter(admin.SimpleListFilter):
    """Events to come, unless something else is asked for: by date, by a search, or here."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("past", "Past"), ("all", "All")]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield {**first, "display": "To come"}
        yield from others

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        if self.value() == "past":
            return queryset.filter(event_date__lte=now).order_by("-event_date")
        if self.value() == "all" or request.GET.get("q") or any(key.startswith("event_date__") for key in request.GET):
            return queryset
        return queryset.upcoming(now)


class PublicationFilter(admin.SimpleListFilter):
    title = "publication"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("draft", "Draft"), ("scheduled", "Scheduled"), ("published", "Published")]

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        match self.value():
            case "draft":
                return queryset.filter(published_at=None)
            case "scheduled":
                return queryset.filter(published_at__gt=now)
            case "published":
                return queryset.published(now)
        return queryset


class EventForm(LocalTimesForm):
    """What staff type of an event. Untouched, its doors and its end move along with its beginning."""

    def clean_slug(self) -> str:
        """Let the model find another address for a copy."""
        slug = self.cleaned_data.get("slug")
        is_taken = self.instance._state.adding and Event.objects.filter(slug=slug).exists()
        return "" if is_taken else slug

    def get_zone(self) -> ZoneInfo | None:
        if "venue" in self.fields and hasattr(self, "cleaned_data"):
            venue = self.cleaned_data.get("venue")
        else:
            venue = self.instance.venue if self.instance.venue_id else None
        return venue and venue.tz

    class Meta:
        help_texts = {"slug": "Part of the address. Empty: made from the name and the date."}

    @property
    def changed_data(self) -> list[str]:
        """Add the moments when the venue changes: the same time on another clock is another moment."""
        changed = super().changed_data
        return [*changed, *(set(self.local_fields) - set(changed))] if "venue" in changed else changed

    def clean(self) -> dict:
        data = super().clean()
        begins = data.get("event_date")
        if begins and "event_date" in self.changed_data:
            Event(event_date=begins).check_to_come(timezone.now())
            self._move_along(data)
        return data

    def _move_along(self, data: dict) -> None:
        if not self.instance.pk or not self.initial.get("event_date"):
            return
        shift = data["event_date"] - self.instance.event_date
        for name in ("doors_at", "ends_at"):
            if data.get(name) and name not in super().changed_data:
                data[name] = getattr(self.instance, name) + shift


@admin.register(Event)
class EventAdmin(ExportAdmin, HouseAdmin):
    resource_classes = [EventResource]
    imports = EventResource.key
    form = EventForm
    formfield_overrides = LOCAL_TIMES
    list_display = ["name", "begins", "category", "state"]
    list_filter = [WhenFilter, PublicationFilter, "status", "is_featured", "category", "venue"]
    list_select_related = ["venue", "category"]
    date_hierarchy = "event_date"
    ordering = ["event_date", "name"]
    search_fields = ["name", "venue__name", "venue__city", "production__title"]
    search_help_text = "Name, production, venue or city; past events, too"
    autocomplete_fields = ["venue", "seating_plan", "production"]
    readonly_fields = ["state", "rescheduled", "created"]
    save_as = True
    actions = ["publish", "unpublish", "cancel_event"]
    object_actions = ("publish", "unpublish", "cancel_event")
    refusals = (EventError,)
    instead_of_deleting = "Cancel the event instead: everybody gets their money back, and a message."
    fieldsets = [
        (None, {"fields": ["name", "slug", ("category", "production"), "state"]}),
        (
            "When and where",
            {
                "fields": ["venue", "seating_plan", "event_date", "doors_at", "ends_at", "rescheduled"],
                "description": "All times are on the venue's clock.",
            },
        ),
        ("For visitors", {"fields": ["description", "poster", "is_featured", "published_at"]}),
        ("Rules", {"fields": ["max_tickets_per_booking", "refuses_single_seats", "cancellation_hours"]}),
        ("Record", {"classes": ["collapse"], "fields": ["created"]}),
    ]

    class Media:
        js = ["admin-marquee/local-times.js"]

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> list[str]:
        closed = obj is not None and obj.status != Event.Status.ACTIVE
        fixed = ["venue", "seating_plan", "event_date", "doors_at", "ends_at"] if closed else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def view_on_site(self, event: Event) -> str | None:
        return event.get_absolute_url() if event.is_published(timezone.now()) else None

    def save_model(self, request: HttpRequest, obj: Event, form: EventForm, change: bool) -> None:
        if change and "event_date" in form.changed_data:
            by = request.user.get_username()
            moved = services.reschedule(event=obj, event_date=obj.event_date, now=timezone.now(), by=by)
            obj.rescheduled_from = moved.rescheduled_from
        if "_saveasnew" in request.POST:  # nobody shall see a copy before it has been looked at
            obj.published_at, obj.is_featured = None, False
        super().save_model(request, obj, form, change)

    @admin.display(description="begins", ordering="event_date")
    def begins(self, event: Event) -> SafeString:
        return two_lines(local_time(event.event_date, event.venue.tz), event.venue)

    @admin.display(description="state", ordering="status")
    def state(self, event: Event) -> SafeString:
        now = timezone.now()
        if event.status == Event.Status.CANCELLED:
            return badge("Cancelled", "bad")
        if event.status == Event.Status.COMPLETED or (event.event_date and event.is_past(now)):
            return badge("Over", "quiet")
        if event.is_published(now):
            return badge("Published", "good")
        return badge("Scheduled", "busy") if event.published_at else badge("Draft", "plain")

    @admin.display(description="moved from")
    def rescheduled(self, event: Event) -> str:
        return local_time(event.rescheduled_from, event.venue.tz) if event.rescheduled_from else "–"

    @admin.display(description="created")
    def created(self, event: Event) -> str:
        return local_time(event.created_at, event.venue.tz) if event.created_at else "–"

    def is_action_offered(self, name: str, event: Event) -> bool:
        now = timezone.now()
        active, published = event.status == Event.Status.ACTIVE, event.is_published(now)
        offered = {
            "publish": active and not published and not event.is_past(now),
            "unpublish": active and published,
            "cancel_event": active,
        }
        return offered.get(name, active)

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset) -> None:
        now = timezone.now()

        def publish(event: Event) -> None:
            if not services.publish(events=Event.objects.filter(pk=event.pk), now=now):
                raise EventClosed("left alone, because it is cancelled, over, or published already.")

        self.run_each(request, queryset, publish, "published")

    @admin.action(description="Make a draft again", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset) -> None:
        def unpublish(event: Event) -> None:
            if not services.unpublish(events=Event.objects.filter(pk=event.pk)):
                raise EventClosed("left alone, because it is cancelled, over, or a draft already.")

        self.run_each(request, queryset, unpublish, "no longer published")

    @admin.action(description="Cancel the event…", permissions=["change"])
    def cancel_event(self, request: HttpRequest, queryset):
        now, by = timezone.now(), request.user.get_username()
        page = self.ask(
            request,
            queryset,
            action="cancel_event",
            question="Cancel the event?" if queryset.count() == 1 else "Cancel these events?",
            lines=self.describe(queryset.select_related("venue")),
            warning="Everything that has been booked is cancelled and paid back, and every customer is told. "
            "This cannot be undone.",
            button="Cancel for good",
        )
        if page:
            return page

        def cancel(event: Event) -> None:
            services.cancel_event(event=event, now=now, by=by)

        return self.run_each(request, queryset, cancel, "cancelled")

    def describe(self, queryset) -> list[str]:
        """Say what is about to be cancelled, a line per event."""
        return [
            f"{event.name}, {local_time(event.event_date, event.venue.tz)}, {event.venue.name}" for event in queryset
        ]


@admin.register(EventActivity)
class EventActivityAdmin(ReadOnly, HouseAdmin):
    list_display = ["verb", "event", "when", "actor", "channel"]
    list_filter = ["verb", "channel"]
    list_select_related = ["event__venue"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["=actor", "event__name"]
    search_help_text = "Who did it, or event"
    fields = ["event", "when", "verb", "actor", "channel", "detail"]
    readonly_fields = ["when"]

    @admin.display(description="when", ordering="at")
    def when(self, activity: EventActivity) -> str:
        return local_time(activity.at, activity.event.venue.tz)
