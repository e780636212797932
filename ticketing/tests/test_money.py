"""Money: to the cent, without remainder."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ticketing.money import CENT, ZERO, format_money, spread, to_cents

CENTS = st.decimals("0", "99999999.99", places=2)


@given(weights=st.lists(CENTS, max_size=20), share=st.fractions(0, 1))
@settings(database=None, derandomize=True)
def test_spread_sums_to_the_cent_and_no_share_is_above_its_weight(weights, share):
    total = sum(weights, ZERO)
    amount = (total * share.numerator / share.denominator).quantize(CENT, rounding="ROUND_DOWN")

    shares = spread(amount, weights)

    assert sum(shares, ZERO) == amount
    assert all(0 <= part <= weight for part, weight in zip(shares, weights, strict=True))
    assert all(part == part.quantize(CENT) for part in shares)


@given(weights=st.lists(CENTS, min_size=1, max_size=20), amount=CENTS)
@settings(database=None, derandomize=True)
def test_spread_divides_any_amount_without_remainder(weights, amount):
    assume(sum(weights, ZERO))

    assert sum(spread(amount, weights), ZERO) == amount


@given(weights=st.lists(st.decimals("0.01", "1000", places=2), min_size=1, max_size=20), share=st.fractions(0, 1))
@settings(database=None, derandomize=True)
def test_spread_is_less_than_a_cent_from_the_exact_share(weights, share):
    total = sum(weights, ZERO)
    amount = (total * share.numerator / share.denominator).quantize(CENT, rounding="ROUND_DOWN")

    shares = spread(amount, weights)

    assert all(abs(part - amount * weight / total) < CENT for part, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("0.01", ["40", "40"], ["0.01", "0.00"]),
        ("5.00", ["0", "20"], ["0.00", "5.00"]),
        ("0.00", ["0", "0"], ["0.00", "0.00"]),
        ("0.00", [], []),
    ],
)
def test_spread_gives_what_rounding_leaves_to_those_who_lost_most(amount, weights, shares):
    assert spread(Decimal(amount), [Decimal(weight) for weight in weights]) == [Decimal(share) for share in shares]


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", "0.01"), ("0.004999", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01")]
)
def test_to_cents_rounds_half_away_from_zero(amount, cents):
    assert str(to_cents(Decimal(amount))) == cents


@pytest.mark.parametrize(("amount", "text"), [("0.00", "€0.00"), ("45.00", "€45.00"), ("1234567.80", "€1,234,567.80")])
def test_format_money_writes_what_people_read(amount, text):
    assert format_money(Decimal(amount)) == text


def test_format_money_follows_language_and_currency(settings):
    settings.CURRENCY = "CHF"

    with translation.override("de-ch"):
        assert format_money(Decimal("1234.50")) == "CHF\u00a01’234.50"
