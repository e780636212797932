"""Events that would be in one room at the same time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.clashes import find_clashes
from events.tests.factories import EventFactory
from venues.tests.factories import SeatingPlanFactory, VenueFactory

pytestmark = pytest.mark.django_db

BEGINS = timezone.now() + timedelta(days=40)
HOUR = timedelta(hours=1)


@pytest.fixture
def plan():
    return SeatingPlanFactory()


def event_of(plan, hours: float = 0, **kwargs):
    return EventFactory(venue=plan.venue, seating_plan=plan, event_date=BEGINS + hours * HOUR, **kwargs)


def draft_of(plan, hours: float = 0, **kwargs):
    return EventFactory.build(
        category=None, venue=plan.venue, seating_plan=plan, event_date=BEGINS + hours * HOUR, **kwargs
    )


def others(*events, **kwargs):
    return [clash.other for clash in find_clashes(events, **kwargs)]


@pytest.mark.parametrize(("hours", "count"), [(-2, 0), (-1.9, 1), (0, 1), (1.9, 1), (2, 0)])
def test_event_without_an_end_is_taken_to_last_two_hours(plan, hours, count):
    event_of(plan, hours)

    assert len(others(draft_of(plan))) == count


def test_event_lasts_until_its_end(plan):
    long = event_of(plan, -6, ends_at=BEGINS + HOUR)

    assert others(draft_of(plan)) == [long]


def test_other_rooms_and_houses_are_other_places(plan):
    event_of(SeatingPlanFactory(venue=plan.venue))
    event_of(SeatingPlanFactory(venue=VenueFactory()))
    event_of(plan, status="cancelled")

    assert others(draft_of(plan)) == []


def test_general_admission_takes_the_whole_house(plan):
    standing = EventFactory(venue=plan.venue, event_date=BEGINS)

    assert others(draft_of(plan)) == [standing]


def test_new_events_are_compared_with_each_other(plan):
    first, second = draft_of(plan), draft_of(plan, 1)

    assert others(first, second) == [second]


def test_events_that_move_away_count_for_nothing(plan):
    moving = event_of(plan)

    assert others(draft_of(plan), besides=[moving.pk]) == []


@pytest.mark.parametrize("count", [1, 5])
def test_comparing_costs_one_query_for_a_venue(plan, count, django_assert_num_queries):
    event_of(plan)
    drafts = [draft_of(plan, 24 * number) for number in range(count)]

    with django_assert_num_queries(1):
        find_clashes(drafts)
