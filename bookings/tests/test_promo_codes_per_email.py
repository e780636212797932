"""A promo code that each customer may use so often: whenever the address is typed, and whoever comes at once."""

from __future__ import annotations

from functools import partial

import pytest
from pytest_django.asserts import assertContains

from bookings import services
from bookings.models import Booking
from bookings.services import confirming
from bookings.tests.racing import crashes, race, tally
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay
from bookings.tests.test_budgets import statements
from bookings.tests.visits import check_out
from bookings.tests.visits import hold as hold_now
from reports.audit import findings
from ticketing.errors import PromoCodeRefused
from ticketing.models import PromoCode
from ticketing.tests.factories import PromoCodeFactory, make_offer

REFUSED = "Each customer can use the code ONCE once, and with this e-mail address it has been used already."


@pytest.fixture
def offer(db):
    PromoCodeFactory(code="ONCE", max_uses_per_email=1)
    return make_offer(40)


def apply(booking, now=NOW):
    return services.apply_promo_code(booking=booking, code="once", now=now)


def bought(offer, email="ada@example.org"):
    return pay(apply(checked_out(offer, email=email)))


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG", " ada@example.org "])
def test_a_second_use_by_the_same_address_is_refused(offer, email):
    bought(offer)

    with pytest.raises(PromoCodeRefused) as refusal:
        apply(checked_out(offer, email=email))

    assert refusal.value.message == REFUSED


def test_others_may_use_it(offer):
    bought(offer)

    assert bought(offer, "grace@example.org").discount == 4
    assert PromoCode.objects.get().uses == 2


def test_a_limit_of_two_says_so(offer):
    PromoCode.objects.update(max_uses_per_email=2)
    bought(offer)
    bought(offer)

    with pytest.raises(PromoCodeRefused) as refusal:
        apply(checked_out(offer))

    assert "can use the code ONCE 2 times" in refusal.value.message


def test_the_address_may_come_after_the_code(offer):
    bought(offer)
    booking = apply(hold(offer))

    services.set_details(booking=booking, name="Ada", email="Ada@example.org", now=NOW)

    with pytest.raises(PromoCodeRefused):
        services.check_confirmable(booking, NOW)


def test_a_live_hold_of_the_same_address_counts_until_it_lapses(offer):
    apply(checked_out(offer))

    with pytest.raises(PromoCodeRefused):
        apply(checked_out(offer))
    assert apply(checked_out(offer, now=LAPSED), now=LAPSED).discount == 4


def test_a_cancelled_booking_gives_the_use_back(offer):
    services.cancel(booking=bought(offer), reason=Booking.Reason.CUSTOMER, now=NOW, actor="customer")

    assert bought(offer).discount == 4


def test_a_walk_up_sale_without_an_address_is_not_limited(offer):
    for _ in range(2):
        booking = apply(hold(offer, channel="box_office"))
        pay(booking)

    assert PromoCode.objects.get().uses == 2


def test_the_checkout_takes_the_code_off_and_says_why(client, offer):
    bought(offer, "ada@example.org")
    booking = hold_now(offer)
    check_out(client, booking, do="apply", code="ONCE", email="")

    response = check_out(client, booking, again="on")

    assertContains(response, REFUSED, status_code=409)
    assertContains(response, "We have taken it off: the total is now €40.00.", status_code=409)


def test_the_checkout_refuses_a_code_typed_together_with_the_address(client, offer):
    bought(offer, "ada@example.org")

    response = check_out(client, hold_now(offer), code="ONCE")

    assertContains(response, REFUSED, status_code=422)


def test_confirm_asks_once_more_for_codes_with_such_a_limit_only(offer):
    booking = apply(checked_out(offer))
    booking = Booking.objects.with_details().get(pk=booking.pk)

    with statements(9):
        pay(booking)


# Races ------------------------------------------------------------------------------------------


def rivals(offer, count=10):
    """Make bookings of one customer that have the code before they have the address."""
    bookings = [apply(hold(offer)) for _ in range(count)]
    Booking.objects.update(customer_name="Ada", customer_email="ada@example.org")
    return [Booking.objects.with_details().get(pk=booking.pk) for booking in bookings]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_race_for_the_one_use_of_an_address():
    PromoCodeFactory(code="ONCE", max_uses_per_email=1)
    bookings = rivals(make_offer(40))

    outcomes = race(*[partial(pay, booking) for booking in bookings])

    assert crashes(outcomes) == []
    assert tally(outcomes) == {"Booking": 1, "PromoCodeRefused": 9}
    assert PromoCode.objects.get().uses == 1
    assert findings(NOW) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_asking_again_the_code_is_used_too_often(monkeypatch):
    monkeypatch.setattr(confirming, "check_uses_of_customer", lambda *args: None)
    PromoCodeFactory(code="ONCE", max_uses_per_email=1)

    outcomes = race(*[partial(pay, booking) for booking in rivals(make_offer(40))])

    assert tally(outcomes)["Booking"] > 1
