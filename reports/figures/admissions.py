"""Who came: admitted against sold, by venue and by event; of one event, when they came and through which gate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMinute

from bookings.models import Scan, Ticket
from bookings.services.admitting import DOORS_BEFORE
from events.models import Event, EventQuerySet
from reports.reading import local, once, share, took_place
from reports.report import Basis, Column, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things

STEP = 5
"""So many minutes are one step of the curve of arrivals."""

Result = Scan.Result


@dataclass(frozen=True, kw_only=True)
class Came:
    """``tickets`` are the valid ones."""

    tickets: int
    admitted: int

    @property
    def no_shows(self) -> int:
        return self.tickets - self.admitted

    @property
    def rate(self) -> Decimal | None:
        return share(self.admitted, self.tickets)


@dataclass(frozen=True, kw_only=True)
class VenueRow(Came):
    venue_id: int
    venue: str
    events: int


@dataclass(frozen=True, kw_only=True)
class EventRow(Came):
    event_id: int
    event: str
    venue_id: int
    venue: str
    begins: datetime


@dataclass(frozen=True)
class ArrivalRow:
    """Who was admitted in the minutes from ``minutes`` after doors on (below zero: before), to the next row's."""

    minutes: int
    at: datetime
    admitted: int
    so_far: int
    share: Decimal | None


@dataclass(frozen=True)
class GateRow:
    """What a gate was shown: codes that were ``admitted``, were in ``already``, or were ``refused`` for other reasons."""

    gate: str
    scans: int
    admitted: int
    already: int
    refused: int
    undone: int


def _tickets(scope: Scope, events: EventQuerySet) -> QuerySet[Ticket]:
    asked = {"offer__ticket_type": scope.ticket_type, "booking__channel": scope.channel or None}
    narrowed = {name: value for name, value in asked.items() if value is not None}
    return Ticket.objects.valid().filter(offer__event__in=events.order_by().values("pk"), **narrowed).order_by()


@once
def by_event(scope: Scope) -> list[EventRow]:
    """The events that began in the period and for which there are valid tickets, as they came. Two statements."""
    events = took_place(scope.staged(), scope.now)
    came = _tickets(scope, events).values_list("offer__event").annotate(Count("pk"), Count("checked_in_at"))
    counted = {pk: (tickets, admitted) for pk, tickets, admitted in came}
    return [
        EventRow(
            event_id=event.pk,
            event=event.name,
            venue_id=event.venue_id,
            venue=event.venue.name,
            begins=local(event),
            tickets=counted[event.pk][0],
            admitted=counted[event.pk][1],
        )
        for event in events.select_related("venue").order_by("event_date", "pk")
        if event.pk in counted
    ]


def by_venue(scope: Scope) -> list[VenueRow]:
    """The venues of these events, the most no-shows in a hundred first."""
    venues: dict[int, list[EventRow]] = defaultdict(list)
    for row in by_event(scope):
        venues[row.venue_id].append(row)
    rows = [
        VenueRow(
            venue_id=pk,
            venue=rows[0].venue,
            events=len(rows),
            tickets=sum(row.tickets for row in rows),
            admitted=sum(row.admitted for row in rows),
        )
        for pk, rows in venues.items()
    ]
    return sorted(rows, key=lambda row: (row.rate, row.venue))


def doors_of(event: Event) -> datetime:
    """When doors open: as the event says, or else as the door itself assumes."""
    return event.doors_at or event.event_date - DOORS_BEFORE


def arrivals(scope: Scope) -> list[ArrivalRow]:
    """When the audience of the one event that is asked about came in, in steps of :data:`STEP` minutes, without gaps.

    Each valid ticket counts once, at the moment of the admission that stands.
    """
    if scope.event is None:
        return []
    event = Event.objects.filter(pk=scope.event.pk)
    doors, tz = doors_of(scope.event), scope.event.venue.tz
    admitted = _tickets(scope, event).filter(checked_in_at__isnull=False).annotate(minute=TruncMinute("checked_in_at"))
    steps: Counter[int] = Counter()
    for minute, count in admitted.values_list("minute").annotate(Count("pk")):
        steps[(minute - doors) // timedelta(minutes=STEP)] += count
    total, so_far, rows = sum(steps.values()), 0, []
    for step in range(min(steps, default=0), max(steps, default=-1) + 1):
        so_far += steps[step]
        at = (doors + timedelta(minutes=step * STEP)).astimezone(tz)
        rows.append(ArrivalRow(step * STEP, at, steps[step], so_far, share(so_far, total)))
    return rows


def gates(scope: Scope) -> list[GateRow]:
    """What the gates of the one event that is asked about were shown, the busiest first."""
    if scope.event is None:
        return []
    refused = set(Result) - {Result.ADMITTED, Result.ALREADY, Result.UNDONE}
    counted = Scan.objects.filter(event=scope.event).order_by().values_list("gate")
    rows = counted.annotate(
        Count("pk", filter=~Q(result=Result.UNDONE)),
        Count("pk", filter=Q(result=Result.ADMITTED)),
        Count("pk", filter=Q(result=Result.ALREADY)),
        Count("pk", filter=Q(result__in=sorted(refused))),
        Count("pk", filter=Q(result=Result.UNDONE)),
    )
    return sorted(
        (GateRow(gate or "No gate named", *counts) for gate, *counts in rows), key=lambda row: (-row.scans, row.gate)
    )
