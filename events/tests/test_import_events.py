from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.tests.sales import sold
from events.models import Event, EventActivity
from ticketing.tests.factories import make_offer
from venues.tests.factories import SeatingPlanFactory, VenueFactory
from venues.tests.importing import as_csv, bring, check, counts_of, errors_of

from .factories import CategoryFactory, EventFactory, ProductionFactory

pytestmark = pytest.mark.django_db

COLUMNS = "slug name venue plan category production event_date doors_at status published_at"


@pytest.fixture
def opera():
    CategoryFactory()
    return VenueFactory(name="Opera", time_zone="Europe/Vienna")


def local(event: Event, name: str = "event_date") -> str:
    return f"{getattr(event, name).astimezone(event.venue.tz):%Y-%m-%d %H:%M}"


def test_events_are_made_as_drafts_on_the_clock_of_their_venue(opera):
    plan = SeatingPlanFactory(venue=opera, name="Main")
    play = ProductionFactory(title="The Play")

    job = bring(
        "events",
        as_csv(
            COLUMNS,
            ("gala", "Gala", "Opera", "Main", "Concerts", "The Play", "2040-07-01 19:30", "01.07.2040 18:30", "", ""),
            ("", "Gala", "Opera", "", "Concerts", "", "2040-12-01T19:30:00-05:00", "", "active", "2026-01-01 10:00"),
        ),
    )

    assert counts_of(job) == (2, 0, 0)
    first, second = Event.objects.order_by("pk")
    assert (first.slug, first.seating_plan, first.production, first.published_at) == ("gala", plan, play, None)
    assert first.event_date == datetime(2040, 7, 1, 17, 30, tzinfo=UTC)
    assert local(first, "doors_at") == "2040-07-01 18:30"
    assert (second.slug, second.max_tickets_per_booking, second.cancellation_hours) == ("gala-2040-12-02", 10, 48)
    assert second.event_date == datetime(2040, 12, 2, 0, 30, tzinfo=UTC)
    assert local(second, "published_at") == "2026-01-01 10:00"
    assert (
        list(EventActivity.objects.values_list("verb", "actor", "detail"))
        == [("import events", "bernadette", {"file": "rows.csv", "new": True})] * 2
    )


def test_what_is_over_is_brought_along_as_completed(opera):
    job = bring(
        "events",
        as_csv("name venue category event_date status", ("Gala", "Opera", "Concerts", "2010-07-01 19:30", "completed")),
    )

    assert counts_of(job) == (1, 0, 0)
    assert Event.objects.get().status == "completed"


def test_events_are_found_by_slug_or_by_what_where_and_when(opera):
    EventFactory(slug="gala", name="Gala", venue=opera, event_date=datetime(2040, 7, 1, 17, 30, tzinfo=UTC))
    columns = "slug name venue category event_date description"

    job = bring("events", as_csv(columns, ("gala", "Grand Gala", "Opera", "Concerts", "2040-07-01 19:30", "")))
    same = check("events", as_csv(columns, ("", "Grand Gala", "Opera", "Concerts", "2040-07-01 19:30", "")))

    assert counts_of(job) == (0, 1, 0)
    assert counts_of(same) == (0, 0, 1)
    event = Event.objects.get()
    assert (event.slug, event.name) == ("gala", "Grand Gala")
    assert event.activities.get().detail == {"file": "rows.csv", "changed": ["name"]}


def test_another_date_moves_the_event_with_its_doors_and_tells_who_has_tickets(opera):
    offer = make_offer(event__slug="gala", event__name="Gala", event__venue=opera)
    event = offer.event
    Event.objects.filter(pk=event.pk).update(doors_at=event.event_date - timedelta(hours=1))
    sold(offer)
    moved = event.event_date + timedelta(days=7)

    job = bring(
        "events",
        as_csv(
            "slug name venue category event_date",
            ("gala", "Gala", "Opera", "Concerts", moved.isoformat(" ", "seconds")),
        ),
    )

    assert counts_of(job) == (0, 1, 0)
    fresh = Event.objects.get()
    assert fresh.event_date == moved.replace(microsecond=0)
    assert fresh.rescheduled_from == event.event_date
    assert fresh.doors_at - fresh.event_date == timedelta(hours=-1)


def test_errors_are_listed_by_row_and_column(opera):
    SeatingPlanFactory(venue__name="Met", name="House")
    make_offer(event__slug="on-sale", event__name="On sale", event__venue=opera)
    EventFactory(slug="over", name="Over", venue=opera, status="completed", event_date=datetime(2020, 1, 1, tzinfo=UTC))

    job = check(
        "events",
        as_csv(
            COLUMNS,
            ("", "", "Odeon", "House", "Ballet", "Swan Lake", "tomorrow", "", "sold out", ""),
            ("", "Gala", "Opera", "House", "Concerts", "", "2040-07-01 19:30", "", "", ""),
            ("", "Gala", "Opera", "", "Concerts", "", "2010-07-01 19:30", "", "", ""),
            ("", "Ball", "Opera", "", "Concerts", "", "2040-07-01 19:30", "2040-07-01 20:30", "", ""),
            ("", "Gala", "Opera", "", "Concerts", "", "2040-07-02 19:30", "", "completed", ""),
            ("", "Gala", "Opera", "", "Concerts", "", "2040-07-03 19:30", "", "cancelled", ""),
            ("on-sale", "On sale", "Met", "", "Concerts", "", "2040-07-03 19:30", "", "", ""),
            ("over", "Over", "Opera", "", "Concerts", "", "2040-07-03 19:30", "", "", ""),
            ("over", "Over", "Opera", "", "Concerts", "", "2040-07-03 19:30", "", "", ""),
            ("a b", "Gala", "Opera", "", "Concerts", "", "2041-03-31 02:30", "", "", ""),
        ),
    )

    gap = (
        "2041-03-31 02:30:00 couldn’t be interpreted in time zone Europe/Vienna; "
        "it may be ambiguous or it may not exist."
    )
    assert errors_of(job) == [
        (2, "name", "is missing."),
        (2, "venue", "there is no venue “Odeon”."),
        (2, "plan", "Odeon has no seating plan “House”."),
        (2, "category", "there is no category “Ballet”."),
        (2, "production", "there is no production “Swan Lake”."),
        (2, "event_date", "“tomorrow” is no date and time. Write a moment as 2026-12-24 19:30."),
        (2, "status", "“sold out” is not one of active, cancelled, completed."),
        (3, "plan", "Opera has no seating plan “House”."),
        (4, "event_date", "The event must begin in the future."),
        (5, "doors_at", "Doors open before the event begins."),
        (6, "event_date", "A completed event lies in the past."),
        (7, "status", "A cancelled event cannot be imported."),
        (8, "venue", "cannot be changed: its places have been made."),
        (9, "event_date", "cannot be changed: it is completed."),
        (10, "", "This is the same as row 9."),
        (11, "slug", "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        (11, "event_date", gap),
    ]
    assert Event.objects.count() == 2


def test_an_export_can_be_imported_and_changes_nothing(admin_client, opera):
    EventFactory(venue=opera, name="=1+1", doors_at=None)
    EventFactory(
        venue=opera,
        production=ProductionFactory(),
        seating_plan=SeatingPlanFactory(venue=opera),
        event_date=timezone.now().replace(microsecond=0) + timedelta(days=3),
    )
    Event.objects.update(event_date=timezone.now().replace(microsecond=0) + timedelta(days=3), published_at=None)

    data = admin_client.get(reverse("admin:events_event_export")).content
    job = check("events", data)

    assert errors_of(job) == []
    assert counts_of(job) == (0, 0, 2)


def test_exports_write_moments_with_their_zone(admin_client, opera):
    EventFactory(venue=opera, event_date=datetime(2040, 7, 1, 17, 30, tzinfo=UTC))

    text = admin_client.get(reverse("admin:events_event_export")).content.decode()

    assert "2040-07-01T19:30:00+02:00" in text
