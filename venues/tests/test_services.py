"""Seats are made from layouts. (Those that are in use: ticketing/tests/test_seats_in_use.py.)"""

import pytest

from venues.errors import LayoutInvalid
from venues.models import Seat
from venues.services import build_seats
from venues.tests.factories import SectionFactory

pytestmark = pytest.mark.django_db


def section_of(layout: dict, **more):
    section = SectionFactory(name="Stalls", layout=layout, **more)
    build_seats(section=section)
    return section


def names(section) -> list[str]:
    return [f"{seat.row}{seat.number}" for seat in section.seats.all()]


def relayout(section, **layout) -> int:
    section.layout = layout
    section.save()
    return build_seats(section=section)


def test_build_seats_makes_them_in_place():
    section = SectionFactory(layout={"rows": {"count": 2}, "seats": 2, "wheelchair": ["A1"]}, x=10, y=20)

    assert build_seats(section=section) == 4

    assert list(section.seats.values_list("row", "number", "row_index", "position", "x", "y", "is_accessible")) == [
        ("A", "1", 0, 0, 9.5, 20, True),
        ("A", "2", 0, 1, 10.5, 20, False),
        ("B", "1", 1, 0, 9.5, 21.8, False),
        ("B", "2", 1, 1, 10.5, 21.8, False),
    ]


def test_build_seats_again_changes_nothing(django_assert_num_queries):
    section = section_of({"rows": {"count": 2}, "seats": 3})
    before = list(section.seats.values())

    with django_assert_num_queries(4):  # savepoint and its release, section, seats
        build_seats(section=section)

    assert list(section.seats.values()) == before


def test_build_seats_keeps_the_identity_of_seats_that_move():
    section = section_of({"rows": {"count": 2}, "seats": 3})
    before = {(seat.row, seat.number): seat.pk for seat in section.seats.all()}

    relayout(section, rows={"count": 2, "labelled_from": "back"}, seats=3, numbering={"from": "right"})

    assert names(section) == ["B3", "B2", "B1", "A3", "A2", "A1"]
    assert {(seat.row, seat.number): seat.pk for seat in section.seats.all()} == before


def test_build_seats_adds_what_is_missing_and_removes_what_is_too_many():
    section = section_of({"rows": {"count": 2}, "seats": 2})

    assert relayout(section, rows=["A", "C"], seats=[1, 2]) == 3

    assert names(section) == ["A1", "C1", "C2"]


def test_build_seats_of_a_standing_section():
    section = section_of({"rows": {"count": 1}, "seats": 2})
    section.standing_capacity = 50
    section.save()

    assert build_seats(section=section) == 0

    assert not Seat.objects.exists()


def test_build_seats_without_a_layout():
    section = SectionFactory()

    with pytest.raises(LayoutInvalid, match=r"rows: is missing\."):
        build_seats(section=section)
