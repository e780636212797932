from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bookings.documents.calendar import booking_calendar
from bookings.models import Booking
from bookings.tests.documents import BEGINS, NOW, make_booking, make_event
from events.models import Event
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

SITE = "https://tickets.example.org"
VIENNA = ZoneInfo("Europe/Vienna")


def make_file(booking: Booking, now: datetime = NOW) -> str:
    return booking_calendar(booking, site_url=SITE, now=now).decode()


def make_entry(booking: Booking, now: datetime = NOW):
    (entry,) = Calendar.from_ical(make_file(booking, now)).events
    return entry


def test_calendar_names_event_place_and_booking():
    booking = make_booking()

    entry = make_entry(booking)

    assert entry["summary"] == "The Magic Flute"
    assert entry["location"] == "Concert Hall, 1 Main Street, Vienna, Austria"
    assert entry["url"] == f"{SITE}{booking.get_absolute_url()}"
    assert entry["description"] == (
        f"2 tickets, booking BK-20261122-A7K3XQ\nDoors open at 18:30.\nYour tickets: {SITE}{booking.get_absolute_url()}"
    )


def test_calendar_writes_times_in_the_venues_zone_and_describes_it():
    booking = make_booking()

    text = make_file(booking)

    assert "DTSTART;TZID=Europe/Vienna:20261212T193000\r\n" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Vienna\r\n" in text
    assert make_entry(booking).start == BEGINS.astimezone(VIENNA)


def test_calendar_in_utc_needs_no_time_zone():
    venue = VenueFactory(time_zone="UTC")

    text = make_file(make_booking(make_event(venue=venue)))

    assert "DTSTART:20261212T183000Z\r\n" in text
    assert "VTIMEZONE" not in text


def test_calendar_ends_when_the_event_does():
    event = make_event(ends_at=BEGINS + timedelta(hours=5))

    assert make_entry(make_booking(event)).duration == timedelta(hours=5)


def test_calendar_ends_after_the_running_time_when_nothing_else_is_known():
    event = make_event()
    event.production.running_time = 95
    event.production.save()

    assert make_entry(make_booking(event)).duration == timedelta(minutes=95)


def test_calendar_ends_after_two_hours_when_nothing_is_known():
    event = make_event(production=None)

    assert make_entry(make_booking(event)).duration == timedelta(hours=2)


def test_calendar_keeps_its_uid_and_grows_its_sequence():
    booking = make_booking()
    first = make_entry(booking)
    booking.status = Booking.Status.CANCELLED

    second = make_entry(booking, NOW + timedelta(minutes=1))

    assert first["uid"] == second["uid"] == "BK-20261122-A7K3XQ@tickets.example.org"
    assert (first["sequence"], second["sequence"]) == (0, 60)
    assert (first["status"], second["status"]) == ("CONFIRMED", "CANCELLED")
    assert second["dtstamp"].dt == datetime(2026, 11, 22, 20, 1, tzinfo=UTC)


def test_calendar_strikes_out_what_the_venue_has_cancelled():
    event = make_event(status=Event.Status.CANCELLED)

    assert make_entry(make_booking(event))["status"] == "CANCELLED"


def test_calendar_escapes_what_was_typed():
    event = make_event(name="Flute; \\ Harp, and\r\nBEGIN:VEVENT")

    text = make_file(make_booking(event))

    assert "SUMMARY:Flute\\; \\\\ Harp\\, and BEGIN:VEVENT\r\n" in text
    assert text.count("\r\nBEGIN:VEVENT\r\n") == 1


def test_calendar_folds_long_lines():
    text = make_file(make_booking(make_event(name="Ж" * 200)))

    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_calendar_knows_every_zone(zone):
    event = make_event(venue=VenueFactory(time_zone=zone))

    assert make_entry(make_booking(event)).start == BEGINS
