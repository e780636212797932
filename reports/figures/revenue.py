"""Revenue: what was sold, taken off, given back and kept; by period, event, ticket type, channel and category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from events.history import Channel
from events.models import Category
from reports import charts
from reports.periods import counterparts, describe, grain_of, name_of, steps
from reports.reading import events_among, once, share
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Period, Scope
from reports.sums import Sales, sales
from reports.words import evening, listed, percent
from ticketing.models import TicketType
from ticketing.money import ZERO, format_money

SUMS = ("sold", "gross", "discounts", "refunds", "exchanges", "net")
"""What is added up, in the words of :mod:`reports.sums`."""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What a row adds up. ``net`` is gross, less discounts and refunds, and what exchanges have changed."""

    sold: int
    gross: Decimal
    discounts: Decimal
    refunds: Decimal
    exchanges: Decimal
    net: Decimal

    @classmethod
    def of(cls, sums: Sales, **others: Any) -> Self:
        """Make a row of ``sums``, and whatever else the row says."""
        return cls(**{name: getattr(sums, name) for name in SUMS}, **others)


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """How much of what was earned this is; None where nothing was earned, or less than nothing."""
    return share(part, whole) if whole > 0 and part >= 0 else None


# By period ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StepRow(Sums):
    """A day, a week or a month of the period, cut to it. ``net_before`` is that of its counterpart."""

    first: date
    last: date
    name: str
    net_before: Decimal | None


def by_period(scope: Scope) -> list[StepRow]:
    """The steps of the period, those without a sale as well; none at all if there was no sale in any."""
    grain = scope.grain or grain_of(scope.period)
    parts = steps(scope.period, grain)
    found = _in_steps(scope, parts)
    if not any(found):
        return []
    before = [None] * len(parts)
    if scope.before:
        opposite = counterparts(parts, scope.period, scope.compared)
        before = [Sales.total(sums).net for sums in _in_steps(scope.before, opposite)]
    return [
        StepRow.of(
            Sales.total(sums), first=part.first, last=part.last, name=name_of(part, grain), net_before=net_before
        )
        for part, sums, net_before in zip(parts, found, before, strict=True)
    ]


def _in_steps(scope: Scope, parts: list[Period]) -> list[list[Sales]]:
    by_day = {sums.key[0]: sums for sums in sales(scope, "day")}
    return [[by_day[day] for day in part.each() if day in by_day] for part in parts]


def read_period(rows: Sequence[StepRow], scope: Scope) -> str:
    net = sum((row.net for row in rows), ZERO)
    best = max(rows, key=lambda row: row.net)
    text = f"{format_money(net)} net"
    if scope.compared:
        text += f", {_change(net, sum((row.net_before for row in rows), ZERO))}"
    if len(rows) > 1 and best.net > 0:
        text += f". The best was {best.name}, with {format_money(best.net)}"
    return f"{text}."


def _change(now: Decimal, before: Decimal) -> str:
    if before <= 0:
        return f"after {format_money(before) if before else 'nothing'} in the time before"
    if now == before:
        return "as much as in the time before"
    return f"{percent(abs(now - before) / before)} {'more' if now > before else 'less'} than in the time before"


def chart_period(rows: Sequence[StepRow], scope: Scope) -> Figure:
    before = [row.net_before for row in rows] if scope.compared else []
    return charts.trend(
        [row.first for row in rows],
        [row.net for row in rows],
        name=describe(scope.period),
        kind=Kind.MONEY,
        before=before,
        before_name=describe(scope.compared, scope.period) if scope.compared else "",
    )


# By event -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class EventRow(Sums):
    event: str
    event_slug: str
    venue: str
    begins: datetime
    share: Decimal | None


def by_event(scope: Scope) -> list[EventRow]:
    """The events of which something was sold or given back in the period, the highest net first."""
    found = {sums.key[0]: sums for sums in sales(scope, "event")}
    whole = Sales.total(found.values()).net
    columns = ("pk", "name", "slug", "event_date", "venue__name", "venue__time_zone")  # there may be ten thousand
    rows = [
        EventRow.of(
            found[pk],
            event=name,
            event_slug=slug,
            venue=venue,
            begins=at.astimezone(ZoneInfo(zone)),
            share=share_of(found[pk].net, whole),
        )
        for pk, name, slug, at, venue, zone in events_among(scope, found).order_by().values_list(*columns)
        if pk in found
    ]
    return sorted(rows, key=lambda row: (-row.net, row.begins, row.event))


def read_events(rows: Sequence[EventRow], scope: Scope) -> str:
    first = rows[0]
    if len(rows) == 1:
        return f"All of it is {first.event}: {format_money(first.net)} net."
    text = f"{first.event} earned most: {format_money(first.net)}"
    return f"{text}, {percent(first.share)} of all." if first.share else f"{text}."


def chart_events(rows: Sequence[EventRow], scope: Scope) -> Figure:
    drawn = rows[: charts.MOST_BARS]
    labels = [evening(row.event, row.begins) for row in drawn]
    return charts.bars(labels, [row.net for row in drawn], name="net", kind=Kind.MONEY)


# By ticket type, channel and category -------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PartRow(Sums):
    """A part of the house. ``key`` is what the filter bar calls it; ``net_before`` is that of the time before."""

    name: str
    key: str
    share: Decimal | None
    net_before: Decimal | None


def _by_part(scope: Scope, part: str) -> list[PartRow]:
    found = _summed(scope, part)
    before = _summed(scope.before, part) if scope.before else {}
    whole = Sales.total(found.values()).net
    rows = [
        PartRow.of(
            sums,
            key=_names(scope)[part, value][0],
            name=_names(scope)[part, value][1],
            share=share_of(sums.net, whole),
            net_before=before.get(value, Sales()).net if scope.before else None,
        )
        for value, sums in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.net, row.name))


PARTS = ("ticket_type", "channel", "category")


@once
def _sales_by_parts(scope: Scope) -> list[Sales]:
    """What each ticket type has sold through each channel in each category: all three sections add these up."""
    return sales(scope, *PARTS)


def _summed(scope: Scope, part: str) -> dict[Any, Sales]:
    found: dict[Any, Sales] = defaultdict(Sales)
    for sums in _sales_by_parts(scope):
        found[sums.key[PARTS.index(part)]] += sums
    return found


@once
def _names(scope: Scope) -> dict[tuple[str, Any], tuple[str, str]]:
    """What the filter bar, and people, call each ticket type, channel and category. One query."""
    types = TicketType.objects.order_by().values_list(Value("ticket_type"), "pk", Cast("pk", CharField()), "name")
    categories = Category.objects.order_by().values_list(Value("category"), "pk", "slug", "name")
    named = {(part, pk): (key, name) for part, pk, key, name in types.union(categories, all=True)}
    return named | {("channel", channel.value): (channel.value, channel.label) for channel in Channel}


def by_ticket_type(scope: Scope) -> list[PartRow]:
    return _by_part(scope, "ticket_type")


def by_channel(scope: Scope) -> list[PartRow]:
    return _by_part(scope, "channel")


def by_category(scope: Scope) -> list[PartRow]:
    return _by_part(scope, "category")


def read_parts(rows: Sequence[PartRow], scope: Scope) -> str:
    known = [row for row in rows if row.share]
    if not known:
        return f"{format_money(sum((row.net for row in rows), ZERO))} net in all."
    return f"{listed(f'{row.name} {percent(row.share)}' for row in known[:3])} of the net."


def chart_parts(rows: Sequence[PartRow], scope: Scope) -> Figure | None:
    earned = {row.name: row.net for row in rows if row.net > 0}
    return charts.share_bar(earned, kind=Kind.MONEY) if len(earned) > 1 else None


# The report ---------------------------------------------------------------------------------------

MONEY = (
    Column("sold", "Tickets sold", Kind.COUNT, "Those that came back later are counted, too.", is_added_up=True),
    Column("gross", "Gross", Kind.MONEY, "The tickets sold, at their prices.", is_added_up=True),
    Column("discounts", "Discounts", Kind.MONEY, "What was taken off as they were sold.", is_added_up=True),
    Column(
        "refunds",
        "Refunds",
        Kind.MONEY,
        "What went back for cancelled tickets or reduced prices, less what was kept.",
        is_added_up=True,
    ),
    Column("exchanges", "Exchanges", Kind.MONEY, "What exchanges brought; below zero, cost.", is_added_up=True),
    Column("net", "Net", Kind.MONEY, "Gross, less discounts and refunds, with exchanges.", is_added_up=True),
)
BEFORE = Column("net_before", "Net before", Kind.MONEY, "In the time that it is compared with.", is_added_up=True)
SHARE = Column("share", "Share", Kind.SHARE, "Of all that was earned net.", is_about_money=True)


def _part(title: str, field: str) -> tuple[Column, ...]:
    return (Column("name", title, link=lambda row: f"?{field}={row.key}"), *MONEY, SHARE, BEFORE)


STEPS = (Column("name", "When"), *MONEY, BEFORE)
EVENTS = (
    Column("event", "Event", link=lambda row: f"?event={row.event_slug}"),
    Column("venue", "Venue"),
    Column("begins", "Begins", Kind.MOMENT, "On the clock of its venue."),
    *MONEY,
    SHARE,
)
NOTE = (
    "A sale counts on the day on which it was made, a refund on the day on which it was decided, each on the calendar "
    "of the event’s venue. So a day that is over keeps its figures."
)

REPORT = Report(
    slug="revenue",
    title="Revenue",
    question="What did we earn, when, and with what?",
    sections=(
        Section("by-period", "By period", by_period, STEPS, chart_period, read_period, note=NOTE),
        Section("by-event", "By event", by_event, EVENTS, chart_events, read_events, note=NOTE),
        Section(
            "by-ticket-type",
            "By ticket type",
            by_ticket_type,
            _part("Ticket type", "ticket_type"),
            chart_parts,
            read_parts,
        ),
        Section("by-channel", "By channel", by_channel, _part("Channel", "channel"), chart_parts, read_parts),
        Section("by-category", "By category", by_category, _part("Category", "category"), chart_parts, read_parts),
    ),
)
