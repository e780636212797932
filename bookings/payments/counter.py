"""Money at the counter: cash, or a card at a terminal of its own. What goes back is handed out by the staff."""

from __future__ import annotations

import secrets
from decimal import Decimal

from bookings.models import Payment

from . import Charge


class CounterProvider:
    """Takes what a member of staff says was taken. It has no page of its own: nobody pays so on the web."""

    code: str

    def charge(self, amount: Decimal) -> Charge:
        """Note that a member of staff has taken ``amount``."""
        return Charge(self.code, secrets.token_hex(8), amount)

    def is_handed_out(self, charge: Payment) -> bool:
        return True

    def refund(self, refund: Payment) -> None:
        """The money is in the customer's hands already."""


class CashProvider(CounterProvider):
    code = "cash"


class TerminalProvider(CounterProvider):
    code = "terminal"
