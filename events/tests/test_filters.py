"""The filters of the event list. Those that need offers are in ``ticketing/tests/test_catalogue.py``."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict

from events.filters import EventFilter, When, days_of
from events.models import Event
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday


def make(name: str = "Requiem", *, days: float = 1, **kwargs) -> Event:
    kwargs.setdefault("event_date", NOW + timedelta(days=days))
    return EventFactory(name=name, published_at=NOW - timedelta(days=30), **kwargs)


def found(query: str = "") -> list[str]:
    return [event.name for event in EventFilter(QueryDict(query), now=NOW).qs]


def test_filter_without_wishes_shows_coming_events_soonest_first():
    make("Later", days=3)
    make("Sooner", days=2)
    make("Cancelled", days=4, status=Event.Status.CANCELLED)
    make("Gone", days=-1)
    make("Completed", days=1, status=Event.Status.COMPLETED)

    assert found() == ["Sooner", "Later", "Cancelled"]


@pytest.mark.parametrize("text", ["requiem", "mozart", "tour", "KONZERTHAUS", "graz", "opera", "graz req"])
def test_filter_by_text_looks_everywhere(text):
    make(
        description="By Mozart.",
        production=ProductionFactory(title="The Long Tour"),
        category=CategoryFactory(name="Opera"),
        venue=VenueFactory(name="Konzerthaus", city="Graz"),
    )
    make("Something else", venue=VenueFactory(name="Hall", city="Linz"))

    assert found(f"q={text}") == ["Requiem"]


def test_filter_by_text_wants_every_word():
    make("Requiem")

    assert found("q=requiem+linz") == []


@pytest.mark.parametrize(
    ("when", "today", "days"),
    [
        (When.TODAY, date(2026, 11, 25), (date(2026, 11, 25), date(2026, 11, 25))),
        (When.WEEKEND, date(2026, 11, 23), (date(2026, 11, 27), date(2026, 11, 29))),
        (When.WEEKEND, date(2026, 11, 27), (date(2026, 11, 27), date(2026, 11, 29))),
        (When.WEEKEND, date(2026, 11, 28), (date(2026, 11, 28), date(2026, 11, 29))),
        (When.WEEKEND, date(2026, 11, 29), (date(2026, 11, 29), date(2026, 11, 29))),
        (When.MONTH, date(2026, 11, 25), (date(2026, 11, 25), date(2026, 12, 25))),
    ],
)
def test_quick_choice_means_days(when, today, days):
    assert days_of(when, today) == days


def test_filter_by_today_means_today_where_the_venue_is():
    """At noon in London it is already tomorrow on Kiritimati, and still today in Honolulu for another 22 hours."""
    kiritimati = VenueFactory(time_zone="Pacific/Kiritimati")
    honolulu = VenueFactory(time_zone="Pacific/Honolulu")
    make("Kiritimati, the 26th", venue=kiritimati, event_date=datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    make("Kiritimati, the 27th", venue=kiritimati, event_date=datetime(2026, 11, 26, 10, 0, tzinfo=UTC))
    make("Honolulu, the 25th", venue=honolulu, event_date=datetime(2026, 11, 26, 9, 59, tzinfo=UTC))
    make("Honolulu, the 26th", venue=honolulu, event_date=datetime(2026, 11, 26, 10, 1, tzinfo=UTC))

    assert found("when=today") == ["Kiritimati, the 26th", "Honolulu, the 25th"]


def test_filter_by_days_includes_both():
    vienna = VenueFactory(time_zone="Europe/Vienna")
    make("Before", venue=vienna, event_date=datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    make("First", venue=vienna, event_date=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    make("Last", venue=vienna, event_date=datetime(2026, 12, 2, 22, 59, tzinfo=UTC))
    make("After", venue=vienna, event_date=datetime(2026, 12, 2, 23, 0, tzinfo=UTC))

    assert found("since=2026-12-01&until=2026-12-02") == ["First", "Last"]


def test_filter_by_category_city_and_venue():
    venue = VenueFactory(name="Konzerthaus", city="Graz")
    make("This", venue=venue, category=CategoryFactory(name="Opera"))
    make("Other category", venue=venue, category=CategoryFactory(name="Sport"))
    make("Other venue", venue=VenueFactory(city="Graz"), category=CategoryFactory(name="Opera"))
    make("Other city", category=CategoryFactory(name="Opera"))

    assert found("category=opera&city=Graz") == ["This", "Other venue"]
    assert found("category=opera&city=Graz&venue=konzerthaus") == ["This"]


def test_filter_by_availability_finds_cancelled_and_past_events():
    make("Coming")
    make("Called off", status=Event.Status.CANCELLED)
    make("Yesterday", days=-1)
    make("Long ago", days=-9)

    assert found("availability=cancelled") == ["Called off"]
    assert found("availability=past") == ["Yesterday", "Long ago"]


def test_filter_sorts_by_name():
    make("B", days=1)
    make("A", days=2)

    assert found("sort=name") == ["A", "B"]


def test_filter_shows_a_production_once_at_each_venue():
    production = ProductionFactory()
    here, there = VenueFactory(), VenueFactory()
    for venue, days in [(here, 1), (here, 2), (here, 3), (there, 4)]:
        make(f"{venue.name} in {days}", days=days, venue=venue, production=production)

    rows = list(EventFilter(QueryDict(), now=NOW).qs)

    assert [(row.name, row.dates) for row in rows] == [(f"{here.name} in 1", 3), (f"{there.name} in 4", 1)]


def test_filter_shows_the_first_date_that_matches():
    production, venue = ProductionFactory(), VenueFactory()
    for days in (1, 5, 9):
        make(f"In {days}", days=days, venue=venue, production=production)

    assert found("since=2026-11-28") == ["In 5"]


def test_nonsense_narrows_nothing():
    make("Requiem")

    assert found("since=x&venue=y&price=-1&q=requiem") == ["Requiem"]


def test_chips_name_the_filters_in_use():
    venue = VenueFactory(name="Konzerthaus", city="Graz")
    make(venue=venue)
    query = "q=req&when=month&since=2026-11-26&venue=konzerthaus&category=concerts&availability=cancelled&sort=name"

    chips = EventFilter(QueryDict(query + "&page=3&junk=1"), now=NOW).chips

    assert [chip.label for chip in chips] == [
        "“req”",
        "Next 30 days",
        "From 26 Nov 2026",
        "Concerts",
        "Konzerthaus, Graz",
        "Cancelled",
    ]
    assert chips[1].query_without == (
        "q=req&since=2026-11-26&category=concerts&venue=konzerthaus&availability=cancelled&sort=name"
    )


def test_query_leaves_out_what_goes_without_saying():
    query = QueryDict("q=soonest&when=&city=&sort=soonest&page=2")

    assert EventFilter(query, now=NOW).query == "q=soonest"


def test_relaxations_name_what_each_filter_costs(django_assert_num_queries):
    make("Requiem", venue=VenueFactory(city="Graz"))
    make("Requiem", venue=VenueFactory(city="Graz"))
    make("Matinee", venue=VenueFactory(city="Linz"))
    filterset = EventFilter(QueryDict("q=requiem&city=Linz&when=month&availability=cancelled"), now=NOW)
    Event.objects.filter(venue__city="Graz").update(status=Event.Status.CANCELLED)

    with django_assert_num_queries(1):
        chips = filterset.relaxations()

    assert [(chip.name, chip.found) for chip in chips] == [("city", 2)]


def test_relaxation_of_past_events_leads_to_coming_ones():
    make("Requiem")

    chips = EventFilter(QueryDict("availability=past"), now=NOW).relaxations()

    assert [(chip.name, chip.found) for chip in chips] == [("availability", 1)]
