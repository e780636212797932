"""No payment on the web: the customer pays at the counter, in cash or by card."""

from __future__ import annotations

from django.urls import reverse

from bookings.models import Booking

from .counter import CounterProvider


class OnSiteProvider(CounterProvider):
    code = "on_site"

    def start(self, booking: Booking) -> str:
        return reverse("bookings:booking", args=[booking.key])
