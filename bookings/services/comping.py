"""Give tickets away, with the compliments of the house."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError

from bookings import tasks
from bookings.models import Booking, Channel, Ticket, make_booking_code
from events.models import Event
from ticketing import stock
from ticketing.errors import PlacesTaken, SelectionInvalid
from ticketing.models import FOREVER
from ticketing.money import ZERO
from ticketing.stock import Claimed, Selection

from .constraints import violates
from .history import record
from .holding import CODE_TRIES
from .posting import post_sale
from .pricing import make_tickets, price_up

MOST = 100
"""So many tickets go into one booking that is given away, at most."""


def comp(
    *,
    event: Event,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    name: str = "",
    email: str = "",
    phone: str = "",
    reason: str,
    now: datetime,
    actor: str,
    claim: uuid.UUID | None = None,
) -> Booking:
    """Give places to somebody for nothing: a confirmed booking whose tickets cost 0.00.

    ``seats`` are ids of seats of the plan, free or blocked; ``quantities`` are numbers of standing places by offer id.
    Neither sales periods nor the event's limit per booking are asked: they bind customers. ``reason`` goes into the
    booking's history, for staff; the tickets go to ``email``, if there is one. Nothing is revenue: no payment is
    written. ``claim`` identifies one intention to give: the same one again returns what was given the first time.

    Raises:
        SalesClosed: the event is cancelled, has begun, or is not published.
        SelectionInvalid: no place is named, more than :data:`MOST`, or one that is not of this event.
        PlacesTaken: some seats are held or sold, and named; or there are too few standing places.
    """
    stock.check_on_sale(event, [], now)
    selection = _select(seats, quantities or {})
    claim = claim or uuid.uuid4()
    booking = Booking(
        event=event,
        customer_name=name,
        customer_email=email,
        customer_phone=phone,
        status=Booking.Status.CONFIRMED,
        channel=Channel.BOX_OFFICE,
        claim=claim,
        booking_date=now,
        confirmed_at=now,
    )
    for _ in range(CODE_TRIES):
        try:
            return stock.claiming(lambda patient: _comp(booking, selection, reason, now, actor, patient=patient))
        except PlacesTaken:
            if given := Booking.objects.filter(claim=claim, event=event).first():
                return given
            raise
        except IntegrityError as error:
            if violates(error, "booking_claim_unique", "bookings_booking.claim"):
                return Booking.objects.get(claim=claim)
            if not violates(error, "booking_code_unique", "bookings_booking.booking_code"):
                raise
    raise RuntimeError(f"No free booking code in {CODE_TRIES} tries.")


def _select(seats: Iterable[int], quantities: Mapping[int, int]) -> Selection:
    selection = Selection({offer: count for offer, count in quantities.items() if count}, tuple(seats))
    if selection.quantity > MOST:
        raise SelectionInvalid(f"At most {MOST} tickets can be given away at a time.")
    if selection.quantity < 1:
        raise SelectionInvalid("Choose at least one ticket.")
    return selection


def _comp(booking: Booking, selection: Selection, reason: str, now: datetime, actor: str, *, patient: bool) -> Booking:
    booking.pk, booking.booking_code = None, make_booking_code(now)
    rows = _allot(booking, selection, now, patient=patient)
    tickets = make_tickets(booking, rows, {row.offer_id: ZERO for row in rows}, Ticket.Status.VALID)
    price_up(booking, tickets, None)
    booking.save(force_insert=True)
    Ticket.objects.bulk_create(tickets)
    post_sale(booking, now)
    record(booking, "comp", now=now, actor=actor, quantity=booking.quantity, reason=reason)
    if booking.customer_email:
        tasks.send_confirmation.enqueue(booking.pk)
    return booking


def _allot(booking: Booking, selection: Selection, now: datetime, *, patient: bool) -> list[Claimed]:
    """Sell the places to the booking's claim at once: standing ones first, in the order in which everybody locks."""
    rows: list[Claimed] = []
    if selection.quantities:
        rows += stock.claim(
            event=booking.event,
            offers=booking.event.offers.select_related("ticket_type"),
            selection=Selection(selection.quantities),
            claim=booking.claim,
            now=now,
            until=FOREVER,
            patient=patient,
            is_staff=True,
        )
    if selection.seats:
        rows += stock.allot(event=booking.event, seats=selection.seats, claim=booking.claim, now=now)
    return rows
