"""``{% seat_locator booking tickets %}``: a drawing of the room with the booking's places in it."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from bookings.locator import locate
from bookings.models import Booking, Ticket

register = template.Library()


@register.inclusion_tag("components/seat_locator.html")
def seat_locator(booking: Booking, tickets: Iterable[Ticket]) -> dict[str, object]:
    """Show where these tickets' places are; nothing where the event has no room. See ``bookings.locator.locate``."""
    return {"locator": locate(booking.event, tickets), "venue": booking.event.venue, "event": booking.event}
