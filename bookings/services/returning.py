"""Give some of a booking back: tickets of it, or a part of what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from bookings import tasks
from bookings.errors import RefundRefused, TransitionRefused
from bookings.models import Booking, Shift, Ticket
from ticketing import stock
from ticketing.errors import SelectionInvalid
from ticketing.money import ZERO, format_money
from ticketing.transactions import atomic

from .cancelling import cancel, check_cancellable, what_is_kept
from .history import CUSTOMER, record
from .line import serve_line
from .locking import lock
from .posting import ALLOWANCE, CANCELLATION, add_up, post
from .pricing import take_off
from .refunding import refund_surplus


@atomic
def cancel_tickets(
    *,
    booking: Booking,
    tickets: Iterable[int],
    now: datetime,
    actor: str = CUSTOMER,
    channel: str = "",
    refund: Decimal | None = None,
    why: str = "",
    shift: Shift | None = None,
) -> Booking:
    """Cancel the tickets with these ids, or the whole booking, if these are all: as :func:`cancel` does.

    ``refund`` is what is given back for them; None: what they cost. A customer is bound by the event's policy.

    Raises:
        CancellationRefused: see :func:`check_cancellable`.
        SelectionInvalid: no ticket is named, or one that the booking does not have.
        TransitionRefused: the booking is not confirmed, or one of the tickets has been used.
        RefundRefused: the sum is negative, or more than the tickets cost.
    """
    fresh = lock(booking)
    if actor == CUSTOMER:
        check_cancellable(fresh, now)
    gone, is_all = _choose(fresh, set(tickets))
    if is_all:
        reason = Booking.Reason.CUSTOMER if actor == CUSTOMER else Booking.Reason.STAFF
        return cancel(
            booking=fresh, reason=reason, now=now, actor=actor, channel=channel, refund=refund, why=why, shift=shift
        )
    worth = sum((ticket.price - ticket.discount for ticket in gone), ZERO)
    kept = what_is_kept(worth, refund)
    fresh.retained += kept
    fresh.quantity -= len(gone)
    fresh.discount -= sum((ticket.discount for ticket in gone), ZERO)
    fresh.total_price -= worth
    fresh.save(update_fields=["quantity", "discount", "total_price", "retained"])
    fresh.tickets.filter(pk__in=[ticket.pk for ticket in gone]).void(Ticket.VoidReason.CANCELLED, now)
    stock.release(claim=fresh.claim, now=now, places=[ticket.place_id for ticket in gone])
    post(fresh, CANCELLATION, before=add_up(gone), after={}, retained=kept, now=now)
    refunded = refund_surplus(fresh, now, shift)
    detail = {"tickets": [ticket.code for ticket in gone], "refunded": str(refunded)} | ({"why": why} if why else {})
    record(fresh, "cancel tickets", now=now, actor=actor, channel=channel, **detail)
    serve_line(fresh.event, now)
    tasks.send_change.enqueue(fresh.pk, "cancel tickets")
    return fresh


def _choose(booking: Booking, chosen: set[int]) -> tuple[list[Ticket], bool]:
    """Return the tickets with these ids, which can still be cancelled, and whether there are no others."""
    if booking.status != Booking.Status.CONFIRMED:
        raise TransitionRefused(f"This booking is {booking.get_status_display().lower()}.")
    living = list(booking.tickets.living())
    gone = [ticket for ticket in living if ticket.pk in chosen]
    if not gone or len(gone) < len(chosen):
        raise SelectionInvalid("Choose tickets of this booking that are still valid.")
    if any(ticket.checked_in_at for ticket in gone):
        raise TransitionRefused("One of these tickets has been used already.")
    return gone, len(gone) == len(living)


@atomic
def refund_part(
    *,
    booking: Booking,
    amount: Decimal,
    why: str,
    now: datetime,
    actor: str,
    channel: str = "",
    shift: Shift | None = None,
) -> Booking:
    """Give a part of the price back without cancelling anything: a discount after the fact, for a seat behind a pillar.

    Raises:
        TransitionRefused: the booking is not confirmed.
        RefundRefused: nothing, or more than the booking costs.
    """
    fresh = lock(booking)
    if fresh.status != Booking.Status.CONFIRMED:
        raise TransitionRefused("Only a confirmed booking has something to give back.")
    if not ZERO < amount <= fresh.total_price:
        raise RefundRefused(f"Give back more than nothing, and at most {format_money(fresh.total_price)}.")
    living = list(fresh.tickets.living())
    before = add_up(living)
    take_off(fresh, living, amount)
    post(fresh, ALLOWANCE, before=before, after=add_up(living), now=now)
    Ticket.objects.bulk_update(living, ["discount"])
    fresh.save(update_fields=["discount", "total_price"])
    refund_surplus(fresh, now, shift)
    record(fresh, "refund", now=now, actor=actor, channel=channel, amount=str(amount), why=why)
    tasks.send_change.enqueue(fresh.pk, "refund")
    return fresh
