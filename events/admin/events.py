"""Events: the dates at which something is staged, and what can be done to one of them or to many."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from events import services
from events.changes import differences, snapshot
from events.clock import LOCAL_TIMES, LocalTimesForm
from events.errors import EventClosed, EventError
from events.models import Event, EventActivity
from events.resources import EventResource
from venues.backoffice import HouseAdmin, badge, list_link, local_time, two_lines, unbroken
from venues.exports import ExportAdmin

from .activities import tell
from .filters import PublicationFilter, WhenFilter
from .pages import EventPages

LINES = 60
"""So many lines of an event's history are on its page: the latest."""

RULES = [
    *("max_tickets_per_booking", "refuses_single_seats", "cancellation_hours", "exchange_hours", "is_transferable"),
]
"""What customers may do: on the page of an event, and for a whole season."""

RECORDED = [
    *("name", "slug", "category", "production", "venue", "seating_plan", "event_date", "doors_at", "ends_at"),
    *("description", "poster", "is_featured", "published_at"),
    *RULES,
]
"""Fields whose changes go into the history."""


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
class EventAdmin(EventPages, ExportAdmin, HouseAdmin):
    resource_classes = [EventResource]
    imports = EventResource.key
    change_list_template = "admin/events/event/change_list.html"
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
    actions = ["publish", "unpublish"]
    object_actions = ("publish", "unpublish")
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
        ("Rules", {"fields": RULES}),
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
        now, by = timezone.now(), request.user.get_username()
        if change and "event_date" in form.changed_data:
            moved = services.reschedule(event=obj, event_date=obj.event_date, now=now, by=by)
            obj.rescheduled_from = moved.rescheduled_from
        if "_saveasnew" in request.POST:  # nobody shall see a copy before it has been looked at
            obj.published_at, obj.is_featured = None, False
        before = snapshot(self.get_queryset(request).get(pk=obj.pk), RECORDED) if change else {}
        super().save_model(request, obj, form, change)
        if not change:
            services.record(obj, "create", now=now, by=by)
        elif changes := differences(before, snapshot(obj, RECORDED)):
            services.record(obj, "edit", now=now, by=by, **changes)

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show the event's history below its form."""
        found = EventActivity.objects.filter(event=object_id).select_related("event__venue").order_by("-at", "-pk")
        latest = list(found[: LINES + 1]) if object_id.isdecimal() else []
        context = {
            "has_moved": any(line.verb == "move" for line in latest),
            "history": [(line, local_time(line.at, line.event.venue.tz), tell(line)) for line in latest[:LINES][::-1]],
            "all_history": list_link("All of it", "events_eventactivity", event__id__exact=object_id)
            if len(latest) > LINES
            else "",
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    @admin.display(description="begins", ordering="event_date")
    def begins(self, event: Event) -> SafeString:
        return two_lines(unbroken(local_time(event.event_date, event.venue.tz)), event.venue)

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
        if not event.rescheduled_from:
            return "–"
        moved = local_time(event.rescheduled_from, event.venue.tz)
        until = event.refundable_until
        return f"{moved}; money back until {local_time(until, event.venue.tz)}" if until else moved

    @admin.display(description="created")
    def created(self, event: Event) -> str:
        return local_time(event.created_at, event.venue.tz) if event.created_at else "–"

    def is_action_offered(self, name: str, event: Event) -> bool:
        now = timezone.now()
        active, published = event.status == Event.Status.ACTIVE, event.is_published(now)
        offered = {
            "publish": active and not published and not event.is_past(now),
            "unpublish": active and published,
        }
        return offered.get(name, active)

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset) -> None:
        now, by = timezone.now(), request.user.get_username()

        def publish(event: Event) -> None:
            if not services.publish(events=Event.objects.filter(pk=event.pk), now=now, by=by):
                raise EventClosed("left alone, because it is cancelled, over, or published already.")

        self.run_each(request, queryset, publish, "published")

    @admin.action(description="Make a draft again", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset) -> None:
        now, by = timezone.now(), request.user.get_username()

        def unpublish(event: Event) -> None:
            if not services.unpublish(events=Event.objects.filter(pk=event.pk), now=now, by=by):
                raise EventClosed("left alone, because it is cancelled, over, or a draft already.")

        self.run_each(request, queryset, unpublish, "no longer published")
