"""The card page: one payment per start, whatever is clicked, and no money for what cannot be had."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import services
from bookings.models import Booking
from bookings.payments import demo, get_provider
from bookings.tests.sales import payments_of
from bookings.tests.visits import CARD, DECLINED, checked_out, hold, pay, sold, url
from events.models import Event
from ticketing.models import FOREVER, PromoCode
from ticketing.tests.factories import PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(minutes=11)


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def sell_to_others(booking):
    booking.event.places.update(free_from=FOREVER, claim=None)


# Paying ------------------------------------------------------------------------------------------


def test_card_page_says_what_is_paid_for(client):
    booking = checked_out(make_offer(), 2)

    response = client.get(get_provider().start(booking))

    assertContains(response, "€80.00")
    assertContains(response, booking.booking_code)
    assertContains(response, "4242 4242 4242 4242")


def test_card_that_pays_leads_to_the_tickets(client):
    booking = checked_out(make_offer(), 2)

    response = pay(client, booking)

    assertRedirects(response, f"{url('booking', booking)}?new=1")
    assert fresh(booking).status == "confirmed"
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]


def test_card_posted_twice_is_charged_once(client):
    booking = checked_out(make_offer(), 2)
    address = get_provider().start(booking)

    responses = [client.post(address, CARD) for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]


def test_second_payment_page_of_a_paid_booking_charges_nothing(client):
    booking = checked_out(make_offer(), 2)
    first, second = get_provider().start(booking), get_provider().start(booking)
    client.post(first, CARD)

    response = client.post(second, CARD, follow=True)

    assertRedirects(response, url("booking", booking))
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]


def test_declined_card_stays_on_the_page_without_its_number(client):
    booking = checked_out(make_offer())

    response = pay(client, booking, **DECLINED)

    assertContains(response, "Your card was declined. Please try another card.", status_code=402)
    assertContains(response, 'value="Ada Lovelace"', status_code=402)
    assertNotContains(response, '4000 0000 0000 0002"', status_code=402)
    assertNotContains(response, 'value="123"', status_code=402)
    assert payments_of(booking) == []


def test_another_card_pays_after_one_was_declined(client):
    booking = checked_out(make_offer())
    address = get_provider().start(booking)
    client.post(address, DECLINED)

    client.post(address, CARD)

    assert fresh(booking).status == "confirmed"


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("number", "", "Enter the card number."),
        ("number", "4242 4242 4242 4241", "This is not a card number. Please check it for typing mistakes."),
        ("number", "4" * 10_000, "Check the card number."),
        ("number", "४२४२ ४२४२ ४२४२ ४२४२", "This is not a card number. Please check it for typing mistakes."),
        ("expiry", "soon", "Enter the date as MM / YY."),
        ("expiry", "13/34", "Enter the date as MM / YY."),
        ("expiry", "01/20", "This card has expired."),
        ("cvc", "12", "Enter the 3 or 4 digits of the security code."),
        ("cvc", "१२३", "Enter the 3 or 4 digits of the security code."),
        ("holder", "", "Enter the name on the card."),
        ("holder", "x" * 10_000, "This name is too long."),
    ],
)
def test_wrong_card_detail_comes_back_with_a_message(client, field, typed, message):
    booking = checked_out(make_offer())

    response = pay(client, booking, **{field: typed})

    assert response.status_code == 422
    assert response.context["form"].errors == {field: [message]}
    assert fresh(booking).status == "pending"


@pytest.mark.parametrize("expiry", ["12/34", "12 / 34", "1234", "12/2034", "1/34"])
def test_expiry_date_may_be_typed_as_on_the_card(client, expiry):
    assert pay(client, checked_out(make_offer()), expiry=expiry).status_code == 302


# What must be found before money is taken ----------------------------------------------------------


def test_promo_code_used_up_meanwhile_is_not_charged(client):
    PromoCodeFactory(code="SPRING", max_uses=1)
    booking = services.apply_promo_code(booking=checked_out(make_offer(), 2), code="SPRING", now=timezone.now())
    PromoCode.objects.update(uses=1)

    response = client.post(get_provider().start(booking), CARD, follow=True)

    assertRedirects(response, url("checkout", booking))
    assertContains(response, "The code SPRING has been used up. We have taken it off: the total is now €80.00.")
    assertContains(response, "Your card was not charged.")
    assert (payments_of(booking), fresh(booking).total_price) == ([], 80)


def test_price_that_changed_in_another_tab_is_not_charged(client):
    PromoCodeFactory(code="SPRING")
    booking = checked_out(make_offer(), 2)
    address = get_provider().start(booking)
    services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())

    response = client.post(address, CARD, follow=True)

    assertContains(response, "The price has changed since you started to pay.")
    assert payments_of(booking) == []


def test_event_that_was_cancelled_meanwhile_is_not_charged(client):
    booking = checked_out(make_offer())
    Event.objects.update(status="cancelled")

    response = client.post(get_provider().start(booking), CARD, follow=True)

    assertContains(response, "This event has been cancelled, so it can no longer be booked. Your card was not charged.")
    assert payments_of(booking) == []


def test_hold_that_has_lapsed_is_paid_while_its_places_are_there(client):
    booking = checked_out(make_seated_offer(), 2, ago=LONG_AGO)

    pay(client, booking)

    assert fresh(booking).status == "confirmed"
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]


def test_hold_that_has_lapsed_is_not_charged_when_its_places_are_gone(client):
    booking = checked_out(make_offer(), 2, ago=LONG_AGO)
    address = get_provider().start(booking)
    sell_to_others(booking)

    response = client.post(address, CARD, follow=True)

    assertContains(response, "Standard is sold out. Your card was not charged.")
    assertContains(response, "Your tickets are no longer held")
    assert payments_of(booking) == []


def test_hold_that_was_let_go_leads_to_the_checkout_which_says_so(client):
    booking = checked_out(make_offer())
    address = get_provider().start(booking)
    services.abandon(booking=booking, now=timezone.now())

    response = client.get(address, follow=True)

    assertContains(response, "You have let these tickets go.")


# The address of the page -----------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "%00", "a" * 5_000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_payment_page_says_what_next(client, token, method):
    response = getattr(client, method)(reverse("bookings:card", args=[token]))

    assertContains(response, "This payment page is no longer valid", status_code=400)
    assertContains(response, reverse("bookings:find"), status_code=400)


def test_expired_payment_page_offers_to_start_again(client, monkeypatch):
    booking = checked_out(make_offer())
    address = get_provider().start(booking)
    monkeypatch.setattr(demo, "MAX_AGE", -1)

    response = client.post(address, CARD)

    assertContains(response, "This payment page is no longer valid", status_code=410)
    assertContains(response, url("pay", booking), status_code=410)
    assert payments_of(booking) == []


def test_payment_is_started_again(client):
    booking = checked_out(make_offer())

    response = client.post(url("pay", booking))

    assert demo.DemoProvider().read(response["Location"].split("/")[-2]).key == booking.key


def test_payment_is_not_started_before_the_checkout_is_filled_in(client):
    booking = hold(make_offer())

    assertRedirects(client.post(url("pay", booking)), url("checkout", booking))


def test_payment_is_not_started_for_a_twin_that_nobody_confirmed(client):
    offer = make_offer()
    sold(offer)
    booking = checked_out(offer)

    assertRedirects(client.post(url("pay", booking)), url("checkout", booking))


def test_payment_that_cannot_be_started_says_why(client):
    booking = checked_out(make_offer())
    Event.objects.update(max_tickets_per_booking=2)
    Booking.objects.update(quantity=3)

    response = client.post(url("pay", booking), follow=True)

    assertContains(response, "You can book at most 2 tickets at a time.")


def test_card_page_belongs_to_the_demo_provider(client, settings):
    address = get_provider().start(checked_out(make_offer()))
    settings.PAYMENT_PROVIDER = "on_site"

    assert client.get(address).status_code == 404


def test_token_of_another_purpose_is_no_payment(client):
    token = signing.dumps(["x", "0.01", "x"], salt="bookings.sign-in-link")

    assert client.get(reverse("bookings:card", args=[token])).status_code == 400


def test_card_page_checks_where_a_post_comes_from():
    booking = checked_out(make_offer())

    response = pay(Client(enforce_csrf_checks=True), booking)

    assert response.status_code == 403
    assert fresh(booking).status == "pending"
