"""Promo codes at the checkout: applied without losing what was typed, never charged for when they hold no more."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from bookings import services
from bookings.models import Booking
from bookings.payments.demo import DemoProvider
from bookings.tests.visits import DETAILS, check_out, hold, url
from ticketing.models import PromoCode
from ticketing.tests.factories import PromoCodeFactory, make_offer

pytestmark = pytest.mark.django_db


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def amount_to_pay(response):
    """Read which sum an answer leads to the payment of."""
    return DemoProvider().read(response["Location"].split("/")[-2]).amount


def test_promo_code_is_applied_without_losing_what_was_typed(client):
    PromoCodeFactory(code="SPRING")
    booking = hold(make_offer(), 2)

    response = check_out(client, booking, do="apply", code=" spring ", email="ada@")

    assertContains(response, "Done: you save €8.00.")
    assertContains(response, "€72.00")
    assertContains(response, 'value="ada@"')
    assertNotContains(response, "This is not an e-mail address")
    assert fresh(booking).total_price == 72


def test_promo_code_is_removed(client):
    PromoCodeFactory(code="SPRING")
    booking = hold(make_offer(), 2)
    services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())

    response = check_out(client, booking, do="remove")

    assertContains(response, "Code removed.")
    assert (fresh(booking).promo_code, fresh(booking).total_price) == (None, 80)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "Enter a code first."),
        ("NOPE", "There is no promo code “NOPE”."),
        ("<b>", "There is no promo code “<b>”."),
        ("OLD", "The code OLD is no longer valid."),
        ("SPENT", "The code SPENT has been used up."),
    ],
)
def test_promo_code_that_does_not_hold_is_refused_beside_its_field(client, code, message):
    PromoCodeFactory(code="OLD", valid_until=timezone.now() - timedelta(days=1))
    PromoCodeFactory(code="SPENT", max_uses=1, uses=1)
    booking = hold(make_offer())

    response = check_out(client, booking, do="apply", code=code)

    assert response.status_code == 422
    assert response.context["promo"].errors == {"code": [message]}
    assert fresh(booking).discount == 0


def test_htmx_is_answered_with_success_so_that_it_shows_the_refusal(client):
    booking = hold(make_offer())

    response = client.post(
        url("checkout", booking), DETAILS | {"do": "apply", "code": "X"}, headers={"HX-Request": "true"}
    )

    assertContains(response, "There is no promo code “X”.", status_code=200)


def test_promo_code_that_was_typed_but_not_applied_counts(client):
    PromoCodeFactory(code="SPRING")
    booking = hold(make_offer(), 2)

    assert amount_to_pay(check_out(client, booking, code="SPRING")) == 72


def test_promo_code_that_was_typed_and_does_not_hold_stops_the_payment(client):
    booking = hold(make_offer(), 2)

    response = check_out(client, booking, code="NOPE")

    assert response.status_code == 422
    assert response.context["promo"].errors == {"code": ["There is no promo code “NOPE”."]}
    assertContains(response, 'value="Ada Lovelace"', status_code=422)


def test_promo_code_used_up_before_the_payment_is_taken_off(client):
    PromoCodeFactory(code="SPRING", max_uses=1)
    booking = hold(make_offer(), 2)
    services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())
    PromoCode.objects.update(uses=1)

    response = check_out(client, booking)

    assertContains(
        response,
        "The code SPRING has been used up. We have taken it off: the total is now €80.00.",
        status_code=409,
    )
    assertContains(response, 'value="Ada Lovelace"', status_code=409)
    assert amount_to_pay(check_out(client, booking)) == 80


def test_promo_code_that_makes_it_free_books_at_once(client):
    PromoCodeFactory(code="GIFT", percent=100)
    booking = hold(make_offer())

    response = check_out(client, booking, code="GIFT")

    assert response["Location"] == f"{url('booking', booking)}?new=1"
