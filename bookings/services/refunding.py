"""Give money back: decided inside a transaction, carried out by the queue, written down at both moments."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal

from bookings import tasks
from bookings.errors import PaymentFailed
from bookings.models import Booking, Payment
from bookings.payments import Charge, get_provider
from ticketing.money import ZERO, to_cents
from ticketing.transactions import atomic

from .history import SYSTEM, record
from .locking import lock


def record_charge(booking: Booking, charge: Charge, now: datetime) -> Payment:
    """Write down that a provider has taken money for a booking."""
    return Payment.objects.create(
        booking=booking,
        kind=Payment.Kind.CHARGE,
        provider=charge.provider,
        reference=charge.reference,
        amount=charge.amount,
        status=Payment.Status.SUCCEEDED,
        created_at=now,
    )


def request_refund(charge: Payment, amount: Decimal, now: datetime) -> Payment:
    """Decide to give ``amount`` of a charge back, and let the queue see to it."""
    refund = Payment.objects.create(
        booking_id=charge.booking_id,
        kind=Payment.Kind.REFUND,
        provider=charge.provider,
        reference=secrets.token_hex(8),
        amount=amount,
        status=Payment.Status.PENDING,
        charge=charge,
        created_at=now,
    )
    tasks.carry_out_refund.enqueue(refund.pk)
    return refund


def refund_everything(booking: Booking, now: datetime) -> Decimal:
    """Decide to give all back that was paid for a booking, which the caller has locked. Returns the sum."""
    total = ZERO
    for charge in booking.payments.with_refundable():
        refundable = to_cents(charge.refundable)  # SQLite computes it in binary
        if refundable > 0:
            request_refund(charge, refundable, now)
            total += refundable
    return total


def carry_out_refund(*, refund: Payment, now: datetime) -> None:
    """Let the provider give the money of a pending refund back, and write its answer down. Safe to repeat: it is asked
    again only while there is no answer.

    Anything but a plain refusal of the provider is raised, so that the queue tries again.
    """
    if _is_answered(refund):
        return
    try:
        get_provider(refund.provider).refund(refund)
        status = Payment.Status.SUCCEEDED
    except PaymentFailed:
        status = Payment.Status.FAILED
    _answer(refund, status, now)


def _is_answered(refund: Payment) -> bool:
    answers = Payment.objects.filter(charge=refund.charge_id, reference=refund.reference)
    return answers.exclude(status=Payment.Status.PENDING).exists()


@atomic
def _answer(refund: Payment, status: str, now: datetime) -> None:
    booking = lock(refund.booking)
    if _is_answered(refund):
        return
    Payment.objects.create(
        booking=booking,
        kind=Payment.Kind.REFUND,
        provider=refund.provider,
        reference=refund.reference,
        amount=refund.amount,
        status=status,
        charge=refund.charge,
        created_at=now,
    )
    record(booking, f"refund {status}", now=now, actor=SYSTEM, amount=str(refund.amount))
