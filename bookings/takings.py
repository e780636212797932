"""What went through a drawer and a card terminal in a shift: read for its report, and when it is closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Self

from django.db.models import Count, Sum

from ticketing.money import ZERO, to_cents

from .models import CashMovement, Payment, Shift
from .payments.moved import MovedProvider

CASH, TERMINAL = "cash", "terminal"
"""The providers whose money goes through the hands of staff, as in ``Payment.provider``."""

MOVED = MovedProvider.code
"""Money that came along with an exchange: it is handed out by the means by which it once came in."""


@dataclass(frozen=True)
class Takings:
    """The money of a shift, or of several: each sum is positive. ``sales`` and ``refunds`` are numbers of payments."""

    opening_float: Decimal = ZERO
    paid_in: Decimal = ZERO
    paid_out: Decimal = ZERO
    cash_taken: Decimal = ZERO
    cash_refunded: Decimal = ZERO
    cards_taken: Decimal = ZERO
    cards_refunded: Decimal = ZERO
    sales: int = 0
    refunds: int = 0

    @property
    def expected_cash(self) -> Decimal:
        """What must lie in the drawer."""
        return self.opening_float + self.paid_in - self.paid_out + self.cash

    @property
    def expected_cards(self) -> Decimal:
        """What the card terminal must show as its total; below nothing, if it gave more back than it took."""
        return self.cards_taken - self.cards_refunded

    @property
    def cash(self) -> Decimal:
        """Cash that came in for tickets, less what went back."""
        return self.cash_taken - self.cash_refunded

    @property
    def sold(self) -> Decimal:
        """What came in for tickets, less what went back."""
        return self.cash + self.expected_cards

    def __add__(self, other: Takings) -> Self:
        return type(self)(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def takings_of(shift: Shift) -> Takings:
    """Add the money of one shift up. Three queries."""
    return takings_by_shift([shift])[shift.pk]


def takings_by_shift(shifts: Iterable[Shift]) -> dict[int, Takings]:
    """Add the money of each shift up, by its id. Three queries, whatever their number."""
    sums: dict[int, dict[str, Decimal | int]] = {shift.pk: {"opening_float": shift.opening_float} for shift in shifts}
    moved = CashMovement.objects.filter(shift__in=sums).order_by().values_list("shift", "kind").annotate(Sum("amount"))
    for shift, kind, amount in moved:
        sums[shift]["paid_in" if kind == CashMovement.Kind.PAY_IN else "paid_out"] = to_cents(amount)
    paid = Payment.objects.filter(shift__in=sums, status=Payment.Status.SUCCEEDED).order_by()
    groups = paid.exclude(provider=MOVED).values_list("shift", "provider", "kind").annotate(Sum("amount"), Count("pk"))
    rows = [(shift, provider, kind, to_cents(amount), count) for shift, provider, kind, amount, count in groups]
    for payment in paid.filter(provider=MOVED).select_related("charge"):
        origin = MovedProvider().origin(payment.charge or payment)
        rows.append((payment.shift_id, origin.provider, payment.kind, payment.amount, 1))
    for shift, provider, kind, amount, count in rows:
        is_charge, means = kind == Payment.Kind.CHARGE, "cards" if provider == TERMINAL else "cash"
        for key, value in (
            (f"{means}_{'taken' if is_charge else 'refunded'}", amount),
            ("sales" if is_charge else "refunds", count),
        ):
            sums[shift][key] = sums[shift].get(key, 0) + value
    return {shift: Takings(**found) for shift, found in sums.items()}
