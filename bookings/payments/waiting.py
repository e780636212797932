"""Refunds that somebody should look at: to be handed out, refused, or without an answer for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from bookings.models import Payment, PaymentQuerySet

from . import AT_BOX_OFFICE

BY_HAND = (*AT_BOX_OFFICE, "exchange")
"""Providers whose money staff hand out themselves; that of an exchange may have come so."""

ANSWER_LATE = timedelta(hours=1)
"""A refund that the provider has not answered by then is worth a look."""


def unanswered() -> PaymentQuerySet:
    """Refunds that have been decided, and neither been paid out nor been refused."""
    answers = Payment.objects.filter(charge=OuterRef("charge"), reference=OuterRef("reference"))
    answered = Exists(answers.exclude(status=Payment.Status.PENDING))
    return Payment.objects.filter(~answered, kind=Payment.Kind.REFUND, status=Payment.Status.PENDING)


def to_hand_out() -> PaymentQuerySet:
    """Refunds of money that was taken at the counter, and waits there for the customer."""
    return unanswered().filter(provider__in=BY_HAND)


def late(now: datetime) -> PaymentQuerySet:
    """Refunds that a provider has not answered for long."""
    return unanswered().filter(created_at__lte=now - ANSWER_LATE).exclude(provider__in=BY_HAND)


def refused() -> PaymentQuerySet:
    """Refunds that a provider has refused, unless the booking's money was asked for again, of whichever charge."""
    again = Payment.objects.filter(
        kind=Payment.Kind.REFUND, status=Payment.Status.PENDING, booking=OuterRef("booking"), pk__gt=OuterRef("pk")
    )
    return Payment.objects.filter(~Exists(again), kind=Payment.Kind.REFUND, status=Payment.Status.FAILED)
