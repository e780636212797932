"""Plans with seats that events sell, or have sold: what may change about them, and what may not."""

import pytest

from ticketing.tests.factories import OfferFactory, PlaceFactory
from venues.errors import SeatsInUse, SectionsInUse
from venues.plans import export_plan, import_plan, save_plan
from venues.tests.factories import VenueFactory
from venues.tests.test_plans import document, section

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    """A hall whose seat B2 is part of an event's stock."""
    plan = import_plan(venue=VenueFactory(), document=document(section()))
    PlaceFactory(seat=plan.sections.get().seats.get(row="B", number="2"))
    return plan


def save(plan, *sections):
    return save_plan(plan=plan, document=document(*sections), version=plan.version)


@pytest.mark.parametrize(
    "layout",
    [
        {"rows": {"count": 1}, "seats": 3},
        {"rows": {"count": 2}, "seats": 3, "gaps": ["B2"]},
        {"rows": ["X"], "seats": 1},
    ],
)
def test_save_refuses_to_lose_a_seat_and_names_it(plan, layout):
    before = export_plan(plan)

    with pytest.raises(
        SeatsInUse, match=r"^Events sell, or have sold, Stalls, row B, seat 2: these seats have to stay\.$"
    ):
        save(plan, section(layout=layout))

    assert export_plan(plan) == before


def test_save_refuses_to_lose_the_section_of_a_seat(plan):
    with pytest.raises(SeatsInUse, match="Stalls, row B, seat 2"):
        save(plan, section("Circle"))


def test_save_refuses_to_make_a_standing_area_of_a_seat(plan):
    with pytest.raises(SeatsInUse, match="Stalls, row B, seat 2"):
        save(plan, section(standing=10, layout={}))


def test_save_moves_turns_bends_renames_and_marks_seats_that_are_sold(plan):
    old = export_plan(plan, with_ids=True)["sections"][0]
    seat = plan.sections.get().seats.get(row="B", number="2")
    layout = old["layout"] | {"radius": 20, "wheelchair": ["B2"]}

    save(plan, old | {"name": "Parterre", "x": 3, "rotation": 30, "layout": layout})

    seat.refresh_from_db()
    assert (seat.section.name, seat.is_accessible) == ("Parterre", True)


def test_save_refuses_to_lose_a_standing_area_that_is_on_sale():
    plan = import_plan(venue=VenueFactory(), document=document(section("Floor", standing=50, layout={})))
    OfferFactory().sections.add(plan.sections.get())

    with pytest.raises(SectionsInUse, match=r"^Events sell Floor: what is on sale has to stay what it is\.$"):
        save(plan)
