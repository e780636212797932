"""When people buy, how long before, and which evenings sell best."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from bookings.models import LedgerLine
from reports import charts
from reports.reading import DaysBefore, average, lines_in, once, read_facts, share, tickets_by_event, took_place
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.sums import sales
from reports.words import WEEKDAYS, percent, things, times

LEADS = (0, 1, 2, 4, 8, 15, 31, 61, 91, 181)
"""With so many days before the event, each group of lead times begins."""

EVENING = 18
"""From this hour on, it is evening."""

ENOUGH_SHOWS = 2
"""An hour of the week has to have had so many shows before a sentence praises it."""


@dataclass(frozen=True)
class HourRow:
    """What was sold in one hour of the day, by weekday."""

    hour: int
    monday: int
    tuesday: int
    wednesday: int
    thursday: int
    friday: int
    saturday: int
    sunday: int

    @property
    def time(self) -> str:
        return f"{self.hour:02}:00"

    @property
    def weekdays(self) -> tuple[int, ...]:
        """What was sold from Monday on."""
        return tuple(getattr(self, day.lower()) for day in WEEKDAYS)

    @property
    def tickets(self) -> int:
        return sum(self.weekdays)


@dataclass(frozen=True)
class LeadRow:
    """Tickets sold from ``first`` to ``last`` days before their event; ``so_far`` is the share of these or fewer days.

    ``last`` is None where there is no end to it.
    """

    lead: str
    first: int
    last: int | None
    tickets: int
    share: Decimal | None
    so_far: Decimal | None


@dataclass(frozen=True)
class SlotRow:
    """Shows that began on one weekday, in one hour. ``times`` compares their ``average`` with that of all shows."""

    weekday: int
    day: str
    hour: int
    shows: int
    tickets: int
    average: Decimal | None
    times: Decimal | None

    @property
    def time(self) -> str:
        return f"{self.hour:02}:00"


def sold_lines(scope: Scope) -> QuerySet[LedgerLine]:
    return lines_in(scope).filter(kind=LedgerLine.Kind.SALE)


def by_hour(scope: Scope) -> list[HourRow]:
    """What was sold in each hour of the week, on the clocks of the venues: all hours, or none if nothing was sold."""
    tickets: Counter[tuple[int, int]] = Counter()
    for row in sales(scope, "weekday", "hour"):
        weekday, hour = row.key
        tickets[hour, weekday - 1] += row.sold
    hours = range(24) if any(tickets.values()) else ()
    return [HourRow(hour, *(tickets[hour, weekday] for weekday in range(len(WEEKDAYS)))) for hour in hours]


@once
def tickets_by_lead(scope: Scope) -> dict[int, int]:
    """Count what was sold by the days between the sale and the event as it is dated now, in order.

    What was sold on the day, or even after the event had begun, is zero days before it.
    """
    lead = DaysBefore("day", "event__event_date", "event__venue__time_zone")
    tickets: Counter[int] = Counter()
    for days, count in sold_lines(scope).annotate(lead=lead).values_list("lead").annotate(Sum("quantity")):
        tickets[max(days, 0)] += count
    return dict(sorted(tickets.items()))


def by_lead(scope: Scope) -> list[LeadRow]:
    """Lead times in groups, the shortest first. Nothing was sold: no rows."""
    by_days = tickets_by_lead(scope)
    total, so_far, rows = sum(by_days.values()), 0, []
    for first, end in zip(LEADS, (*LEADS[1:], None), strict=True):
        tickets = sum(count for days, count in by_days.items() if first <= days and (end is None or days < end))
        so_far += tickets
        last = None if end is None else end - 1
        rows.append(LeadRow(_name_lead(first, last), first, last, tickets, share(tickets, total), share(so_far, total)))
    return rows if total else []


def _name_lead(first: int, last: int | None) -> str:
    if last is None:
        return f"{first} days or more"
    if first == last:
        return {0: "On the day", 1: "1 day"}[first]
    return f"{first}–{last} days"


def middle_lead(by_days: dict[int, int]) -> int:
    """How many days before the event the middle one of all tickets was sold: half of them were sold then or later."""
    total, so_far = sum(by_days.values()), 0
    for days, count in sorted(by_days.items()):
        so_far += count
        if 2 * so_far >= total:
            return days
    return 0


def by_slot(scope: Scope) -> list[SlotRow]:
    """The hours of the week in which shows began within the period, the best sold first.

    Cancelled shows and those to come are left out; tickets count whenever they were sold.
    """
    shows = took_place(scope.staged(), scope.now)
    sold = tickets_by_event(scope, shows)
    slots: dict[tuple[int, int], list[int]] = defaultdict(list)
    for show in read_facts(shows):
        slots[show.begins.weekday(), show.begins.hour].append(sold.get(show.event_id, 0))
    count, tickets = sum(map(len, slots.values())), sum(map(sum, slots.values()))
    rows = [
        SlotRow(
            weekday=weekday,
            day=WEEKDAYS[weekday],
            hour=hour,
            shows=len(each),
            tickets=sum(each),
            average=average(sum(each), len(each)),
            times=average(sum(each) * count, len(each) * tickets),
        )
        for (weekday, hour), each in slots.items()
    ]
    return sorted(rows, key=lambda row: (-row.average, row.weekday, row.hour))


# What is shown -----------------------------------------------------------------------------------


def read_hours(rows: Sequence[HourRow], scope: Scope) -> str:
    total = sum(row.tickets for row in rows)
    most, day, hour = max(
        (tickets, WEEKDAYS[weekday], row.hour) for row in rows for weekday, tickets in enumerate(row.weekdays)
    )
    evening = share(sum(row.tickets for row in rows if row.hour >= EVENING), total)
    return (
        f"Most is sold on {day}s from {hour:02}:00 to {hour + 1:02}:00: {percent(share(most, total))} of "
        f"{things(total, 'ticket')}. Of all tickets, {percent(evening)} are bought after {EVENING}:00."
    )


def draw_hours(rows: Sequence[HourRow], scope: Scope) -> Figure:
    grid = list(zip(*(row.weekdays for row in rows), strict=True))
    return charts.heat_map([row.time[:2] for row in rows], [day[:3] for day in WEEKDAYS], grid)


def read_leads(rows: Sequence[LeadRow], scope: Scope) -> str:
    middle = middle_lead(tickets_by_lead(scope))
    when = "on the day of the event" if middle == 0 else f"in the last {things(middle, 'day')} before the event"
    most = max(rows, key=lambda row: row.tickets)
    return f"Half of all tickets are sold {when}. The largest group, {percent(most.share)}: {most.lead.lower()}."


def draw_leads(rows: Sequence[LeadRow], scope: Scope) -> Figure:
    return charts.columns([row.lead for row in rows], {"Tickets": [row.tickets for row in rows]})


def read_slots(rows: Sequence[SlotRow], scope: Scope) -> str:
    shows, tickets = sum(row.shows for row in rows), sum(row.tickets for row in rows)
    mean = f"On average, a show sells {average(tickets, shows):,.0f} tickets"
    proven = [row for row in rows if row.shows >= ENOUGH_SHOWS and row.times is not None]
    if len(proven) < ENOUGH_SHOWS:
        return f"{mean}."
    best = proven[0]
    return f"{best.day} {best.time} shows sell {times(best.times)} the average. {mean}."


def draw_slots(rows: Sequence[SlotRow], scope: Scope) -> Figure | None:
    hours = sorted({row.hour for row in rows})
    if len(rows) < 2 or not any(row.tickets for row in rows):
        return None
    means = {(row.weekday, row.hour): round(row.average) for row in rows}
    grid = [[means.get((weekday, hour)) for hour in hours] for weekday in range(7)]
    return charts.heat_map([f"{hour:02}:00" for hour in hours], [day[:3] for day in WEEKDAYS], grid)


DAY, HOUR = (
    Column("day", "Weekday"),
    Column("time", "Hour", about="The hour in which they began, on the clock of the venue."),
)

REPORT = Report(
    slug="timing",
    title="When people buy",
    question="On which days, at what hours, and how long before the event do people buy?",
    sections=(
        Section(
            slug="hours",
            title="Weekday and hour",
            rows=by_hour,
            columns=(
                Column("time", "From", about="From this hour to the next, on the clock of the venue."),
                *(Column(day.lower(), day, Kind.COUNT, is_added_up=True) for day in WEEKDAYS),
                Column("tickets", "All", Kind.COUNT, "Tickets sold in this hour, on all days.", is_added_up=True),
            ),
            chart=draw_hours,
            reading=read_hours,
            note="Sales count when they are made, on the clock of the venue; what was returned later still counts.",
        ),
        Section(
            slug="leads",
            title="How long before",
            rows=by_lead,
            columns=(
                Column("lead", "Before the event"),
                Column("first", "Days from", Kind.COUNT, "The fewest days before the event."),
                Column("last", "Days to", Kind.COUNT, "The most days before the event."),
                Column("tickets", "Tickets", Kind.COUNT, "Sold so long before.", is_added_up=True),
                Column("share", "Share", Kind.SHARE, "Of all tickets sold in the period.", is_added_up=True),
                Column("so_far", "Or later", Kind.SHARE, "Sold so long before, or closer to the event."),
            ),
            chart=draw_leads,
            reading=read_leads,
            note="Whole days on the clock of the venue, to the date that the event has now.",
        ),
        Section(
            slug="shows",
            title="Which shows sell best",
            rows=by_slot,
            columns=(
                DAY,
                HOUR,
                Column("shows", "Shows", Kind.COUNT, "Events that began in this hour of the week.", is_added_up=True),
                Column("tickets", "Tickets", Kind.COUNT, "Sold for them, less returned ones.", is_added_up=True),
                Column("average", "Each", Kind.NUMBER, "Tickets for each of these shows."),
                Column("times", "Times the average", Kind.NUMBER, "1 is what all shows sell on average."),
            ),
            chart=draw_slots,
            reading=read_slots,
            empty="No show took place in this time.",
            note="Here, the period is when the shows began; their tickets count whenever they were sold.",
        ),
    ),
)
