"""Hold places, change what is held, hold it longer, let it go."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError

from bookings.errors import HoldLapsed, TransitionRefused
from bookings.models import Booking, Channel, Ticket, make_booking_code
from events.models import Event
from ticketing import stock
from ticketing.errors import PlacesTaken, SelectionInvalid
from ticketing.models import Offer
from ticketing.stock import Claimed, Selection
from ticketing.transactions import atomic

from .cancelling import cancel
from .constraints import violates
from .details import NOBODY, Buyer, recheck_promo_code
from .history import CUSTOMER, record
from .line import serve_line
from .locking import lock_pending
from .pricing import make_tickets, price_up

CODE_TRIES = 5


def hold_duration() -> timedelta:
    """How long a hold lasts: the setting ``HOLD_MINUTES``."""
    return timedelta(minutes=settings.HOLD_MINUTES)


def hold(
    *,
    event: Event,
    offers: Iterable[Offer],
    selection: Selection,
    now: datetime,
    claim: uuid.UUID | None = None,
    channel: str = Channel.WEB,
    actor: str = CUSTOMER,
    buyer: Buyer = NOBODY,
) -> Booking:
    """Hold places of an event and make the pending booking that holds them, at today's prices.

    ``offers`` are those of the event. ``claim`` identifies one intention to book, such as one view of the picker:
    the same one again returns the same booking (changed, if another selection comes with it), so that a double click
    makes one booking. ``buyer`` is who the customer is, if that is known already.

    Raises:
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
    """
    offers, claim = list(offers), claim or uuid.uuid4()
    if channel != Channel.BOX_OFFICE:
        serve_line(event, now)  # whoever waits for places that have lapsed meanwhile comes first

    def write(patient: bool) -> Booking:
        until = now + hold_duration()
        rows = stock.claim(
            event=event,
            offers=offers,
            selection=selection,
            claim=claim,
            now=now,
            until=until,
            patient=patient,
            is_staff=channel == Channel.BOX_OFFICE,
        )
        booking = _begin(event, claim, channel, now, until, buyer)
        tickets = make_tickets(booking, rows, {offer.pk: offer.price for offer in offers}, Ticket.Status.HELD)
        price_up(booking, tickets, None)
        booking.save(force_insert=True)
        Ticket.objects.bulk_create(tickets)
        _note(booking, rows, now, actor)
        return booking

    for _ in range(CODE_TRIES):
        try:
            return stock.claiming(write)
        except PlacesTaken:
            if not Booking.objects.filter(claim=claim).exists():
                raise
            return _hold_again(claim, event, offers, selection, now, channel, actor)  # taken, by the first click
        except IntegrityError as error:
            if violates(error, "booking_claim_unique", "bookings_booking.claim"):
                return _hold_again(claim, event, offers, selection, now, channel, actor)
            if not violates(error, "booking_code_unique", "bookings_booking.booking_code"):
                raise
    raise RuntimeError(f"No free booking code in {CODE_TRIES} tries.")


def _note(booking: Booking, rows: list[Claimed], now: datetime, actor: str) -> None:
    """Write into the history what is held. The places are named: a hold that is changed loses its tickets."""
    until, places = booking.expires_at.isoformat(), [row.place_id for row in rows]
    record(booking, "hold", now=now, actor=actor, quantity=len(rows), until=until, places=places)


def _begin(event: Event, claim: uuid.UUID, channel: str, now: datetime, until: datetime, buyer: Buyer) -> Booking:
    return Booking(
        booking_code=make_booking_code(now),
        event=event,
        claim=claim,
        channel=channel,
        booking_date=now,
        expires_at=until,
        **buyer.columns,
    )


def _hold_again(claim, event, offers, selection, now, channel, actor) -> Booking:
    booking = Booking.objects.get(claim=claim)
    if booking.status != Booking.Status.PENDING or booking.event_id != event.pk:
        following = uuid.uuid5(claim, "again")  # the next intention, the same one for each of its clicks
        return hold(
            event=event, offers=offers, selection=selection, now=now, claim=following, channel=channel, actor=actor
        )
    if booking.is_live(now) and _holds(booking, selection):
        return booking
    return change(booking=booking, event=event, offers=offers, selection=selection, now=now, actor=actor)


def _holds(booking: Booking, selection: Selection) -> bool:
    """Whether what a booking holds is just what is asked for."""
    held = list(booking.tickets.values_list("place__seat_id", "offer_id"))
    named = set(selection.seats)
    others = Counter(offer_id for seat_id, offer_id in held if seat_id not in named)
    return named <= {seat_id for seat_id, _ in held} and others == Counter(selection.quantities)


def change(
    *,
    booking: Booking,
    event: Event,
    offers: Iterable[Offer],
    selection: Selection,
    now: datetime,
    actor: str = CUSTOMER,
) -> Booking:
    """Hold other places instead, at today's prices, for the rest of the time; a hold that has lapsed starts anew.

    One's own places count as free. When this raises, a live hold still holds what it held before. A lapsed one that
    starts anew loses its promo code if that does not hold any more.

    Raises:
        TransitionRefused: the booking is not pending any more.
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
    """
    offers = list(offers)
    if event.pk != booking.event_id:
        raise SelectionInvalid("This booking is for another event.")
    if booking.channel != Channel.BOX_OFFICE:
        serve_line(event, now)
    return _hold_instead(booking, offers, selection, {offer.pk: offer.price for offer in offers}, now, actor)


def _hold_instead(booking, offers, selection, prices, now, actor, *, unless_live=False) -> Booking:
    if booking.is_lapsed(now):
        _let_go(booking, now)

    def write(patient: bool) -> Booking:
        fresh = lock_pending(booking)
        was_live = fresh.is_live(now)
        if was_live and unless_live:
            return fresh
        until = fresh.expires_at if was_live else now + hold_duration()
        stock.release(claim=fresh.claim, now=now)
        rows = stock.claim(
            event=fresh.event,
            offers=offers,
            selection=selection,
            claim=fresh.claim,
            now=now,
            until=until,
            patient=patient,
            is_staff=fresh.channel == Channel.BOX_OFFICE,
        )
        fresh.tickets.all().delete()
        tickets = make_tickets(fresh, rows, prices, Ticket.Status.HELD)
        price_up(fresh, tickets, fresh.promo_code)
        fresh.expires_at = until
        fresh.save(update_fields=["quantity", "discount", "total_price", "expires_at"])
        Ticket.objects.bulk_create(tickets)
        places = [row.place_id for row in rows]
        record(fresh, "change", now=now, actor=actor, quantity=len(rows), places=places)
        if not was_live:
            recheck_promo_code(fresh, now, actor)
        return fresh

    return stock.claiming(write)


@atomic
def _let_go(booking: Booking, now: datetime) -> None:
    """Give the places of a lapsed hold back, in a transaction of its own.

    Others may be waiting for them, and whoever is waited for must not wait in turn.
    """
    fresh = lock_pending(booking)
    if fresh.is_lapsed(now):
        stock.release(claim=fresh.claim, now=now)


@atomic
def extend(*, booking: Booking, now: datetime, actor: str = CUSTOMER) -> Booking:
    """Hold the places for as long again, once in the life of a hold.

    Raises:
        TransitionRefused: it has been extended before, or is not pending any more.
        HoldLapsed: it has lapsed; :func:`revive` may still save it.
    """
    fresh = lock_pending(booking)
    if fresh.extended_at:
        raise TransitionRefused("The time can be extended only once. Please finish your booking.")
    if not fresh.is_live(now):
        raise HoldLapsed("Your time had run out before it could be extended.")
    fresh.extended_at = now
    return _prolong(fresh, now, "extend", actor)


def revive(*, booking: Booking, now: datetime, actor: str = CUSTOMER) -> Booking:
    """Hold the places of a lapsed hold again, or, for standing places, as many others of the same offers.

    Prices stay as they were; a promo code that does not hold any more is lost. Returns the booking as it is when its
    hold has not lapsed.

    Raises:
        TransitionRefused: the booking is not pending any more.
        SalesClosed: the event or an offer is not for sale any more.
        SelectionInvalid: the event's limit per booking has been lowered, and the same places could not be had.
        HoldLapsed: somebody else has taken the places, and there are no equal ones.
    """
    try:
        return _revive_the_same(booking, now, actor)
    except PlacesTaken:
        tickets = list(booking.tickets.select_related("offer__ticket_type", "place"))
    try:
        return _hold_instead(
            booking,
            {ticket.offer for ticket in tickets},
            Selection(
                Counter(ticket.offer_id for ticket in tickets if not ticket.place.seat_id),
                tuple(ticket.place.seat_id for ticket in tickets if ticket.place.seat_id),
            ),
            {ticket.offer_id: ticket.price for ticket in tickets},
            now,
            actor,
            unless_live=True,
        )
    except PlacesTaken as taken:
        raise HoldLapsed(f"Your time had run out. {taken.message}") from taken


@atomic
def _revive_the_same(booking: Booking, now: datetime, actor: str) -> Booking:
    fresh = lock_pending(booking)
    if fresh.is_live(now):
        return fresh
    tickets = fresh.tickets.select_related("offer__ticket_type")
    offers = {ticket.offer for ticket in tickets} if fresh.channel != Channel.BOX_OFFICE else set()
    stock.check_on_sale(fresh.event, offers, now)
    _prolong(fresh, now, "revive", actor)
    recheck_promo_code(fresh, now, actor)
    return fresh


@atomic
def abandon(*, booking: Booking, now: datetime) -> Booking:
    """Let a hold go, so that others can have the places at once.

    Raises:
        TransitionRefused: the booking is not pending any more.
    """
    return cancel(booking=lock_pending(booking), reason=Booking.Reason.ABANDONED, now=now, actor=CUSTOMER)


def _prolong(booking: Booking, now: datetime, verb: str, actor: str) -> Booking:
    booking.expires_at = max(now, booking.expires_at) + hold_duration()
    stock.extend(claim=booking.claim, quantity=booking.quantity, until=booking.expires_at)
    booking.save(update_fields=["expires_at", "extended_at"])
    record(booking, verb, now=now, actor=actor, until=booking.expires_at.isoformat())
    return booking
