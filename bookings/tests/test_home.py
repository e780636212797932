"""The first page of the back office, the search page, and the list of attendees: who is shown what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed

from bookings.models import Ticket
from bookings.tests import sales
from bookings.tests.factories import BookingFactory, TicketFactory
from events.tests.factories import EventFactory
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

HOME = "/admin/"
SEARCH = "/admin/search/"
TODAY = timezone.now() + timedelta(minutes=1)


@pytest.fixture
def as_member(client):
    """Log in as somebody of a group."""

    def log_in(group: str):
        user = User.objects.create_user(f"ada of {group}", first_name="Ada", is_staff=True)
        user.groups.set(Group.objects.filter(name=group))
        client.force_login(user)
        return client

    return log_in


def tables_of(client) -> list[str]:
    return [app["app_label"] for app in client.get(HOME).context["app_list"]]


# Home -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["Box office", "Door", "Managers"])
def test_home_shows_what_is_on_and_where_it_leads(as_member, group):
    offer = make_seated_offer(event__event_date=TODAY, event__name="Tonight")

    response = as_member(group).get(HOME)

    for address in (
        reverse("admin:events_event_change", args=[offer.event_id]),
        reverse("admin:events_event_map", args=[offer.event_id]),
        reverse("back_office:attendees", args=[offer.event_id]),
        f"{reverse('admin:bookings_booking_changelist')}?event__id__exact={offer.event_id}",
    ):
        assertContains(response, f'href="{address}"')
    assertContains(response, "<dt>free</dt><dd>24</dd>", html=True)


def test_home_of_somebody_without_a_group_is_empty(as_member):
    make_offer(event__event_date=TODAY, event__name="Tonight")

    response = as_member("none").get(HOME)

    assertContains(response, "Hello Ada")
    assertNotContains(response, "Tonight")


def test_home_says_when_nothing_is_on(as_member):
    assertContains(as_member("Box office").get(HOME), "Nothing today.")


def test_home_refreshes_only_its_programme(as_member):
    client = as_member("Box office")

    response = client.get(HOME, headers={"hx-request": "true"})

    assertTemplateUsed(response, "admin/_today.html")
    assertNotContains(response, "<html")
    assertContains(response, 'hx-trigger="every 30s"')


@pytest.mark.parametrize("group", ["Box office", "Door", "Managers"])
def test_home_costs_the_same_for_any_number_of_events(as_member, group):
    client = as_member(group)
    counted = {}
    make_offer(event__event_date=TODAY)
    for count in (1, 30):
        for number in range(count - 1):
            make_offer(2, event__event_date=TODAY + timedelta(hours=number))
        with CaptureQueriesContext(connection) as captured:
            client.get(HOME)
        counted[count] = len(captured)

    assert counted == dict.fromkeys(counted, {"Box office": 15, "Door": 8, "Managers": 16}[group])


# Search -----------------------------------------------------------------------------------------


def test_search_is_on_every_page(as_member):
    client = as_member("Door")

    for address in (HOME, SEARCH, reverse("admin:events_event_changelist"), reverse("admin:password_change")):
        assertContains(client.get(address), f'<form class="find" method="get" action="{SEARCH}"')


def test_search_opens_what_has_exactly_this_code(as_member):
    ticket = TicketFactory()
    client = as_member("Door")

    assertRedirects(
        client.get(SEARCH, {"q": ticket.booking.booking_code.lower()}),
        reverse("admin:bookings_booking_change", args=[ticket.booking_id]),
    )
    assertRedirects(client.get(SEARCH, {"q": ticket.code}), reverse("admin:bookings_ticket_change", args=[ticket.pk]))


def test_search_shows_ten_and_leads_to_the_others(as_member):
    BookingFactory.create_batch(12)

    response = as_member("Box office").get(SEARCH, {"q": "lovelace"})

    assertContains(response, "12 bookings")
    assertContains(
        response, f'<a href="{reverse("admin:bookings_booking_changelist")}?q=lovelace">All 12 in the list</a>'
    )


def test_search_shows_seats_with_whoever_has_them(as_member):
    offer = make_seated_offer(rows=1, seats=3)
    first, second, _ = sales.seat_ids(offer)
    booking = sales.sold(offer, seats=[first])

    response = as_member("Door").get(SEARCH, {"q": "A1"})

    assertContains(response, f'href="{reverse("admin:bookings_booking_change", args=[booking.pk])}"')
    assertContains(response, "Stalls, row A, seat 1")
    free = as_member("Managers").get(SEARCH, {"q": "A2"})
    assertContains(free, "Free")
    assertContains(free, f"{reverse('admin:events_event_map', args=[offer.event_id])}?section=")
    assert second


@pytest.mark.parametrize("text", ["\x00", "x" * 3_000, "🎭", "<script>alert(1)</script>", "%s"])
def test_search_answers_anything(as_member, text):
    response = as_member("Box office").get(SEARCH, {"q": text})

    assert response.status_code == 200
    assertNotContains(response, "<script>alert(1)")


def test_search_for_nothing_says_what_can_be_found(as_member):
    assertContains(as_member("Door").get(SEARCH), "One field finds everything.")


# Attendees --------------------------------------------------------------------------------------


def attendees(event, page="attendees") -> str:
    return reverse(f"back_office:{page}", args=[event.pk])


def names(response) -> list[str]:
    return [ticket.attendee for ticket in response.context["tickets"]]


def sell_to(offer, *people: str) -> None:
    for seat, name in zip(sales.seat_ids(offer), people, strict=False):
        booking = sales.sold(offer, seats=[seat])
        type(booking).objects.filter(pk=booking.pk).update(customer_name=name)


def test_attendees_are_sorted_by_surname_or_by_place(as_member):
    offer = make_seated_offer(rows=1, seats=4)
    sell_to(offer, "Zoe Adams", "Ada Lovelace", "grace hopper")
    Ticket.objects.filter(booking__customer_name="Ada Lovelace").update(holder_name="Bob Zuse")
    client = as_member("Door")

    assert names(client.get(attendees(offer.event))) == ["Zoe Adams", "grace hopper", "Bob Zuse"]
    assert names(client.get(attendees(offer.event), {"sort": "place"})) == ["Zoe Adams", "Bob Zuse", "grace hopper"]
    assert names(client.get(attendees(offer.event), {"sort": "\x00"})) == ["Zoe Adams", "grace hopper", "Bob Zuse"]


def test_attendees_are_those_with_valid_tickets(as_member):
    offer = make_offer()
    sales.hold(offer)
    booking = sales.sold(offer, 2)
    booking.tickets.update(checked_in_at=sales.NOW)
    Ticket.objects.filter(pk=booking.tickets.first().pk).update(
        status="void", voided_at=sales.NOW, void_reason="cancelled", checked_in_at=None
    )

    response = as_member("Door").get(attendees(offer.event))

    assert names(response) == ["Ada Lovelace"]
    assertContains(response, "1 ticket, 1 admitted")


def test_attendees_of_an_event_without_any(as_member):
    assertContains(as_member("Door").get(attendees(EventFactory())), "Nobody yet.")


@pytest.mark.parametrize("tickets", [1, 4])
def test_attendees_cost_the_same_for_any_number_of_tickets(as_member, django_assert_num_queries, tickets):
    offer = make_seated_offer(rows=1, seats=4)
    sell_to(offer, *["Ada Lovelace"] * tickets)
    client = as_member("Door")

    with django_assert_num_queries(6):
        client.get(attendees(offer.event))


def test_attendees_are_taken_home_disarmed(as_member):
    offer = make_seated_offer(rows=1, seats=2)
    sell_to(offer, "=cmd|' /C calc'!A0")

    response = as_member("Box office").get(attendees(offer.event, "attendees_csv"))

    head, line = response.content.decode().splitlines()
    cells = dict(zip(head.split(","), line.split(",", 1), strict=False))
    assert head == "name,place,offer,booking_code,code,email,checked_in_at"
    assert cells["name"] == "'=cmd|' /C calc'!A0"
    assert response["Content-Disposition"] == f'attachment; filename="attendees-{offer.event.slug}.csv"'
