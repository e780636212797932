"""Sell in one line, through the real services: what the tests of behaviour start from."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from bookings import services
from bookings.models import Booking
from bookings.payments import Charge
from ticketing.models import FOREVER, Offer, Place
from ticketing.stock import Selection

NOW = timezone.now()
"""One moment for all of a test's calls: it shifts it to let time pass."""

LAPSED = NOW + timedelta(minutes=11)
"""A moment at which holds made at :data:`NOW` have lapsed."""


def hold(offer: Offer, quantity: int = 1, *, seats: Iterable[int] = (), now: datetime = NOW, **kwargs) -> Booking:
    """Hold ``quantity`` first free places of an offer, or the named ``seats`` instead."""
    seats = tuple(seats)
    return services.hold(
        event=offer.event,
        offers=list(offer.event.offers.select_related("ticket_type")),
        selection=Selection(seats=seats) if seats else Selection({offer.pk: quantity}),
        now=now,
        **kwargs,
    )


def checked_out(
    offer: Offer, quantity: int = 1, *, now: datetime = NOW, email: str = "ada@example.org", **kwargs
) -> Booking:
    """Hold, and say who the customer is: all that is missing is the money."""
    booking = hold(offer, quantity, now=now, **kwargs)
    return services.set_details(booking=booking, name="Ada Lovelace", email=email, now=now)


def charge_for(booking: Booking, reference: str = "") -> Charge | None:
    """Make the charge that pays for a booking as it is; none for a free one."""
    return Charge("demo", reference or secrets.token_hex(8), booking.total_price) if booking.total_price else None


def pay(booking: Booking, *, now: datetime = NOW, reference: str = "", **kwargs) -> Booking:
    return services.confirm(booking=booking, now=now, charge=charge_for(booking, reference), **kwargs)


def sold(offer: Offer, quantity: int = 1, *, now: datetime = NOW, **kwargs) -> Booking:
    """Hold, check out and pay."""
    return pay(checked_out(offer, quantity, now=now, **kwargs), now=now)


def seat_ids(offer: Offer) -> list[int]:
    return list(offer.places.order_by("seat").values_list("seat", flat=True))


def places_of(booking: Booking) -> list[int]:
    return sorted(booking.tickets.values_list("place_id", flat=True))


def seats_of(booking: Booking) -> list[int]:
    """List the seats of a booking's tickets; by naming them, somebody else can take just these once they lapse."""
    return sorted(booking.tickets.values_list("place__seat_id", flat=True))


def outrun(*bookings: Booking, now: datetime = LAPSED) -> Booking:
    """Sell the first standing place of lapsed bookings to somebody else, all others being blocked for a moment."""
    wanted = [places_of(booking)[0] for booking in bookings]
    others = list(Place.objects.free(now).filter(event=bookings[0].event).exclude(pk__in=wanted))
    Place.objects.filter(pk__in=[place.pk for place in others]).update(free_from=FOREVER)
    winner = sold(bookings[0].tickets.first().offer, len(wanted), now=now)
    Place.objects.bulk_update(others, ["free_from"])
    return winner


def payments_of(booking: Booking) -> list[tuple[str, str, str]]:
    """List a booking's payments as kind, status and amount."""
    rows = booking.payments.values_list("kind", "status", "amount")
    return [(kind, status, str(amount)) for kind, status, amount in rows]


def verbs_of(booking: Booking) -> list[str]:
    """List what was done to a booking, in order."""
    return list(booking.activities.values_list("verb", flat=True))
