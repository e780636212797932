"""Seating plans of pretix: samples in its documented format, written for these tests."""

import json
from time import perf_counter

import pytest

from venues.errors import PlanInvalid
from venues.layout import dump
from venues.plans import export_plan, import_plan, parse_plan
from venues.pretix import from_pretix, is_pretix
from venues.tests.factories import VenueFactory


def seat(number, x, category="Red", **more) -> dict:
    return {
        "seat_guid": f"guid-{number}-{x}",
        "seat_number": number,
        "position": {"x": x, "y": 0},
        "category": category,
    } | more


def row(label, y, *seats, x=0) -> dict:
    return {"row_number": label, "position": {"x": x, "y": y}, "seats": list(seats), "row_number_position": "both"}


def zone(name, *rows, x=0, y=0, areas=()) -> dict:
    return {"name": name, "zone_id": name, "position": {"x": x, "y": y}, "rows": list(rows), "areas": list(areas)}


def plan(*zones) -> dict:
    return {
        "name": "Town Hall",
        "categories": [{"name": "Red", "color": "#f00"}],
        "size": {"width": 600, "height": 400},
        "zones": list(zones),
    }


STAGE = {
    "shape": "rectangle",
    "position": {"x": 50, "y": 0},
    "rectangle": {"width": 100, "height": 40},
    "text": {"text": "Bühne", "position": {"x": 50, "y": 20}},
}
HALL = plan(
    zone("Parkett", row("1", 0, seat("1", 0), seat("2", 25), seat("3", 50)), row("2", 50, seat("1", 0)), x=75, y=140),
    zone("Balkon", row("A", 0, seat("10", 0), seat("11", 25)), x=75, y=300, areas=[STAGE]),
)


def sections(data) -> dict[str, dict]:
    return {one["name"]: one for one in from_pretix(data)[0]["sections"]}


def test_zones_become_sections_with_their_seats_in_place():
    document, notes = from_pretix(plan(zone("Parkett", *HALL["zones"][0]["rows"], x=75, y=140, areas=[STAGE])))

    assert document == {
        "format": "marquee-plan/1",
        "name": "Town Hall",
        "focus": {"kind": "stage", "x": 0, "y": 0},
        "sections": [
            {
                "name": "Parkett",
                "x": -3,
                "y": -1.6,
                "rotation": 0,
                "layout": {"free": [["1", [["1", -1, 0], ["2", 0, 0], ["3", 1, 0]]], ["2", [["1", -1, 2]]]]},
            }
        ],
    }
    assert notes == ["4 seats in 1 sections; a seat is 25 pixels wide there."]


@pytest.mark.django_db
def test_import_keeps_names_numbers_and_distances():
    document, _ = from_pretix(HALL)

    made = import_plan(venue=VenueFactory(), document=document)

    assert [section.name for section in made.sections.all()] == ["Parkett", "Balkon"]
    parkett, balkon = ({(s.row, s.number): (s.x, s.y) for s in one.seats.all()} for one in made.sections.all())
    assert set(parkett) == {("1", "1"), ("1", "2"), ("1", "3"), ("2", "1")}
    assert parkett["1", "2"][0] - parkett["1", "1"][0] == pytest.approx(1)
    assert balkon["A", "10"][1] - parkett["1", "1"][1] == pytest.approx(160 / 25, abs=0.001)
    assert export_plan(made) == document


def test_zone_with_several_categories_becomes_a_section_for_each():
    data = plan(
        zone("Hall", row("1", 0, seat("1", 0), seat("2", 25, "Blue"), seat("3", 50), seat("4", 75, "Wheelchair")))
    )

    found = sections(data)

    assert list(found) == ["Hall, Red", "Hall, Blue"]
    assert found["Hall, Red"]["layout"]["free"][0][1][2] == ["4", 1.333, 0, "w"]


def test_row_in_two_parts_is_one_row():
    data = plan(zone("Hall", row("1", 0, seat("3", 0), seat("4", 25), x=100), row("1", 0, seat("1", 0), seat("2", 25))))

    ((label, seats),) = sections(data)["Hall"]["layout"]["free"]

    assert (label, [number for number, *_ in seats]) == ("1", ["1", "2", "3", "4"])


def test_what_cannot_be_taken_over_is_said():
    bar = {"shape": "circle", "position": {"x": 0, "y": 0}, "circle": {"radius": 30}, "text": {"text": "Bar"}}

    _, notes = from_pretix(plan(zone("Hall", row("", 0, seat("", 0)), areas=[bar])))

    assert notes == [
        "1 seats in 1 sections; a seat is 25 pixels wide there.",
        "No area says where the stage is: it was put in front of the seats. Move it where it belongs.",
        "1 areas are pictures and were left out. Draw standing areas anew: pretix keeps no capacity.",
    ]


def test_only_plans_of_pretix_are_taken_for_such():
    assert is_pretix(HALL)
    assert not is_pretix({"format": "marquee-plan/1", "zones": []})
    assert not is_pretix([])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (plan(), "zones: have no seats."),
        (plan(7), "zones[0]: expected an object, {…}, not 7."),
        (plan(zone("A", row("1", 0, seat("1", "left")))), "zones[0].rows[0].seats[0].position.x: expected a number of"),
        (plan(zone("A", row("1", 0, seat(7, 0)))), "zones[0].rows[0].seats[0].seat_number: expected a text in quotes"),
        (
            plan(zone("A", row("1", 0, seat("1", 0), seat("1", 1)))),
            "zones[0].rows[0].seats[1].seat_number: row 1 has a",
        ),
        (plan(zone("A", row("x" * 11, 0, seat("1", 0)))), "zones[0].rows[0].row_number: expected a text of at most 10"),
        (plan(zone("A", row("1", 10**400, seat("1", 0)))), "zones[0].rows[0].position.y: expected a number of pixels"),
        ({"zones": {}}, "zones: expected a list, […], not an object."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data, message):
    with pytest.raises(PlanInvalid) as refusal:
        from_pretix(data)

    assert refusal.value.message.startswith(message)


def test_a_stadium_is_read_quickly():
    rows = [row(str(r), r * 40, *(seat(str(n), n * 25) for n in range(300))) for r in range(100)]
    data = json.loads(json.dumps(plan(zone("Stadium", *rows))))
    began = perf_counter()

    draft = parse_plan(from_pretix(data)[0])

    assert draft.sections[0].places == 30_000
    assert len(dump(draft.sections[0].layout)["free"]) == 100
    assert perf_counter() - began < 5
