"""The payments ledger: one row for each fact about money, as it was written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, QuerySet

from bookings.models import Payment
from reports.access import REVENUE
from reports.report import Column, Kind
from reports.scope import Scope

from .export import Export
from .paging import on_clock, pages

ZONE = "booking__event__venue__time_zone"

COLUMNS = (
    Column("payment", "Payment", about="A number that is never used twice."),
    Column("at", "When", Kind.MOMENT, "On the clock of the venue."),
    Column("kind", "Kind", about="charge, towards the house, or refund, towards the customer."),
    Column("status", "Status", about="succeeded, pending or failed. A refund is pending first, and then answered."),
    Column("amount", "Amount", Kind.MONEY, "Below zero for a refund, whatever its status."),
    Column(
        "moved",
        "Moved",
        Kind.MONEY,
        "The amount, if the money has moved; else 0. It adds up to what the house has got.",
        is_added_up=True,
    ),
    Column("provider", "Provider", about="How: demo, cash, terminal, … ; exchange is money that moved with a booking."),
    Column("reference", "Reference", about="The provider's. A pending refund and its answer have the same."),
    Column("charge", "Charge", about="Of a refund: the reference of the charge that it gives back."),
    Column("booking_code", "Booking"),
    Column("event", "Event"),
    Column("event_slug", "Event's address"),
    Column("event_date", "Begins", Kind.MOMENT, "When the event begins, on the clock of its venue."),
    Column("venue", "Venue"),
    Column("through", "Through", about="The member of staff through whose till it went."),
)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    payment: int
    at: datetime
    kind: str
    status: str
    amount: Decimal
    provider: str
    reference: str
    charge: str | None
    booking_code: str
    event: str
    event_slug: str
    event_date: datetime
    venue: str
    through: str | None

    @property
    def moved(self) -> Decimal:
        return self.amount if self.status == Payment.Status.SUCCEEDED else self.amount * 0


def _asked(scope: Scope) -> QuerySet[Payment]:
    found = Payment.objects.filter(scope.within("created_at", ZONE), **scope.narrowed("booking__event__"))
    return (found.filter(booking__channel=scope.channel) if scope.channel else found).order_by()


def count(scope: Scope) -> int:
    return _asked(scope).count()


def rows(scope: Scope) -> Iterator[PaymentRow]:
    """Yield what was written down in the period, in the order in which it was."""
    asked = _asked(scope).values(
        *("pk", "created_at", "kind", "status", "amount", "provider", "reference"),
        charged=F("charge__reference"),
        booking_code=F("booking__booking_code"),
        event=F("booking__event__name"),
        event_slug=F("booking__event__slug"),
        begins=F("booking__event__event_date"),
        venue=F("booking__event__venue__name"),
        zone=F(ZONE),
        through=F("shift__user__username"),
    )
    for page in pages(asked, "pk"):
        yield from map(_row, page)


SAME = ("kind", "status", "provider", "reference", "booking_code", "event", "event_slug", "venue", "through")


def _row(of: dict) -> PaymentRow:
    amount = of["amount"]
    return PaymentRow(
        **{name: of[name] for name in SAME},
        payment=of["pk"],
        at=on_clock(of["created_at"], of["zone"]),
        amount=-amount if of["kind"] == Payment.Kind.REFUND else amount,
        charge=of["charged"],
        event_date=on_clock(of["begins"], of["zone"]),
    )


EXPORT = Export(
    slug="payments",
    title="Payments ledger",
    about="One row for each fact about money: charges, refunds that were decided, and their answers.",
    period="What was written down in this time, on the clocks of the venues. A ticket type narrows nothing.",
    columns=COLUMNS,
    rows=rows,
    count=count,
    permission=REVENUE,
)
