"""Paying the difference: the new places are held meanwhile, the old ones stay until the money is there."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from bookings import services
from bookings.models import Booking, Exchange
from bookings.payments import demo, get_provider
from bookings.tests.sales import payments_of, places_of, seat_ids
from bookings.tests.visits import CARD, DECLINED, hold, sold, url
from events.models import Event
from ticketing.models import FOREVER
from ticketing.tests.factories import make_seated_offer

from .test_exchange_views import agree, fresh, review, seats_of, step, two_dates, two_offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def offers():
    return two_offers()


@pytest.fixture
def booking(offers):
    return sold(offers[0], 2)


def wants(offers):
    """Ask for one dearer place instead of one of the two."""
    return {f"quantity-{offers[0].pk}": 1, f"quantity-{offers[1].pk}": 1}


def start(client, booking, offers):
    """Agree to pay 20.00, and return the address of the card page."""
    return agree(client, booking, difference="20.00", **wants(offers))["Location"]


def let_lapse(exchange):
    Exchange.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    exchange.event.places.filter(claim=exchange.claim).update(free_from=timezone.now() - timedelta(minutes=1))


def test_new_places_are_held_and_the_old_ones_stay(client, booking, offers):
    before = places_of(booking)

    page = client.get(start(client, booking, offers))

    exchange = Exchange.objects.get()
    assertContains(page, "Pay €20.00")
    assertContains(page, "Difference for the new tickets")
    assert exchange.due == 20
    assert booking.event.places.filter(claim=exchange.claim).count() == 1
    assert places_of(booking) == before


def test_card_that_pays_exchanges(client, booking, offers):
    response = client.post(start(client, booking, offers), CARD)

    assertRedirects(response, f"{url('booking', booking)}?exchanged=1")
    assert (fresh(booking).total_price, fresh(booking).quantity) == (100, 2)
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("charge", "succeeded", "20.00")]


def test_card_posted_twice_is_charged_once(client, booking, offers):
    address = start(client, booking, offers)

    responses = [client.post(address, CARD, follow=True) for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]
    assert payments_of(booking)[1:] == [("charge", "succeeded", "20.00")]


def test_agreeing_twice_holds_once(client, booking, offers):
    for _ in range(2):
        start(client, booking, offers)

    assert booking.event.places.filter(claim__in=Exchange.objects.values("claim")).count() == 1


def test_first_of_two_payment_pages_still_pays(client, booking, offers):
    first = start(client, booking, offers)
    start(client, booking, offers)

    client.post(first, CARD)

    assert fresh(booking).total_price == 100
    assert payments_of(booking)[1:] == [("charge", "succeeded", "20.00")]


def test_declined_card_changes_nothing(client, booking, offers):
    response = client.post(start(client, booking, offers), DECLINED)

    assertContains(response, "Your card was declined.", status_code=402)
    assert (fresh(booking).total_price, len(payments_of(booking))) == (80, 1)


def test_hold_that_has_lapsed_is_paid_while_its_places_are_there(client, booking, offers):
    address = start(client, booking, offers)
    let_lapse(Exchange.objects.get())

    client.post(address, CARD)

    assert fresh(booking).total_price == 100


def test_hold_that_has_lapsed_is_not_charged_when_its_places_are_gone(client, booking, offers):
    address = start(client, booking, offers)
    let_lapse(Exchange.objects.get())
    offers[1].places.update(free_from=FOREVER, claim=None)

    response = client.post(address, CARD, follow=True)

    assertContains(response, "VIP is sold out. Nothing has been changed. Your card was not charged.")
    assert (fresh(booking).total_price, len(payments_of(booking))) == (80, 1)


def test_seat_that_went_while_paying_leads_back_to_the_picker(client):
    offer = make_seated_offer()
    dear = two_dates()[0]
    cheap_seat, wanted = seat_ids(offer)[0], seat_ids(dear)[3]
    Event.objects.update(production=dear.event.production)
    dear.price = Decimal("70.00")
    dear.save()
    booking = Booking.objects.with_details().get(pk=sold(offer, seats=[cheap_seat]).pk)
    address = agree(client, booking, dear.event, difference="30.00", seat=wanted)["Location"]
    let_lapse(Exchange.objects.get())
    hold(dear, seats=[wanted])

    response = client.post(address, CARD, follow=True)

    assertContains(response, "Your card was not charged.")
    assert response.redirect_chain[-1][0].startswith(step("exchange_picker", booking, dear.event))
    assert seats_of(booking) == [cheap_seat]


def test_price_that_changed_while_paying_is_not_charged(client, booking, offers):
    address = start(client, booking, offers)
    offers[1].price = Decimal("65.00")
    offers[1].save()

    response = client.post(address, CARD, follow=True)

    assertContains(response, "The price has changed since you started to pay.")
    assert len(payments_of(booking)) == 1


def test_policy_that_ended_while_paying_is_kept(client, booking, offers):
    address = start(client, booking, offers)
    Event.objects.update(exchange_hours=None)

    response = client.post(address, CARD, follow=True)

    assertContains(response, "Tickets for this event cannot be exchanged.", status_code=409)
    assert (fresh(booking).total_price, len(payments_of(booking))) == (80, 1)


def test_booking_that_was_cancelled_while_paying_is_not_charged(client, booking, offers):
    address = start(client, booking, offers)
    services.cancel_as_customer(booking=booking, now=timezone.now())

    response = client.post(address, CARD, follow=True)

    assertContains(response, "Cancelled by you")
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]


def test_booking_page_says_that_an_exchange_waits(client, booking, offers):
    start(client, booking, offers)

    response = client.get(url("booking", booking))

    assertContains(response, "Your exchange is not finished")
    assertContains(response, f"{urlsplit(step('exchange_review', booking)).path}?quantity-")


def test_summary_counts_the_time_while_new_places_are_held(client, booking, offers):
    start(client, booking, offers)

    assertContains(review(client, booking, **wants(offers)), 'class="countdown night')


def test_new_places_are_let_go(client, booking, offers):
    start(client, booking, offers)

    response = client.post(url("exchange_abandon", booking), follow=True)

    assertContains(response, "We have let the new places go.")
    assert offers[1].places.filter(claim__isnull=False).count() == 0
    assert client.get(url("exchange_abandon", booking)).status_code == 405


def test_expired_payment_page_leads_back_to_the_summary(client, booking, offers, monkeypatch):
    address = start(client, booking, offers)
    monkeypatch.setattr(demo, "MAX_AGE", -1)

    response = client.post(address, CARD)

    assertContains(response, step("exchange_review", booking), status_code=410)
    assert len(payments_of(booking)) == 1


def test_where_nobody_pays_on_the_web_the_box_office_is_named(client, booking, offers, settings):
    settings.PAYMENT_PROVIDER = "on_site"

    response = agree(client, booking, difference="20.00", **wants(offers))

    assert get_provider().code == "on_site"
    assertContains(client.get(response["Location"]), "€20.00 more, which can only be paid at our box office")
    assert offers[1].places.filter(claim__isnull=False).count() == 0


def test_another_date_is_paid_and_replaces(client):
    here, there = two_dates(price="55.00")
    booking = sold(here, 1)
    address = agree(client, booking, there.event, difference="15.00", seat=seat_ids(there)[0])["Location"]

    response = client.post(address, CARD)

    after = Booking.objects.get(replaces=booking)
    assertRedirects(response, f"{url('booking', after)}?exchanged=1")
    assert payments_of(after) == [("charge", "succeeded", "40.00"), ("charge", "succeeded", "15.00")]
    assertRedirects(client.post(address, CARD), url("booking", booking))
