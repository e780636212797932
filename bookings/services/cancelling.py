"""Cancel a booking: its places are free again, its tickets void, its money goes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from bookings import states, tasks
from bookings.errors import CancellationRefused, RefundRefused
from bookings.models import Booking, BookingQuerySet, Shift, Ticket, WaitlistEntry
from events.models import Event
from events.services import how_cancelled
from ticketing import stock
from ticketing.models import PromoCode
from ticketing.money import ZERO, format_money
from ticketing.transactions import atomic

from .history import CUSTOMER, SYSTEM, record
from .line import note_ended, serve_line
from .locking import lock
from .posting import CANCELLATION, add_up, post
from .refunding import refund_surplus

LATE_PAYMENT = timedelta(hours=1)
"""For so long after its hold has lapsed, a booking waits for a payment that is late."""


@atomic
def cancel(
    *,
    booking: Booking,
    reason: str,
    now: datetime,
    actor: str,
    channel: str = "",
    refund: Decimal | None = None,
    why: str = "",
    shift: Shift | None = None,
) -> Booking:
    """Cancel a booking, whatever its status: give back its places and what was paid, and tell the customer.

    Of what a confirmed booking cost, only ``refund`` is given back, if that is named; the rest is retained. Cash goes
    out of the ``shift``, or waits to be paid out. Harmless when the booking is cancelled already. Nobody is written to
    about a hold that ended by itself.

    Raises:
        RefundRefused: the sum to give back is negative, or more than the booking costs.
    """
    fresh = lock(booking)
    was_confirmed, kept = fresh.status == Booking.Status.CONFIRMED, ZERO
    if was_confirmed:
        kept = what_is_kept(fresh.total_price, refund)
        fresh.retained += kept
    this = Booking.objects.filter(pk=fresh.pk)
    changes = {"cancellation_reason": reason, "cancelled_at": now, "retained": fresh.retained}
    if not states.move(this, states.CANCELLED, **changes):
        return fresh
    stock.release(claim=fresh.claim, now=now)
    if was_confirmed:
        post(fresh, CANCELLATION, before=add_up(fresh.tickets.living()), after={}, retained=kept, now=now)
    fresh.tickets.void(Ticket.VoidReason.CANCELLED, now)
    if was_confirmed and fresh.promo_code_id:
        PromoCode.objects.give_back(fresh.promo_code_id)
    fresh.status, fresh.cancellation_reason, fresh.cancelled_at = states.CANCELLED, reason, now
    refunded = refund_surplus(fresh, now, shift)
    detail = {"reason": reason, "refunded": str(refunded)} | ({"why": why} if why else {})
    record(fresh, "cancel", now=now, actor=actor, channel=channel, **detail)
    if not was_confirmed:
        note_ended(fresh)
    serve_line(fresh.event, now)
    if fresh.customer_email and (was_confirmed or reason == Booking.Reason.TAKEN):
        tasks.send_cancellation.enqueue(fresh.pk)
    return fresh


def what_is_kept(worth: Decimal, refund: Decimal | None) -> Decimal:
    """Return what the house keeps of ``worth`` when ``refund`` (None: everything) is given back.

    Raises:
        RefundRefused: the sum is negative, or more than that.
    """
    if refund is None:
        return ZERO
    if not ZERO <= refund <= worth:
        raise RefundRefused(f"Give back between {format_money(ZERO)} and {format_money(worth)}.")
    return worth - refund


def check_cancellable(booking: Booking, now: datetime) -> None:
    """Refuse what the event's policy does not let the customer cancel.

    Raises:
        CancellationRefused: with the reason.
    """
    if booking.status != Booking.Status.CONFIRMED:
        raise CancellationRefused(f"This booking is {booking.get_status_display().lower()}.")
    if booking.event.cancellable_until is None:
        raise CancellationRefused("Tickets for this event cannot be returned.")
    if not booking.is_cancellable(now):
        raise CancellationRefused("It is too late to cancel this booking.")
    if booking.tickets.living().filter(checked_in_at__isnull=False).exists():
        raise CancellationRefused("A ticket of this booking has been used already.")


@atomic
def cancel_as_customer(*, booking: Booking, now: datetime) -> Booking:
    """Cancel a booking within the event's policy.

    Raises:
        CancellationRefused: see :func:`check_cancellable`.
    """
    fresh = lock(booking)
    check_cancellable(fresh, now)
    return cancel(booking=fresh, reason=Booking.Reason.CUSTOMER, now=now, actor=CUSTOMER)


def cancel_lapsed(*, now: datetime) -> int:
    """Mark holds that lapsed long ago as cancelled, for the reports' sake: nothing else depends on it.

    Returns how many there were.
    """
    lapsed = Booking.objects.lapsed(now - LATE_PAYMENT)
    return _cancel_each(lapsed, Booking.Reason.LAPSED, now)


def end_waitlist_offers(*, now: datetime) -> int:
    """Cancel what was offered to the waiting list and not taken in time, so that the next in line gets it at once.

    It waits for no late payment. Returns how many offers there were.
    """
    offered = WaitlistEntry.objects.filter(status=WaitlistEntry.Status.OFFERED).values("booking")
    return _cancel_each(Booking.objects.lapsed(now).filter(pk__in=offered), Booking.Reason.LAPSED, now)


def cancel_bookings_of_event(*, event_id: int, now: datetime) -> int:
    """Cancel whatever is booked at an event that has been cancelled, and give the money back, unless the event's
    history says that the house keeps it. Returns how many bookings that were."""
    return _cancel_each(_left_on_cancelled_events().filter(event=event_id), Booking.Reason.EVENT, now)


def cancel_bookings_of_cancelled_events(*, now: datetime) -> int:
    """Cancel what :func:`cancel_bookings_of_event` has missed: holds made while it ran. Returns how many there were."""
    return _cancel_each(_left_on_cancelled_events(), Booking.Reason.EVENT, now)


def _left_on_cancelled_events() -> BookingQuerySet:
    return Booking.objects.filter(event__status=Event.Status.CANCELLED).exclude(status=Booking.Status.CANCELLED)


def _cancel_each(bookings: BookingQuerySet, reason: str, now: datetime) -> int:
    """Cancel each in a transaction of its own, unless it has meanwhile left ``bookings``: a late payment has come."""
    return sum(_cancel_one(bookings.filter(pk=pk), reason, now) for pk in list(bookings.values_list("pk", flat=True)))


@atomic
def _cancel_one(this: BookingQuerySet, reason: str, now: datetime) -> bool:
    booking = this.select_for_update(of=("self",), no_key=True).first()
    if booking is None:
        return False
    is_kept = reason == Booking.Reason.EVENT and not how_cancelled(booking.event_id).refunds
    cancel(booking=booking, reason=reason, now=now, actor=SYSTEM, refund=ZERO if is_kept else None)
    return True
