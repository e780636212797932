"""Categories, productions and events."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.models import Event
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from venues.tests.factories import VenueFactory

NOW = timezone.now()
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize("published_at", [None, NOW - SECOND, NOW, NOW + SECOND])
@pytest.mark.parametrize("status", Event.Status.values)
@pytest.mark.parametrize("event_date", [NOW - SECOND, NOW, NOW + SECOND])
def test_predicates_and_querysets_agree(published_at, status, event_date):
    event = EventFactory(published_at=published_at, status=status, event_date=event_date)
    is_published = published_at is not None and published_at <= NOW
    is_bookable = is_published and status == "active" and event_date > NOW

    assert event.is_published(NOW) is Event.objects.published(NOW).exists() is is_published
    assert event.is_bookable(NOW) is Event.objects.bookable(NOW).exists() is is_bookable
    assert event.is_past(NOW) is not Event.objects.upcoming(NOW).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({}, False),
        ({"doors_at": NOW}, False),
        ({"doors_at": NOW + SECOND}, True),
        ({"ends_at": NOW + SECOND}, False),
        ({"ends_at": NOW}, True),
    ],
)
def test_doors_open_before_and_the_end_comes_after_the_beginning(changes, is_refused):
    event = EventFactory.build(
        event_date=NOW, category=CategoryFactory(), venue=VenueFactory(), slug="concert", **changes
    )

    if is_refused:
        with pytest.raises(ValidationError):
            event.full_clean()
    else:
        event.full_clean()


@pytest.mark.parametrize("event_date", [NOW - SECOND, NOW])
def test_an_event_is_made_for_a_day_to_come(event_date):
    with pytest.raises(ValidationError) as refusal:
        EventFactory.build(event_date=event_date, category=None, venue=None).check_to_come(NOW)

    assert list(refusal.value.message_dict) == ["event_date"]


def test_an_event_to_come_may_be_made():
    EventFactory.build(event_date=NOW + SECOND, category=None, venue=None).check_to_come(NOW)


@pytest.mark.parametrize(("hours", "until"), [(48, NOW - 48 * HOUR), (0, NOW), (None, None)])
def test_cancellable_until_is_so_many_hours_before(hours, until):
    assert Event(event_date=NOW, cancellation_hours=hours).cancellable_until == until


@pytest.mark.django_db
def test_events_of_the_same_name_and_day_get_addresses_of_their_own():
    day = datetime(2030, 5, 1, 18, tzinfo=UTC)

    slugs = [EventFactory(name="Così fan tutte", event_date=day + shift * HOUR).slug for shift in (0, 3)]

    assert slugs == ["cosi-fan-tutte-2030-05-01", "cosi-fan-tutte-2030-05-01-2"]


@pytest.mark.django_db
def test_with_details_joins_what_a_card_shows(django_assert_num_queries):
    EventFactory(production=ProductionFactory())

    with django_assert_num_queries(1):
        event = Event.objects.with_details().get()
        shown = (event.venue.name, event.category.name, event.production.title)

    assert len(shown) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#ABCDEF", "#123456;"])
def test_colours_of_categories_are_plain_hex(colour):
    with pytest.raises(ValidationError) as refusal:
        CategoryFactory.build(colour=colour).clean_fields()

    assert list(refusal.value.message_dict) == ["colour"]


@pytest.mark.django_db
def test_day_of_an_event_is_that_of_its_venue():
    late = datetime(2030, 5, 2, 2, 30, tzinfo=UTC)  # half past nine in the evening before

    event = EventFactory(name="Gala", event_date=late, venue__time_zone="America/Chicago")

    assert (str(event), event.slug) == ("Gala (2030-05-01)", "gala-2030-05-01")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: CategoryFactory(name="Opera"), "Opera"),
        (lambda: ProductionFactory(title="Hamlet"), "Hamlet"),
        (lambda: EventFactory(name="Gala", event_date=datetime(2030, 5, 1, 18, tzinfo=UTC)), "Gala (2030-05-01)"),
    ],
)
def test_rows_say_what_they_are(make, text):
    assert str(make()) == text
