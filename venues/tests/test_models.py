"""Venues, plans, sections and seats."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.tests.factories import EventFactory
from venues.models import Seat, SeatingPlan, Section, Venue, validate_time_zone
from venues.tests.factories import SeatFactory, SeatingPlanFactory, SectionFactory, VenueFactory, make_seats

NOW = timezone.now()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: VenueFactory(name="Musikverein", city="Vienna"), "Musikverein, Vienna"),
        (lambda: SeatingPlanFactory(name="Golden Hall", venue__name="Musikverein"), "Musikverein: Golden Hall"),
        (
            lambda: SectionFactory(name="Stalls", plan__name="Golden Hall", plan__venue__name="Musikverein"),
            "Stalls (Musikverein: Golden Hall)",
        ),
        (lambda: SeatFactory(section__name="Stalls", row="C", number="12"), "Stalls, row C, seat 12"),
    ],
)
def test_rows_say_what_they_are(make, text):
    assert str(make()) == text


@pytest.mark.django_db
def test_venues_with_names_that_read_the_same_get_addresses_of_their_own():
    slugs = [VenueFactory(name=name).slug for name in ("Café Central", "Cafe Central", "Cafe, Central!", "東京")]

    assert slugs == ["cafe-central", "cafe-central-2", "cafe-central-3", "venue"]


@pytest.mark.django_db
def test_the_address_of_a_venue_stays_when_its_name_changes():
    venue = VenueFactory(name="Old Name")

    venue.name = "New Name"
    venue.save()

    assert venue.slug == "old-name"


@pytest.mark.django_db
def test_a_long_name_fits_into_the_address():
    first, second = VenueFactory(name="x" * 199 + "1"), VenueFactory(name="x" * 199 + "2")

    for venue in (first, second):
        venue.clean_fields()
    assert first.slug != second.slug


@pytest.mark.django_db
def test_with_event_count_counts_what_can_be_booked():
    venue = VenueFactory()
    EventFactory(venue=venue)
    EventFactory(venue=venue, event_date=NOW + timedelta(days=2))
    EventFactory(venue=venue, status="cancelled")
    EventFactory(venue=venue, published_at=None)
    EventFactory(venue=venue, published_at=NOW + timedelta(days=1))
    EventFactory(venue=venue, event_date=NOW - timedelta(days=1))
    empty = VenueFactory()

    counts = dict(Venue.objects.with_event_count(NOW).values_list("pk", "event_count"))

    assert counts == {venue.pk: 2, empty.pk: 0}


@pytest.mark.parametrize("name", ["Europe/Vienna", "Asia/Kolkata", "UTC"])
def test_time_zones_are_those_of_the_iana(name):
    validate_time_zone(name)

    assert VenueFactory.build(time_zone=name).tz == ZoneInfo(name)


@pytest.mark.parametrize("name", ["", "Vienna", "CEST", "Europe/Wien", "../etc/passwd"])
def test_other_time_zones_are_refused(name):
    with pytest.raises(ValidationError) as refusal:
        validate_time_zone(name)

    assert refusal.value.messages == [f"“{name}” is not a time zone. Example: Europe/Vienna."]


def test_the_zone_of_a_venue_follows_summer_time():
    zone = VenueFactory.build(time_zone="Europe/Vienna").tz

    offsets = [datetime(2026, month, 1, 12, tzinfo=zone).utcoffset() for month in (1, 7)]

    assert offsets == [timedelta(hours=1), timedelta(hours=2)]


@pytest.mark.parametrize(("capacity", "is_standing"), [(None, False), (500, True)])
def test_a_section_is_seated_or_standing(capacity, is_standing):
    assert Section(standing_capacity=capacity).is_standing is is_standing


@pytest.mark.django_db
def test_a_venue_without_events_goes_with_its_plans_and_seats():
    section = SectionFactory()
    make_seats(section, rows=2, seats=3)

    section.plan.venue.delete()

    assert [model.objects.count() for model in (SeatingPlan, Section, Seat)] == [0, 0, 0]


@pytest.mark.django_db
def test_seats_come_row_by_row_from_the_front():
    section = SectionFactory()
    for row, row_index, position in (("B", 1, 0), ("A", 0, 2), ("A", 0, 1)):
        SeatFactory(section=section, row=row, row_index=row_index, position=position, number=str(position + 1))

    assert [str(seat) for seat in section.seats.all()] == [
        f"{section.name}, row A, seat 2",
        f"{section.name}, row A, seat 3",
        f"{section.name}, row B, seat 1",
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [("1 Main Street", "1 Main Street, Vienna"), ("1 Main Street, 1010 VIENNA", "1 Main Street, 1010 VIENNA")],
)
def test_full_address_says_the_city_once(address, expected):
    assert VenueFactory.build(address=address, city="Vienna").full_address == expected
