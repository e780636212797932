"""The customer history: one row for each address, with all that was booked with it in the period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Upper

from bookings.models import Booking
from reports.reading import bookings_of
from reports.report import Column, Kind
from reports.scope import Scope
from ticketing.money import to_cents

from .export import CUSTOMERS, Export
from .paging import on_clock, pages

COLUMNS = (
    Column("customer_email", "E-mail", about="Whatever the case in which it was written, an address is one customer."),
    Column("customer_name", "Customer", about="One of the names that were given with it."),
    Column("bookings", "Bookings", Kind.COUNT, "Bookings that were confirmed, those cancelled since included."),
    Column("cancelled", "Cancelled", Kind.COUNT, "How many of them were cancelled."),
    Column("tickets", "Tickets", Kind.COUNT, "In bookings that are confirmed."),
    Column("spent", "Spent", Kind.MONEY, "What those cost, with what was retained of cancelled tickets."),
    Column("first_at", "First booked", Kind.MOMENT, "Within the period, on the clock of the office."),
    Column("last_at", "Last booked", Kind.MOMENT, "Within the period, on the clock of the office."),
)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    customer_email: str
    customer_name: str
    bookings: int
    cancelled: int
    tickets: int
    spent: Decimal
    first_at: datetime
    last_at: datetime


STANDS = Q(replaced_by__isnull=True)
"""Of bookings that were exchanged for another date, only the last one counts; what was retained of others, too."""


def _asked(scope: Scope) -> QuerySet:
    bought = bookings_of(scope).filter(STANDS | Q(retained__gt=0), confirmed_at__isnull=False)
    return bought.exclude(customer_email="").values(who=Upper("customer_email"))


def count(scope: Scope) -> int:
    return _asked(scope).distinct().count()


def rows(scope: Scope) -> Iterator[CustomerRow]:
    """Yield those who have booked in the period, by their addresses."""
    confirmed = Q(status=Booking.Status.CONFIRMED)
    customers = _asked(scope).annotate(
        email=Min("customer_email"),
        name=Max("customer_name"),
        bookings=Count("pk", filter=STANDS),
        cancelled=Count("pk", filter=STANDS & ~confirmed),
        tickets=Sum("quantity", filter=confirmed, default=0),
        price=Sum("total_price", filter=confirmed, default=0),
        kept=Sum(F("retained")),
        first=Min("booking_date"),
        last=Max("booking_date"),
    )
    for page in pages(customers, "who"):
        yield from map(_row, page)


def _row(of: dict) -> CustomerRow:
    return CustomerRow(
        customer_email=of["email"],
        customer_name=of["name"],
        bookings=of["bookings"],
        cancelled=of["cancelled"],
        tickets=of["tickets"],
        spent=to_cents(of["price"] + of["kept"]),
        first_at=on_clock(of["first"], settings.TIME_ZONE),
        last_at=on_clock(of["last"], settings.TIME_ZONE),
    )


EXPORT = Export(
    slug="customers",
    title="Customer history",
    about="One row for each address that has booked. One customer's history is on their own page.",
    period="Bookings made in this time. One that was exchanged for another date counts once.",
    columns=COLUMNS,
    rows=rows,
    count=count,
    permission=CUSTOMERS,
)
