import pytest

from venues.models import Seat
from venues.pictures import draft_room, picture
from venues.plans import export_plan, import_plan, parse_plan
from venues.presets import EMPTY, PRESETS, preset
from venues.tests.factories import VenueFactory
from venues.tests.schema import complaints

PLACES = {"theatre": (952, 0), "cinema": (312, 0), "arena": (5_422, 1_800), "stadium": (30_304, 0)}


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_what_they_say(name):
    draft = parse_plan(preset(name))

    seats = sum(section.places for section in draft.sections if section.standing is None)
    standing = sum(section.standing or 0 for section in draft.sections)

    assert (seats, standing) == PLACES[name]


@pytest.mark.parametrize("document", [EMPTY, *map(preset, PRESETS)], ids=["empty", *PRESETS])
def test_presets_obey_the_schema(document):
    assert complaints(document) == []


@pytest.mark.parametrize("name", PRESETS)
def test_seats_of_presets_leave_room_for_one_another(name):
    room = draft_room(parse_plan(preset(name)))

    spots = {(round(seat.x * 2), round(seat.y * 2)) for part in room.sections for row in part.rows for seat in row}

    assert len(spots) >= room.seat_count * 0.97
    assert picture(room).startswith("<svg ")


@pytest.mark.parametrize("name", ["theatre", "cinema"])
@pytest.mark.django_db
def test_presets_are_imported_as_they_are(name):
    plan = import_plan(venue=VenueFactory(), document=preset(name))

    assert parse_plan(export_plan(plan)) == parse_plan(preset(name))
    assert Seat.objects.count() == PLACES[name][0]


def test_unknown_preset():
    with pytest.raises(KeyError):
        preset("../plans")
