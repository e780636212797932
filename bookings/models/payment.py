"""Payments: money that moved, one row per fact."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from events.history import AppendOnly, AppendOnlyQuerySet
from ticketing.money import ZERO, MoneyField

from .booking import Booking
from .till import Shift


class PaymentQuerySet(AppendOnlyQuerySet):
    def with_refundable(self) -> PaymentQuerySet:
        """Charges that came in, with ``refundable``: what has not been given back, nor been decided to be.

        Each refund begins as a pending row; one that failed leaves its sum to be refunded anew.
        """

        def refunds(status: str) -> Coalesce:
            return Coalesce(Sum("refunds__amount", filter=Q(refunds__status=status)), ZERO, output_field=MoneyField())

        return self.filter(kind=Payment.Kind.CHARGE, status=Payment.Status.SUCCEEDED).annotate(
            refundable=F("amount") - refunds("pending") + refunds("failed")
        )


class Payment(AppendOnly):
    """Money that moved, or tried to: one row per fact, never changed.

    A refund names the charge that it gives back. It begins as a ``pending`` row when it is decided, and is followed by
    a ``succeeded`` or ``failed`` one with the same reference when the provider has answered, or the box office has
    handed the money out. What went through the hands of staff names their ``shift``.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", "Charge"
        REFUND = "refund", "Refund"

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded", "Succeeded"
        PENDING = "pending", "Pending"
        FAILED = "failed", "Failed"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=6, choices=Kind)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    amount = MoneyField()
    status = models.CharField(max_length=10, choices=Status)
    charge = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    created_at = models.DateTimeField()

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_status_known", condition=Q(status__in=["succeeded", "pending", "failed"])
            ),
            models.CheckConstraint(
                name="payment_refund_names_charge",
                condition=Q(kind="charge", charge__isnull=True) | Q(kind="refund", charge__isnull=False),
            ),
            models.UniqueConstraint(
                name="payment_succeeds_once",
                fields=["provider", "reference", "kind"],
                condition=Q(status="succeeded"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} ({self.provider} {self.reference})"
