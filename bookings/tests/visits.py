"""A customer's steps through the pages, as a browser makes them."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Booking
from bookings.payments import get_provider
from ticketing.models import Offer

from . import sales

DETAILS = {"name": "Ada Lovelace", "email": "ada@example.org", "phone": "+43 660 1234567", "terms": "on"}
CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "holder": "Ada Lovelace"}
DECLINED = CARD | {"number": "4000 0000 0000 0002"}


def pick(client: Client, offer: Offer, quantity: object = 1, **data) -> HttpResponse:
    """Post the picker of the offer's event."""
    data = {"claim": uuid.uuid4(), "anyway": 1, f"quantity-{offer.pk}": quantity} | data
    return client.post(reverse("bookings:hold", args=[offer.event.slug]), data)


def hold(offer: Offer, quantity: int = 1, *, ago=None, **kwargs) -> Booking:
    """Hold now, or some time ago."""
    return sales.hold(offer, quantity, now=timezone.now() - ago if ago else timezone.now(), **kwargs)


def checked_out(offer: Offer, quantity: int = 1, *, ago=None, email: str = DETAILS["email"], **kwargs) -> Booking:
    """Hold, and say who the customer is."""
    booking = hold(offer, quantity, ago=ago, **kwargs)
    return services.set_details(booking=booking, name=DETAILS["name"], email=email, now=timezone.now())


def sold(offer: Offer, quantity: int = 1, **kwargs) -> Booking:
    """Hold, check out and pay."""
    return sales.pay(checked_out(offer, quantity, **kwargs), now=timezone.now())


def check_out(client: Client, booking: Booking, **data) -> HttpResponse:
    """Post the checkout, with these answers instead of the usual ones."""
    return client.post(url("checkout", booking), DETAILS | data)


def pay(client: Client, booking: Booking, **data) -> HttpResponse:
    """Start a payment and post the card page."""
    return client.post(get_provider().start(booking), CARD | data)


def url(name: str, booking: Booking) -> str:
    return reverse(f"bookings:{name}", args=[booking.key])
