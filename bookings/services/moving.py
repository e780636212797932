"""Replace a booking by one for another date: the money moves along, and the two know each other."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from bookings import states
from bookings.models import Booking, Payment, Ticket, make_booking_code
from bookings.payments import Charge
from events.models import Event
from ticketing import stock
from ticketing.models import PromoCode
from ticketing.money import ZERO, to_cents

from .refunding import record_charge

EXCHANGE = "exchange"
"""The provider of money that moves from one booking to another (see ``bookings.payments.moved``)."""


def begin_replacement(old: Booking, event: Event, now: datetime) -> Booking:
    """Make the unsaved booking at ``event`` that is to replace ``old``: the same customer, confirmed at once."""
    return Booking(
        booking_code=make_booking_code(now),
        event=event,
        customer_name=old.customer_name,
        customer_email=old.customer_email,
        customer_phone=old.customer_phone,
        status=Booking.Status.CONFIRMED,
        channel=old.channel,
        claim=uuid.uuid4(),
        replaces=old,
        booking_date=now,
        confirmed_at=now,
    )


def finish_replacement(old: Booking, new: Booking, now: datetime) -> None:
    """Cancel ``old``, which the caller has locked, and let its money pay for ``new``; what is retained stays."""
    this = Booking.objects.filter(pk=old.pk)
    states.move(this, states.CANCELLED, cancellation_reason=Booking.Reason.EXCHANGED, cancelled_at=now)
    old.tickets.void(Ticket.VoidReason.EXCHANGED, now)
    stock.release(claim=old.claim, now=now)
    if old.promo_code_id and not new.promo_code_id:
        PromoCode.objects.give_back(old.promo_code_id)
    stays = old.retained
    for charge in old.payments.with_refundable():
        refundable = to_cents(charge.refundable)
        amount = max(refundable - stays, ZERO)
        stays -= min(refundable, stays)
        if amount > 0:
            _move(charge, amount, new, now)


def _move(charge: Payment, amount, new: Booking, now: datetime) -> None:
    """Give ``amount`` of a charge back to the new booking, under a reference of its own."""
    reference = secrets.token_hex(8)
    for status in (Payment.Status.PENDING, Payment.Status.SUCCEEDED):
        Payment.objects.create(
            booking_id=charge.booking_id,
            kind=Payment.Kind.REFUND,
            provider=EXCHANGE,
            reference=reference,
            amount=amount,
            status=status,
            charge=charge,
            created_at=now,
        )
    record_charge(new, Charge(EXCHANGE, reference, amount), now)
