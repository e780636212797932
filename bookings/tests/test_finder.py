"""Quick search: each kind of thing by what people say of it, and no more than whoever asks may see."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import finder
from bookings.finder import Found, SeatFound, find, significant
from bookings.models import Booking, Ticket
from bookings.tests import sales
from bookings.tests.factories import BookingFactory, TicketFactory, WaitlistEntryFactory
from bookings.tests.sales import NOW
from bookings.tests.test_hostile_input import NASTY
from events.tests.factories import EventFactory
from ticketing.models import FOREVER, Place
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def anything(permission: str) -> bool:
    return True


def look(text: str, may=anything) -> Found:
    return find(text, may, NOW)


def kinds(found: Found) -> dict[str, list]:
    return {group.kind: group.rows for group in found.groups}


def bookings(text: str) -> list[Booking]:
    return kinds(look(text)).get("bookings", [])


# Codes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\r\n", "\x00{}"])
@pytest.mark.parametrize(
    "change", [str, str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")]
)
def test_booking_code_goes_straight_to_the_booking(typed, change):
    booking = BookingFactory()
    BookingFactory()

    assert look(typed.format(change(booking.booking_code))) == Found(
        look(change(booking.booking_code)).query, exact=booking
    )


def test_last_letters_of_a_booking_code():
    old = BookingFactory(booking_code=f"BK-{NOW - timedelta(days=400):%Y%m%d}-QXTAKM")
    new = BookingFactory(booking_code=f"BK-{NOW:%Y%m%d}-QXTAKM")
    BookingFactory(booking_code=f"BK-{NOW:%Y%m%d}-QXTAKN")

    assert set(bookings("qxtakm")) == {old, new}


def test_six_letters_that_end_no_code_may_be_a_name():
    booking = BookingFactory(customer_name="Martha Graham")

    assert bookings("martha") == [booking]


@pytest.mark.parametrize(
    "change", [str, str.lower, "https://tickets.example.org/t/{}".format, "MQ1:{}:signature".format]
)
def test_ticket_code_goes_straight_to_the_ticket(change):
    ticket = TicketFactory()

    assert look(change(ticket.code)).exact == ticket


def test_code_that_nobody_has_is_looked_for_as_anything_else():
    assert look("BK-20260101-AAAAAA") == Found("BK-20260101-AAAAAA")
    assert look("A" * 16) == Found("A" * 16)


# Customers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["lovelace", "Ada", "LOVELACE ada", "ada@", "ADA@example.org", "example"])
def test_customer_by_name_and_e_mail(typed):
    booking = BookingFactory()
    BookingFactory(customer_name="Grace Hopper", customer_email="grace@navy.org")

    assert bookings(typed) == [booking]


@pytest.mark.parametrize("stored", ["+43 664 123 45 67", "0664/1234567", "(0664) 123-45.67", "004366412 34567"])
@pytest.mark.parametrize("typed", ["0664 1234567", "664 12 345 67", "0664/123-4567", "1234567"])
def test_customer_by_telephone_number(stored, typed):
    booking = BookingFactory(customer_phone=stored)
    BookingFactory(customer_phone="+43 1 98765")

    assert bookings(typed) == [booking]


def test_significant_digits_are_the_same_at_home_and_from_abroad():
    assert [significant(number) for number in ("0664 123", "00664 123", "664-123")] == ["664123"] * 3


@pytest.mark.parametrize("typed", ["%", "_", "50%", "a_a", "\\"])
def test_wildcards_are_letters_like_any_other(typed):
    BookingFactory()
    WaitlistEntryFactory()
    TicketFactory(holder_name="Ada")

    assert look(typed).groups == ()


def test_holder_of_a_ticket():
    ticket = TicketFactory(holder_name="Grace Hopper")

    assert kinds(look("hopper")) == {"tickets": [ticket]}


def test_somebody_on_the_waiting_list():
    entry = WaitlistEntryFactory(name="Grace Hopper")

    assert kinds(look("grace")) == {"waiting list": [entry]}


# Events and seats -------------------------------------------------------------------------------


def test_events_to_come_before_those_that_are_past():
    past = EventFactory(name="Winter Gala", event_date=NOW - timedelta(days=3))
    later = EventFactory(name="Spring Gala", event_date=NOW + timedelta(days=9))
    sooner = EventFactory(name="Gala of Autumn", event_date=NOW + timedelta(days=2))

    assert kinds(look("gala")) == {"events": [sooner, later, past]}


@pytest.mark.parametrize(
    "typed",
    ["C5", "c 5", "C-5", "C/5", "row C seat 5", "Row C, seat 5", "Stalls C5", "stalls, c 5", "Stalls, row C, seat 5"],
)
def test_seat_leads_to_whoever_has_it(typed):
    offer = make_seated_offer(rows=3, seats=8)
    place = offer.places.get(seat__row="C", seat__number="5")
    booking = sales.sold(offer, seats=[place.seat_id])

    assert kinds(look(typed))["seats"] == [SeatFound(place, booking.tickets.get(), is_free=False)]


@pytest.mark.parametrize("state", ["free", "held", "sold", "blocked", "kept"])
def test_seat_says_its_state(state):
    offer = make_seated_offer(rows=1, seats=2)
    place = offer.places.get(seat__number="1")
    if state == "sold":
        sales.sold(offer, seats=[place.seat_id])
    if state == "held":
        sales.hold(offer, seats=[place.seat_id])
    if state == "blocked":
        Place.objects.filter(pk=place.pk).update(free_from=FOREVER)
    if state == "kept":
        Place.objects.filter(pk=place.pk).update(free_from=NOW + timedelta(days=1), claim="0" * 32)

    [found] = kinds(look("A1"))["seats"]

    assert found.state == state


def test_seat_of_a_hold_that_has_lapsed_is_free():
    offer = make_seated_offer(rows=1, seats=2)
    place = offer.places.get(seat__number="1")
    sales.hold(offer, seats=[place.seat_id])

    [found] = kinds(find("A1", anything, sales.LAPSED))["seats"]

    assert (found.state, found.ticket) == ("free", None)


def test_seats_of_what_is_past_or_cancelled_are_nobodys_concern():
    make_seated_offer(event__event_date=NOW + timedelta(days=1), event__status="cancelled")
    past = make_seated_offer()
    type(past.event).objects.filter(pk=past.event_id).update(event_date=NOW - timedelta(days=1))

    assert look("A1").groups == ()


# Bounds -----------------------------------------------------------------------------------------


def test_ten_of_a_kind_are_shown_and_all_are_counted():
    BookingFactory.create_batch(12)

    [group] = look("lovelace").groups

    assert (len(group.rows), group.count, group.more) == (10, 12, 2)


def test_parts_of_names_are_looked_for_among_the_newest(monkeypatch):
    monkeypatch.setattr(finder, "RECENT", 1)
    old, new = BookingFactory(), BookingFactory()

    assert bookings("lovelace") == [new]
    assert set(bookings("ada@example.org")) == {old, new}


@pytest.mark.parametrize("text", ["lovelace", "C5"])
@pytest.mark.parametrize("rows", [1, 5])
def test_search_costs_the_same_however_much_is_found(django_assert_max_num_queries, text, rows):
    offer = make_seated_offer(rows=3, seats=8)
    for seat in sales.seat_ids(offer)[:rows]:
        sales.sold(offer, seats=[seat])
    TicketFactory.create_batch(rows, holder_name="Ada Lovelace")
    WaitlistEntryFactory.create_batch(rows, name="Ada Lovelace")

    with CaptureQueriesContext(connection) as captured:
        look(text)

    assert len(captured) == {"lovelace": 8, "C5": 12}[text]


@pytest.mark.parametrize(
    "text", [*NASTY, "", "   ", "🎭" * 500, "ＦＵＬＬ", "a" * 50_000, "1 2 3 4 5 6 7 8 9 0", "@", "+"]
)
def test_any_text_is_answered(text):
    BookingFactory(customer_phone="+43 1 234")

    assert isinstance(look(text), Found)


# Who sees what ----------------------------------------------------------------------------------


def member(group: str) -> User:
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    return user


@pytest.mark.parametrize(
    ("group", "seen"),
    [
        ("Box office", ["bookings", "tickets", "events", "waiting list"]),
        ("Door", ["bookings", "tickets", "events"]),
        ("Managers", ["bookings", "tickets", "events", "waiting list"]),
        ("none", []),
    ],
)
def test_group_finds_what_it_may_see(group, seen):
    make_offer(event__name="Gala for Ada")
    BookingFactory()
    TicketFactory(holder_name="Ada King")
    WaitlistEntryFactory()

    assert list(kinds(look("ada", member(group).has_perm))) == seen


def test_codes_open_nothing_to_those_who_may_not_see_it():
    ticket = TicketFactory()
    nobody = member("none").has_perm

    assert look(ticket.code, nobody) == Found(ticket.code)
    assert look(ticket.booking.booking_code, nobody) == Found(ticket.booking.booking_code)
    assert Ticket.objects.count() == 1
