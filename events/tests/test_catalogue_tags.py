from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile

from events.artwork import event_poster_url, production_poster_url
from events.templatetags import catalogue
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from venues.models import Venue
from venues.tests.factories import VenueFactory

NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "text"), [(45, "45 min"), (60, "1 h"), (135, "2 h 15 min")])
def test_duration_is_written_in_hours_and_minutes(minutes, text):
    assert catalogue.duration(minutes) == text


def test_map_url_escapes_the_address():
    venue = Venue(name="Rock & Roll?", address="A 1", city="Wien", country="")

    assert (
        catalogue.map_url(venue)
        == "https://www.openstreetmap.org/search?query=Rock%20%26%20Roll%3F%2C%20A%201%2C%20Wien"
    )


@pytest.mark.django_db
def test_times_are_those_of_the_venue():
    event = EventFactory(venue=VenueFactory(time_zone="Europe/Vienna"), event_date=NEW_YEAR)

    assert catalogue.day_of(event, NEW_YEAR - timedelta(hours=1)) == "Fri 1 Jan 2027"
    assert catalogue.day_of(event, NEW_YEAR) == "Fri 1 Jan"
    assert catalogue.time_at(NEW_YEAR, event.venue) == "00:30"
    assert catalogue.long_date(NEW_YEAR, event.venue) == "Friday 1 January 2027"
    assert catalogue.iso(NEW_YEAR, event.venue) == "2027-01-01T00:30+01:00"


@pytest.mark.django_db
def test_running_time_is_as_exact_as_is_known():
    begins = NEW_YEAR
    known = EventFactory(event_date=begins, ends_at=begins + timedelta(minutes=95))
    of_production = EventFactory(event_date=begins, production=ProductionFactory(running_time=120))
    unknown = EventFactory(event_date=begins)

    assert [catalogue.running_time(event) for event in (known, of_production, unknown)] == ["1 h 35 min", "2 h", ""]


@pytest.mark.django_db
def test_poster_of_a_date_is_that_of_its_production(django_assert_num_queries):
    event = EventFactory(production=ProductionFactory(category=CategoryFactory(name="Films")))

    with django_assert_num_queries(0):
        assert event_poster_url(event) == production_poster_url(event.production)


@pytest.mark.django_db
def test_uploaded_poster_comes_before_a_drawn_one():
    production = ProductionFactory()
    event = EventFactory(production=production)
    production.poster.save("run.png", ContentFile(b"x"))
    of_production = event_poster_url(event)

    event.poster.save("night.png", ContentFile(b"x"))

    assert of_production == production.poster.url
    assert event_poster_url(event) == event.poster.url
