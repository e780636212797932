"""What customers may do to a booking by themselves, until when, and if they may not, why: what its pages offer.

The event's policy is kept by ``bookings.services``. Besides, what was passed on belongs to whoever has it now: only
they may pass it on again, and the customer who bought it cannot cancel or exchange it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from . import services
from .errors import BookingError
from .models import Booking, Exchange, Ticket
from .order import own_tickets


@dataclass(frozen=True)
class Choice:
    """Something that customers may do by themselves; ``why_not`` says in a line why they may not."""

    until: datetime | None = None
    why_not: str = ""

    @property
    def is_open(self) -> bool:
        return not self.why_not


def may_cancel(booking: Booking, tickets: Iterable[Ticket], now: datetime) -> Choice:
    """Say whether the customer may cancel tickets, or all of the booking."""
    why_not = _refusal(services.check_cancellable, booking, now)
    if not why_not and not own_tickets(tickets):
        why_not = "All tickets of this booking have been passed on."
    return Choice(booking.event.cancellable_until, why_not)


def may_exchange(booking: Booking, tickets: Iterable[Ticket], now: datetime) -> Choice:
    """Say whether the customer may exchange the booking: all of its tickets must still be theirs."""
    why_not = _refusal(services.check_exchangeable, booking, now)
    if not why_not and any(ticket.holder_name for ticket in tickets if ticket.status == Ticket.Status.VALID):
        why_not = "A ticket of this booking has been passed on, so only the box office can exchange the others."
    return Choice(booking.event.exchangeable_until, why_not)


def may_pass_on(ticket: Ticket, now: datetime) -> Choice:
    """Say whether whoever has a ticket, fetched with its booking and event, may pass it on."""
    if ticket.status != Ticket.Status.VALID:
        return Choice(why_not="This ticket is not valid any more.")
    if ticket.checked_in_at:
        return Choice(why_not="This ticket has been used already.")
    return Choice(ticket.booking.event.event_date, _refusal(services.check_transferable, ticket, now))


def unpaid_exchange(booking: Booking, now: datetime) -> Exchange | None:
    """Return the exchange whose new places are held until the customer has paid the difference, if there is one."""
    return booking.exchanges.filter(completed_at__isnull=True, expires_at__gt=now).select_related("event").first()


def _refusal(check: Callable[..., None], subject: Booking | Ticket, now: datetime) -> str:
    try:
        check(subject, now)
    except BookingError as refusal:
        return refusal.message
    return ""
