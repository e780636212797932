"""How fast events sell, beside comparable ones, and where that will end. The method is :mod:`reports.projection`'s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from events.models import Event
from reports import charts
from reports.columns import BEGINS, EVENT
from reports.projection import ENOUGH, Band, Curve, average_by, project
from reports.reading import lines_of, local, once, stock_by_event, to_come, took_place
from reports.report import Basis, Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import things

MOST = 100
"""So many of the events to come are listed, those that begin first."""

COMPARED = 12
"""An event is compared with so many others at most, the latest."""

PRODUCTION, ROOM = "Production", "Venue"
"""What events have in common that are compared."""

RECENT = timedelta(days=2 * 365)
"""What took place longer ago is not compared with any more."""


@dataclass(frozen=True)
class Comparable:
    """The curves of events that are comparable with one, and what they have in common with it."""

    curves: tuple[Curve, ...] = ()
    what: str = ""

    @property
    def words(self) -> str:
        """What it is: ``12 earlier events of this production``."""
        events = things(len(self.curves), "earlier event")
        return f"{events} {'of this production' if self.what == PRODUCTION else 'of this category at this venue'}"


@dataclass(frozen=True)
class ComingRow:
    """``expected`` is what comparable events had sold by now, on average; ``low`` to ``high`` is the projection."""

    event_id: int
    event_slug: str
    event: str
    venue: str
    begins: datetime
    days: int
    capacity: int
    sold: int
    compared: int
    compared_with: str
    expected: Decimal | None
    low: int | None
    projected: int | None
    high: int | None


@dataclass(frozen=True)
class DayRow:
    """One day before the event that is asked about. ``tickets`` had been sold by its end; None: it is still to come.

    ``average`` is that of the comparable events; ``low`` to ``high`` is where the event will be, from today on.
    """

    days: int
    day: date
    tickets: int | None
    average: Decimal | None
    low: int | None
    projected: int | None
    high: int | None


@dataclass(frozen=True)
class Paces:
    """Events with their curves, their capacities, and what they are compared with, by event id."""

    events: tuple[Event, ...]
    curves: dict[int, Curve]
    capacities: dict[int, int]
    comparable: dict[int, Comparable]


def coming(scope: Scope) -> list[ComingRow]:
    """The next events whose sales have been opened, at most :data:`MOST`; or the one that is asked about, if it is one.

    Four statements, or three.
    """
    paces = of_event(scope) if scope.event else _read(scope, _coming_events(scope))
    return [
        _coming_row(scope, paces, event)
        for event in paces.events
        if event.pk in paces.capacities and event.status == Event.Status.ACTIVE and not event.is_past(scope.now)
    ]


def _coming_events(scope: Scope) -> list[Event]:
    return list(to_come(scope).select_related("venue").order_by("event_date", "pk")[:MOST])


def _coming_row(scope: Scope, paces: Paces, event: Event) -> ComingRow:
    comparable, curve = paces.comparable[event.pk], paces.curves[event.pk]
    days, capacity = days_to_go(event, scope.now), paces.capacities[event.pk]
    band = project(curve.total, days, comparable.curves, capacity=capacity)
    return ComingRow(
        event_id=event.pk,
        event_slug=event.slug,
        event=event.name,
        venue=event.venue.name,
        begins=local(event),
        days=days,
        capacity=capacity,
        sold=curve.total,
        compared=len(comparable.curves),
        compared_with=comparable.what,
        expected=average_by(comparable.curves, days),
        low=band and band.low,
        projected=band and band.middle,
        high=band and band.high,
    )


def days_to_go(event: Event, now: datetime) -> int:
    """How many midnights there are between now and the event, on the clock of its venue; none once it has begun."""
    return max((local(event).date() - now.astimezone(event.venue.tz).date()).days, 0)


@once
def of_event(scope: Scope) -> Paces:
    """Read the pace of the one event that is asked about, if there is one."""
    return _read(scope, [scope.event] if scope.event else [])


def by_day(scope: Scope) -> list[DayRow]:
    """The one event that is asked about, from its day back to when its sales, or those of comparable ones, began."""
    paces = of_event(scope)
    if not paces.events:
        return []
    (event,) = paces.events
    curve, others = paces.curves[event.pk], paces.comparable[event.pk].curves
    starts = [each.first for each in (curve, *others) if each.first is not None]
    today = days_to_go(event, scope.now)
    rows = []
    for days in range(max(starts, default=-1) + 1):
        band = _projected(scope, paces, event, days) if days <= today else None
        rows.append(
            DayRow(
                days=days,
                day=local(event).date() - timedelta(days=days),
                tickets=curve.by(days) if days >= today else None,
                average=average_by(others, days),
                low=band and band.low,
                projected=band and band.middle,
                high=band and band.high,
            )
        )
    return rows


def _projected(scope: Scope, paces: Paces, event: Event, days: int) -> Band | None:
    """Where an event that is still to come will be so many days before it."""
    if event.is_past(scope.now):
        return None
    curve, capacity = paces.curves[event.pk], paces.capacities.get(event.pk)
    now, others = days_to_go(event, scope.now), paces.comparable[event.pk].curves
    return project(curve.total, now, others, until=days, capacity=capacity)


# Reading -----------------------------------------------------------------------------------------


def _read(scope: Scope, events: Sequence[Event]) -> Paces:
    """Read what these events and comparable ones have sold, by days before each. Three statements."""
    groups = _group(_candidates(scope, events))
    asked = {event.pk: local(event).date() for event in events}
    chosen = {event.pk: _choose(event, groups) for event in events}
    days = asked | {other.pk: other.day for _, others in chosen.values() for other in others}
    curves = _curves(scope, days)
    stocks = stock_by_event(scope, Event.objects.filter(pk__in=asked))
    return Paces(
        events=tuple(events),
        curves={pk: curves[pk] for pk in asked},
        capacities={pk: stock.capacity for pk, stock in stocks.items()},
        comparable={
            pk: Comparable(tuple(curves[other.pk] for other in others if curves[other.pk]), what)
            for pk, (what, others) in chosen.items()
        },
    )


@dataclass(frozen=True)
class Candidate:
    """An event that took place, as far as it takes to choose from."""

    pk: int
    production_id: int | None
    category_id: int
    venue_id: int
    day: date


Groups = dict[tuple, list[Candidate]]


def _candidates(scope: Scope, events: Iterable[Event]) -> list[Candidate]:
    """Events that took place lately and have something in common with any of these, the latest first."""
    alike = Q(production__in={event.production_id for event in events if event.production_id})
    for category, venue in {(event.category_id, event.venue_id) for event in events}:
        alike |= Q(category=category, venue=venue)
    since = scope.now - RECENT
    past = took_place(Event.objects.filter(alike, event_date__gt=since), scope.now).order_by("-event_date", "-pk")
    columns = ("pk", "production", "category", "venue", "event_date", "venue__time_zone")
    return [
        Candidate(*ids, moment.astimezone(ZoneInfo(zone)).date()) for *ids, moment, zone in past.values_list(*columns)
    ]


def _group(candidates: Iterable[Candidate]) -> Groups:
    """Group candidates by what they may have in common with an event: the production, or category and venue."""
    groups: Groups = defaultdict(list)
    for one in candidates:
        groups[PRODUCTION, one.production_id].append(one)
        groups[ROOM, one.category_id, one.venue_id].append(one)
    return groups


def _choose(event: Event, groups: Groups) -> tuple[str, list[Candidate]]:
    """Choose what an event is compared with: others of its production; where there are too few, its like in the room.

    Returns what they have in common with it, and the latest of them.
    """
    if event.production_id:
        same = _latest(event, groups.get((PRODUCTION, event.production_id), []))
        if len(same) >= ENOUGH:
            return PRODUCTION, same
    return ROOM, _latest(event, groups.get((ROOM, event.category_id, event.venue_id), []))


def _latest(event: Event, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first of them but for the event itself."""
    return [one for one in candidates[: COMPARED + 1] if one.pk != event.pk][:COMPARED]


def _curves(scope: Scope, days: dict[int, date]) -> dict[int, Curve]:
    """Read the curves of events, whose days are given by their ids. One statement."""
    changes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    lines = lines_of(scope, Event.objects.filter(pk__in=days))
    for pk, day, tickets in lines.values_list("event", "day").annotate(Sum("quantity")):
        changes[pk].append(((days[pk] - day).days, tickets))
    return {pk: Curve(changes[pk]) for pk in days}


# What is shown -----------------------------------------------------------------------------------


def read_days(rows: Sequence[DayRow], scope: Scope) -> str:
    paces = of_event(scope)
    (event,) = paces.events
    comparable, sold = paces.comparable[event.pk], paces.curves[event.pk].total
    today = days_to_go(event, scope.now)
    average = average_by(comparable.curves, today)
    beside = f"; {comparable.words} had sold {average:,.0f} by then" if comparable.curves else ""
    if event.is_past(scope.now):
        return f"{things(sold, 'ticket')} were sold in the end{beside}."
    now = f"With {things(today, 'day')} to go, {things(sold, 'ticket')} {'is' if sold == 1 else 'are'} sold{beside}."
    return f"{now} {_say_projection(rows[0], sold, comparable)}"


def _say_projection(end: DayRow, sold: int, comparable: Comparable) -> str:
    if end.projected is not None and end.low == end.high:
        return f"It should end at {end.projected:,}." if end.projected != sold else "That is where it should end."
    if end.projected is not None:
        return f"It should end at about {end.projected:,}, probably between {end.low:,} and {end.high:,}."
    if len(comparable.curves) < ENOUGH:
        return f"How it will end cannot be told: there are fewer than {ENOUGH} comparable events."
    return "How it will end cannot be told yet: too little was sold by now, of it or of comparable events."


def draw_days(rows: Sequence[DayRow], scope: Scope) -> Figure:
    rows = rows[::-1]
    days = [row.day for row in rows]
    figure = charts.band(
        days,
        actual=[row.tickets for row in rows],
        middle=[row.projected for row in rows],
        low=[row.low for row in rows],
        high=[row.high for row in rows],
        names=("Sold", "Projected", "Probably"),
    )
    if rows[0].average is not None:
        averages = charts.lines(days, {"Sold": [], "Comparable events": [row.average for row in rows]})
        figure["data"].append(averages["data"][1])
    return figure


def read_coming(rows: Sequence[ComingRow], scope: Scope) -> str:
    told = [row for row in rows if row.expected]
    ahead = sum(row.sold >= row.expected for row in told)
    full = sum(row.projected is not None and row.projected >= row.capacity for row in rows)
    words = f"{things(len(rows), 'event')} to come."
    if len(told) > 1:
        words += f" {ahead:,} of the {len(told):,} that can be compared sell as fast as earlier ones, or faster."
    return f"{words} {full:,} should sell out." if full else words


SOLD_NOW = Column("sold", "Sold", Kind.COUNT, "Tickets sold by now, less returned ones.", is_added_up=True)
PROJECTION = (
    Column("low", "At least", Kind.COUNT, "A quarter of the comparable events would end below it."),
    Column("projected", "Projected", Kind.COUNT, "Half of the comparable events would end below it, half above."),
    Column("high", "At most", Kind.COUNT, "A quarter of the comparable events would end above it."),
)

ADVICE = "Choose an event in the filter, or click on one in a list."
NOTE = (
    "Comparable are the latest events of the same production that took place; where there are fewer than "
    f"{ENOUGH}, those of the same category at the same venue; at most {COMPARED}, of the last two years. Each says "
    "how many times what was sold so many days before had become in the end. The middle of what they say is the "
    "projection; half of them lie within its band."
)

REPORT = Report(
    slug="pace",
    title="Pace",
    question="Do events sell as fast as comparable ones, and where will they end?",
    basis=Basis.STAGED,
    period="next_30",
    sections=(
        Section(
            slug="coming",
            title="Events to come",
            rows=coming,
            columns=(
                EVENT,
                BEGINS,
                Column("days", "Days to go", Kind.COUNT),
                Column("capacity", "Places", Kind.COUNT, "All places of the event.", is_added_up=True),
                SOLD_NOW,
                Column("expected", "Others by now", Kind.NUMBER, "What comparable events had sold, on average."),
                *PROJECTION,
                Column("compared", "Compared", Kind.COUNT, "With so many comparable events."),
                Column("compared_with", "By", about="Production, or category and venue: what they have in common."),
            ),
            reading=read_coming,
            empty="No event whose sales have been opened is to come.",
            note=(f"The events of the period to come, or, where it looks back, all of them; at most {MOST}. {NOTE}"),
        ),
        Section(
            slug="days",
            title="Days before the event",
            rows=by_day,
            columns=(
                Column("days", "Days before", Kind.COUNT),
                Column("day", "Day", Kind.DAY, "On the calendar of the venue."),
                Column("tickets", "Sold", Kind.COUNT, "By the end of that day, less returned ones; today, by now."),
                Column("average", "Comparable events", Kind.NUMBER, "What they had sold by then, on average."),
                *PROJECTION,
            ),
            chart=draw_days,
            reading=read_days,
            empty="No single event is chosen, or nothing was sold of it.",
            advice=ADVICE,
            note=NOTE,
        ),
    ),
)
