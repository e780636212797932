"""The history of a booking: one row per thing that was done to it."""

from __future__ import annotations

from datetime import datetime

from bookings.models import Activity, Booking
from events.history import CUSTOMER, SYSTEM

__all__ = ["CUSTOMER", "SYSTEM", "record"]


def record(booking: Booking, verb: str, *, now: datetime, actor: str, channel: str = "", **detail) -> Activity:
    """Write down that ``actor`` (a user name, or one of the constants above) did ``verb``.

    The channel is the booking's own unless another one is named.
    """
    return Activity.objects.create(
        booking=booking, at=now, actor=actor, channel=channel or booking.channel, verb=verb, detail=detail
    )
