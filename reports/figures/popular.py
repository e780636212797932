"""What sells best: the most popular events, and the busiest venues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from events.models import Event
from reports.figures.occupancy import by_event as stock_of_events
from reports.reading import local, once, share, stock_by_event
from reports.report import Column, Kind, Report, Section
from reports.scope import Scope
from reports.sums import Sales, sales
from reports.words import percent, things
from venues.models import Venue

MOST = 50
"""So many events are ranked."""


@dataclass(frozen=True)
class EventRow:
    """``share`` is of all tickets that were sold in the period; ``rate`` is how full the event is by now."""

    rank: int
    event_id: int
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
    venue: str
    sold: int
    share: Decimal | None
    net: Decimal
    events: int
    rate: Decimal | None


@once
def _sales(scope: Scope) -> list[Sales]:
    return sales(scope, "event")


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
    homes = dict(scope.events().order_by().values_list("pk", "venue"))
    sums: dict[int, Sales] = defaultdict(Sales)
    for row in _sales(scope):
        sums[homes[row.key[0]]] += row
    staged = defaultdict(list)
    for row in stock_of_events(scope):
        staged[row.venue_id].append(row)
    every = sum(row.sold for row in sums.values())
    names = dict(Venue.objects.order_by().values_list("pk", "name"))
    order = sorted({*sums, *staged}, key=lambda pk: (-sums[pk].sold, -sums[pk].net, names[pk]))
    return [
        VenueRow(
            rank=rank,
            venue_id=pk,
            venue=names[pk],
            sold=sums[pk].sold,
            share=share(sums[pk].sold, every),
            net=sums[pk].net,
            events=len(staged[pk]),
            rate=share(sum(row.sold for row in staged[pk]), sum(row.capacity for row in staged[pk])),
        )
        for rank, pk in enumerate(order, start=1)
    ]
