"""Settlements: what the house agreed with a promoter, and what it has signed."""

from __future__ import annotations

from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from events.history import AppendOnly
from events.models import Event
from ticketing.money import ZERO, MoneyField


class SettlementTerms(models.Model):
    """What the house keeps of an event's takings. Without a row it keeps nothing.

    ``percent`` is of the takings, with what was retained; ``per_ticket`` is for each valid ticket that was not given
    away.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="settlement_terms")
    percent = models.DecimalField(
        "share of the takings",
        max_digits=5,
        decimal_places=2,
        default=ZERO,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text="Per cent that the house keeps.",
    )
    per_ticket = MoneyField(
        "for each ticket",
        default=ZERO,
        validators=[MinValueValidator(ZERO)],
        help_text="What the house keeps for each valid ticket that was paid for.",
    )

    class Meta:
        ordering = ["event"]
        verbose_name_plural = "settlement terms"
        constraints = [
            models.CheckConstraint(
                name="settlement_terms_percent_sane", condition=Q(percent__gte=0) & Q(percent__lte=100)
            ),
            models.CheckConstraint(name="settlement_terms_per_ticket_not_negative", condition=Q(per_ticket__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %, {self.per_ticket} for each ticket"


class Settlement(AppendOnly):
    """The figures of an event as a manager has signed them. They never change.

    If something changes afterwards, the event can be signed once more: ``number`` counts, and the last one holds.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveSmallIntegerField(default=1)
    figures = models.JSONField(encoder=DjangoJSONEncoder, help_text="See reports.settlements.Figures.")
    note = models.CharField(max_length=500, blank=True)
    signed_by = models.CharField(max_length=150)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["event", "number"]
        permissions = [
            ("view_sales", "Can see what was sold, in reports"),
            ("view_revenue", "Can see amounts of money in reports"),
            ("view_customers", "Can see customers in reports, and their data"),
            ("erase_customers", "Can erase customers' data"),
            ("sign_settlement", "Can sign settlements"),
        ]
        constraints = [
            models.UniqueConstraint(name="settlement_signed_once", fields=["event", "number"]),
            models.CheckConstraint(name="settlement_number_positive", condition=Q(number__gt=0)),
        ]

    def __str__(self) -> str:
        return f"settlement {self.number} of {self.event}"
