"""What search engines are told is what the page says."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from events.models import Event
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from ticketing.models import FOREVER
from ticketing.price_list import price_list
from ticketing.structured_data import event_data, event_script
from ticketing.tests.factories import make_offer
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

BEGINS = datetime(2030, 7, 1, 17, 30, tzinfo=UTC)


@pytest.fixture
def now():
    return timezone.now() + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL, settings.SITE_NAME = "https://tickets.example.org", "The House"


def describe(event: Event, now: datetime) -> dict:
    return event_data(event, price_list(event, now))


def test_data_describe_the_event(now):
    venue = VenueFactory(name="Musikverein", address="Musikvereinsplatz 1")
    event = EventFactory(
        name="Requiem",
        description="By Mozart.",
        venue=venue,
        event_date=BEGINS,
        doors_at=BEGINS - timedelta(hours=1),
        ends_at=BEGINS + timedelta(hours=2),
    )

    data = describe(event, now)

    assert data.pop("image")[0].startswith(f"https://tickets.example.org/events/{event.slug}/poster.svg?v=")
    assert data == {
        "@context": "https://schema.org",
        "@type": "MusicEvent",
        "name": "Requiem",
        "description": "By Mozart.",
        "url": f"https://tickets.example.org/events/{event.slug}/",
        "startDate": "2030-07-01T19:30:00+02:00",
        "doorTime": "2030-07-01T18:30:00+02:00",
        "endDate": "2030-07-01T21:30:00+02:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "organizer": {"@type": "Organization", "name": "The House", "url": "https://tickets.example.org"},
        "location": {
            "@type": "Place",
            "name": "Musikverein",
            "url": f"https://tickets.example.org/venues/{venue.slug}/",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "Musikvereinsplatz 1",
                "addressLocality": "Vienna",
                "addressCountry": "Austria",
            },
        },
    }


def test_data_offer_what_can_be_bought(now):
    event = EventFactory(event_date=BEGINS, venue=VenueFactory(time_zone="UTC"))
    make_offer(event=event, label="Plenty", price=Decimal("50.00"), capacity=30, off_sale_at=BEGINS)
    make_offer(event=event, label="Few", price=Decimal("40.00"), capacity=3)
    gone = make_offer(event=event, label="Gone", price=Decimal("30.00"), capacity=2)
    gone.places.update(free_from=FOREVER, claim=uuid4())
    make_offer(event=event, label="Later", price=Decimal("20.00"), on_sale_at=BEGINS - timedelta(days=9))
    make_offer(event=event, label="Ended", price=Decimal("10.00"), off_sale_at=now - timedelta(days=1))

    offers = describe(event, now)["offers"]

    assert offers[0] == {
        "@type": "Offer",
        "name": "Standard, Plenty",
        "price": "50.00",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
        "url": f"https://tickets.example.org/events/{event.slug}/",
        "validThrough": "2030-07-01T17:30:00+00:00",
    }
    assert [(offer["name"], offer["availability"].rpartition("/")[2]) for offer in offers[1:]] == [
        ("Standard, Few", "LimitedAvailability"),
        ("Standard, Gone", "SoldOut"),
        ("Standard, Later", "PreOrder"),
    ]
    assert offers[3]["validFrom"] == "2030-06-22T17:30:00+00:00"


def test_data_of_a_cancelled_event_offer_nothing(now):
    event = make_offer(event__status=Event.Status.CANCELLED, event__rescheduled_from=BEGINS).event

    data = describe(event, now)

    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in data
    assert "previousStartDate" not in data


def test_data_of_a_past_event_offer_nothing(now):
    event = make_offer(event__event_date=now - timedelta(hours=1)).event

    assert "offers" not in describe(event, now)


def test_data_of_a_moved_event_name_both_dates(now):
    event = EventFactory(event_date=BEGINS, rescheduled_from=BEGINS - timedelta(days=1))

    data = describe(event, now)

    assert data["eventStatus"] == "https://schema.org/EventRescheduled"
    assert data["previousStartDate"] == "2030-06-30T19:30:00+02:00"


def test_data_of_an_unknown_kind_of_event_do_not_guess(now):
    event = EventFactory(category=CategoryFactory(name="Conjuring"))

    assert describe(event, now)["@type"] == "Event"


def test_data_end_when_the_running_time_is_over(now):
    event = EventFactory(event_date=BEGINS, production=ProductionFactory(running_time=90))

    assert describe(event, now)["endDate"] == "2030-07-01T21:00:00+02:00"


def test_data_show_the_uploaded_poster(now):
    event = EventFactory()
    event.poster.save("night.png", ContentFile(b"x"))

    assert describe(event, now)["image"] == [f"https://tickets.example.org{event.poster.url}"]


def test_script_cannot_be_broken_out_of(now):
    name = "</script><script>alert(1)</script><!-- & \u2028 “quotes” \" '"
    event = EventFactory(name=name)

    script = event_script(event, price_list(event, now))

    opening, body = '<script type="application/ld+json">', script[:-9].partition(">")[2]
    assert script.startswith(opening)
    assert script.endswith("</script>")
    assert [sign for sign in "<>&" if sign in body] == []
    assert json.loads(body)["name"] == name


def test_data_of_an_event_without_words_of_its_own_have_those_of_its_production(now):
    event = EventFactory(description="", production=ProductionFactory(description="Three rooms, six hours."))

    assert describe(event, now)["description"] == "Three rooms, six hours."


def test_data_of_an_event_without_any_words_have_none(now):
    assert "description" not in describe(EventFactory(description="", production=None), now)
