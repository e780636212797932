"""Confirm a booking: the money is there (or none is due), so the places are sold."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError
from django.db.models import Q

from bookings import states, tasks
from bookings.errors import BookingError, DetailsMissing, HoldLapsed, PaymentFailed, ShiftClosed, TransitionRefused
from bookings.models import Booking, Channel, Shift, Ticket
from bookings.payments import Charge
from ticketing import stock
from ticketing.errors import PlacesTaken, PromoCodeRefused, SalesClosed, TicketingError
from ticketing.models import PromoCode
from ticketing.money import ZERO
from ticketing.transactions import atomic

from .cancelling import cancel
from .constraints import violates
from .details import check_promo_code, check_uses_of_customer
from .history import CUSTOMER, SYSTEM, record
from .holding import revive
from .line import note_booked
from .locking import lock
from .posting import post_sale
from .refunding import record_charge, return_charge


def check_confirmable(booking: Booking, now: datetime) -> None:
    """Refuse a pending booking that could not be confirmed now: to be asked before money is taken.

    Whether the places of a lapsed hold are still there is known only when it is tried (see :func:`revive`).

    Raises:
        TransitionRefused: it is not pending any more.
        DetailsMissing: a name or an e-mail address is missing.
        SalesClosed: the event, or, once the hold has lapsed, an offer is not for sale any more. A live hold may be
            paid although its offer has closed meanwhile.
        SelectionInvalid: the event's limit per booking has been lowered.
        PromoCodeRefused: its promo code does not hold any more.
    """
    if booking.status != Booking.Status.PENDING:
        raise TransitionRefused(f"This booking is already {booking.get_status_display().lower()}.")
    if booking.channel != Channel.BOX_OFFICE and not booking.has_details:
        raise DetailsMissing("Please tell us your name and your e-mail address first.")
    offers = []
    if booking.is_lapsed(now) and booking.channel != Channel.BOX_OFFICE:
        offers = [ticket.offer for ticket in booking.tickets.select_related("offer__ticket_type")]
    stock.check_on_sale(booking.event, offers, now)
    stock.check_limit(booking.event, booking.quantity, is_staff=booking.channel == Channel.BOX_OFFICE)
    if booking.promo_code:
        check_promo_code(booking.promo_code, booking, now)


def confirm(
    *,
    booking: Booking,
    now: datetime,
    charge: Charge | None = None,
    actor: str = CUSTOMER,
    channel: str = "",
    shift: Shift | None = None,
) -> Booking:
    """Sell the places of a pending booking, make its tickets valid and send them; all of it, or nothing.

    Safe to repeat with the same charge: one booking, one payment, one e-mail. A charge that cannot be used (the places
    have gone, the event was cancelled, the sum is not the one that is due, the booking was paid before) is written
    down and given back. A charge that a member of staff has taken counts in a ``shift``.

    Raises:
        PaymentFailed: no charge came, or not of the sum that is due.
        HoldLapsed: the places have gone; with a charge, the booking is cancelled and refunded.
        TransitionRefused, DetailsMissing, SalesClosed, SelectionInvalid, PromoCodeRefused: see
            :func:`check_confirmable`.
    """
    if charge is not None and charge.amount <= 0:
        charge = None  # nothing was taken, so there is nothing to write down or to give back
    try:
        return _confirm_or_revive(booking, now, charge, actor, channel, shift)
    except (BookingError, TicketingError) as refusal:
        if charge is not None:
            _return_charge(booking, charge, refusal, now, shift)
        raise
    except IntegrityError as error:
        if not violates(error, "payment_succeeds_once", "bookings_payment.reference"):
            raise
        raise PaymentFailed("This payment has been used before. Please start the payment again.") from error


def _confirm_or_revive(
    booking: Booking, now: datetime, charge: Charge | None, actor: str, channel: str, shift: Shift | None
) -> Booking:
    try:
        return _confirm(booking, now, charge, actor, channel, shift)
    except PlacesTaken:
        # Equal standing places are as good; equal seats are for the customer to choose.
        with suppress(TransitionRefused):  # somebody else has just confirmed or cancelled it
            booking = revive(booking=booking, now=now, actor=actor)
    try:
        return _confirm(booking, now, charge, actor, channel, shift)
    except PlacesTaken as taken:
        raise HoldLapsed(f"Your time had run out. {taken.message}") from taken


@atomic
def _confirm(
    booking: Booking, now: datetime, charge: Charge | None, actor: str, channel: str, shift: Shift | None
) -> Booking:
    due = charge.amount if charge else ZERO
    payable = Booking.objects.confirmable(now).filter(
        pk=booking.pk,
        total_price=due,
        # What is decided on below must still be as the caller has read it.
        quantity=booking.quantity,
        promo_code=booking.promo_code_id,
        expires_at=booking.expires_at,
        customer_email=booking.customer_email,
    )
    if not states.move(payable, states.CONFIRMED, confirmed_at=now):
        return _confirm_again(booking, now, charge, actor, channel, shift)
    if booking.is_lapsed(now):
        check_confirmable(booking, now)
    stock.keep(claim=booking.claim, quantity=booking.quantity)
    if booking.promo_code_id and not PromoCode.objects.use(booking.promo_code_id, now):
        raise PromoCodeRefused(f"The code {booking.promo_code} has been used up or is no longer valid.")
    if booking.promo_code_id:
        check_uses_of_customer(booking.promo_code, booking, Q(status=states.CONFIRMED))
    _validate_tickets(booking)
    note_booked(booking)
    post_sale(booking, now)
    if charge:
        record_charge(booking, charge, now, shift)
    record(booking, "confirm", now=now, actor=actor, channel=channel, paid=str(due))
    if booking.customer_email:
        tasks.send_confirmation.enqueue(booking.pk)
    booking.status, booking.confirmed_at = Booking.Status.CONFIRMED, now
    return booking


def _validate_tickets(booking: Booking) -> None:
    try:
        booking.tickets.filter(status=Ticket.Status.HELD).update(status=Ticket.Status.VALID)
    except IntegrityError as error:  # the last judge: should the stock ever be wrong, nobody pays for it
        if violates(error, "ticket_place_sold_once", "bookings_ticket.place_id"):
            raise PlacesTaken("Somebody else has a ticket for one of your places.") from error
        raise


def _confirm_again(
    booking: Booking, now: datetime, charge: Charge | None, actor: str, channel: str, shift: Shift | None
) -> Booking:
    """Say why a booking could not be confirmed, unless it was changed since the caller has read it.

    Return it as it is if this very payment has confirmed it before.
    """
    fresh = Booking.objects.select_related("event", "promo_code").get(pk=booking.pk)
    if fresh.status == Booking.Status.CONFIRMED:
        if charge is None or fresh.payments.filter(provider=charge.provider, reference=charge.reference).exists():
            return fresh
        raise TransitionRefused("This booking has been paid before, so this payment is given back.")
    check_confirmable(fresh, now)
    if fresh.total_price == (charge.amount if charge else ZERO):
        return _confirm(fresh, now, charge, actor, channel, shift)
    if charge is None:
        raise PaymentFailed("This booking has yet to be paid.")
    raise PaymentFailed("The sum that was paid is not the one that is due, so it is given back. Please pay again.")


@atomic
def _return_charge(
    booking: Booking, charge: Charge, refusal: BookingError | TicketingError, now: datetime, shift: Shift | None
) -> None:
    """Give a charge that cannot be used back, once; a hold that cannot be saved ends."""
    still_open = shift if shift and not isinstance(refusal, ShiftClosed) else None
    if not return_charge(booking, charge, refusal.code, now, still_open):
        return
    fresh = lock(booking)
    if fresh.status == Booking.Status.PENDING and isinstance(refusal, (HoldLapsed, SalesClosed)):
        cancel(booking=fresh, reason=Booking.Reason.TAKEN, now=now, actor=SYSTEM)


@atomic
def resend_confirmation(*, booking: Booking, now: datetime, actor: str, channel: str = "") -> None:
    """Send the tickets of a confirmed booking once more.

    Raises:
        TransitionRefused: it is not confirmed.
        DetailsMissing: there is no address to send them to.
    """
    if booking.status != Booking.Status.CONFIRMED:
        raise TransitionRefused("Only a confirmed booking has tickets to send.")
    if not booking.customer_email:
        raise DetailsMissing("This booking has no e-mail address.")
    record(booking, "resend", now=now, actor=actor, channel=channel, to=booking.customer_email)
    tasks.send_confirmation.enqueue(booking.pk)
