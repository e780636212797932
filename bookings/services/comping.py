"""Give tickets away, with the compliments of the house."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError

from bookings import tasks
from bookings.models import Booking, Channel, Ticket, make_booking_code
from events.models import Event
from ticketing import stock
from ticketing.errors import SelectionInvalid
from ticketing.money import ZERO
from ticketing.transactions import atomic

from .constraints import violates
from .history import record
from .holding import CODE_TRIES
from .posting import post_sale
from .pricing import make_tickets, price_up

MOST = 100
"""So many tickets go into one booking that is given away, at most."""


def comp(
    *, event: Event, seats: Iterable[int], name: str, email: str = "", reason: str, now: datetime, actor: str
) -> Booking:
    """Give seats of the plan to somebody for nothing: a confirmed booking whose tickets cost 0.00.

    Free seats can be given, and blocked ones. ``reason`` goes into the booking's history, for staff; the tickets go to
    ``email``, if there is one. Nothing is revenue: no payment is written.

    Raises:
        SalesClosed: the event is cancelled, has begun, or is not published.
        SelectionInvalid: no seat is named, more than :data:`MOST`, or one that is not of this event.
        PlacesTaken: some are held or sold; names them.
    """
    stock.check_on_sale(event, [], now)
    seats = list(seats)
    if len(seats) > MOST:
        raise SelectionInvalid(f"At most {MOST} tickets can be given away at a time.")
    for _ in range(CODE_TRIES):
        try:
            return _comp(event, seats, name, email, reason, now, actor)
        except IntegrityError as error:
            if not violates(error, "booking_code_unique", "bookings_booking.booking_code"):
                raise
    raise RuntimeError(f"No free booking code in {CODE_TRIES} tries.")


@atomic
def _comp(event: Event, seats: list[int], name: str, email: str, reason: str, now: datetime, actor: str) -> Booking:
    booking = Booking(
        booking_code=make_booking_code(now),
        event=event,
        customer_name=name,
        customer_email=email,
        status=Booking.Status.CONFIRMED,
        channel=Channel.BOX_OFFICE,
        claim=uuid.uuid4(),
        booking_date=now,
        confirmed_at=now,
    )
    rows = stock.allot(event=event, seats=seats, claim=booking.claim, now=now)
    tickets = make_tickets(booking, rows, {row.offer_id: ZERO for row in rows}, Ticket.Status.VALID)
    price_up(booking, tickets, None)
    booking.save(force_insert=True)
    Ticket.objects.bulk_create(tickets)
    post_sale(booking, now)
    record(booking, "comp", now=now, actor=actor, quantity=booking.quantity, reason=reason)
    if email:
        tasks.send_confirmation.enqueue(booking.pk)
    return booking
