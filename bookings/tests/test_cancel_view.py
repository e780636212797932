"""Cancelling by oneself: what it means is said before, and the policy is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings.models import Booking
from bookings.tests.sales import payments_of
from bookings.tests.visits import checked_out, sold, url
from events.models import Event
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db


def status_of(booking):
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


def test_page_says_the_refund_and_changes_nothing(client):
    booking = sold(make_offer(), 2)

    response = client.get(url("cancel", booking))

    assertContains(response, "You get €80.00 back")
    assertContains(response, "Cancel and get €80.00 back")
    assert status_of(booking) == "confirmed"


def test_free_booking_gives_nothing_back(client):
    booking = sold(make_offer(price=0))

    assertContains(client.get(url("cancel", booking)), "Nothing was paid, so there is nothing to give back.")


def test_button_cancels_and_gives_the_money_back(client):
    booking = sold(make_offer(), 2)

    response = client.post(url("cancel", booking), follow=True)

    assertRedirects(response, url("booking", booking))
    assertContains(response, "Your booking is cancelled.")
    assert status_of(booking) == "cancelled"
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]


def test_button_pressed_twice_gives_the_money_back_once(client):
    booking = sold(make_offer(), 2)
    client.post(url("cancel", booking))

    response = client.post(url("cancel", booking))

    assert response.status_code == 409
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cancellation_hours": None}, "Tickets for this event cannot be returned."),
        ({"event_date": timezone.now() + timedelta(hours=47)}, "It is too late to cancel this booking."),
    ],
)
def test_policy_is_kept(client, method, changes, reason):
    booking = sold(make_offer())
    Event.objects.update(**changes)

    response = getattr(client, method)(url("cancel", booking))

    assertContains(response, reason, status_code=409)
    assertNotContains(response, "btn-danger", status_code=409)
    assert status_of(booking) == "confirmed"


def test_pending_booking_cannot_be_cancelled_here(client):
    booking = checked_out(make_offer())

    assertContains(client.post(url("cancel", booking)), "This booking is pending.", status_code=409)


@pytest.mark.parametrize(("hours", "is_offered"), [(48, True), (None, False)])
def test_booking_page_offers_it_within_the_policy_only(client, hours, is_offered):
    booking = sold(make_offer(event__cancellation_hours=hours))

    response = client.get(url("booking", booking))

    assert (url("cancel", booking) in response.text) == is_offered
