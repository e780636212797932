"""Passing a ticket on: a new code for somebody else, and a page of its own which dies with the ticket."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from pypdf import PdfReader
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import services
from bookings.access import find_ticket, make_ticket_token, ticket_url
from bookings.models import Booking, Ticket
from bookings.tests.sales import verbs_of
from bookings.tests.visits import sold, url
from events.models import Event
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

GRACE = {"name": "Grace Hopper", "email": "grace@example.org"}


@pytest.fixture
def booking():
    return sold(make_seated_offer(), 2)


def address(booking, ticket):
    return reverse("bookings:pass_on", args=[booking.key, ticket.pk])


def first(booking):
    return booking.tickets.valid().order_by("pk").first()


def given(booking):
    """Let the customer pass the first ticket on, and return the new one."""
    return services.pass_on(ticket=first(booking), **GRACE, now=timezone.now())


# The customer ----------------------------------------------------------------------------------------


def test_page_says_that_the_old_code_dies_and_changes_nothing(client, booking):
    response = client.get(address(booking, first(booking)))

    assertContains(response, "Yours is void at once")
    assert booking.tickets.count() == 2


def test_ticket_is_passed_on(client, booking):
    old = first(booking)

    response = client.post(address(booking, old), GRACE, follow=True)

    assertRedirects(response, url("booking", booking))
    assertContains(response, "Passed on: the ticket is on the way to grace@example.org.")
    assertContains(response, "<strong>Grace Hopper</strong> has this ticket")
    assert Ticket.objects.get(pk=old.pk).void_reason == "passed_on"
    assert booking.tickets.valid().filter(holder_name="Grace Hopper").count() == 1


def test_passed_on_ticket_shows_its_code_to_nobody_but_its_holder(client, booking):
    new = given(booking)
    own = booking.tickets.valid().get(holder_name="")

    page = client.get(url("booking", booking))

    assertContains(page, '<svg role="img" aria-label="QR code of ticket', count=1)
    assertContains(page, reverse("bookings:one_pdf", args=[booking.key, own.pk]))
    assertNotContains(page, reverse("bookings:one_pdf", args=[booking.key, new.pk]))
    assert len(PdfReader(BytesIO(client.get(url("pdf", booking)).content)).pages) == 1
    assert client.get(reverse("bookings:one_pdf", args=[booking.key, new.pk])).status_code == 404
    assert client.get(address(booking, new)).status_code == 404


def test_booking_without_a_ticket_of_ones_own_has_no_pdf(client):
    booking = sold(make_offer())
    given(booking)

    assert client.get(url("pdf", booking)).status_code == 404
    assertNotContains(client.get(url("booking", booking)), url("pdf", booking))


def test_single_ticket_is_printed(client, booking):
    response = client.get(reverse("bookings:one_pdf", args=[booking.key, first(booking).pk]))

    assert response["Content-Disposition"] == f'inline; filename="ticket-{booking.booking_code}.pdf"'
    assert len(PdfReader(BytesIO(response.content)).pages) == 1


def test_pressed_twice_it_is_passed_on_once(client, booking):
    old = first(booking)
    for _ in range(2):
        response = client.post(address(booking, old), GRACE)

    assertRedirects(response, url("booking", booking))
    assert verbs_of(booking).count("pass on") == 1


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("name", "", "Enter their name, as it should stand on the ticket."),
        ("name", "x" * 201, "This name is too long: use at most 200 characters."),
        ("email", "", "Enter their e-mail address, so that we can send the ticket."),
        ("email", "grace@localhost", "This is not an e-mail address. It should look like name@example.org."),
    ],
)
def test_wrong_detail_comes_back_with_a_message(client, booking, field, typed, message):
    response = client.post(address(booking, first(booking)), GRACE | {field: typed})

    assert response.status_code == 422
    assert response.context["form"].errors == {field: [message]}
    assert booking.tickets.count() == 2


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_transferable": False}, "Tickets for this event cannot be passed on."),
        ({"event_date": timezone.now() - timedelta(hours=1)}, "It is too late to pass this ticket on."),
        ({"status": "cancelled"}, "It is too late to pass this ticket on."),
    ],
)
def test_policy_is_kept(client, booking, method, changes, reason):
    Event.objects.update(**changes)

    response = getattr(client, method)(address(booking, first(booking)), GRACE)

    assertContains(response, reason, status_code=409)
    assert booking.tickets.count() == 2


def test_used_ticket_stays(client, booking):
    old = first(booking)
    Ticket.objects.filter(pk=old.pk).update(checked_in_at=timezone.now())

    response = client.post(address(booking, old), GRACE)

    assertContains(response, "This ticket has been used already.", status_code=409)
    assertNotContains(client.get(url("booking", booking)), address(booking, old))


def test_void_ticket_stays_void(client, booking):
    old = first(booking)
    services.cancel_tickets(booking=booking, tickets=[old.pk], now=timezone.now())

    assertContains(client.get(address(booking, old)), "This ticket is not valid any more.", status_code=409)


def test_ticket_of_another_booking_is_not_found(client, booking):
    other = sold(make_offer())

    assert client.post(address(booking, first(other)), GRACE).status_code == 404


# The holder ------------------------------------------------------------------------------------------


def test_holder_sees_the_ticket_and_nothing_of_the_booking(client, booking):
    new = given(booking)

    response = client.get(ticket_url(new))

    assertContains(response, "Ticket of Grace Hopper")
    assertContains(response, '<svg role="img" aria-label="QR code of ticket', count=1)
    assertContains(response, "passed on to you by Ada Lovelace")
    assertNotContains(response, booking.key)
    assertNotContains(response, "ada@example.org")
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_holder_has_files_without_the_bookings_link(client, booking):
    new = given(booking)

    pdf = client.get(ticket_url(new, "ticket_pdf"))
    calendar = client.get(ticket_url(new, "ticket_calendar"))

    text = PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    (entry,) = Calendar.from_ical(calendar.content).events
    assert "Grace Hopper" in text
    assert "€80.00" not in text
    assert "Only the box office can cancel or exchange" in text
    assert entry["uid"].startswith(f"{booking.booking_code}-{new.pk}@")
    assert entry["url"].endswith(ticket_url(new))
    assert booking.key.encode() not in calendar.content


def test_holder_passes_it_on_in_turn(client, booking):
    new = given(booking)

    response = client.post(ticket_url(new, "ticket_pass_on"), {"name": "Bo", "email": "bo@example.org"})

    assert response["Location"] == ticket_url(new)
    assertContains(client.get(ticket_url(new)), "This ticket has been passed on", status_code=410)
    newest = booking.tickets.valid().get(holder_name="Bo")
    assertContains(client.get(ticket_url(newest)), "Ticket of Bo")


@pytest.mark.parametrize("name", ["ticket_pdf", "ticket_calendar"])
def test_nothing_to_download_once_it_is_void(client, booking, name):
    new = given(booking)
    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=timezone.now(), actor="box_office")

    assert client.get(ticket_url(new, name)).status_code == 404
    assertContains(client.get(ticket_url(new)), "This ticket has been cancelled", status_code=410)


@pytest.mark.parametrize(("changes", "is_offered"), [({}, True), ({"is_transferable": False}, False)])
def test_holder_is_offered_what_the_policy_allows(client, booking, changes, is_offered):
    new = given(booking)
    Event.objects.update(status="active", **changes)

    assert (ticket_url(new, "ticket_pass_on") in client.get(ticket_url(new)).text) == is_offered


@pytest.mark.parametrize("name", ["ticket", "ticket_pdf", "ticket_calendar", "ticket_pass_on"])
def test_forged_link_is_not_found(client, booking, name):
    new = given(booking)
    pk, _, signature = make_ticket_token(new).partition("-")
    other = first(sold(make_offer()))

    for forged in (f"{pk}-{'A' * 43}", f"{other.pk}-{signature}", f"{'9' * 18}-{signature}"):
        assert client.get(reverse(f"bookings:{name}", args=[forged])).status_code == 404


def test_link_is_of_one_code(booking):
    new = given(booking)
    token = make_ticket_token(new)
    Ticket.objects.filter(pk=new.pk).update(code="ANOTHERCODE")

    assert find_ticket(token) is None
