"""The pages on which stories are told: who may read which, and how one gets there."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils.formats import date_format

from bookings import services
from bookings.models import Booking
from bookings.tests import sales
from bookings.tests.factories import ScanFactory
from ticketing.services import open_sales
from ticketing.tests.factories import make_offer, make_seated_offer
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db


def log_in(client, group=None, *permissions):
    user = User.objects.create_user("bob", is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.fixture
def staff(client):
    return log_in(client, "Box office")


def place_url(place_id) -> str:
    return reverse("admin:ticketing_place_story", args=[place_id])


def booking_url(booking) -> str:
    return reverse("admin:bookings_booking_story", args=[booking.pk])


def find(client, **query):
    return client.get(reverse("admin:ticketing_place_find"), query)


@pytest.mark.parametrize(("group", "may"), [("Box office", True), ("Managers", True), ("Door", False), (None, False)])
def test_booking_story_is_open_to_those_who_may_see_history(client, group, may):
    booking = sales.sold(make_offer())

    response = log_in(client, group).get(booking_url(booking))

    assert response.status_code == (200 if may else 403)


def test_booking_story_is_one_click_away_and_leads_to_tickets_and_payments(staff):
    booking = sales.sold(make_offer())

    change = staff.get(reverse("admin:bookings_booking_change", args=[booking.pk])).text
    story = staff.get(booking_url(booking)).text

    assert booking_url(booking) in change
    assert place_url(booking.tickets.get().place_id) in change
    assert reverse("admin:bookings_payment_change", args=[booking.payments.get().pk]) in story
    assert booking.key not in story


def test_story_is_told_on_the_venues_clock(staff):
    evening = (sales.NOW + timedelta(days=2)).astimezone(UTC).replace(hour=22, minute=30, second=5)
    booking = sales.hold(make_offer(event__venue__time_zone="Asia/Kolkata"), now=evening)

    days = staff.get(booking_url(booking)).context["days"]

    morning = date_format(evening + timedelta(days=1), "D j M Y")
    assert [(day, [(row.time, row.seconds, row.line.what) for row in rows]) for day, rows in days] == [
        (morning, [("04:00", "05", "Places held")])
    ]


def test_story_writes_html_in_names_as_text(staff):
    booking = sales.sold(make_seated_offer())
    Booking.objects.update(customer_name="<script>alert(1)</script>")
    place = booking.tickets.get().place_id

    page = staff.get(place_url(place)).text

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_place_story_hides_names_from_those_who_may_not_see_bookings(client):
    booking = sales.sold(make_seated_offer())
    ScanFactory(event=booking.event, ticket=booking.tickets.get(), result="admitted", actor="dora")

    page = log_in(client, None, "view_place").get(place_url(booking.tickets.get().place_id))

    assert page.context["story"].sentence == "Sold."
    assert "Lovelace" not in page.text
    assert booking.booking_code not in page.text
    assert "dora" not in page.text


def test_place_story_tells_the_door_whose_seat_it_is(client):
    booking = sales.sold(make_seated_offer())

    page = log_in(client, "Door").get(place_url(booking.tickets.get().place_id))

    assert f"to {booking} (Ada Lovelace), paid." in page.context["story"].sentence
    assert page.context["days"] == []


def test_place_story_is_closed_to_others(client):
    place = make_offer().places.first()

    client = log_in(client)

    assert client.get(place_url(place.pk)).status_code == 403
    assert find(client).status_code == 403


def test_story_of_nothing_is_not_found(staff):
    assert staff.get(place_url(4711)).status_code == 404
    assert staff.get(place_url(10**30)).status_code == 404
    assert staff.get(reverse("admin:bookings_booking_story", args=[4711])).status_code == 404


# Asking for a seat --------------------------------------------------------------------------------


def test_seat_that_is_named_leads_to_its_story(staff):
    offer = make_seated_offer()
    place = offer.places.get(seat__row="B", seat__number="3")

    response = find(staff, event=offer.event_id, q="b3")

    assert (response.status_code, response["Location"]) == (302, place_url(place.pk))


def test_seat_of_the_map_leads_to_its_story(staff):
    place = make_seated_offer().places.first()

    response = find(staff, event=place.event_id, seat=place.seat_id)

    assert response["Location"] == place_url(place.pk)


@pytest.mark.parametrize("query", [{"event": "x", "seat": "1"}, {"seat": "1"}, {"event": "1", "seat": "9" * 30}])
def test_seat_of_no_map_is_not_found(staff, query):
    assert find(staff, **query).status_code == 404


def test_seat_that_may_be_several_is_asked_for_again(staff):
    offer = make_seated_offer()
    balcony = SectionFactory(plan=offer.event.seating_plan, name="Balcony")
    make_seats(balcony, rows=1, seats=2)
    offer.sections.add(balcony)
    open_sales(event=offer.event, now=sales.NOW)
    offer.event.seating_plan.refresh_from_db()

    page = find(staff, event=offer.event_id, q="A1")

    assert [str(place) for place in page.context["found"]] == ["Stalls, row A, seat 1", "Balcony, row A, seat 1"]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"q": "Z9"}, {"q": ["There is no such place at this event."]}),
        ({"q": ""}, {"q": ["This field is required."]}),
        ({"q": "A1", "event": ""}, {"event": ["This field is required."]}),
        (
            {"q": "A1", "event": "9" * 30},
            {"event": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
    ],
)
def test_seat_that_is_not_found_says_so_beside_the_field(staff, query, errors):
    offer = make_seated_offer()

    page = find(staff, **{"event": offer.event_id} | query)

    assert (page.status_code, page.context["form"].errors) == (422, errors)


def test_search_begins_with_the_event_that_led_there(staff):
    offer = make_seated_offer()

    page = find(staff, event=offer.event_id)

    assert page.status_code == 200
    assert f'<option value="{offer.event_id}" selected>' in page.text


# Records that lead there --------------------------------------------------------------------------


def test_ticket_page_shows_whom_it_was_passed_on_to_and_its_scans(staff):
    booking = sales.sold(make_seated_offer())
    old = booking.tickets.get()
    new = services.pass_on(
        ticket=old, name="Mary", email="mary@example.org", now=sales.NOW, actor="bob", channel="box_office"
    )
    ScanFactory(event=booking.event, ticket=old, result="void", gate="Side door", actor="dora")

    before = staff.get(reverse("admin:bookings_ticket_change", args=[old.pk])).text
    after = staff.get(reverse("admin:bookings_ticket_change", args=[new.pk])).text

    assert reverse("admin:bookings_ticket_change", args=[new.pk]) in before
    assert "Passed on to somebody else" in before
    assert "Side door" in before
    assert reverse("admin:bookings_ticket_change", args=[old.pk]) in after
    assert place_url(new.place_id) in after
    assert f"?ticket={new.code}" in after


def test_ticket_of_a_door_is_shown_with_its_scans(client):
    ticket = sales.sold(make_offer()).tickets.get()
    ScanFactory(event=ticket.booking.event, ticket=ticket, result="admitted", gate="Side door")

    page = log_in(client, "Door").get(reverse("admin:bookings_ticket_change", args=[ticket.pk]))

    assert "Side door" in page.text
