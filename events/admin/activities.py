"""The history of events."""

from __future__ import annotations

from django.contrib import admin
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from events.models import EventActivity
from venues.backoffice import HouseAdmin, ReadOnly, local_time, two_lines, unbroken

NOTHING = "–"


def tell(activity: EventActivity) -> list[str]:
    """Say what a line of history is about, a sentence for each detail. Lists of two are what it was, and what it is."""
    said = []
    for key, value in activity.detail.items():
        name = key.replace("_", " ")
        if value is None or value in ("", []):
            continue
        if isinstance(value, list) and len(value) == 2 and all(isinstance(side, str) for side in value):
            before, after = (_show(side, activity) or NOTHING for side in value)
            said.append(f"{name}: {before} → {after}")
        elif isinstance(value, list):
            said.append(f"{name}: {len(value):,}" if name == "places" else f"{name}: {', '.join(map(str, value))}")
        elif isinstance(value, bool):
            said.append(f"{name}: {'yes' if value else 'no'}")
        else:
            said.append(f"{name}: {_show(value, activity)}")
    return said


def _show(value: object, activity: EventActivity) -> object:
    """Write moments, which JSON keeps as text, as the clock of the venue shows them, and large numbers legibly."""
    if isinstance(value, int):
        return f"{value:,}"
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return local_time(moment, activity.event.venue.tz) if moment else value


@admin.register(EventActivity)
class EventActivityAdmin(ReadOnly, HouseAdmin):
    list_display = ["verb", "what", "when", "who", "details"]
    list_filter = ["verb", "channel"]
    list_select_related = ["event__venue"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["=actor", "event__name"]
    search_help_text = "Who did it, or event"
    fields = ["event", "when", "verb", "actor", "channel", "details"]
    readonly_fields = ["when", "details"]

    @admin.display(description="event", ordering="event__event_date")
    def what(self, activity: EventActivity) -> SafeString:
        event = activity.event
        return two_lines(event.name, unbroken(local_time(event.event_date, event.venue.tz)))

    @admin.display(description="when", ordering="at")
    def when(self, activity: EventActivity) -> str:
        return local_time(activity.at, activity.event.venue.tz)

    @admin.display(description="who", ordering="actor")
    def who(self, activity: EventActivity) -> SafeString:
        return two_lines(activity.actor, activity.get_channel_display())

    @admin.display(description="detail")
    def details(self, activity: EventActivity) -> str:
        return "; ".join(tell(activity)) or "–"
