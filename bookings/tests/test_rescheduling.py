"""Who has tickets for an event that moves hears of it, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from icalendar import Calendar

from bookings import mail, services, tasks
from bookings.models import Booking
from bookings.tests.documents import BEGINS, NOW, make_booking, make_event
from bookings.tests.sales import checked_out, sold
from bookings.tests.test_tasks import work
from events.models import Event
from events.services import record, reschedule
from ticketing.tests.factories import make_offer
from venues.tests.factories import VenueFactory

LATER = BEGINS + timedelta(days=7)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://tickets.example.org"


def queued() -> list[str]:
    paths = DBTaskResult.objects.filter(status=TaskResultStatus.READY).values_list("task_path", flat=True)
    return sorted(path.rpartition(".")[2] for path in paths)


def tell(event: Event) -> list[Booking]:
    """Do what the queue does after a change of date; return the bookings that are written to."""
    DBTaskResult.objects.all().delete()
    move = record(event, "move", now=NOW, by="ada")
    tasks.tell_of_new_date.call(event.pk, BEGINS.isoformat(), move.pk)
    rows = DBTaskResult.objects.filter(task_path="bookings.tasks.send_new_date")
    return list(Booking.objects.filter(pk__in=[row.args_kwargs["args"][0] for row in rows]))


@pytest.mark.django_db
def test_rescheduling_queues_the_letters():
    event = make_event()

    reschedule(event=event, event_date=LATER, now=NOW, by="ada")

    assert queued() == ["tell_of_new_date"]


@pytest.mark.django_db
def test_correcting_the_date_of_a_past_event_writes_to_nobody():
    event = make_event()

    reschedule(event=event, event_date=LATER + timedelta(days=30), now=LATER, by="ada")

    assert queued() == []


@pytest.mark.django_db
def test_only_who_has_tickets_is_written_to():
    offer = make_offer()
    booking, without_address = sold(offer, 2), sold(offer)
    Booking.objects.filter(pk=without_address.pk).update(customer_email="", channel="box_office")
    checked_out(offer)
    cancelled = sold(offer)
    services.cancel(booking=cancelled, reason=Booking.Reason.STAFF, now=NOW, actor="ada")
    sold(make_offer())

    assert tell(offer.event) == [booking]


@pytest.mark.django_db(transaction=True)
def test_customer_hears_of_a_new_date(mailoutbox):
    booking = make_booking()

    reschedule(event=booking.event, event_date=LATER, now=NOW, by="ada")
    work()
    work()

    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["ada@example.org"], "New date: The Magic Flute, Saturday 19 December 2026, 19:30")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [{"status": "cancelled"}, {"event_date": BEGINS}, {"event_date": NOW - timedelta(days=365), "doors_at": None}],
)
def test_letter_about_what_holds_no_more_is_not_sent(mailoutbox, changes):
    booking = make_booking(make_event(event_date=LATER))
    Event.objects.filter(pk=booking.event_id).update(**changes)

    tasks.send_new_date.call(booking.pk, BEGINS.isoformat())

    assert mailoutbox == []


@pytest.mark.django_db
def test_letter_about_a_booking_that_was_cancelled_meanwhile_is_not_sent(mailoutbox):
    booking = make_booking(make_event(event_date=LATER))
    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=NOW, actor="ada")

    tasks.send_new_date.call(booking.pk, BEGINS.isoformat())

    assert mailoutbox == []


@pytest.mark.django_db
def test_letter_says_what_has_changed():
    booking = make_booking(make_event(event_date=LATER, doors_at=LATER - timedelta(hours=1)))

    letter = mail.new_date(booking, previous_date=BEGINS, now=NOW)

    assert letter.body.split("\n\n") == [
        "Dear Ada Lovelace,",
        "The Magic Flute has moved. It was to begin on Saturday 12 December 2026, 19:30, and now begins on:",
        "Saturday 19 December 2026, 19:30 (doors open at 18:30)\nConcert Hall, 1 Main Street, Vienna\n"
        "Booking BK-20261122-A7K3XQ",
        "Your 2 tickets stay valid for the new date, even where the old one is printed, and you do not have to do "
        "anything. The attached file moves the entry in your calendar.",
        "If you cannot come, you can cancel for a full refund until Thursday 17 December 2026, 19:30:\n"
        f"https://tickets.example.org/bookings/{booking.key}/",
        "--\nMarquee\nhttps://tickets.example.org\n",
    ]


@pytest.mark.django_db(transaction=True)
def test_customer_hears_of_another_house(mailoutbox):
    booking = make_booking()
    arena = VenueFactory(name="Arena", city="Graz")

    reschedule(event=booking.event, event_date=BEGINS, venue=arena, now=NOW, by="ada")
    work()
    work()

    (letter,) = mailoutbox
    assert letter.subject == "New place: The Magic Flute is at Arena, Saturday 12 December 2026, 19:30"
    assert letter.body.split("\n\n")[1] == (
        "The Magic Flute has moved. It was to be at Concert Hall, Vienna, and is now:"
    )
    assert "valid, even where the old place is printed" in letter.body


@pytest.mark.django_db
def test_letter_about_a_house_that_holds_no_more_is_not_sent(mailoutbox):
    booking = make_booking()
    move = record(booking.event, "move", now=NOW, by="ada", venue=["Concert Hall, Vienna", "Arena, Graz"])

    tasks.send_new_date.call(booking.pk, BEGINS.isoformat(), move.pk)

    assert mailoutbox == []


@pytest.mark.django_db
def test_letter_offers_no_cancelling_where_there_is_none():
    booking = make_booking(make_event(event_date=LATER, cancellation_hours=None), tickets=1)

    letter = mail.new_date(booking, previous_date=BEGINS, now=NOW)

    assert letter.body.split("\n\n")[3:5] == [
        "Your ticket stays valid for the new date, even where the old one is printed, and you do not have to do "
        "anything. The attached file moves the entry in your calendar.",
        "If you cannot come, answer this message and we will look for a way. Your booking:\n"
        f"https://tickets.example.org/bookings/{booking.key}/",
    ]


@pytest.mark.django_db
def test_letter_moves_the_entry_of_the_calendar():
    booking = make_booking(make_event(event_date=LATER))

    letter = mail.new_date(booking, previous_date=BEGINS, now=NOW)

    ((name, calendar, kind),) = letter.attachments
    (entry,) = Calendar.from_ical(calendar).events
    assert (name, kind) == ("BK-20261122-A7K3XQ.ics", "text/calendar")
    assert (str(entry["uid"]), entry.start) == ("BK-20261122-A7K3XQ@tickets.example.org", LATER)
