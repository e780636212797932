"""Give money back: decided inside a transaction, carried out by the queue, written down at both moments."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal

from bookings import tasks
from bookings.errors import PaymentFailed, TransitionRefused
from bookings.models import Booking, Channel, Payment, Shift
from bookings.payments import Charge, get_provider, is_handed_out
from ticketing.money import ZERO, to_cents
from ticketing.transactions import atomic

from .history import SYSTEM, record
from .locking import lock, lock_open


def record_charge(booking: Booking, charge: Charge, now: datetime, shift: Shift | None = None) -> Payment:
    """Write down that a provider, or a member of staff in a shift, has taken money for a booking.

    Raises:
        ShiftClosed: the drawer has been counted meanwhile.
    """
    if shift:
        lock_open(shift)
    return Payment.objects.create(
        booking=booking,
        kind=Payment.Kind.CHARGE,
        provider=charge.provider,
        reference=charge.reference,
        amount=charge.amount,
        status=Payment.Status.SUCCEEDED,
        shift=shift,
        created_at=now,
    )


@atomic
def return_charge(booking: Booking, charge: Charge, why: str, now: datetime, shift: Shift | None = None) -> bool:
    """Write down a charge that cannot be used, and give it back; do so once. Returns whether it was done now."""
    fresh = lock(booking)
    if Payment.objects.filter(kind=Payment.Kind.CHARGE, provider=charge.provider, reference=charge.reference).exists():
        return False
    request_refund(record_charge(fresh, charge, now, shift), charge.amount, now, shift)
    record(fresh, "refuse payment", now=now, actor=SYSTEM, why=why, amount=str(charge.amount))
    return True


def request_refund(charge: Payment, amount: Decimal, now: datetime, shift: Shift | None = None) -> Payment:
    """Decide to give ``amount`` of a charge back, and let the queue see to it.

    What staff hand out themselves waits for :func:`pay_out`, or is handed out at once by whoever has a ``shift``.
    """
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
    if not is_handed_out(charge):
        tasks.carry_out_refund.enqueue(refund.pk)
    elif shift is not None:
        _write_answer(refund, Payment.Status.SUCCEEDED, now, shift)
    return refund


def refund_surplus(booking: Booking, now: datetime, shift: Shift | None = None) -> Decimal:
    """Decide to give back what was paid for a booking, which the caller has locked, and is not due. Returns the sum.

    Due is what its living tickets cost and what is retained for others.
    """
    due = booking.retained + (booking.total_price if booking.status != Booking.Status.CANCELLED else ZERO)
    parts = find_surplus(booking, due)
    for charge, amount in parts:
        request_refund(charge, amount, now, shift)
    return sum((amount for _, amount in parts), ZERO)


def find_surplus(booking: Booking, due: Decimal) -> list[tuple[Payment, Decimal]]:
    """Say how much of which charges goes back when only ``due`` is kept: the last charge first."""
    charges = [(charge, to_cents(charge.refundable)) for charge in booking.payments.with_refundable()]
    surplus = sum((refundable for _, refundable in charges), ZERO) - due
    parts = []
    for charge, refundable in reversed(charges):
        amount = min(refundable, surplus)
        if amount > 0:
            parts.append((charge, amount))
            surplus -= amount
    return parts


@atomic
def refund_again(*, booking: Booking, now: datetime, actor: str, channel: str = "") -> Decimal:
    """Ask the providers once more for what they refused to give back. Returns the sum.

    Raises:
        TransitionRefused: there is nothing to give back.
    """
    fresh = lock(booking)
    total = refund_surplus(fresh, now)
    if not total:
        raise TransitionRefused("There is nothing to give back.")
    record(fresh, "refund again", now=now, actor=actor, channel=channel, amount=str(total))
    return total


@atomic
def pay_out(*, refund: Payment, shift: Shift, now: datetime, actor: str) -> Payment:
    """Hand out the money of a pending refund, in cash or through the terminal, out of the shift of whoever does it.

    Raises:
        TransitionRefused: it has been answered already, or the provider gives it back itself.
        ShiftClosed: the drawer has been counted meanwhile.
    """
    booking = lock(refund.booking)
    if refund.status != Payment.Status.PENDING or _is_answered(refund):
        raise TransitionRefused("This refund has been paid out already.")
    if not is_handed_out(refund.charge):
        raise TransitionRefused("This refund goes back the way the money came: there is nothing to hand out.")
    answer = _write_answer(refund, Payment.Status.SUCCEEDED, now, shift)
    record(booking, "pay out", now=now, actor=actor, channel=Channel.BOX_OFFICE, amount=str(refund.amount))
    return answer


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
    _write_answer(refund, status, now, None)
    record(booking, f"refund {status}", now=now, actor=SYSTEM, amount=str(refund.amount))


def _write_answer(refund: Payment, status: str, now: datetime, shift: Shift | None) -> Payment:
    if shift:
        lock_open(shift)
    return Payment.objects.create(
        booking_id=refund.booking_id,
        kind=Payment.Kind.REFUND,
        provider=refund.provider,
        reference=refund.reference,
        amount=refund.amount,
        status=status,
        charge_id=refund.charge_id,
        shift=shift,
        created_at=now,
    )
