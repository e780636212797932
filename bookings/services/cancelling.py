"""Cancel a booking: its places are free again, its tickets void, its money goes back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings import states, tasks
from bookings.errors import CancellationRefused
from bookings.models import Booking, Ticket
from ticketing import stock
from ticketing.models import PromoCode

from .history import CUSTOMER, SYSTEM, record
from .locking import lock
from .refunding import refund_everything

LATE_PAYMENT = timedelta(hours=1)
"""For so long after its hold has lapsed, a booking waits for a payment that is late."""


@transaction.atomic
def cancel(*, booking: Booking, reason: str, now: datetime, actor: str, channel: str = "") -> Booking:
    """Cancel a booking, whatever its status: give back its places and all that was paid, and tell the customer.

    Harmless when it is cancelled already. Nobody is written to about a hold that ended by itself.
    """
    fresh = lock(booking)
    was_confirmed = fresh.status == Booking.Status.CONFIRMED
    this = Booking.objects.filter(pk=fresh.pk)
    if not states.move(this, states.CANCELLED, cancellation_reason=reason, cancelled_at=now):
        return fresh
    stock.release(claim=fresh.claim, now=now)
    fresh.tickets.exclude(status=Ticket.Status.VOID).update(status=Ticket.Status.VOID)
    if was_confirmed and fresh.promo_code_id:
        PromoCode.objects.give_back(fresh.promo_code_id)
    refunded = refund_everything(fresh, now)
    record(fresh, "cancel", now=now, actor=actor, channel=channel, reason=reason, refunded=str(refunded))
    if fresh.customer_email and (was_confirmed or reason == Booking.Reason.TAKEN):
        tasks.send_cancellation.enqueue(fresh.pk)
    fresh.status, fresh.cancellation_reason, fresh.cancelled_at = states.CANCELLED, reason, now
    return fresh


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
    if booking.tickets.filter(checked_in_at__isnull=False).exists():
        raise CancellationRefused("A ticket of this booking has been used already.")


@transaction.atomic
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


def cancel_bookings_of_event(*, event_id: int, now: datetime) -> int:
    """Cancel whatever is booked at an event that has been cancelled. Returns how many bookings that were."""
    left = Booking.objects.filter(event=event_id).exclude(status=Booking.Status.CANCELLED)
    return _cancel_each(left, Booking.Reason.EVENT, now)


def _cancel_each(bookings, reason: str, now: datetime) -> int:
    """Cancel each in a transaction of its own, so that one that is being paid right now holds nobody up."""
    count = 0
    for booking in bookings.order_by("pk").iterator():
        cancel(booking=booking, reason=reason, now=now, actor=SYSTEM)
        count += 1
    return count
