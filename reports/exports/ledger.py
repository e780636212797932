"""The sales ledger: one row for each change of what bookings cost. It adds up to every figure of the reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, QuerySet

from bookings.models import LedgerLine
from reports.access import REVENUE
from reports.reading import lines_in
from reports.report import Column, Kind
from reports.scope import Scope

from .export import Export
from .paging import on_clock, pages

COLUMNS = (
    Column("line", "Line", about="A number that is never used twice."),
    Column("day", "Day", Kind.DAY, "On the clock of the venue: the day to which reports count it."),
    Column("at", "When", Kind.MOMENT, "On the clock of the venue."),
    Column("kind", "Kind", about="sale, cancellation, exchange or allowance."),
    Column("booking_code", "Booking"),
    Column("event", "Event"),
    Column("event_slug", "Event's address"),
    Column("venue", "Venue"),
    Column("ticket_type", "Ticket type"),
    Column("label", "Offer", about="What the offer is called besides, such as Early bird."),
    Column("channel", "Channel", about="web, box_office or api."),
    Column("quantity", "Tickets", Kind.COUNT, "How many more; below zero, fewer.", is_added_up=True),
    Column("gross", "Gross", Kind.MONEY, "At their prices.", is_added_up=True),
    Column("discount", "Discount", Kind.MONEY, "What was taken off.", is_added_up=True),
    Column("retained", "Retained", Kind.MONEY, "What was kept of the price of cancelled tickets.", is_added_up=True),
    Column("net", "Net", Kind.MONEY, "Gross, less discount, with what was retained.", is_added_up=True),
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    line: int
    day: date
    at: datetime
    kind: str
    booking_code: str
    event: str
    event_slug: str
    venue: str
    ticket_type: str
    label: str
    channel: str
    quantity: int
    gross: Decimal
    discount: Decimal
    retained: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount + self.retained


def count(scope: Scope) -> int:
    return lines_in(scope).count()


def rows(scope: Scope) -> Iterator[LedgerRow]:
    """Yield what was posted in the period, in the order in which it was."""
    for page in pages(_values(lines_in(scope)), "day", "pk"):
        yield from map(_row, page)


def _values(lines: QuerySet[LedgerLine]) -> QuerySet:
    return lines.values(
        *("pk", "day", "at", "kind", "channel", "quantity", "gross", "discount", "retained"),
        booking_code=F("booking__booking_code"),
        name=F("event__name"),
        event_slug=F("event__slug"),
        venue=F("event__venue__name"),
        zone=F("event__venue__time_zone"),
        ticket_type=F("offer__ticket_type__name"),
        label=F("offer__label"),
    )


SAME = tuple(name for name in LedgerRow.__dataclass_fields__ if name not in ("line", "at", "event"))


def _row(of: dict) -> LedgerRow:
    at = on_clock(of["at"], of["zone"])
    return LedgerRow(**{name: of[name] for name in SAME}, line=of["pk"], at=at, event=of["name"])


EXPORT = Export(
    slug="sales",
    title="Sales ledger",
    about="One row for each change of what bookings cost. All figures of the reports are its sums.",
    period="What was posted in this time, on the clocks of the venues.",
    columns=COLUMNS,
    rows=rows,
    count=count,
    permission=REVENUE,
)
