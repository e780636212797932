"""Named holds: places that are kept for the press, the house, a promoter."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from events.clock import LOCAL_TIMES, LocalTimesForm
from ticketing import named_holds
from ticketing.errors import TicketingError
from ticketing.models import NamedHold, Place
from venues.backoffice import HouseAdmin, badge, local_time, row_link, two_lines, unbroken


class NamedHoldForm(LocalTimesForm):
    """Until when places are kept, on the venue's clock."""

    def get_zone(self) -> ZoneInfo | None:
        return self.instance.event.venue.tz if self.instance.event_id else None

    def clean(self) -> dict:
        data = super().clean()
        if data.get("expires_at") and data["expires_at"] <= timezone.now():
            self.add_error("expires_at", forms.ValidationError("Keep places until a moment that is still to come."))
        return data


class LiveFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("live", "Live"), ("released", "Released"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        match self.value():
            case "live":
                return queryset.live(now)
            case "released":
                return queryset.filter(released_at__isnull=False)
            case "expired":
                return queryset.filter(released_at__isnull=True, expires_at__lte=now)
        return queryset


@admin.register(NamedHold)
class NamedHoldAdmin(HouseAdmin):
    """Holds are made on the map of their event, where the places are chosen; here they are kept longer, or released."""

    form = NamedHoldForm
    formfield_overrides = LOCAL_TIMES
    list_display = ["for_whom", "what", "left", "until", "state"]
    list_filter = [LiveFilter, "kind", "event__venue"]
    list_select_related = ["event__venue"]
    date_hierarchy = "event__event_date"
    ordering = ["event__event_date", "expires_at", "pk"]
    search_fields = ["name", "note", "event__name"]
    actions = ["release"]
    object_actions = ("release",)
    refusals = (TicketingError,)
    readonly_fields = ["event_link", "left", "state", "created_by", "created"]
    fieldsets = [
        (None, {"fields": [("event_link", "state"), ("name", "kind"), "note", ("left", "expires_at")]}),
        ("Record", {"classes": ["collapse"], "fields": [("created_by", "created")]}),
    ]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("event__venue")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None) -> HttpResponseRedirect:
        """Places are chosen on the map of an event: choose that first."""
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        self.message_user(request, "Choose the event, then its places on the map, and keep them for somebody.")
        return HttpResponseRedirect(reverse("admin:events_event_changelist"))

    def has_change_permission(self, request: HttpRequest, obj: NamedHold | None = None) -> bool:
        """What has ended stays as it was."""
        is_live = obj is None or obj.is_live(timezone.now())
        return is_live and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: NamedHold | None = None) -> bool:
        """Holds are released, never deleted."""
        return False

    def prepare_rows(self, rows: list[NamedHold]) -> None:
        counts = _count_left(rows)
        for hold in rows:
            hold.places_left = counts.get(hold.claim, 0)

    def save_model(self, request: HttpRequest, obj: NamedHold, form: NamedHoldForm, change: bool) -> None:
        """Move the end of the hold together with that of its places."""
        if "expires_at" in form.changed_data:
            by = request.user.get_username()
            named_holds.extend_until(named_hold=obj, expires_at=obj.expires_at, now=timezone.now(), by=by)
        super().save_model(request, obj, form, change)

    @admin.display(description="for", ordering="name")
    def for_whom(self, hold: NamedHold) -> SafeString:
        return two_lines(hold.name, hold.get_kind_display())

    @admin.display(description="event", ordering="event__event_date")
    def what(self, hold: NamedHold) -> SafeString:
        return two_lines(hold.event.name, unbroken(local_time(hold.event.event_date, hold.event.venue.tz)))

    @admin.display(description="event")
    def event_link(self, hold: NamedHold) -> SafeString:
        return row_link(hold.event, f"{hold.event.name}, {local_time(hold.event.event_date, hold.event.venue.tz)}")

    @admin.display(description="places left")
    def left(self, hold: NamedHold) -> str:
        if not hasattr(hold, "places_left"):
            self.prepare_rows([hold])
        return f"{hold.places_left:,} of {hold.quantity:,}"

    @admin.display(description="until", ordering="expires_at")
    def until(self, hold: NamedHold) -> str:
        return local_time(hold.expires_at, hold.event.venue.tz)

    @admin.display(description="made")
    def created(self, hold: NamedHold) -> str:
        return local_time(hold.created_at, hold.event.venue.tz)

    @admin.display(description="state")
    def state(self, hold: NamedHold) -> SafeString:
        if hold.released_at:
            return two_lines(badge("Released", "quiet"), local_time(hold.released_at, hold.event.venue.tz))
        if not hold.is_live(timezone.now()):
            return badge("Expired", "quiet")
        return badge("Kept", "busy")

    def is_action_offered(self, name: str, obj: NamedHold) -> bool:
        return obj.is_live(timezone.now())

    @admin.action(description="Release: put all on sale…", permissions=["change"])
    def release(self, request: HttpRequest, queryset):
        now, by = timezone.now(), request.user.get_username()
        holds = list(queryset)
        counts = _count_left(holds)
        page = self.ask(
            request,
            queryset,
            action="release",
            question="Release the hold?" if len(holds) == 1 else f"Release {len(holds):,} holds?",
            lines=[f"{hold}, {hold.event}: {counts.get(hold.claim, 0):,} places" for hold in holds],
            warning="Its places are on sale at once; those on the event's waiting list come first.",
            button="Release",
        )
        if page:
            return page

        def release(hold: NamedHold) -> str:
            return f"{named_holds.release(named_hold=hold, now=now, by=by):,} places are on sale again"

        return self.run_each(request, queryset, release, "released")


def _count_left(holds: list[NamedHold]) -> dict:
    """Count the places that live holds still have, by their claims. One query."""
    places = Place.objects.held(timezone.now()).filter(claim__in=[hold.claim for hold in holds])
    return dict(places.order_by().values_list("claim").annotate(Count("pk")))
