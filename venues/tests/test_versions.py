"""Every write to a room gives it a new version: whatever was kept of the old one is kept for ever."""

import pytest

from venues.models import Seat, SeatingPlan, Section
from venues.rooms import room_of
from venues.services import build_seats
from venues.tests.factories import SeatFactory, SectionFactory

pytestmark = pytest.mark.django_db


def move_plan(section: Section) -> None:
    section.plan.focus_x = 3
    section.plan.save()


def move_plan_a_little(section: Section) -> None:
    section.plan.focus_x = 4
    section.plan.save(update_fields=["focus_x"])


def rename_section(section: Section) -> None:
    section.name = "Circle"
    section.save(update_fields=["name"])


def build_more(section: Section) -> None:
    Section.objects.filter(pk=section.pk).update(layout={"rows": {"count": 2}, "seats": 5})
    build_seats(section=section)


def build_fewer(section: Section) -> None:
    Section.objects.filter(pk=section.pk).update(layout={"rows": {"count": 1}, "seats": 3})
    build_seats(section=section)


def mark_seat(section: Section) -> None:
    seat = section.seats.first()
    seat.is_accessible = True
    seat.save()


WRITES = {
    "plan saved": move_plan,
    "a field of the plan saved": move_plan_a_little,
    "section added": lambda section: SectionFactory(plan=section.plan),
    "section saved": rename_section,
    "section deleted": lambda section: section.delete(),
    "sections deleted": lambda section: Section.objects.filter(pk=section.pk).delete(),
    "seats built": build_more,
    "seats taken away": build_fewer,
    "seat added": lambda section: SeatFactory(section=section, row="Z", row_index=9),
    "seat saved": mark_seat,
    "seat deleted": lambda section: section.seats.first().delete(),
    "seats deleted": lambda section: Seat.objects.filter(section=section).delete(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_version_changes_with(write):
    section = SectionFactory(layout={"rows": {"count": 1}, "seats": 4})
    build_seats(section=section)
    before = SeatingPlan.objects.get().version

    write(section)

    assert SeatingPlan.objects.get().version != before


def test_version_stays_when_seats_are_built_again():
    section = SectionFactory(layout={"rows": {"count": 1}, "seats": 4})
    build_seats(section=section)
    before = SeatingPlan.objects.get().version

    build_seats(section=section)

    assert SeatingPlan.objects.get().version == before


def test_room_of_a_new_version_is_another_room():
    section = SectionFactory(layout={"rows": {"count": 1}, "seats": 4})
    build_seats(section=section)
    before = room_of(SeatingPlan.objects.get())

    build_more(section)

    assert (before.seat_count, room_of(SeatingPlan.objects.get()).seat_count) == (4, 10)
