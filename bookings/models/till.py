"""The till: who was responsible for which cash, and when."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from events.history import AppendOnly
from ticketing.money import ZERO, MoneyField


class ShiftQuerySet(models.QuerySet["Shift"]):
    def open(self) -> ShiftQuerySet:
        return self.filter(closed_at__isnull=True)


class Shift(models.Model):
    """A member of staff at the counter with a drawer, from the float that it began with until the drawer was counted.

    What is expected is fixed when the shift is closed: it is what the report of that day says for ever.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts")
    opened_at = models.DateTimeField()
    opening_float = MoneyField("float", default=ZERO, validators=[MinValueValidator(ZERO)])
    closed_at = models.DateTimeField(null=True, blank=True)
    expected_cash = MoneyField(null=True, blank=True)
    counted_cash = MoneyField(null=True, blank=True, validators=[MinValueValidator(ZERO)])
    expected_cards = MoneyField(null=True, blank=True)
    counted_cards = MoneyField("total of the card terminal", null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        permissions = [("review_shift", "Can see the shifts of everybody")]
        constraints = [
            models.UniqueConstraint(name="shift_open_once", fields=["user"], condition=Q(closed_at__isnull=True)),
            models.CheckConstraint(name="shift_float_not_negative", condition=Q(opening_float__gte=0)),
            models.CheckConstraint(
                name="shift_closed_is_counted",
                condition=Q(
                    closed_at__isnull=True,
                    expected_cash__isnull=True,
                    counted_cash__isnull=True,
                    expected_cards__isnull=True,
                    counted_cards__isnull=True,
                )
                | Q(
                    closed_at__gte=F("opened_at"),
                    expected_cash__isnull=False,
                    counted_cash__isnull=False,
                    expected_cards__isnull=False,
                    counted_cards__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.opened_at:%Y-%m-%d %H:%M}"


class CashMovement(AppendOnly):
    """Cash that was put into a drawer or taken out of it, other than for tickets."""

    class Kind(models.TextChoices):
        PAY_IN = "pay_in", "Paid in"
        PAY_OUT = "pay_out", "Paid out"

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=7, choices=Kind)
    amount = MoneyField()
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="cash_movement_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="cash_movement_kind_known", condition=Q(kind__in=["pay_in", "pay_out"])),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
