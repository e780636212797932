"""What can still be had, right now: the events to come, and which of them are almost or quite sold out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from bookings.models import WaitlistEntry
from bookings.today import MOST, EventLine, read_lines
from events.models import Event
from reports.reading import share
from reports.report import Basis, Column, Kind, Report, Section
from reports.scope import Scope
from reports.words import listed, things


@dataclass(frozen=True)
class ComingRow:
    """``in_baskets`` are places that customers hold while they pay, ``kept`` those that are kept for somebody by name.

    ``wanted`` are the tickets that people on the waiting list wait for.
    """

    event_id: int
    event: str
    venue: str
    begins: datetime
    state: str
    capacity: int
    sold: int
    in_baskets: int
    kept: int
    blocked: int
    free: int
    rate: Decimal | None
    wanted: int


def coming(scope: Scope) -> list[ComingRow]:
    """The next events, at most :data:`bookings.today.MOST`, whatever the period. Five statements."""
    events = scope.events().upcoming(scope.now).filter(status=Event.Status.ACTIVE)
    found = list(events.select_related("venue").order_by("event_date", "pk")[:MOST])
    waiting = WaitlistEntry.objects.active().filter(event__in=found).order_by()
    wanted = dict(waiting.values_list("event").annotate(Sum("quantity")))
    return [_row(line, wanted.get(line.event.pk, 0)) for line in read_lines(found, scope.now)]


def _row(line: EventLine, wanted: int) -> ComingRow:
    stock = line.stock
    return ComingRow(
        event_id=line.event.pk,
        event=line.event.name,
        venue=line.event.venue.name,
        begins=line.starts,
        state=_state(line),
        capacity=stock.capacity if stock else 0,
        sold=stock.sold if stock else 0,
        in_baskets=stock.in_baskets if stock else 0,
        kept=stock.kept if stock else 0,
        blocked=stock.blocked if stock else 0,
        free=stock.free if stock else 0,
        rate=share(stock.sold, stock.capacity) if stock else None,
        wanted=wanted,
    )


def _state(line: EventLine) -> str:
    if line.is_sold_out:
        return SOLD_OUT
    if line.why_not_on_sale:
        return line.why_not_on_sale.capitalize()
    return LOW if line.is_low else ON_SALE


SOLD_OUT, LOW, ON_SALE = "Sold out", "Almost sold out", "On sale"
