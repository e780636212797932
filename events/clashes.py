"""Events that would be in one room at the same time: a warning, never a refusal, for a house may have its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .models import Event

ASSUMED_LENGTH = timedelta(hours=2)
"""How long an event lasts that does not say when it ends."""

LONGEST = timedelta(days=7)
"""No event that lasts longer is looked for."""


@dataclass(frozen=True)
class Clash:
    """An event, and the other one that is in the same room at the same time."""

    event: Event
    other: Event


def find_clashes(events: Sequence[Event], *, besides: Iterable[int] = ()) -> list[Clash]:
    """Compare events, as they are to be, with each other and with all that stand in the calendar. A query per venue.

    Two events are in the same room if they have the same plan, or if either has none: general admission takes the
    whole house. ``besides`` are ids of events that count for nothing: those that are about to move away.
    """
    clashes = []
    for venue_id in {event.venue_id for event in events}:
        ours = [event for event in events if event.venue_id == venue_id]
        first, last = min(event.event_date for event in ours), max(_end(event) for event in ours)
        standing = Event.objects.filter(
            venue=venue_id, status=Event.Status.ACTIVE, event_date__gt=first - LONGEST, event_date__lt=last
        ).exclude(pk__in=besides)
        others = [*ours, *standing.order_by("event_date")]
        for number, event in enumerate(ours):
            clashes += [Clash(event, other) for other in others[number + 1 :] if _is_clash(event, other)]
    return clashes


def _is_clash(one: Event, other: Event) -> bool:
    is_one_room = not one.seating_plan_id or not other.seating_plan_id or one.seating_plan_id == other.seating_plan_id
    return is_one_room and one.event_date < _end(other) and other.event_date < _end(one)


def _end(event: Event) -> datetime:
    return event.ends_at or event.event_date + ASSUMED_LENGTH
