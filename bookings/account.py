"""A booking's money as its customer reads it: paid, taken along, given back, on its way, waiting at the counter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ticketing.money import ZERO

from .models import Booking, Payment
from .order import latest
from .payments import is_handed_out
from .payments.moved import MovedProvider

PAID = {
    "cash": "Paid in cash",
    "terminal": "Paid by card at the counter",
    "on_site": "Paid at the counter",
    "external": "Paid where you booked",
    MovedProvider.code: "Brought along from the booking before",
}


class Way(StrEnum):
    """Where the money of a payment is."""

    PAID = "paid"
    MOVED = "moved"
    FAILED = "failed"
    ON_ITS_WAY = "on_its_way"
    GIVEN_BACK = "given_back"
    AT_COUNTER = "at_counter"
    HANDED_OUT = "handed_out"


WORDS = {
    Way.MOVED: "Taken along to the new booking",
    Way.FAILED: "Refund failed: we are looking into it",
    Way.ON_ITS_WAY: "Refund on its way",
    Way.GIVEN_BACK: "Given back, the way you paid",
    Way.AT_COUNTER: "Waiting for you at the counter",
    Way.HANDED_OUT: "Given back at the counter",
}


@dataclass(frozen=True)
class Entry:
    """One payment in its last state."""

    way: Way
    words: str
    amount: Decimal
    at: datetime
    reference: str

    @property
    def is_refund(self) -> bool:
        return self.way != Way.PAID


@dataclass(frozen=True)
class Account:
    """The payments of a booking, in the order in which they were decided."""

    entries: list[Entry]

    def total(self, *ways: Way) -> Decimal:
        return sum((entry.amount for entry in self.entries if entry.way in ways), ZERO)

    @property
    def by_provider(self) -> Decimal:
        """What goes, or went, back the way it came."""
        return self.total(Way.ON_ITS_WAY, Way.GIVEN_BACK)

    @property
    def at_counter(self) -> Decimal:
        """What the customer can fetch."""
        return self.total(Way.AT_COUNTER)

    @property
    def handed_out(self) -> Decimal:
        """What the customer has got into the hand."""
        return self.total(Way.HANDED_OUT)

    @property
    def returned(self) -> Decimal:
        """What the customer gets, or has got, back. What a provider has refused is not in it until asked again."""
        return self.by_provider + self.at_counter + self.handed_out


def read_account(booking: Booking, payments: Iterable[Payment] | None = None) -> Account:
    """Read the payments of a booking. Asks for nothing else, unless tickets were exchanged for another date."""
    payments = list(booking.payments.all() if payments is None else payments)
    charges = {payment.pk: payment for payment in payments if payment.kind == Payment.Kind.CHARGE}
    moved = _moved_on(booking) if any(_is_moved(payment) for payment in payments) else frozenset()
    return Account([_entry(payment, charges, moved) for payment in latest(payments)])


def _is_moved(payment: Payment) -> bool:
    return payment.kind == Payment.Kind.REFUND and payment.provider == MovedProvider.code


def _moved_on(booking: Booking) -> frozenset[str]:
    """Return the references under which money has gone to the booking that replaces this one."""
    charges = Payment.objects.filter(kind=Payment.Kind.CHARGE, provider=MovedProvider.code, booking__replaces=booking)
    return frozenset(charges.values_list("reference", flat=True))


def _entry(payment: Payment, charges: dict[int, Payment], moved: frozenset[str]) -> Entry:
    if payment.kind == Payment.Kind.CHARGE:
        way, words = Way.PAID, PAID.get(payment.provider, "Paid")
    else:
        way = Way.MOVED if payment.reference in moved else _way_back(payment, charges[payment.charge_id])
        words = WORDS[way]
    return Entry(way, words, payment.amount, payment.created_at, payment.reference)


def refunds_since(booking: Booking, moment: datetime) -> Account:
    """Read what has been decided since ``moment`` to be given back: that of one change, whose moment is its own."""
    payments = list(booking.payments.all())
    decided = {p.reference for p in payments if p.kind == Payment.Kind.REFUND and p.created_at >= moment}
    earlier = {p.reference for p in payments if p.created_at < moment}
    account = read_account(booking, payments)
    return Account([entry for entry in account.entries if entry.reference in decided - earlier])


def _way_back(refund: Payment, charge: Payment) -> Way:
    if refund.status == Payment.Status.FAILED:
        return Way.FAILED
    is_done = refund.status == Payment.Status.SUCCEEDED
    if is_handed_out(charge):
        return Way.HANDED_OUT if is_done else Way.AT_COUNTER
    return Way.GIVEN_BACK if is_done else Way.ON_ITS_WAY
