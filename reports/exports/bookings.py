"""The booking report: one row for each booking, of every status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, QuerySet

from bookings.models import Booking
from reports.reading import bookings_of
from reports.report import Column, Kind
from reports.scope import Scope

from .export import Export
from .paging import on_clock, pages

ZONE = "event__venue__time_zone"

COLUMNS = (
    Column("booking_code", "Booking", about="The booking code."),
    Column("status", "Status", about="pending, confirmed or cancelled."),
    Column(
        "cancellation_reason", "Why cancelled", about="lapsed, abandoned, taken, customer, staff, event, exchanged."
    ),
    Column("event", "Event", about="Its name."),
    Column("event_slug", "Event's address", about="What the event is called in addresses: never used twice."),
    Column("event_date", "Begins", Kind.MOMENT, "When the event begins, on the clock of its venue."),
    Column("venue", "Venue"),
    Column("customer_name", "Customer"),
    Column("customer_email", "E-mail"),
    Column("customer_phone", "Telephone"),
    Column(
        "quantity", "Tickets", Kind.COUNT, "Tickets in the booking; those that were cancelled singly are not in it."
    ),
    Column("total_price", "Total", Kind.MONEY, "What its tickets cost, after the discount."),
    Column("discount", "Discount", Kind.MONEY, "What was taken off."),
    Column("retained", "Retained", Kind.MONEY, "What was kept of the price of cancelled tickets."),
    Column("promo_code", "Promo code"),
    Column("channel", "Channel", about="web, box_office or api."),
    Column("booked_at", "Booked", Kind.MOMENT, "On the clock of the venue, like the next two."),
    Column("confirmed_at", "Confirmed", Kind.MOMENT),
    Column("cancelled_at", "Cancelled", Kind.MOMENT),
    Column("replaces", "Replaces", about="The booking that was exchanged for this one."),
)


@dataclass(frozen=True, slots=True)
class BookingRow:
    booking_code: str
    status: str
    cancellation_reason: str
    event: str
    event_slug: str
    event_date: datetime
    venue: str
    customer_name: str
    customer_email: str
    customer_phone: str
    quantity: int
    total_price: Decimal
    discount: Decimal
    retained: Decimal
    promo_code: str | None
    channel: str
    booked_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    replaces: str | None


PLAIN = (
    *("booking_code", "status", "cancellation_reason", "customer_name", "customer_email", "customer_phone"),
    *("quantity", "total_price", "discount", "retained", "channel", "confirmed_at", "cancelled_at"),
)


def count(scope: Scope) -> int:
    return bookings_of(scope).count()


def rows(scope: Scope) -> Iterator[BookingRow]:
    """Yield the bookings that were made in the period, the oldest first."""
    return read(bookings_of(scope))


def read(bookings: QuerySet[Booking]) -> Iterator[BookingRow]:
    """Yield rows for these bookings, the oldest first."""
    asked = bookings.values(
        *PLAIN,
        "pk",
        "booking_date",
        name=F("event__name"),
        slug=F("event__slug"),
        begins=F("event__event_date"),
        venue=F("event__venue__name"),
        zone=F(ZONE),
        promo=F("promo_code__code"),
        replaced=F("replaces__booking_code"),
    )
    for page in pages(asked, "booking_date", "pk"):
        yield from map(_row, page)


def _row(of: dict) -> BookingRow:
    zone = of["zone"]
    return BookingRow(
        **{name: of[name] for name in PLAIN if name not in ("confirmed_at", "cancelled_at")},
        event=of["name"],
        event_slug=of["slug"],
        event_date=on_clock(of["begins"], zone),
        venue=of["venue"],
        promo_code=of["promo"],
        booked_at=on_clock(of["booking_date"], zone),
        confirmed_at=on_clock(of["confirmed_at"], zone),
        cancelled_at=on_clock(of["cancelled_at"], zone),
        replaces=of["replaced"],
    )


EXPORT = Export(
    slug="bookings",
    title="Booking report",
    about="One row for each booking, of every status.",
    period="Bookings made in this time, on the clocks of the venues.",
    columns=COLUMNS,
    rows=rows,
    count=count,
)
