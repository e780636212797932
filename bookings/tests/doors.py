"""An evening whose doors are open, and what is shown there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import Permission, User

from bookings.models import Scan, Ticket
from bookings.services.admitting import Answer, Shown, check_in
from bookings.signing import sign_code
from bookings.tests import sales
from bookings.tests.factories import UserFactory
from ticketing.models import Offer
from ticketing.tests.factories import make_offer, make_seated_offer

BEGINS = (sales.NOW + timedelta(days=30)).replace(hour=18, minute=30, second=0, microsecond=0)
"""An evening, wherever the venue is in Europe: the doors open two hours before."""

NIGHT = BEGINS - timedelta(minutes=30)
"""The doors are open, and people come."""


def evening(quantity: int = 1, **kwargs) -> tuple[Offer, list[Ticket]]:
    """Sell tickets of an event that begins in half an hour, by :data:`NIGHT`."""
    offer = make_offer(event__event_date=BEGINS, **kwargs)
    return offer, tickets_of(offer, quantity)


def seated_evening(quantity: int = 1, **kwargs) -> tuple[Offer, list[Ticket]]:
    offer = make_seated_offer(event__event_date=BEGINS, **kwargs)
    return offer, tickets_of(offer, quantity)


def tickets_of(offer: Offer, quantity: int = 1) -> list[Ticket]:
    return list(sales.sold(offer, quantity).tickets.with_details())


def signed(ticket: Ticket) -> str:
    return sign_code(ticket.place.event_id, ticket.code)


def scan(event, read: str = "", *, now: datetime = NIGHT, actor: str = "tunde", **shown) -> Answer:
    return check_in(event=event, shown=Shown(read=read, **shown), now=now, actor=actor)


def results(event) -> list[str]:
    """List what the doors of an event have answered, in order."""
    return list(Scan.objects.filter(event=event).order_by("pk").values_list("result", flat=True))


def doorkeeper(username: str = "tunde") -> User:
    user = UserFactory(username=username)
    user.user_permissions.add(Permission.objects.get(codename="check_in_ticket"))
    return user
