"""Who came: admitted against sold, by venue and by event; of one event, when they came and through which gate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMinute

from bookings.models import Scan, Ticket
from bookings.services.admitting import DOORS_BEFORE
from events.models import Event, EventQuerySet
from reports import charts
from reports.columns import BEGINS, EACH_VENUE, EVENT, VENUE, events_column
from reports.reading import EventFacts, narrow, once, read_facts, share, took_place
from reports.report import Basis, Column, Figure, Kind, Report, Section
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
    venue_slug: str
    venue: str
    events: int


@dataclass(frozen=True, kw_only=True)
class EventRow(Came, EventFacts):
    pass


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
    """What a gate was shown: codes that were ``admitted``, were in ``already``, or were ``refused`` otherwise."""

    gate: str
    scans: int
    admitted: int
    already: int
    refused: int
    undone: int


def _tickets(scope: Scope, events: EventQuerySet) -> QuerySet[Ticket]:
    return narrow(scope, Ticket.objects.valid().filter(offer__event__in=events.order_by().values("pk")), "booking__")


@once
def by_event(scope: Scope) -> list[EventRow]:
    """The events that began in the period and for which there are valid tickets, as they came. Two statements."""
    events = took_place(scope.staged(), scope.now)
    came = _tickets(scope, events).values_list("offer__event").annotate(Count("pk"), Count("checked_in_at"))
    counted = {pk: (tickets, admitted) for pk, tickets, admitted in came}
    return [
        EventRow(**vars(event), tickets=counted[event.event_id][0], admitted=counted[event.event_id][1])
        for event in read_facts(events)
        if event.event_id in counted
    ]


def by_venue(scope: Scope) -> list[VenueRow]:
    """The venues of these events, the most no-shows in a hundred first."""
    venues: dict[str, list[EventRow]] = defaultdict(list)
    for row in by_event(scope):
        venues[row.venue_slug].append(row)
    rows = [
        VenueRow(
            venue_slug=slug,
            venue=rows[0].venue,
            events=len(rows),
            tickets=sum(row.tickets for row in rows),
            admitted=sum(row.admitted for row in rows),
        )
        for slug, rows in venues.items()
    ]
    return sorted(rows, key=lambda row: (row.rate, row.venue))


def doors_of(event: Event) -> datetime:
    """The minute in which doors open: as the event says, or else as the door itself assumes."""
    return (event.doors_at or event.event_date - DOORS_BEFORE).replace(second=0, microsecond=0)


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
        scans=Count("pk", filter=~Q(result=Result.UNDONE)),
        admitted=Count("pk", filter=Q(result=Result.ADMITTED)),
        already=Count("pk", filter=Q(result=Result.ALREADY)),
        refused=Count("pk", filter=Q(result__in=sorted(refused))),
        undone=Count("pk", filter=Q(result=Result.UNDONE)),
    )
    return sorted(
        (GateRow(gate or "No gate named", *counts) for gate, *counts in rows), key=lambda row: (-row.scans, row.gate)
    )


# What is shown -----------------------------------------------------------------------------------


def read_came(rows: Sequence[Came], scope: Scope) -> str:
    tickets, missing = sum(row.tickets for row in rows), sum(row.no_shows for row in rows)
    return f"{percent(share(missing, tickets))} of {things(tickets, 'ticket')} were not used: {missing:,} no-shows."


def draw_came(rows: Sequence[VenueRow], scope: Scope) -> Figure:
    parts = {"Admitted": [row.admitted for row in rows], "No-shows": [row.no_shows for row in rows]}
    return charts.stacked_bars([row.venue for row in rows], parts)


def read_arrivals(rows: Sequence[ArrivalRow], scope: Scope) -> str:
    total, most = rows[-1].so_far, max(rows, key=lambda row: row.admitted)
    begins = sum(row.admitted for row in rows if row.at >= scope.event.event_date)
    late = f" {things(begins, 'guest')} came after the beginning." if begins else ""
    return (
        f"Of {total:,} admitted, {most.admitted:,} came in the {STEP} minutes from {most.at:%H:%M} on, "
        f"more than at any other time.{late}"
    )


def draw_arrivals(rows: Sequence[ArrivalRow], scope: Scope) -> Figure:
    counts = {"Admitted": [row.admitted for row in rows]}
    return charts.columns([row.minutes for row in rows], counts, x_title="Minutes from doors")


def read_gates(rows: Sequence[GateRow], scope: Scope) -> str:
    scans, refused = sum(row.scans for row in rows), sum(row.refused for row in rows)
    return f"{things(scans, 'code')} {'was' if scans == 1 else 'were'} shown, {refused:,} refused."


CAME = (
    Column("tickets", "Tickets", Kind.COUNT, "Valid tickets, complimentary ones included.", is_added_up=True),
    Column("admitted", "Admitted", Kind.COUNT, "Let in at the door.", is_added_up=True),
    Column("no_shows", "No-shows", Kind.COUNT, "Tickets that were not used.", is_added_up=True),
    Column("rate", "Came", Kind.SHARE, "Admitted, of valid tickets."),
)

EMPTY = "No event with tickets took place in this time."
NOTE = "The period is when events begin. Those that were cancelled, or are still to come, are left out."
ADVICE = "Choose an event in the filter, or click on one in a list."
ONE_EVENT = "Whenever the event begins."

REPORT = Report(
    slug="admissions",
    title="Admissions",
    question="Who came, when, and who did not?",
    basis=Basis.STAGED,
    sections=(
        Section(
            slug="venues",
            title="By venue",
            rows=by_venue,
            columns=(EACH_VENUE, events_column("Events with valid tickets that took place."), *CAME),
            chart=draw_came,
            reading=read_came,
            empty=EMPTY,
            note=NOTE,
        ),
        Section(
            slug="events",
            title="By event",
            rows=by_event,
            columns=(EVENT, VENUE, BEGINS, *CAME),
            reading=read_came,
            empty=EMPTY,
            note=NOTE,
        ),
        Section(
            slug="arrivals",
            title="When they came",
            rows=arrivals,
            columns=(
                Column("minutes", "Minutes", Kind.COUNT, "From the opening of doors; below zero, before it."),
                Column("at", "From", Kind.MOMENT, "On the clock of the venue."),
                Column("admitted", "Admitted", Kind.COUNT, f"In the {STEP} minutes from then on.", is_added_up=True),
                Column("so_far", "So far", Kind.COUNT, "With all who came before."),
                Column("share", "Share so far", Kind.SHARE, "Of all who came."),
            ),
            chart=draw_arrivals,
            reading=read_arrivals,
            empty="No single event is chosen, or nobody has been admitted to it.",
            advice=ADVICE,
            note=f"{ONE_EVENT} Where an event does not say when doors open, it is two hours before the beginning.",
        ),
        Section(
            slug="gates",
            title="By gate",
            rows=gates,
            columns=(
                Column("gate", "Gate"),
                Column("scans", "Codes shown", Kind.COUNT, "Read, typed or looked up.", is_added_up=True),
                Column(
                    "admitted", "Admitted", Kind.COUNT, "Let in; who went out and came again, again.", is_added_up=True
                ),
                Column("already", "Already in", Kind.COUNT, "Codes that had been used.", is_added_up=True),
                Column(
                    "refused", "Refused", Kind.COUNT, "For another event, void, not paid, forged …", is_added_up=True
                ),
                Column("undone", "Undone", Kind.COUNT, "Admissions that were taken back.", is_added_up=True),
            ),
            reading=read_gates,
            empty="No single event is chosen, or nothing was scanned at it.",
            advice=ADVICE,
            note=f"{ONE_EVENT} Codes of all ticket types and channels: what is refused belongs to none.",
        ),
    ),
)
