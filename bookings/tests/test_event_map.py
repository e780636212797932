"""The map of an event in the admin: what it shows to whom, and what staff do with the seats that they pick."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Booking
from bookings.seat_map import name_numbers
from bookings.tests.sales import NOW, hold, seat_ids, sold
from events.tests.factories import EventFactory
from reports.audit import findings
from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.models import Place
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.models import SeatingPlan
from venues.rooms import room_of
from venues.tests.factories import SeatingPlanFactory, SectionFactory, make_seats

pytestmark = pytest.mark.django_db

GROUPS = ["Box office", "Door", "Managers"]


@pytest.fixture
def offer():
    return make_seated_offer(rows=2, seats=4)


@pytest.fixture
def staff(client):
    return log_in(client, "Box office")


def log_in(client, group=None, *permissions):
    user = User.objects.create_user("bob", is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def url(offer, query=""):
    return reverse("admin:events_event_map", args=[offer.event_id]) + query


def act(client, offer, action, picked, **data):
    return client.post(url(offer), {"action": action, "seat": picked, **data}, follow=True)


def states(response):
    """List the states of the seats on the map, in their order."""
    return re.findall(r'<use class="s-(\w+)"', response.content.decode())


def legend(response):
    return dict(response.context["legend"])


def counts(offer):
    return availability(offer.event, timezone.now())[offer.pk]


def log():
    return [entry.change_message for entry in LogEntry.objects.order_by("pk")]


def messages_of(response):
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def spoil(offer):
    """Make seats of every state: the first is blocked, the second held, the third sold."""
    first, second, third, *_ = seat_ids(offer)
    with transaction.atomic():
        stock.block(event=offer.event, seats=[first], now=NOW)
    return hold(offer, seats=[second], now=timezone.now()), sold(offer, seats=[third])


# Looking --------------------------------------------------------------------------------------


def test_map_shows_each_seat_as_it_is(staff, offer):
    spoil(offer)

    page = staff.get(url(offer))

    assert states(page) == ["blocked", "held", "sold", *["free"] * 5]
    assert legend(page) == {"free": "5", "held": "1", "kept": "0", "sold": "1", "blocked": "1"}


def test_map_names_who_has_a_seat(staff, offer):
    held, bought = spoil(offer)

    page = staff.get(url(offer))

    takers = page.context["takers"]
    assert takers[str(bought.pk)] == {
        "code": bought.booking_code,
        "name": "Ada Lovelace",
        "url": reverse("admin:bookings_booking_change", args=[bought.pk]),
        "until": "",
    }
    assert (takers[str(held.pk)]["name"], len(takers[str(held.pk)]["until"])) == ("No name yet", 5)
    assert takers[str(bought.pk)]["url"] in page.content.decode()


def test_map_treats_lapsed_holds_and_seats_without_an_offer_as_what_they_are(staff, offer):
    lapsed = hold(offer, seats=seat_ids(offer)[:1], now=NOW - timedelta(hours=1))
    make_seats(SectionFactory(plan=offer.event.seating_plan, name="Gods"), rows=1, seats=2)

    page = staff.get(url(offer))

    assert states(page) == [*["free"] * 8, "none", "none"]
    assert str(lapsed.pk) not in page.context["takers"]


def test_map_writes_html_in_names_as_text(staff, offer):
    event, evil = offer.event, '</script><img src=x onerror="alert(1)">'
    services.comp(event=event, seats=seat_ids(offer)[:1], name=evil, email="", reason="r", now=NOW, actor="bob")

    html = staff.get(url(offer)).content.decode()

    assert "<img src=x" not in html
    assert html.count("&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") == 1
    assert "\\u003C/script\\u003E" in html


def test_map_hides_the_names_from_those_who_may_not_see_bookings(client, offer):
    spoil(offer)

    page = log_in(client, None, "view_event").get(url(offer))

    assert states(page)[:3] == ["blocked", "held", "sold"]
    assert page.context["takers"] == {}
    assert "Ada Lovelace" not in page.content.decode()
    assert 'name="action"' not in page.content.decode()


@pytest.mark.parametrize(("group", "may"), [("Box office", True), ("Managers", True), ("Door", False)])
def test_map_offers_each_group_what_it_may_do(client, offer, group, may):
    page = log_in(client, group).get(url(offer))

    assert page.status_code == 200
    assert re.findall(r'name="action" value="(\w+)"', page.content.decode()) == (
        ["block", "release", "hold", "comp"] if may else []
    )


def test_map_is_closed_to_others(client, offer):
    assert log_in(client).get(url(offer)).status_code == 403


def test_an_event_without_a_room_has_its_places_by_number(staff):
    standing = make_offer(5)

    page = staff.get(url(standing))

    assert page.context["title"] == "Places"
    assert page.context["standing"] == [(standing, Availability(capacity=5, free=5), "")]


@pytest.mark.parametrize(("has_room", "words"), [(True, "Seat map"), (False, "Places")])
def test_page_of_an_event_leads_to_its_places(staff, offer, has_room, words):
    event = offer.event if has_room else EventFactory()

    page = staff.get(reverse("admin:events_event_change", args=[event.pk]))

    assert f'<a href="{reverse("admin:events_event_map", args=[event.pk])}">{words}</a>' in page.content.decode()


def test_map_shows_one_section(staff, offer):
    gods = SectionFactory(plan=offer.event.seating_plan, name="Gods")
    make_seats(gods, rows=1, seats=3)

    page = staff.get(url(offer, f"?section={gods.pk}"))

    assert states(page) == ["none"] * 3
    assert staff.get(url(offer, "?section=4711")).status_code == 404
    assert staff.get(url(offer, "?section=x")).status_code == 404


def test_map_counts_standing_places(staff, offer):
    floor = SectionFactory(plan=offer.event.seating_plan, name="Floor", standing_capacity=5)
    standing = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Floor"), capacity=5)
    standing.sections.add(floor)
    open_sales(event=offer.event, now=NOW)
    sold(standing, 2)

    page = staff.get(url(offer))

    assert page.context["standing"] == [(standing, Availability(capacity=5, sold=2, free=3), "")]


@pytest.mark.parametrize("bookings", [1, 5])
def test_map_costs_the_same_for_any_number_of_bookings(staff, offer, bookings, django_assert_num_queries):
    for seat in seat_ids(offer)[:bookings]:
        sold(offer, seats=[seat])
    room_of(offer.event.seating_plan)

    # Session, user, two of permissions; event, holds by name, seats, bookings, standing places.
    with django_assert_num_queries(9):
        page = staff.get(url(offer))

    assert len(page.context["takers"]) == bookings


def test_map_of_two_thousand_seats_is_one_page_of_as_many_queries(staff, django_assert_num_queries):
    plan = SeatingPlanFactory(venue__capacity=2_000)
    section = SectionFactory(plan=plan)
    make_seats(section, rows=20, seats=100)
    offer = OfferFactory(event__venue=plan.venue, event__seating_plan=plan)
    offer.sections.add(section)
    open_sales(event=offer.event, now=NOW - timedelta(hours=1))
    room_of(SeatingPlan.objects.get())

    with django_assert_num_queries(9):
        page = staff.get(url(offer))

    assert states(page) == ["free"] * 2_000
    assert len(page.content) < 1_000_000


def test_map_of_a_large_room_is_an_overview(staff, offer, monkeypatch, django_assert_num_queries):
    spoil(offer)
    make_seats(SectionFactory(plan=offer.event.seating_plan, name="Gods"), rows=1, seats=2)
    monkeypatch.setattr("bookings.admin.event_map.WHOLE", 9)
    room_of(SeatingPlan.objects.get())

    with django_assert_num_queries(8):
        page = staff.get(url(offer))

    rows = [(shape.name, full, tuple(counts)) for shape, full, counts in page.context["shapes"]]
    assert rows == [("Stalls", "1", ("5", "1", "0", "1", "1")), ("Gods", "none", ())]
    assert legend(page) == {"free": "5", "held": "1", "kept": "0", "sold": "1", "blocked": "1"}
    assert states(page) == []


# Doing ----------------------------------------------------------------------------------------


def test_block_takes_the_picked_seats_and_writes_down_why(staff, offer):
    page = act(staff, offer, "block", seat_ids(offer)[:3], reason="Camera")

    assert counts(offer) == Availability(capacity=8, blocked=3, free=5)
    assert messages_of(page) == [("success", "Blocked: Stalls, row A, seats 1–3.")]
    assert log() == ["Blocked Stalls, row A, seats 1–3. Reason: Camera"]
    assert LogEntry.objects.get().user.get_username() == "bob"
    assert findings(NOW) == []


def test_release_puts_blocked_seats_on_sale_again(staff, offer):
    act(staff, offer, "block", seat_ids(offer)[:3], reason="Camera")

    page = act(staff, offer, "release", seat_ids(offer)[1:2])

    assert counts(offer) == Availability(capacity=8, blocked=2, free=6)
    assert messages_of(page) == [("success", "On sale again: Stalls, row A, seat 2.")]
    assert log()[1:] == ["Released Stalls, row A, seat 2."]


def test_comp_gives_the_picked_seats_away(staff, offer):
    first, second, *_ = seat_ids(offer)

    page = act(staff, offer, "comp", [first, second], reason="Press", name="Grace Hopper", email="g@example.org")

    booking = Booking.objects.get()
    assert (booking.status, booking.customer_name, booking.customer_email) == (
        "confirmed",
        "Grace Hopper",
        "g@example.org",
    )
    assert messages_of(page) == [
        ("success", f"{booking}: Stalls, row A, seats 1, 2 given to Grace Hopper and sent to g@example.org.")
    ]
    assert log() == [f"Gave Stalls, row A, seats 1, 2 away as {booking}. Reason: Press"]
    assert booking.activities.get().detail == {"quantity": 2, "reason": "Press"}
    assert findings(NOW) == []


def test_seats_come_as_one_list_from_the_map(staff, offer):
    seats = seat_ids(offer)

    act(staff, offer, "block", [], seats=",".join(map(str, seats)), reason="Camera")

    assert counts(offer) == Availability(capacity=8, blocked=8)


@pytest.mark.parametrize("action", ["block", "release", "comp"])
@pytest.mark.parametrize("group", ["Door", None])
def test_actions_are_closed_to_those_who_may_only_look(client, offer, group, action):
    client = log_in(client, group, "view_event")

    response = act(client, offer, action, seat_ids(offer)[:1], reason="x", name="x")

    assert response.status_code == 403
    assert counts(offer) == Availability(capacity=8, free=8)
    assert log() == []


@pytest.mark.parametrize(
    ("action", "data", "errors"),
    [
        ("block", {}, {"reason": ["Say why: it is written into the history."]}),
        ("comp", {"reason": "x"}, {"name": ["Say for whom the tickets are."]}),
        ("comp", {"reason": "x", "name": "x", "email": "nobody"}, {"email": ["Enter a valid email address."]}),
        (
            "comp",
            {"reason": "x", "name": "x" * 201},
            {"name": ["Ensure this value has at most 200 characters (it has 201)."]},
        ),
        ("sell", {}, {"action": ["Select a valid choice. sell is not one of the available choices."]}),
    ],
)
def test_what_is_missing_is_said_and_the_seats_stay_picked(staff, offer, action, data, errors):
    first, *_ = seat_ids(offer)

    page = act(staff, offer, action, [first], **data)

    assert page.status_code == 422
    assert page.context["form"].errors == errors
    assert re.findall(r'value="(\d+)"[^>]* checked', page.content.decode()) == [str(first)]
    assert counts(offer) == Availability(capacity=8, free=8)


@pytest.mark.parametrize(
    ("seats", "message"),
    [
        ([], "Choose at least one seat."),
        (["x", "-1", "1.5"], "Choose at least one seat."),
        (["0"], "One of the chosen seats is not part of this event."),
        (["99999999999999999999"], "One of the chosen seats is not part of this event."),
    ],
)
def test_nonsense_is_no_seat(staff, offer, seats, message):
    page = act(staff, offer, "block", seats, reason="Camera")

    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == [message]


def test_a_seat_taken_meanwhile_is_named_and_nothing_is_written_down(staff, offer):
    first, second, *_ = seat_ids(offer)
    sold(offer, seats=[second])

    page = act(staff, offer, "block", [first, second], reason="Camera")

    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == [
        "Nothing was changed, because this seat is not free: Stalls, row A, seat 2."
    ]
    assert counts(offer) == Availability(capacity=8, sold=1, free=7)
    assert log() == []


def test_comp_for_an_event_that_is_over_is_refused(staff, offer):
    offer.event.event_date = NOW - timedelta(hours=1)
    offer.event.save()

    page = act(staff, offer, "comp", seat_ids(offer)[:1], reason="x", name="x")

    assert page.context["form"].non_field_errors() == ["This event has already begun, so it can no longer be booked."]
    assert not Booking.objects.exists()


def test_more_than_can_be_given_away_at_a_time_is_refused(staff):
    offer = make_seated_offer(rows=2, seats=60)

    page = act(staff, offer, "comp", seat_ids(offer), reason="x", name="x")

    assert page.context["form"].non_field_errors() == ["At most 100 tickets can be given away at a time."]
    assert not Place.objects.sold().exists()


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (["1"], "1"),
        (["2", "1"], "1, 2"),
        (["3", "1", "2", "7"], "1–3, 7"),
        (["9", "10", "11", "8"], "8–11"),
        (["A1", "A2", "B"], "B, A1, A2"),
    ],
)
def test_numbers_are_written_short(numbers, words):
    assert name_numbers(numbers) == words


def test_map_says_as_of_when_on_the_clock_of_the_venue(staff):
    offer = make_seated_offer(event__venue__time_zone="America/Toronto")

    shown = staff.get(url(offer)).context["as_of"]

    there = timezone.localtime(timezone.now(), offer.event.venue.tz)
    assert shown in {f"{there - timedelta(seconds=ago):%H:%M:%S}" for ago in range(20)}
