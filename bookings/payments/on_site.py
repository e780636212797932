"""No payment on the web: the customer pays at the counter, in cash or by card."""

from __future__ import annotations

from django.urls import reverse

from bookings.errors import PaymentFailed
from bookings.models import Booking, Exchange
from ticketing.money import format_money

from .counter import CounterProvider


class OnSiteProvider(CounterProvider):
    code = "on_site"

    def start(self, due: Booking | Exchange) -> str:
        if isinstance(due, Exchange):
            raise PaymentFailed(
                f"The new tickets cost {format_money(due.due)} more, which can only be paid at our box office. "
                "Please come by, and we exchange them there. Nothing has been changed."
            )
        return reverse("bookings:booking", args=[due.key])
