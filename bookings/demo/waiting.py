"""What the house of the demo keeps for somebody, and who waits for the evening that is sold out."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from bookings import services
from bookings.models import Booking, Channel, Payment
from events.models import Event
from ticketing import blocking, named_holds
from ticketing.models import NamedHold, Place

from .people import people
from .selling import CLERK, REFUND_TAKES

PARTIES = (2, 1, 2, 4, 1, 3)
"""How many places each of those who wait wants."""

KEPT = (("The Evening Courier", NamedHold.Kind.PRESS, 2), ("Director’s guests", NamedHold.Kind.HOUSE, 4))
CAMERA = "Camera position"


def let_some_wait(event: Event, now: datetime, random: Random) -> None:
    """Put people on the waiting list of an event, and let a pair come back, which the first in line is offered."""
    for number, person in enumerate(random.sample(people(), len(PARTIES))):
        since = now - timedelta(minutes=80 - 9 * number)
        services.join_waitlist(event=event, name=person.name, email=person.email, quantity=PARTIES[number], now=since)
    pairs = event.bookings.filter(status=Booking.Status.CONFIRMED, quantity=PARTIES[0])
    returned = pairs.exclude(customer_email="").order_by("-confirmed_at").first()
    if returned:
        when = now - timedelta(minutes=12)
        services.cancel(
            booking=returned, reason=Booking.Reason.STAFF, now=when, actor=CLERK, channel=Channel.BOX_OFFICE
        )
        for refund in returned.payments.filter(kind=Payment.Kind.REFUND, status=Payment.Status.PENDING):
            services.carry_out_refund(refund=refund, now=when + REFUND_TAKES)


def keep_some(event: Event, now: datetime) -> None:
    """Keep seats of an event for the press and for guests, and block two for a camera."""
    free = Place.objects.free(now).filter(event=event, seat__is_accessible=False, seat__is_companion=False)
    rows = free.order_by("seat__section__order", "seat__row_index", "seat__position").values_list("seat", flat=True)
    seats = list(rows[: 2 + sum(count for *_, count in KEPT)])
    since, until = now - timedelta(days=4), event.event_date - timedelta(hours=24)
    for name, kind, count in KEPT:
        mine, seats = seats[:count], seats[count:]
        named_holds.hold_for(event=event, name=name, kind=kind, seats=mine, expires_at=until, now=now, by=CLERK)
    NamedHold.objects.filter(event=event).update(created_at=since)
    blocking.block(event=event, seats=seats, reason=CAMERA, now=now, by=CLERK)
