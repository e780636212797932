"""Promo codes: when they can be used, how often, and what they take off."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketing.models import PromoCode
from ticketing.tests.factories import PromoCodeFactory

NOW = timezone.now()
HOUR = timedelta(hours=1)
PRICES = st.lists(st.decimals("0", "9999.99", places=2), max_size=10)


@pytest.mark.django_db
@pytest.mark.parametrize("valid_from", [None, NOW - HOUR, NOW, NOW + HOUR])
@pytest.mark.parametrize("valid_until", [None, NOW, NOW + 2 * HOUR])
@pytest.mark.parametrize(("max_uses", "uses"), [(None, 9), (1, 0), (1, 1)])
def test_is_usable_and_usable_agree(valid_from, valid_until, max_uses, uses):
    if valid_from and valid_until and valid_until <= valid_from:
        return
    promo = PromoCodeFactory(valid_from=valid_from, valid_until=valid_until, max_uses=max_uses, uses=uses)

    listed = PromoCode.objects.usable(NOW).filter(pk=promo.pk).exists()

    assert listed == promo.is_usable(NOW)
    assert listed == (valid_from != NOW + HOUR and valid_until != NOW and uses != max_uses)


@pytest.mark.django_db
def test_use_counts_up_to_the_last_one():
    promo = PromoCodeFactory(max_uses=2)

    used = [PromoCode.objects.use(promo.pk, NOW) for _ in range(3)]

    promo.refresh_from_db()
    assert (used, promo.uses) == ([True, True, False], 2)


@pytest.mark.django_db
def test_use_refuses_what_has_expired():
    promo = PromoCodeFactory(valid_until=NOW)

    assert PromoCode.objects.use(promo.pk, NOW) is False


@pytest.mark.django_db
def test_give_back_never_counts_below_nothing():
    promo = PromoCodeFactory(uses=1)

    for _ in range(2):
        PromoCode.objects.give_back(promo.pk)

    promo.refresh_from_db()
    assert promo.uses == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "SUMMER"}, "code"),
        ({"code": " summer "}, "code"),
        ({"percent": None}, "percent"),
        ({"amount": Decimal(5)}, "percent"),
        ({"valid_from": NOW, "valid_until": NOW}, "valid_until"),
        ({"max_uses": 1, "uses": 2}, "max_uses"),
    ],
)
def test_clean_refuses_what_contradicts_itself(changes, field):
    PromoCodeFactory(code="Summer")
    promo = PromoCodeFactory.build(code="Winter")
    for name, value in changes.items():
        setattr(promo, name, value)

    with pytest.raises(ValidationError) as refusal:
        promo.full_clean()

    assert field in refusal.value.message_dict


@given(percent=st.integers(1, 100), prices=PRICES)
@settings(database=None, derandomize=True)
def test_percentage_is_rounded_once_and_shared_to_the_cent(percent, prices):
    discounts = PromoCode(percent=percent).discounts(prices)

    exact = sum(prices, Decimal(0)) * percent / 100
    assert abs(sum(discounts, Decimal(0)) - exact) <= Decimal("0.005")
    assert all(0 <= discount <= price for discount, price in zip(discounts, prices, strict=True))
    assert all(discount == discount.quantize(Decimal("0.01")) for discount in discounts)


@given(amount=st.decimals("0.01", "99999.99", places=2), prices=PRICES)
@settings(database=None, derandomize=True)
def test_amount_is_taken_off_to_the_cent_but_never_below_nothing(amount, prices):
    discounts = PromoCode(amount=amount).discounts(prices)

    assert sum(discounts, Decimal(0)) == min(amount, sum(prices, Decimal(0)))
    assert all(0 <= discount <= price for discount, price in zip(discounts, prices, strict=True))


def test_hundred_percent_leaves_nothing():
    assert PromoCode(percent=100).discounts([Decimal("33.33"), Decimal("0.01")]) == [Decimal("33.33"), Decimal("0.01")]
