"""Pass a ticket on to somebody else: a new code, and the old one dies."""

from __future__ import annotations

from datetime import datetime

from bookings import tasks
from bookings.errors import ExchangeRefused, TransitionRefused
from bookings.models import Booking, Ticket
from events.models import Event
from ticketing.transactions import atomic

from .history import CUSTOMER, record
from .locking import lock


def check_transferable(ticket: Ticket, now: datetime) -> None:
    """Refuse what the event's policy does not let a customer pass on.

    Raises:
        ExchangeRefused: with the reason.
    """
    event = ticket.booking.event
    if not event.is_transferable:
        raise ExchangeRefused("Tickets for this event cannot be passed on.")
    if event.status != Event.Status.ACTIVE or event.is_past(now):
        raise ExchangeRefused("It is too late to pass this ticket on.")


@atomic
def pass_on(
    *, ticket: Ticket, name: str, email: str, now: datetime, actor: str = CUSTOMER, channel: str = ""
) -> Ticket:
    """Give a valid ticket to somebody else, and send it there. Returns the new ticket; the old one is void.

    Raises:
        TransitionRefused: the ticket is not valid, or has been used.
        ExchangeRefused: a customer may not; see :func:`check_transferable`.
    """
    booking = lock(Booking(pk=ticket.booking_id))
    old = booking.tickets.select_related("offer", "place").get(pk=ticket.pk)
    old.booking = booking
    if actor == CUSTOMER:
        check_transferable(old, now)
    if old.status != Ticket.Status.VALID:
        raise TransitionRefused("This ticket is not valid any more, so it cannot be passed on.")
    if old.checked_in_at:
        raise TransitionRefused("This ticket has been used already.")
    booking.tickets.filter(pk=old.pk).void(Ticket.VoidReason.PASSED_ON, now)
    new = Ticket.objects.create(
        booking=booking,
        place=old.place,
        offer=old.offer,
        price=old.price,
        discount=old.discount,
        status=Ticket.Status.VALID,
        holder_name=name,
        holder_email=email,
    )
    record(booking, "pass on", now=now, actor=actor, channel=channel, ticket=old.code, new_ticket=new.code, to=name)
    tasks.send_passed_on.enqueue(new.pk)
    return new
