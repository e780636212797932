"""What sells best: the most popular events, and the busiest venues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from events.models import Event
from reports import charts
from reports.columns import BEGINS, EACH_VENUE, EVENT, VENUE, events_column
from reports.reading import local, once, share, stock_by_event
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.sums import Sales, sales
from reports.words import evening, percent, things
from venues.models import Venue

MOST = 50
"""So many events are ranked."""

TOP = 10


@dataclass(frozen=True)
class EventRow:
    """``share`` is of all tickets that were sold in the period; ``rate`` is how full the event is by now."""

    rank: int
    event_id: int
    event_slug: str
    event: str
    venue: str
    begins: datetime
    sold: int
    share: Decimal | None
    net: Decimal
    capacity: int
    rate: Decimal | None


@dataclass(frozen=True)
class VenueRow:
    """``events`` begin in the period, and ``rate`` is how full they are; the sales are those made in the period."""

    rank: int
    venue_id: int
    venue_slug: str
    venue: str
    sold: int
    share: Decimal | None
    net: Decimal
    events: int
    rate: Decimal | None


@once
def _sales(scope: Scope) -> list[Sales]:
    return sales(scope, "event", "venue")


def events(scope: Scope) -> list[EventRow]:
    """The events of which most tickets were sold in the period, at most :data:`MOST`."""
    sums = [row for row in _sales(scope) if row.sold]
    every = sum(row.sold for row in sums)
    best = sorted(sums, key=lambda row: (-row.sold, -row.net, row.key))[:MOST]
    asked = Event.objects.filter(pk__in=[row.key[0] for row in best])
    found, stocks = asked.select_related("venue").in_bulk(), stock_by_event(scope, asked)
    rows = []
    for rank, row in enumerate(best, start=1):
        event, stock = found[row.key[0]], stocks.get(row.key[0])
        rows.append(
            EventRow(
                rank=rank,
                event_id=event.pk,
                event_slug=event.slug,
                event=event.name,
                venue=event.venue.name,
                begins=local(event),
                sold=row.sold,
                share=share(row.sold, every),
                net=row.net,
                capacity=stock.capacity if stock else 0,
                rate=share(stock.sold, stock.capacity) if stock else None,
            )
        )
    return rows


def venues(scope: Scope) -> list[VenueRow]:
    """All venues in which something was sold in the period, or is staged in it, the most tickets first."""
    sums: dict[int, Sales] = defaultdict(Sales)
    for row in _sales(scope):
        _, venue = row.key
        sums[venue] += row
    events = scope.staged().exclude(status=Event.Status.CANCELLED)
    stocks, staged = stock_by_event(scope, events), defaultdict(list)
    for event, venue in events.order_by().values_list("pk", "venue"):
        if event in stocks:
            staged[venue].append(stocks[event])
    every = sum(row.sold for row in sums.values())
    found = Venue.objects.only("slug", "name").in_bulk({*sums, *staged})
    order = sorted(found, key=lambda pk: (-sums[pk].sold, -sums[pk].net, found[pk].name))
    return [
        VenueRow(
            rank=rank,
            venue_id=pk,
            venue_slug=found[pk].slug,
            venue=found[pk].name,
            sold=sums[pk].sold,
            share=share(sums[pk].sold, every),
            net=sums[pk].net,
            events=len(staged[pk]),
            rate=share(sum(stock.sold for stock in staged[pk]), sum(stock.capacity for stock in staged[pk])),
        )
        for rank, pk in enumerate(order, start=1)
    ]


def read_events(rows: Sequence[EventRow], scope: Scope) -> str:
    top = rows[:TOP]
    part = percent(sum((row.share for row in top), Decimal(0)))
    best = f"{rows[0].event} sold most: {things(rows[0].sold, 'ticket')}."
    return f"{best} The first {len(top)} have {part} of all that was sold." if len(rows) > TOP else best


def read_venues(rows: Sequence[VenueRow], scope: Scope) -> str:
    best = rows[0]
    if best.share is None:
        return "Nothing was sold in this time."
    return f"{best.venue} is the busiest venue, with {percent(best.share)} of the tickets."


def draw_events(rows: Sequence[EventRow], scope: Scope) -> Figure:
    labels = [evening(row.event, row.begins) for row in rows]
    return charts.bars(labels, [row.sold for row in rows])


def draw_venues(rows: Sequence[VenueRow], scope: Scope) -> Figure:
    return charts.bars([row.venue for row in rows], [row.sold for row in rows])


RANK = Column("rank", "Rank", Kind.COUNT)
SOLD = Column(
    "sold", "Sold", Kind.COUNT, "Tickets sold in the period; what was returned still counts.", is_added_up=True
)
SHARE = Column("share", "Share", Kind.SHARE, "Of all tickets sold in the period.", is_added_up=True)
NET = Column("net", "Net", Kind.MONEY, "Sales of the period, less its refunds, with exchanges.", is_added_up=True)

REPORT = Report(
    slug="popular",
    title="Most popular",
    question="Which events and venues sell best?",
    sections=(
        Section(
            slug="events",
            title="Most popular events",
            rows=events,
            columns=(
                RANK,
                EVENT,
                VENUE,
                BEGINS,
                SOLD,
                SHARE,
                NET,
                Column("capacity", "Places", Kind.COUNT, "All places of the event."),
                Column("rate", "Full", Kind.SHARE, "Places that are sold by now, of all."),
            ),
            chart=draw_events,
            reading=read_events,
            note=f"The {MOST} events of which most tickets were sold in the period.",
            speaks_of_money=False,
        ),
        Section(
            slug="venues",
            title="Busiest venues",
            rows=venues,
            columns=(
                RANK,
                EACH_VENUE,
                SOLD,
                SHARE,
                NET,
                events_column("Events that begin in the period and have places."),
                Column("rate", "Full", Kind.SHARE, "Places of these events that are sold by now, of all."),
            ),
            chart=draw_venues,
            reading=read_venues,
            speaks_of_money=False,
        ),
    ),
)
