"""What the booking's page offers, and its small changes: name and address, sending the tickets again."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import services
from bookings.models import Booking
from bookings.tests.sales import verbs_of
from bookings.tests.visits import checked_out, sold, url
from events.models import Event
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada King", "email": "ada@example.org", "phone": ""}


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def test_page_offers_what_the_policy_allows_and_until_when(client):
    booking = sold(make_seated_offer(), 2)

    response = client.get(url("booking", booking))

    assertContains(response, "Change your booking")
    for name in ("exchange", "cancel", "details", "resend"):
        assertContains(response, f'"{url(name, booking)}"')
    assertContains(response, "For a full refund. Until ")


def test_page_says_in_a_line_what_is_not_allowed(client):
    booking = sold(make_seated_offer(), 2)
    Event.objects.update(exchange_hours=None, cancellation_hours=None, is_transferable=False)

    response = client.get(url("booking", booking))

    assertContains(response, "Tickets for this event cannot be exchanged.")
    assertContains(response, "Tickets for this event cannot be returned.")
    assertContains(response, "Tickets for this event cannot be passed on.")
    assertNotContains(response, f'"{url("cancel", booking)}"')


@pytest.mark.parametrize(
    "make", [checked_out, lambda offer: services.cancel_as_customer(booking=sold(offer), now=timezone.now())]
)
def test_there_is_nothing_to_change_unless_it_is_confirmed(client, make):
    booking = make(make_offer())

    assertNotContains(client.get(url("booking", booking)), "Change your booking")
    assertRedirects(client.get(url("details", booking)), url("booking", booking))


def test_kept_money_is_said(client):
    booking = sold(make_offer(), 2)
    ticket = booking.tickets.first()
    services.cancel_tickets(booking=booking, tickets=[ticket.pk], refund=30, now=timezone.now(), actor="box_office")

    response = client.get(url("booking", booking))

    assertContains(response, "€10.00 of this was kept for tickets that were cancelled.")
    assertContains(response, "Some tickets cancelled")


# Who ---------------------------------------------------------------------------------------------------


def test_name_is_corrected(client):
    booking = sold(make_offer())

    response = client.post(url("details", booking), ADA, follow=True)

    assertContains(response, "Saved.")
    assert fresh(booking).customer_name == "Ada King"


def test_form_is_filled_in(client):
    assertContains(client.get(url("details", sold(make_offer()))), 'value="Ada Lovelace"')


def test_address_is_corrected_and_both_are_told(client):
    booking = sold(make_offer())

    response = client.post(url("details", booking), ADA | {"email": "king@example.org"}, follow=True)

    assertContains(response, "From now on we write to king@example.org: both addresses are told.")
    assert fresh(booking).customer_email == "king@example.org"


def test_nothing_changed_is_no_change(client):
    booking = sold(make_offer())

    client.post(url("details", booking), ADA | {"name": "Ada Lovelace"})

    assert "details" not in verbs_of(booking)


@pytest.mark.parametrize(("field", "typed"), [("name", ""), ("email", "ada@"), ("phone", "nobody")])
def test_mistake_comes_back_beside_its_field(client, field, typed):
    booking = sold(make_offer())

    response = client.post(url("details", booking), ADA | {field: typed})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert fresh(booking).customer_name == "Ada Lovelace"


# Once more ---------------------------------------------------------------------------------------------


@pytest.fixture
def _nobody_waits():
    cache.clear()


@pytest.mark.usefixtures("_nobody_waits")
def test_tickets_are_sent_again_but_not_for_ever(client):
    booking = sold(make_offer())

    answers = [client.post(url("resend", booking), follow=True) for _ in range(4)]

    assertContains(answers[2], "Your tickets are on the way to ada@example.org.")
    assertContains(answers[3], "We have sent them several times within minutes.")
    assert verbs_of(booking).count("resend") == 3


@pytest.mark.usefixtures("_nobody_waits")
def test_nothing_to_send_before_it_is_confirmed(client):
    response = client.post(url("resend", checked_out(make_offer())), follow=True)

    assertContains(response, "Only a confirmed booking has tickets to send.")


def test_sending_again_takes_a_post(client):
    assert client.get(url("resend", sold(make_offer()))).status_code == 405
