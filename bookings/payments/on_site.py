"""Money at the counter: cash, or a card terminal of its own."""

from __future__ import annotations

import secrets
from decimal import Decimal

from django.urls import reverse

from bookings.models import Booking, Payment

from . import Charge


class OnSiteProvider:
    code = "on_site"

    def start(self, booking: Booking) -> str:
        return reverse("bookings:booking", args=[booking.key])

    def charge(self, amount: Decimal) -> Charge:
        """Note that a member of staff has taken ``amount``."""
        return Charge(self.code, secrets.token_hex(8), amount)

    def refund(self, refund: Payment) -> None:
        """The box office hands the money out itself."""
