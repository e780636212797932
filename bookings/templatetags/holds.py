"""``{% live_hold event now as hold %}``: what this browser holds at an event, for pages of the rooms below."""

from __future__ import annotations

from datetime import datetime

from django import template

from bookings.access import find_hold
from bookings.models import Booking
from events.models import Event
from ticketing.picker import SeatChoice

register = template.Library()


@register.simple_tag(takes_context=True)
def live_hold(context: template.Context, event: Event, now: datetime) -> Booking | None:
    """Return the live hold of this browser. One query, and only if the browser has held something there before."""
    return find_hold(context["request"], event, now)


@register.filter
def is_held_by(choice: SeatChoice, booking: Booking | None) -> bool:
    """Whether a seat of the picker is one that this booking holds."""
    return booking is not None and choice.claim == booking.claim


@register.filter
def minutes_left(booking: Booking, now: datetime) -> int:
    """How many minutes a hold still lives, rounded up."""
    return -int((now - booking.expires_at).total_seconds() // 60)
