import pytest

from venues.pictures import draft_room
from venues.plans import export_plan, import_plan, parse_plan, save_plan
from venues.rooms import room_of
from venues.tests.factories import VenueFactory
from venues.tests.test_plans import HALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return import_plan(venue=VenueFactory(), document=HALL)


def places(room) -> list:
    return [
        (section.name, seat.row, seat.number, seat.x, seat.y, seat.is_accessible)
        for section in room.sections
        for row in section.rows
        for seat in row
    ]


def test_room_is_that_of_the_document(plan):
    room, draft = room_of(plan), draft_room(parse_plan(HALL))

    assert places(room) == places(draft)
    assert [(area.name, area.capacity, area.corners) for area in room.areas] == [
        (area.name, area.capacity, area.corners) for area in draft.areas
    ]


def test_room_is_read_once_for_each_version(plan, django_assert_num_queries):
    room_of(plan)

    with django_assert_num_queries(0):
        room_of(plan)


def test_room_changes_with_its_plan(plan):
    before = room_of(plan)
    document = export_plan(plan)
    document["sections"][0]["x"] += 1

    after = room_of(save_plan(plan=plan, document=document, version=plan.version))

    assert after.sections[0].rows[0][0].x == before.sections[0].rows[0][0].x + 1
