from datetime import timedelta

import pytest
from django.utils import timezone

from events.listings import AT_VENUE, FEATURED, PER_CATEGORY, THIS_WEEK, coming_at, front_page, posters_of
from events.models import Event
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def test_front_page_shows_so_many_events_and_no_more(now):
    EventFactory.create_batch(10, is_featured=True, event_date=now + timedelta(days=1))

    page = front_page(now)

    assert [len(page.featured), len(page.this_week)] == [FEATURED, THIS_WEEK]
    assert [(category.name, len(shelf)) for category, shelf in page.by_category] == [("Concerts", PER_CATEGORY)]


def test_front_page_shows_each_production_once(now):
    production = ProductionFactory()
    first = EventFactory(production=production, event_date=now + timedelta(days=1), is_featured=True)
    EventFactory.create_batch(5, production=production, event_date=now + timedelta(days=2), is_featured=True)
    alone = EventFactory(event_date=now + timedelta(days=3))

    page = front_page(now)

    assert [(event, event.dates) for event in page.featured] == [(first, 6)]
    assert [(event, event.dates) for event in page.this_week] == [(first, 6), (alone, 1)]
    assert [(event, event.dates) for event in page.shelved] == [(first, 6), (alone, 1)]


def test_front_page_orders_categories_as_the_house_does(now):
    for name, order in [("Sport", 2), ("Films", 1), ("Comedy", 2)]:
        EventFactory(category=CategoryFactory(name=name, order=order))

    assert [category.name for category, _ in front_page(now).by_category] == ["Films", "Comedy", "Sport"]


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"status": "completed"}, {"published_at": None}])
def test_front_page_shows_only_what_can_be_booked(now, change):
    EventFactory(is_featured=True, event_date=now + timedelta(days=1), **change)

    page = front_page(now)

    assert (page.featured, page.this_week, page.by_category) == ([], [], [])


def test_coming_at_a_venue_includes_what_is_cancelled(now):
    event = EventFactory(status=Event.Status.CANCELLED)
    EventFactory(venue=event.venue, event_date=now - timedelta(days=1))
    EventFactory()

    assert coming_at(event.venue, now) == [event]


def test_coming_at_a_venue_ends_somewhere(now):
    venue = VenueFactory()
    EventFactory.create_batch(AT_VENUE + 1, venue=venue)

    assert len(coming_at(venue, now)) == AT_VENUE


def test_posters_of_venues_are_three_each_in_one_query(now, django_assert_num_queries):
    full, single, empty = VenueFactory.create_batch(3)
    production = ProductionFactory()
    EventFactory.create_batch(3, venue=full, production=production)
    EventFactory.create_batch(4, venue=full)
    event = EventFactory(venue=single)

    with django_assert_num_queries(1):
        posters = posters_of([full, single, empty], now)

    assert [event.production for event in posters[full.pk]] == [production, None, None]
    assert posters[single.pk] == [event]
    assert empty.pk not in posters
