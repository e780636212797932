"""Read a booking again, with its row locked: what a write decides on."""

from __future__ import annotations

from bookings.errors import ShiftClosed, TransitionRefused
from bookings.models import Booking, Shift


def lock(booking: Booking) -> Booking:
    """Lock the booking's row until the end of the transaction and return it as it is now."""
    rows = Booking.objects.select_for_update(of=("self",), no_key=True)  # others may still refer to it
    return rows.select_related("event__venue", "promo_code").get(pk=booking.pk)


def lock_pending(booking: Booking) -> Booking:
    """Like :func:`lock`, for what can be done only before a booking is confirmed or cancelled.

    Raises:
        TransitionRefused: the booking is not pending any more.
    """
    fresh = lock(booking)
    if fresh.status != Booking.Status.PENDING:
        raise TransitionRefused(f"This booking is already {fresh.get_status_display().lower()}.")
    return fresh


def lock_open(shift: Shift) -> Shift:
    """Lock a shift's row, so that it is not closed before what is about to be written counts in it.

    Raises:
        ShiftClosed: it has been closed.
    """
    fresh = Shift.objects.select_for_update(of=("self",), no_key=True).get(pk=shift.pk)
    if fresh.closed_at:
        raise ShiftClosed("This shift has been closed. Open a new one first.")
    return fresh
