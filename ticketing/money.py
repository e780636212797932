"""Money: ``Decimal`` with two places, in the one currency of the installation."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency
from django.conf import settings
from django.db import models
from django.utils.translation import get_language, to_locale

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class MoneyField(models.DecimalField):
    """An amount up to 99,999,999.99."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("max_digits", 10)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


def to_cents(amount: Decimal) -> Decimal:
    """Round to whole cents, half away from zero, as tills do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def format_money(amount: Decimal) -> str:
    """Write an amount as people read it: ``€45.00``."""
    return format_currency(amount, settings.CURRENCY, locale=to_locale(get_language() or settings.LANGUAGE_CODE))


def spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Divide ``amount`` in proportion to ``weights``, to the cent and without remainder.

    What rounding leaves over goes, a cent each, to the shares that lost most by it (largest remainder). No share
    is larger than its weight as long as ``amount`` is at most the sum of the weights.
    """
    total = sum(weights, ZERO)
    if not total:
        return [ZERO for _ in weights]
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(CENT, rounding="ROUND_DOWN") for share in exact]
    missing = int((amount - sum(shares, ZERO)) / CENT)
    by_loss = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_loss[:missing]:
        shares[index] += CENT
    return shares
