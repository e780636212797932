"""Stories: why a seat is taken, and what has become of a booking, line by line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.models import Booking, Ticket
from bookings.stories import Sight, booking_story, find_places, place_story
from bookings.stories.letters import letters
from bookings.tests import sales
from bookings.tests.factories import ExchangeFactory, ScanFactory
from events.services import record
from ticketing import stock
from ticketing.models import FOREVER, Place
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import NamedHoldFactory, make_offer, make_seated_offer
from venues.backoffice import local_time
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db

NOW = sales.NOW
STAFF = {"actor": "bob", "channel": "box_office"}


@pytest.fixture
def offer():
    return make_seated_offer(rows=2, seats=4)


def after(**kwargs):
    return NOW + timedelta(**kwargs)


def place_of(offer, index=0) -> Place:
    pk = sorted(offer.places.values_list("pk", flat=True))[index]
    return Place.objects.select_related("event__venue", "offer__ticket_type", "seat__section").get(pk=pk)


def tell(place, now=NOW, **sight):
    return place_story(place_of_pk(place), now=now, sight=Sight(**sight))


def place_of_pk(place) -> Place:
    return Place.objects.select_related("event__venue", "offer__ticket_type", "seat__section").get(pk=place.pk)


def told(story) -> list[tuple[str, str]]:
    """List what is told, by whom; every stock begins with the opening of its sales."""
    return [(line.what, line.who) for line in story.lines if line.what != "Sales opened"]


def when(offer, moment) -> str:
    return local_time(moment, offer.event.venue.tz)


def exchange(booking, *seats, now, **kwargs) -> Booking:
    offers = list(booking.event.offers.select_related("ticket_type"))
    return services.exchange(
        booking=booking, offers=offers, selection=Selection(seats=seats), now=now, **STAFF, **kwargs
    )


# A place ------------------------------------------------------------------------------------------


def test_place_tells_its_whole_life(offer):
    place, other = place_of(offer), place_of(offer, 5)
    seat, event = place.seat_id, offer.event
    with transaction.atomic():
        stock.block(event=event, seats=[seat], now=after(minutes=1))
        record(event, "block", now=after(minutes=1), by="bob", places=[place.pk], reason="Camera")
    with transaction.atomic():
        stock.unblock(event=event, seats=[seat], now=after(minutes=2))
        record(event, "unblock", now=after(minutes=2), by="bob", places=[place.pk])
    first = sales.hold(offer, seats=[seat], now=after(minutes=3))
    second = sales.hold(offer, seats=[seat], now=after(minutes=20))
    services.abandon(booking=second, now=after(minutes=21))
    third = sales.sold(offer, seats=[seat], now=after(minutes=30))
    exchange(third, other.seat_id, now=after(minutes=40))
    fourth = sales.sold(offer, seats=[seat], now=after(minutes=50), email="grace@example.org")
    old = fourth.tickets.get()
    new = services.pass_on(ticket=old, name="Mary", email="mary@example.org", now=after(hours=1), **STAFF)
    Ticket.objects.filter(pk=new.pk).update(checked_in_at=after(hours=2))
    ScanFactory(
        event=event, ticket=new, code=new.code, result="admitted", gate="Main door", actor="dora", at=after(hours=2)
    )

    story = tell(place, after(hours=3))

    assert told(story) == [
        ("Blocked", "bob"),
        ("On sale again", "bob"),
        (f"Held for {first} (no name)", "Customer"),
        (f"Hold of {first} (no name) lapsed: free for others", "Marquee"),
        (f"Held for {second} (no name)", "Customer"),
        (f"Let go by {second} (no name)", "Customer"),
        (f"Held for {third} (Ada Lovelace)", "Customer"),
        (f"Sold to {third} (Ada Lovelace)", "Customer"),
        (f"Given back by {third} (Ada Lovelace): exchanged for something else", "bob"),
        (f"Held for {fourth} (Ada Lovelace)", "Customer"),
        (f"Sold to {fourth} (Ada Lovelace)", "Customer"),
        ("Passed on by Ada Lovelace to Mary", "bob"),
        ("At the door: admitted", "dora"),
    ]
    assert [line.at for line in story.lines] == sorted(line.at for line in story.lines)
    assert story.lines[1].detail == "reason: Camera"
    assert story.lines[-1].detail == f"{place}, {new.code}, at Main door"
    assert story.sentence == (
        f"Sold since {when(offer, after(minutes=50))} to {fourth} (Ada Lovelace), passed on to Mary, "
        f"€40.00 paid by card. Admitted {when(offer, after(hours=2))}."
    )
    assert story.booking == fourth


def test_place_that_came_by_an_exchange_is_sold_since_then(offer):
    place = place_of(offer, 3)
    booking = sales.sold(offer, seats=[place_of(offer).seat_id])
    exchange(booking, place.seat_id, now=after(hours=1))

    story = tell(place, after(hours=2))

    assert story.sentence.startswith(f"Sold since {when(offer, after(hours=1))} to {booking} (Ada Lovelace)")
    assert told(story) == [(f"Sold in an exchange to {booking} (Ada Lovelace)", "bob")]


def test_place_that_stays_in_an_exchange_is_not_told_of_it(offer):
    place, other, third = (place_of(offer, index) for index in (0, 1, 2))
    booking = sales.sold(offer, seats=[place.seat_id, other.seat_id])
    exchange(booking, place.seat_id, third.seat_id, now=after(hours=1))

    assert [what.split(" BK")[0] for what, _ in told(tell(place, after(hours=2)))] == ["Held for", "Sold to"]
    assert tell(place).sentence.startswith(f"Sold since {when(offer, NOW)}")


def test_place_of_a_cancelled_ticket_is_free_again(offer):
    place, other = place_of(offer), place_of(offer, 1)
    booking = sales.sold(offer, seats=[place.seat_id, other.seat_id])
    ticket = booking.tickets.get(place=place)
    services.cancel_tickets(booking=booking, tickets=[ticket.pk], now=after(hours=1), **STAFF)

    story = tell(place, after(hours=2))

    assert told(story)[-1] == (f"Given back by {booking} (Ada Lovelace): ticket cancelled", "bob")
    assert story.lines[-1].detail == f"ticket {ticket.code}, Standard, €40.00"
    assert story.sentence == f"Free since {when(offer, after(hours=1))}."
    assert tell(other).sentence.startswith("Sold since")


def test_place_that_a_hold_has_changed_for_another_is_told_of_it(offer):
    place, other = place_of(offer), place_of(offer, 1)
    booking = sales.hold(offer, seats=[place.seat_id])
    offers = list(offer.event.offers.all())
    selection = Selection(seats=(other.seat_id,))
    services.change(booking=booking, event=offer.event, offers=offers, selection=selection, now=after(minutes=1))

    left, came = told(tell(place, after(minutes=2))), told(tell(other, after(minutes=2)))

    assert left == [
        (f"Held for {booking} (no name)", "Customer"),
        (f"Let go by {booking} (no name)", "Customer"),
    ]
    assert came == [(f"Held for {booking} (no name)", "Customer")]


def test_place_of_a_late_payment_lapses_and_is_sold(offer):
    place = place_of(offer)
    booking = sales.checked_out(offer, seats=[place.seat_id])
    sales.pay(booking, now=after(minutes=15))

    assert [what.split(" BK")[0] for what, _ in told(tell(place, after(hours=1)))] == [
        "Held for",
        "Hold of",
        "Sold to",
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("free", "Free since "),
        ("held", "Held until {until} by {booking} (no name), which has not been paid yet."),
        ("blocked", "Blocked."),
        ("comp", "Sold since {now} to {booking} (Grace), with the compliments of the house."),
    ],
)
def test_place_says_in_a_sentence_what_it_is(offer, given, sentence):
    place, booking = place_of(offer), None
    if given == "held":
        booking = sales.hold(offer, seats=[place.seat_id])
    elif given == "blocked":
        Place.objects.filter(pk=place.pk).update(free_from=FOREVER)
    elif given == "comp":
        booking = services.comp(
            event=offer.event, seats=[place.seat_id], name="Grace", reason="Press", now=NOW, actor="bob"
        )

    until = when(offer, after(minutes=10))
    assert tell(place).sentence.startswith(sentence.format(until=until, booking=booking, now=when(offer, NOW)))


def test_place_held_for_somebody_says_for_whom(offer):
    place, hold = place_of(offer), NamedHoldFactory(event=offer.event, created_by="bob")
    Place.objects.filter(pk=place.pk).update(free_from=hold.expires_at, claim=hold.claim)

    assert tell(place).sentence == f"Held until {when(offer, hold.expires_at)} for The Herald (press), by bob."


def test_place_held_for_an_exchange_says_for_which(offer):
    booking = sales.sold(offer, seats=[place_of(offer, 1).seat_id])
    pending, place = ExchangeFactory(booking=booking), place_of(offer)
    Place.objects.filter(pk=place.pk).update(free_from=pending.expires_at, claim=pending.claim)

    assert tell(place, NOW).sentence == (
        f"Held until {when(offer, pending.expires_at)} for {booking} (Ada Lovelace), which is being exchanged for it."
    )


def test_place_blocked_says_by_whom_and_why(offer):
    place = place_of(offer)
    Place.objects.filter(pk=place.pk).update(free_from=FOREVER)
    record(offer.event, "block", now=NOW, by="bob", places=[place.pk], reason="Camera")

    assert tell(place).sentence == f"Blocked since {when(offer, NOW)} by bob: Camera."


def test_place_is_told_of_what_was_done_to_its_event_as_a_whole_and_not_to_others(offer):
    place, other = place_of(offer), place_of(offer, 1)
    record(offer.event, "block", now=NOW, by="bob", places=[other.pk])
    record(offer.event, "change offer", now=NOW, by="bob", offer="Standard", price=["40.00", "45.00"])
    record(offer.event, "change offer", now=NOW, by="bob", offer="Economy", price=["20.00", "25.00"])
    record(offer.event, "edit", now=NOW, by="bob", description=["", "x"])

    story = tell(place)

    assert [(line.what, line.detail) for line in story.lines] == [
        ("Sales opened", "made: 8, places now: 8"),
        ("Offer changed", "offer: Standard, price: €40.00 → €45.00"),
    ]


def test_place_hides_what_its_reader_may_not_see(offer):
    place = place_of(offer)
    booking = sales.sold(offer, seats=[place.seat_id])
    ScanFactory(event=offer.event, ticket=booking.tickets.get(), result="not_yet", actor="dora")
    record(offer.event, "publish", now=NOW, by="bob")

    nothing = tell(place, bookings=False, payments=False, history=False, events=False, scans=False)
    door = tell(place, payments=False, history=False, events=False)

    assert (nothing.sentence, nothing.lines, nothing.booking) == ("Sold.", [], None)
    assert told(door) == [("At the door: doors are not open yet", "dora")]
    assert door.sentence == f"Sold since {when(offer, NOW)} to {booking} (Ada Lovelace), paid."


def test_standing_place_has_a_story_too():
    offer = make_offer(3)
    booking = sales.sold(offer, 2)

    story = tell(booking.tickets.first().place, after(hours=1))

    assert [what.split(" BK")[0] for what, _ in told(story)] == ["Held for", "Sold to"]


@pytest.mark.parametrize("lives", [1, 10])
def test_place_story_costs_the_same_however_often_it_was_sold(offer, lives, django_assert_num_queries):
    place = place_of(offer)
    for life in range(lives):
        booking = sales.sold(offer, seats=[place.seat_id], now=after(minutes=2 * life))
        if life < lives - 1:
            services.cancel(booking=booking, reason="staff", now=after(minutes=2 * life + 1), **STAFF)

    place = place_of_pk(place)

    # Tickets, history, the event's history, whose claim it is, scans, payments.
    with django_assert_num_queries(6):
        story = place_story(place, now=after(hours=1), sight=Sight())

    assert len(story.lines) == 3 * lives


# Finding a place ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("A1", ["Stalls, row A, seat 1"]),
        ("a 1", ["Stalls, row A, seat 1"]),
        ("Stalls A1", ["Stalls, row A, seat 1"]),
        ("stalls, row A, seat 1", ["Stalls, row A, seat 1"]),
        ("st b2", ["Stalls, row B, seat 2"]),
        ("C1", ["Balcony, row C, seat 1"]),
        ("Balcony A1", []),
        ("Z9", []),
        ("", []),
        ("row", []),
        ("99999999999999999999", []),
    ],
)
def test_place_is_found_by_what_people_say(words, found):
    offer = make_seated_offer(rows=2, seats=4)
    balcony = SectionFactory(plan=offer.event.seating_plan, name="Balcony")
    make_seats(balcony, rows=3, seats=2)
    balcony.seats.exclude(row="C").delete()
    offer.sections.add(balcony)
    open_sales(event=offer.event, now=NOW)
    offer.event.refresh_from_db()

    assert [str(place) for place in find_places(offer.event, words)] == found


def test_place_is_found_by_a_ticket_or_by_its_number():
    offer = make_offer(3)
    ticket = sales.sold(offer).tickets.get()

    assert list(find_places(offer.event, ticket.code.lower())) == [ticket.place]
    assert list(find_places(offer.event, str(ticket.place_id))) == [ticket.place]


# A booking ----------------------------------------------------------------------------------------


def story_of(booking, **sight):
    booking = Booking.objects.with_details().get(pk=booking.pk)
    return booking_story(booking, sight=Sight(**sight))


def test_booking_is_told_from_the_first_click_to_the_door(offer):
    seat, other = place_of(offer), place_of(offer, 1)
    held = sales.checked_out(offer, seats=[seat.seat_id, other.seat_id])
    booking = sales.pay(held, reference="charge-1")
    ticket = booking.tickets.get(place=seat)
    services.cancel_tickets(booking=booking, tickets=[ticket.pk], now=after(hours=1), why="Ill", **STAFF)
    rest = booking.tickets.living().get()
    ScanFactory(event=offer.event, ticket=rest, code=rest.code, result="admitted", actor="dora", at=after(hours=2))

    lines = [
        (line.what, line.who, line.channel, line.detail) for line in story_of(booking) if "E-mail" not in line.what
    ]

    refund = booking.payments.get(kind="refund").reference
    until = when(offer, after(minutes=10))
    assert lines == [
        ("Places held", "Customer", "Web", f"places: Stalls, row A, seats 1, 2, quantity: 2, until: {until}"),
        ("Sold", "Customer", "Web", "paid: €80.00"),
        ("€80.00 paid by card", "", "", "charge-1"),
        ("Tickets cancelled", "bob", "Box office", f"refunded: €40.00, tickets: {ticket.code}, why: Ill"),
        ("€40.00 to go back by card", "", "", refund),
        ("Ticket void: cancelled", "", "", f"Stalls, row A, seat 1, {ticket.code}"),
        ("At the door: admitted", "dora", "Door", f"Stalls, row A, seat 2, {rest.code}"),
    ]


def test_booking_story_names_the_seats_of_a_hold_that_was_changed(offer):
    place, other = place_of(offer), place_of(offer, 1)
    booking = sales.hold(offer, seats=[place.seat_id])
    offers = list(offer.event.offers.all())
    selection = Selection(seats=(other.seat_id,))
    services.change(booking=booking, event=offer.event, offers=offers, selection=selection, now=after(minutes=1))

    assert [line.detail for line in story_of(booking)][1] == "places: Stalls, row A, seat 2, quantity: 1"
    assert "Stalls, row A, seat 1" in story_of(booking)[0].detail


def test_booking_story_says_what_was_corrected(offer):
    booking = sales.sold(offer, seats=[place_of(offer).seat_id])
    services.correct_details(booking=booking, name="Ada King", email="ada@example.org", now=after(hours=1), **STAFF)

    assert [line.detail for line in story_of(booking) if line.who == "bob"] == ["name: Ada Lovelace → Ada King"]


def test_booking_story_hides_money_history_and_scans_from_those_who_may_not_see_them(offer):
    booking = sales.sold(offer, seats=[place_of(offer).seat_id])
    ScanFactory(event=offer.event, ticket=booking.tickets.get(), result="admitted", actor="dora")

    assert story_of(booking, payments=False, history=False, scans=False) == []
    assert [line.what for line in story_of(booking, payments=False, history=False)] == ["At the door: admitted"]


@pytest.mark.parametrize("tickets", [1, 10])
def test_booking_story_costs_the_same_for_any_number_of_tickets(tickets, django_assert_num_queries):
    offer = make_seated_offer(rows=2, seats=10)
    seats = sales.seat_ids(offer)
    booking = sales.sold(offer, seats=seats[:tickets])
    exchange(booking, *seats[10 : 10 + tickets], now=after(hours=1))
    for ticket in booking.tickets.valid():
        ScanFactory(event=offer.event, ticket=ticket, result="admitted")
    booking = Booking.objects.with_details().get(pk=booking.pk)

    # Tickets, history, places named, waiting list, payments, scans, letters.
    with django_assert_num_queries(6):
        story = booking_story(booking, sight=Sight())

    assert sum(line.what == "At the door: admitted" for line in story) == tickets


# Letters ------------------------------------------------------------------------------------------


def letter(booking, status, *, attempt=1, minutes=0, **kwargs):
    at = after(minutes=minutes)
    row = DBTaskResult.objects.create(
        status=status,
        task_path=kwargs.pop("path", "bookings.tasks.send_confirmation"),
        args_kwargs={"args": [booking.pk], "kwargs": {"attempt": attempt} if attempt > 1 else {}},
        run_after=at,
        backend_name="default",
        started_at=at if status != TaskResultStatus.READY else None,
        finished_at=at if status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED) else None,
        **kwargs,
    )
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=at)
    return row


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (TaskResultStatus.READY, "E-mail “Tickets” is queued"),
        (TaskResultStatus.RUNNING, "E-mail “Tickets” is being sent"),
        (TaskResultStatus.SUCCESSFUL, "E-mail “Tickets” sent"),
        (TaskResultStatus.FAILED, "E-mail “Tickets” has failed and is given up"),
    ],
)
def test_letter_is_told_as_the_queue_knows_it(status, what):
    booking = sales.hold(make_offer())
    letter(booking, status, exception_class_path="smtplib.SMTPRecipientsRefused" if status == "FAILED" else "")

    (line,) = letters(booking.pk)

    assert line.what == what
    assert line.detail == ("SMTPRecipientsRefused" if status == TaskResultStatus.FAILED else "")
    assert line.is_bad is (status == TaskResultStatus.FAILED)


def test_letter_that_was_tried_again_says_so():
    booking = sales.hold(make_offer())
    letter(booking, TaskResultStatus.SUCCESSFUL)
    letter(booking, TaskResultStatus.READY, attempt=2)

    assert [(line.what, line.detail) for line in letters(booking.pk)] == [
        ("E-mail “Tickets” was not sent, and is tried again", ""),
        ("E-mail “Tickets” is queued", "attempt 2"),
    ]


def test_letters_of_others_and_other_tasks_are_left_out():
    booking, other = sales.hold(make_offer()), sales.hold(make_offer())
    letter(other, TaskResultStatus.SUCCESSFUL)
    letter(booking, TaskResultStatus.SUCCESSFUL, path="bookings.tasks.carry_out_refund")

    assert letters(booking.pk) == []


def test_letter_about_a_ticket_belongs_to_its_booking():
    booking = sales.sold(make_offer())
    ticket = booking.tickets.get()
    services.pass_on(ticket=ticket, name="Mary", email="mary@example.org", now=timezone.now(), **STAFF)

    told = [line.what for line in letters(booking.pk, booking.tickets.values_list("pk", flat=True))]

    assert told == ["E-mail “Tickets” is queued", "E-mail “Ticket passed on” is queued"]
