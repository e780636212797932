"""The pages of the waiting list: join, see where one stands, leave. None of them tells who else waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from bookings import services, tasks
from bookings.models import Booking, WaitlistEntry
from bookings.tests.factories import WaitlistEntryFactory
from bookings.tests.test_budgets import statements
from bookings.tests.visits import sold
from bookings.views.waiting import LETTERS_PER_ADDRESS
from ticketing.models import FOREVER
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

WISH = {"name": "Grace Hopper", "email": "grace@example.org", "quantity": "2", "offer": ""}


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    cache.clear()


@pytest.fixture
def offer():
    offer = make_offer(2)
    offer.places.update(free_from=FOREVER)
    return offer


def address(offer):
    return reverse("bookings:waitlist", args=[offer.event.slug])


def join(client, sold_out, **data):
    return client.post(address(sold_out), WISH | data)


def offered(quantity=1):
    """Make somebody to whom places are offered."""
    offer = make_offer(quantity)
    booking = sold(offer, quantity)
    entry = services.join_waitlist(
        event=offer.event, name="Grace", email="grace@example.org", quantity=quantity, now=timezone.now()
    )
    services.cancel(booking=booking, reason=Booking.Reason.CUSTOMER, now=timezone.now(), actor="customer")
    entry.refresh_from_db()
    return entry


def test_sold_out_pages_lead_to_the_list(client, offer):
    assertContains(client.get(offer.event.get_absolute_url()), address(offer))
    assertContains(client.get(reverse("ticketing:picker", args=[offer.event.slug])), address(offer))


def test_pages_with_tickets_do_not(client):
    offer = make_offer(2)

    assertNotContains(client.get(offer.event.get_absolute_url()), address(offer))
    assertNotContains(client.get(reverse("ticketing:picker", args=[offer.event.slug])), address(offer))


def test_join(client, offer):
    assertContains(client.get(address(offer)), "Join the waiting list")

    response = join(client, offer)

    assertContains(response, "You are on the list")
    entry = WaitlistEntry.objects.get()
    assert (entry.name, entry.email, entry.quantity, entry.offer) == ("Grace Hopper", "grace@example.org", 2, None)


def test_join_for_one_kind_of_tickets(client, offer):
    join(client, offer, offer=offer.pk)

    assert WaitlistEntry.objects.get().offer == offer


def test_joining_twice_looks_the_same(client, offer):
    first, second = join(client, offer), join(client, offer, email="GRACE@example.org")

    assert first.content.replace(b"grace@", b"GRACE@") == second.content
    assert WaitlistEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": ""}, "Enter your name, as it should stand on the tickets."),
        ({"name": "x" * 201}, "This name is too long"),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"email": "grace@"}, "This is not an e-mail address."),
        ({"quantity": "0"}, "Choose at least one ticket."),
        ({"quantity": "-1"}, "Choose at least one ticket."),
        ({"quantity": "11"}, "You can book at most 10 at a time."),
        ({"quantity": "1e9"}, "Enter a whole number."),
        ({"quantity": "9" * 40}, "You can book at most 10 at a time."),
        ({"offer": "4711"}, "There are no such tickets for this event."),
        ({"offer": "x"}, "There are no such tickets for this event."),
        ({"offer": "9" * 40}, "There are no such tickets for this event."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, offer, data, message):
    response = join(client, offer, **data)

    assertContains(response, message, status_code=422)
    assert not WaitlistEntry.objects.exists()


def test_names_are_shown_as_they_were_typed(client, offer):
    response = join(client, offer, name="<b>Grace</b>", email="nobody")

    assertContains(response, "&lt;b&gt;Grace&lt;/b&gt;", status_code=422)


def test_whoever_can_have_tickets_is_sent_to_them(client):
    offer = make_offer(2)

    response = join(client, offer)

    assert response["Location"] == reverse("ticketing:picker", args=[offer.event.slug])
    assert not WaitlistEntry.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_cancelled_event_says_so(client, offer, method):
    offer.event.status = "cancelled"
    offer.event.save()

    response = getattr(client, method)(address(offer), WISH)

    assertContains(response, "has been cancelled", status_code=409 if method == "post" else 200)


def test_a_draft_has_no_list(client, offer):
    offer.event.published_at = None
    offer.event.save()

    assert client.get(address(offer)).status_code == 404


def test_many_letters_to_one_address_are_not_sent(client, offer):
    answers = [join(client, offer).status_code for _ in range(LETTERS_PER_ADDRESS + 1)]

    assert answers == [200] * LETTERS_PER_ADDRESS + [429]


# The entry's own page -----------------------------------------------------------------------------


def test_the_page_says_the_place_in_the_line(client, offer):
    now = timezone.now()
    WaitlistEntryFactory(event=offer.event, email="a@example.org", created_at=now - timedelta(hours=1))
    entry = WaitlistEntryFactory(event=offer.event, email="b@example.org", offer=offer, quantity=3, created_at=now)

    with statements(2):
        page = client.get(entry.get_absolute_url())

    assertContains(page, "You are number 2 in line")
    assertContains(page, "3 × Standard")
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_the_first_is_the_next(client, offer):
    assertContains(client.get(WaitlistEntryFactory(event=offer.event).get_absolute_url()), "You are the next in line")


def test_the_page_leads_to_what_is_offered(client):
    entry = offered()

    page = client.get(entry.get_absolute_url())

    assertContains(page, "There are places for you")
    checkout = reverse("bookings:checkout", args=[entry.booking.key])
    assertContains(page, checkout)
    assertContains(client.get(checkout), "Held for <strong")


def test_what_has_lapsed_is_missed_whether_or_not_it_has_been_tidied(client):
    entry = offered()
    Booking.objects.filter(pk=entry.booking_id).update(expires_at=timezone.now() - timedelta(seconds=1))

    assertContains(client.get(entry.get_absolute_url()), "These places have gone to the next")
    services.end_waitlist_offers(now=timezone.now())
    assertContains(client.get(entry.get_absolute_url()), "Join the waiting list again")


def test_who_has_booked_is_led_to_the_tickets(client):
    entry = offered()
    WaitlistEntry.objects.update(status="booked")

    assertContains(client.get(entry.get_absolute_url()), entry.booking.get_absolute_url())


def test_leaving_takes_a_button(client, offer):
    entry = WaitlistEntryFactory(event=offer.event)
    client.get(entry.get_absolute_url())
    assert WaitlistEntry.objects.get().status == "waiting"

    page = client.post(entry.get_absolute_url(), follow=True)

    assertContains(page, "You are not on the list any more")
    assert WaitlistEntry.objects.get().status == "left"


def test_a_wrong_key_opens_nothing(client):
    assert client.get("/waiting-list/" + "x" * 32 + "/").status_code == 404


# Letters ------------------------------------------------------------------------------------------


def test_the_letter_that_confirms(offer, settings):
    entry = WaitlistEntryFactory(event=offer.event, quantity=2)

    tasks.send_waitlist_letter.func(entry.pk)

    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["ada@example.org"], f"You are on the waiting list for {offer.event.name}")
    for text in (letter.body, letter.alternatives[0].content):
        assert settings.SITE_URL + entry.get_absolute_url() in text
        assert "2 tickets of any kind" in text


def test_the_letter_that_offers(settings):
    entry = offered(2)

    tasks.send_waitlist_letter.func(entry.pk)

    letter = mail.outbox[0]
    assert letter.subject.startswith(f"Places for {entry.event.name}: yours until ")
    for text in (letter.body, letter.alternatives[0].content):
        assert settings.SITE_URL + reverse("bookings:checkout", args=[entry.booking.key]) in text
        assert settings.SITE_URL + entry.get_absolute_url() in text
        assert "2 × Standard" in text
        assert "€80.00" in text


@pytest.mark.parametrize("status", ["booked", "missed", "left"])
def test_nobody_is_written_to_once_it_is_over(status):
    entry = WaitlistEntryFactory(status=status)

    tasks.send_waitlist_letter.func(entry.pk)

    assert mail.outbox == []


def test_no_letter_offers_what_has_lapsed():
    entry = offered()
    Booking.objects.filter(pk=entry.booking_id).update(expires_at=timezone.now())

    tasks.send_waitlist_letter.func(entry.pk)

    assert mail.outbox == []
