"""Layouts: what the compact description means, and what it refuses."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import venues.layout
from venues.errors import LayoutInvalid
from venues.layout import Area, Geometry, Layout, Numbering, Origin, Parity, SeatSpec, dump, parse, parse_area, seats
from venues.models import Seat


def layout(**more) -> dict:
    return {"rows": {"count": 2}, "seats": 4} | more


def row_of(data: dict, label: str = "A", geometry: Geometry | None = None) -> list[SeatSpec]:
    return [seat for seat in seats(geometry or Geometry(), parse(data)) if seat.row == label]


def test_seats_of_a_plain_block():
    made = seats(Geometry(), parse({"rows": {"count": 2}, "seats": 3, "row_spacing": 2}))

    assert made == [
        SeatSpec("A", "1", row_index=0, position=0, x=-1, y=0),
        SeatSpec("A", "2", row_index=0, position=1, x=0, y=0),
        SeatSpec("A", "3", row_index=0, position=2, x=1, y=0),
        SeatSpec("B", "1", row_index=1, position=0, x=-1, y=2),
        SeatSpec("B", "2", row_index=1, position=1, x=0, y=2),
        SeatSpec("B", "3", row_index=1, position=2, x=1, y=2),
    ]


def test_seat_spec_has_the_fields_of_a_seat():
    columns = {field.name for field in Seat._meta.fields} - {"id", "section"}

    assert {field.name for field in fields(SeatSpec)} == columns


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ({"count": 3}, ["A", "B", "C"]),
        ({"count": 3, "start": "H", "skip": ["I"]}, ["H", "J", "K"]),
        ({"count": 4, "start": "Y"}, ["Y", "Z", "AA", "BB"]),
        ({"count": 2, "start": "HH", "skip": ["I"]}, ["HH", "JJ"]),
        ({"count": 3, "start": 12, "skip": ["13"]}, ["12", "14", "15"]),
        ({"count": 3, "labelled_from": "back"}, ["C", "B", "A"]),
        (["Royal box", "A", "B"], ["Royal box", "A", "B"]),
    ],
)
def test_row_labels(rows, labels):
    parsed = parse({"rows": rows, "seats": 1})

    assert list(parsed.rows.labels) == labels


@pytest.mark.parametrize(
    ("numbering", "count", "numbers"),
    [
        (Numbering(), 4, [1, 2, 3, 4]),
        (Numbering(start=101), 3, [101, 102, 103]),
        (Numbering(Origin.RIGHT), 4, [4, 3, 2, 1]),
        (Numbering(Origin.CENTRE), 5, [5, 3, 1, 2, 4]),
        (Numbering(Origin.CENTRE), 6, [5, 3, 1, 2, 4, 6]),
        (Numbering(Origin.RIGHT, Parity.ODD), 3, [5, 3, 1]),
        (Numbering(Origin.LEFT, Parity.EVEN, 2), 3, [2, 4, 6]),
    ],
)
def test_numbering(numbering, count, numbers):
    assert numbering.numbers(count) == numbers


def test_numbering_of_even_numbers_starts_at_two():
    row = row_of(layout(numbering={"numbers": "even"}))

    assert [seat.number for seat in row] == ["2", "4", "6", "8"]


def test_aisle_takes_a_slot_of_its_own():
    row = row_of(layout(aisles=[1, 3], aisle_width=2))

    assert [seat.position for seat in row] == [0, 2, 3, 5]
    assert [seat.x for seat in row] == [-3.5, -0.5, 0.5, 3.5]


@pytest.mark.parametrize(
    ("align", "positions", "xs"),
    [
        ("left", [0, 1], [-1.5, -0.5]),
        ("centre", [1, 2], [-0.5, 0.5]),
        ("right", [2, 3], [0.5, 1.5]),
    ],
)
def test_shorter_row_is_aligned_on_the_widest(align, positions, xs):
    row = row_of(layout(seats=[2, 4], align=align))

    assert [seat.position for seat in row] == positions
    assert [seat.x for seat in row] == xs


def test_row_that_is_shifted_by_half_a_seat_stays_symmetrical():
    row = row_of(layout(seats=[5, 6], aisles=[2, 4], aisle_width=2))

    assert [seat.position for seat in row] == [0, 2, 3, 4, 6]
    assert [seat.x for seat in row] == [-4, -1, 0, 1, 4]


def test_cross_aisle_sets_the_rows_behind_it_back():
    made = seats(Geometry(), parse({"rows": {"count": 3}, "seats": 1, "cross_aisles": [2], "row_spacing": 2}))

    assert [(seat.row_index, seat.y) for seat in made] == [(0, 0), (1, 2), (2, 6)]


def test_gap_leaves_its_slot_and_its_number_out():
    row = row_of(layout(gaps=["A2-A3"]))

    assert [(seat.number, seat.position) for seat in row] == [("1", 0), ("4", 3)]
    assert parse(layout(gaps=["A2-A3"])).capacity == 6


def test_seats_are_flagged_by_seat_range_and_row():
    made = seats(Geometry(), parse(layout(wheelchair=["A1-A2"], companion=["A3"], restricted_view=["B"])))

    assert [f"{seat.row}{seat.number}" for seat in made if seat.is_accessible] == ["A1", "A2"]
    assert [f"{seat.row}{seat.number}" for seat in made if seat.is_companion] == ["A3"]
    assert [f"{seat.row}{seat.number}" for seat in made if seat.has_restricted_view] == ["B1", "B2", "B3", "B4"]


def test_range_takes_only_the_numbers_that_are_used():
    row = row_of(layout(numbering={"numbers": "odd"}, wheelchair=["A1-A5"]))

    assert [seat.number for seat in row if seat.is_accessible] == ["1", "3", "5"]


def test_seats_of_numbered_rows_are_named_with_a_colon():
    row = row_of(layout(rows={"count": 12, "start": 1}, wheelchair=["12:1-12:2"], restricted_view=["1"]), label="12")

    assert [seat.is_accessible for seat in row] == [True, True, False, False]


def test_radius_bends_rows_around_one_point_and_keeps_distances():
    made = seats(Geometry(y=10), parse({"rows": {"count": 2}, "seats": 9, "radius": 10, "row_spacing": 2}))

    assert {round((seat.x**2 + seat.y**2) ** 0.5, 2) for seat in made if seat.row == "A"} == {10}
    assert {round((seat.x**2 + seat.y**2) ** 0.5, 2) for seat in made if seat.row == "B"} == {12}
    assert (made[4].x, made[4].y) == (0, 10)


@pytest.mark.parametrize(
    ("rotation", "left", "behind"),
    [(0, (4, 5), (5, 6)), (90, (5, 4), (4, 5)), (180, (6, 5), (5, 4)), (270, (5, 6), (6, 5))],
)
def test_geometry_turns_clockwise_and_moves(rotation, left, behind):
    made = seats(Geometry(5, 5, rotation), parse({"rows": {"count": 2}, "seats": 3, "row_spacing": 1}))

    assert (made[0].x, made[0].y) == left
    assert (made[1].x, made[1].y) == (5, 5)
    assert (made[4].x, made[4].y) == behind


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "expected an object, {…}, not nothing."),
        ([], "expected an object, {…}, not a list."),
        ({}, "rows: is missing."),
        ({"rows": {"count": 2}}, "seats: is missing."),
        (layout(rows=5), "rows: expected an object, {…}, not 5."),
        (layout(rows={}), "rows.count: is missing."),
        (layout(rows={"count": 0}), "rows.count: expected a whole number from 1 to 200, not 0."),
        (layout(rows={"count": 2.5}), "rows.count: expected a whole number from 1 to 200, not 2.5."),
        (layout(rows={"count": True}), "rows.count: expected a whole number from 1 to 200, not True."),
        (
            layout(rows={"count": 2, "start": "AB"}),
            "rows.start: expected a letter such as “A” or “AA”, or a number, not “AB”.",
        ),
        (layout(rows={"count": 2, "skip": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}), "rows.skip: leaves no letter."),
        (layout(rows={"count": 2, "skip": [7]}), "rows.skip[0]: expected a text in quotes, not 7."),
        (layout(rows=["A", "A"]), "rows[1]: “A” is there twice."),
        (layout(rows=["A", "B-C"]), "rows[1]: “B-C”: a label has at most 10 characters, no “-” and no “:”."),
        (layout(rows=[]), "rows: expected a whole number from 1 to 200, not 0."),
        (layout(seats=[4]), "seats: has 1 numbers for 2 rows."),
        (layout(seats=[4, 0]), "seats[1]: expected a whole number from 1 to 500, not 0."),
        (layout(seats="four"), "seats: expected a whole number from 1 to 500, not “four”."),
        (
            layout(numbering={"from": "top"}),
            "numbering.from: expected left or right or centre, not “top”.",
        ),
        (layout(numbering={"numbers": "even", "start": 1}), "numbering.start: expected an even number, not 1."),
        (
            layout(numbering={"from": "centre", "numbers": "odd"}),
            "numbering.numbers: from the centre, odd numbers go left and even ones right already.",
        ),
        (layout(aisles=[2, 2]), "aisles[1]: each number is larger than the one before."),
        (layout(aisles=[4]), "aisles[0]: expected at most 3: 4 is the last slot of the widest row."),
        (layout(cross_aisles=[2]), "cross_aisles[0]: expected at most 1: 2 is the last row."),
        (layout(aisles=4), "aisles: expected a list, […], not 4."),
        (layout(row_spacing=0), "row_spacing: expected a number above 0, at most 10,000, not 0."),
        (layout(row_spacing=float("nan")), "row_spacing: expected a number, not nan."),
        (layout(radius="10"), "radius: expected a number, not “10”."),
        (layout(seats=40, radius=1), "radius: is so small that row A meets its own end."),
        (layout(gaps=["C1"]), "gaps[0]: “C1”: there is no row C."),
        (layout(gaps=["A1", "B5"]), "gaps[1]: “B5”: row B has no seat 5; its numbers go from 1 to 4."),
        (layout(gaps=["A3-A1"]), "gaps[0]: “A3-A1”: a range begins with the lower number."),
        (layout(gaps=["A1-B1"]), "gaps[0]: “A1-B1”: a range stays within one row."),
        (
            layout(gaps=["seat one"]),
            "gaps[0]: “seat one”: write a seat as C7 (or 3:7), a range as C7-C12, a whole row as C.",
        ),
        (layout(gaps=["A", "B"]), "gaps: leave no seat."),
        (layout(wheelchair=["A1"], companion=["A"]), "companion: row A, seat 1 is a wheelchair place already."),
        (
            layout(colour="red"),
            "colour: is not known here; the names are rows, seats, numbering, align, aisles, cross_aisles, "
            "aisle_width, seat_spacing, row_spacing, radius, gaps, wheelchair, companion, restricted_view.",
        ),
    ],
)
def test_parse_says_what_is_wrong_and_where(data, message):
    with pytest.raises(LayoutInvalid) as refusal:
        parse(data)

    assert refusal.value.message == message


def test_parse_area():
    assert parse_area({"width": 40, "depth": 20}) == Area(40, 20)
    assert parse_area({}) is None


def test_parse_area_without_depth():
    with pytest.raises(LayoutInvalid, match=r"depth: is missing\."):
        parse_area({"width": 40})


def test_dump_leaves_out_what_goes_without_saying():
    data = {
        "rows": {"count": 14, "start": "A", "skip": ["I"]},
        "seats": [18, 18, 20, 20, 22, 22, 24, 24, 24, 24, 24, 24, 24, 24],
        "numbering": {"from": "right", "numbers": "odd"},
        "align": "left",
        "aisles": [6, 18],
        "row_spacing": 1.9,
        "radius": 30,
        "gaps": ["F9-F13"],
        "wheelchair": ["A1-A5"],
        "companion": ["A7"],
    }

    assert dump(parse(data)) == data


@st.composite
def layouts(draw) -> dict:
    count = draw(st.integers(1, 12))
    seats = draw(st.one_of(st.integers(2, 30), st.lists(st.integers(2, 30), min_size=count, max_size=count)))
    widest = seats if isinstance(seats, int) else max(seats)
    start = draw(st.sampled_from(["A", "Q", "AA", 1, 99]))
    return {
        "rows": {"count": count, "start": start, "skip": draw(st.lists(st.sampled_from("IO"), unique=True))},
        "seats": seats,
        "numbering": draw(
            st.fixed_dictionaries(
                {"from": st.sampled_from(["left", "right"]), "numbers": st.sampled_from(list(Parity))}
            )
        ),
        "align": draw(st.sampled_from(["left", "centre", "right"])),
        "aisles": sorted(draw(st.sets(st.integers(1, widest - 1), max_size=3))),
        "aisle_width": draw(st.sampled_from([1, 1.5, 2])),
        "radius": draw(st.sampled_from([15, 40.5])),
        "gaps": draw(st.sampled_from([[], [parse({"rows": {"count": 1, "start": start}, "seats": 1}).rows.labels[0]]]))
        if count > 1
        else [],
    }


@given(layouts())
def test_layout_survives_dump_and_parse(data):
    parsed = parse(data)

    assert parse(json.loads(json.dumps(dump(parsed)))) == parsed


@given(layouts())
def test_seats_are_distinct_whatever_the_layout(data):
    parsed = parse(data)

    made = seats(Geometry(3, 4, 37), parsed)

    assert len(made) == parsed.capacity
    assert len({(seat.row, seat.number) for seat in made}) == len(made)
    assert len({(seat.row_index, seat.position) for seat in made}) == len(made)
    assert len({(seat.x, seat.y) for seat in made}) == len(made)


def test_schema_knows_the_same_names_and_words_as_the_parser():
    schema = json.loads((Path(venues.layout.__file__).parent / "schema.json").read_text())
    seated = schema["$defs"]["seated"]["properties"]

    assert list(seated) == [field.name for field in fields(Layout)]
    assert seated["align"]["enum"] == list(venues.layout.Align)
    assert schema["$defs"]["numbering"]["properties"]["from"]["enum"] == list(Origin)
    assert schema["$defs"]["numbering"]["properties"]["numbers"]["enum"] == list(Parity)
    assert schema["$defs"]["counted_rows"]["properties"]["labelled_from"]["enum"] == list(venues.layout.Side)
    for name in ("aisle_width", "seat_spacing", "row_spacing", "align"):
        assert seated[name]["default"] == getattr(Layout, name)
