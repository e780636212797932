"""A booking's own page: its tickets, what can be done with them, and what has become of its money."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django.asserts import assertContains, assertNotContains

from bookings import services
from bookings.models import Payment
from bookings.tests.visits import checked_out, hold, sold, url
from events.models import Event
from ticketing.stock import Selection
from ticketing.tests.factories import PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def visit(client, booking, query=""):
    return client.get(url("booking", booking) + query)


def test_confirmed_booking_shows_each_ticket_with_its_code(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=offer.places.order_by("seat").values_list("seat", flat=True)[:2])

    response = visit(client, booking)

    assertContains(response, '<svg role="img" aria-label="QR code of ticket', count=2)
    assertContains(response, "<div><dt>Seat</dt><dd>2</dd></div>", html=True)
    assertContains(response, 'class="state state-confirmed">Confirmed')
    assertContains(response, url("pdf", booking))
    assertContains(response, url("calendar", booking))


def test_new_booking_is_greeted(client):
    booking = sold(make_offer())

    assertContains(visit(client, booking, "?new=1"), "We have sent your ticket to ada@example.org.")
    assertNotContains(visit(client, booking), "You’re going!")


def test_pending_booking_is_not_greeted(client):
    assertNotContains(visit(client, checked_out(make_offer()), "?new=1"), "You’re going!")


def test_booking_page_is_private(client):
    response = visit(client, sold(make_offer()))

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"


def test_pending_booking_leads_to_the_checkout_and_shows_no_code(client):
    booking = checked_out(make_offer())

    response = visit(client, booking)

    assertContains(response, "Not booked yet")
    assertContains(response, url("checkout", booking))
    assertNotContains(response, 'aria-label="QR code')


def test_cancelled_booking_says_why_and_what_comes_back(client):
    booking = services.cancel_as_customer(booking=sold(make_offer(), 2), now=timezone.now())

    response = visit(client, booking)

    assertContains(response, "<h2>Cancelled by you</h2>")
    assertContains(response, "You get €80.00 back, the way you paid.")
    assertContains(response, "Refund on its way")
    assertNotContains(response, 'aria-label="QR code')


def test_refund_that_is_done_is_shown_once(client):
    booking = services.cancel_as_customer(booking=sold(make_offer(), 2), now=timezone.now())
    services.carry_out_refund(refund=Payment.objects.get(kind="refund"), now=timezone.now())

    account = visit(client, booking).context["account"]

    assert [entry.words for entry in account.entries] == ["Paid", "Given back, the way you paid"]


def test_cancelled_event_is_told(client):
    booking = sold(make_offer())
    Event.objects.update(status="cancelled")

    assertContains(visit(client, booking), "This event has been cancelled")


def test_exchanged_tickets_are_not_shown(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=[offer.places.order_by("pk").first().seat_id])
    new = offer.places.order_by("pk").last()
    services.exchange(booking=booking, offers=[offer], selection=Selection(seats=(new.seat_id,)), now=timezone.now())

    response = visit(client, booking)

    assert [ticket.place_id for ticket in response.context["tickets"]] == [new.pk]
    assert [line.seats for line in response.context["lines"]] == [["Stalls, row C, seat 8"]]


def test_cancelled_booking_shows_only_its_last_tickets(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=[offer.places.order_by("pk").first().seat_id])
    new = offer.places.order_by("pk").last()
    services.exchange(booking=booking, offers=[offer], selection=Selection(seats=(new.seat_id,)), now=timezone.now())
    services.cancel_as_customer(booking=booking, now=timezone.now())

    assert [ticket.place_id for ticket in visit(client, booking).context["tickets"]] == [new.pk]


def test_discount_is_shown(client):
    PromoCodeFactory(code="SPRING")
    booking = services.apply_promo_code(booking=checked_out(make_offer(), 2), code="SPRING", now=timezone.now())

    response = visit(client, booking)

    assertContains(response, "−€8.00")
    assertContains(response, "€72.00")


def test_history_is_in_plain_words(client):
    booking = services.extend(booking=checked_out(make_offer()), now=timezone.now())

    response = visit(client, booking)

    assertContains(response, "<span>Places reserved</span>")
    assertContains(response, "<span>Reservation extended</span>")


def test_html_in_names_is_literal(client):
    booking = hold(make_offer(event__name="<b>Hamlet</b>"))
    services.set_details(booking=booking, name="<script>1</script>", email="ada@example.org", now=timezone.now())

    response = visit(client, booking)

    assertContains(response, "&lt;script&gt;1&lt;/script&gt;")
    assertNotContains(response, "<b>Hamlet")


def test_unknown_key_is_not_found(client):
    assert client.get(reverse("bookings:booking", args=["x" * 32])).status_code == 404


@pytest.mark.parametrize("key", ["x", "x" * 31, "x" * 33, "%00" * 32, "é" * 32])
def test_address_that_is_no_key_is_not_found(client, key):
    assert client.get(f"/bookings/{key}/").status_code == 404


# Downloads ----------------------------------------------------------------------------------------


def test_pdf_has_a_page_for_each_ticket(client):
    booking = sold(make_offer(), 3)

    response = client.get(url("pdf", booking))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="tickets-{booking.booking_code}.pdf"'
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert len(PdfReader(BytesIO(response.content)).pages) == 3


def test_calendar_file_can_be_opened(client):
    booking = sold(make_offer())

    response = client.get(url("calendar", booking))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{booking.booking_code}.ics"'
    assert response.content.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize("name", ["pdf", "calendar"])
def test_nothing_to_download_before_it_is_confirmed(client, name):
    assert client.get(url(name, checked_out(make_offer()))).status_code == 404


@pytest.mark.parametrize("name", ["pdf", "calendar"])
def test_nothing_to_download_once_it_is_cancelled(client, name):
    booking = services.cancel_as_customer(booking=sold(make_offer()), now=timezone.now())

    assert client.get(url(name, booking)).status_code == 404
