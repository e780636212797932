"""Seats that an event sells, or has sold, outlive their layout."""

import pytest

from ticketing.tests.factories import OfferFactory, PlaceFactory
from venues.errors import SeatsInUse
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


def test_build_seats_keeps_seats_that_are_sold_and_names_them():
    section = section_of({"rows": {"count": 2}, "seats": 2})
    for seat in section.seats.filter(row="B"):
        PlaceFactory(seat=seat)

    with pytest.raises(SeatsInUse) as refusal:
        relayout(section, rows={"count": 1}, seats=3)

    assert refusal.value.message == (
        "Events sell, or have sold, Stalls, row B, seat 1 and Stalls, row B, seat 2: these seats have to stay."
    )
    assert refusal.value.seats == tuple(section.seats.filter(row="B"))
    assert names(section) == ["A1", "A2", "B1", "B2"]


def test_build_seats_names_only_the_first_of_many_that_are_sold():
    section = section_of({"rows": {"count": 1}, "seats": 11})
    offer = OfferFactory()
    for seat in section.seats.all()[1:]:
        PlaceFactory(seat=seat, offer=offer)

    with pytest.raises(SeatsInUse, match=r"seat 9 and 2 more: these seats have to stay\.$"):
        relayout(section, rows={"count": 1}, seats=1)


def test_build_seats_may_move_seats_that_are_sold():
    section = section_of({"rows": {"count": 1}, "seats": 2})
    PlaceFactory(seat=section.seats.get(number="1"))

    relayout(section, rows={"count": 1}, seats=2, numbering={"from": "right"})

    assert names(section) == ["A2", "A1"]
