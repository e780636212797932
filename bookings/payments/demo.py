"""A pretend card: the whole way works out of the box, and no money moves.

Its card page asks for a card number and knows these: ``4242 4242 4242 4242`` pays, ``4000 0000 0000 0002`` is declined,
``4000 0000 0000 9995`` has insufficient funds. Any other number that passes the Luhn check pays as well.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal

from django.core import signing
from django.urls import reverse

from bookings.errors import PaymentFailed
from bookings.models import Booking, Exchange, Payment

from . import Charge

SALT = "bookings.payments.demo"
MAX_AGE = 60 * 60
DECLINED = {
    "4000000000000002": "Your card was declined. Please try another card.",
    "4000000000009995": "Your card has insufficient funds. Please try another card.",
}


@dataclass(frozen=True)
class DemoPayment:
    """A payment that has been started: for which booking or exchange (by key), of what sum."""

    key: str
    amount: Decimal
    reference: str
    is_exchange: bool


class DemoProvider:
    code = "demo"

    def start(self, due: Booking | Exchange) -> str:
        is_exchange = isinstance(due, Exchange)
        amount = due.due if is_exchange else due.total_price
        parts = [due.key, str(amount), secrets.token_hex(8), is_exchange]
        return reverse("bookings:card", args=[signing.dumps(parts, salt=SALT)])

    def read(self, token: str, max_age: int | None = None) -> DemoPayment:
        """Read the token of a card page; ``max_age`` is in seconds, None for any age.

        Raises:
            PaymentFailed: it is forged, or too old.
        """
        try:
            key, amount, reference, is_exchange = signing.loads(token, salt=SALT, max_age=max_age)
        except signing.BadSignature:
            raise PaymentFailed("This payment page is no longer valid. Please start the payment again.") from None
        return DemoPayment(key, Decimal(amount), reference, is_exchange)

    def charge(self, payment: DemoPayment, card_number: str) -> Charge:
        """Pretend to charge the card.

        Raises:
            PaymentFailed: the card is declined.
        """
        if reason := DECLINED.get(card_number.replace(" ", "")):
            raise PaymentFailed(reason)
        return Charge(self.code, payment.reference, payment.amount)

    def is_handed_out(self, charge: Payment) -> bool:
        return False

    def refund(self, refund: Payment) -> None:
        """Nothing was taken, so nothing needs to move."""
