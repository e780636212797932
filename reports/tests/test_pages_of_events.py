"""The map of an event's room, and the pages of reports as a whole: what they say, and how many statements they take."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from bookings.services.admitting import Shown, check_in
from bookings.tests.factories import WaitlistEntryFactory
from bookings.tests.sales import NOW, checked_out, hold, seat_ids, sold
from reports.figures.occupancy import SectionRow
from reports.heat import Ground, read_heat
from ticketing.models import FOREVER, Place
from ticketing.tests.factories import NamedHoldFactory, make_offer, make_seated_offer
from venues.models import SeatingPlan
from venues.rooms import room_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    """An event with ten seats: four sold, one held, one kept, one blocked."""
    offer = make_seated_offer(rows=2, seats=5)
    seats = seat_ids(offer)
    sold(offer, seats=seats[:4])
    hold(offer, seats=seats[4:5])
    kept = NamedHoldFactory(event=offer.event, quantity=1)
    Place.objects.filter(offer=offer, seat=seats[5]).update(claim=kept.claim, free_from=kept.expires_at)
    Place.objects.filter(offer=offer, seat=seats[6]).update(claim=None, free_from=FOREVER)
    return offer.event


def test_map_shows_how_full_each_section_is(manager, hall):
    response = manager.get(f"/reports/occupancy/{hall.slug}/")

    assertContains(response, hall.name)
    assertContains(response, "<title>Stalls: 4 of 10 sold</title>", html=True)
    assertContains(response, 'class="heat-ground heat-2"', count=1)
    assertContains(response, f"/reports/occupancy/sections.csv?event={hall.slug}")


def test_map_shows_the_state_of_each_seat(manager, hall):
    response = manager.get(f"/reports/occupancy/{hall.slug}/?show=seats")

    for state, count in (("sold", 4), ("held", 1), ("kept", 1), ("blocked", 1), ("free", 3)):
        assertContains(response, f'<use class="s-{state}"', count=count)
        assertContains(response, f"</svg> {state.capitalize()} <strong>{count}</strong>")


def test_map_of_one_section_shows_its_seats(manager, hall):
    (section,) = room_of(hall.seating_plan).sections

    response = manager.get(f"/reports/occupancy/{hall.slug}/?section={section.pk}")

    assertContains(response, "Stalls, seat by seat")
    assertContains(response, '<use class="s-sold"', count=4)
    assert manager.get(f"/reports/occupancy/{hall.slug}/?section=nonsense").status_code == 200


def test_map_of_a_large_room_has_seats_by_section_only(monkeypatch, hall):
    monkeypatch.setattr("reports.heat.WHOLE", 9)
    (section,) = room_of(hall.seating_plan).sections

    whole = read_heat(hall, [], section="", by_seat=True, now=NOW)
    part = read_heat(hall, [], section=str(section.pk), by_seat=False, now=NOW)

    assert (whole.is_large, whole.has_seats, part.has_seats) == (True, False, True)


@pytest.mark.parametrize(
    ("sold", "step"), [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2), (60, 3), (79, 3), (80, 4), (100, 4)]
)
def test_ground_is_coloured_in_fifths(sold, step):
    row = SectionRow(section_id=1, section="Stalls", capacity=100, sold=sold, held=0, blocked=0, free=100 - sold)

    assert Ground(1, "Stalls", "", row).step == step


def test_ground_without_places_has_no_colour():
    assert Ground(1, "Stalls", "", None).step is None


def test_map_needs_an_event_with_seats(manager):
    standing = make_offer(5).event

    assert manager.get(f"/reports/occupancy/{standing.slug}/").status_code == 404
    assert manager.get("/reports/occupancy/nothing/").status_code == 404


def test_map_names_nobody(manager, hall):
    for query in ("", "?show=seats"):
        assertNotContains(manager.get(f"/reports/occupancy/{hall.slug}/{query}"), "Lovelace")


def test_occupancy_leads_to_the_map_of_a_seated_event(manager, hall):
    response = manager.get(f"/reports/occupancy/?event={hall.slug}")

    assertContains(response, f'href="/reports/occupancy/{hall.slug}/"')
    assertNotContains(manager.get("/reports/occupancy/"), f'href="/reports/occupancy/{hall.slug}/"')


@pytest.mark.parametrize("query", ["", "?show=seats"])
@pytest.mark.parametrize("rows", [1, 3])
def test_map_takes_as_many_statements_for_more_seats(manager, django_assert_num_queries, rows, query):
    event = make_seated_offer(rows=rows, seats=5).event
    room_of(SeatingPlan.objects.get(pk=event.seating_plan_id))  # which is kept in memory
    manager.get(f"/reports/occupancy/{event.slug}/{query}")

    with django_assert_num_queries(12 if query else 10):
        manager.get(f"/reports/occupancy/{event.slug}/{query}")


PAGES = {
    "availability": 10,
    "pace": 9,
    "occupancy": 7,
    "popular": 11,
    "ticket-types": 7,
    "timing": 9,
    "demand": 8,
    "status": 8,
    "admissions": 7,
}
"""How many statements each page takes: four for who is asking and what they may see, one for the filter."""


def fill(count):
    """Let something happen everywhere that each report has to tell of."""
    for number in range(count):
        offer = make_offer(9, event__name=f"Evening {number}", event__doors_at=None)
        checked_out(offer, 1, email=f"{number}@example.org")
        booking = sold(offer, 2)
        WaitlistEntryFactory(event=offer.event)
        check_in(event=offer.event, shown=Shown(booking.tickets.first().code, anyway=True), now=NOW, actor="door")


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_as_many_statements_for_more_rows(manager, django_assert_num_queries, slug, count):
    fill(count)
    today = NOW.date()
    query = f"since={today - timedelta(days=5)}&until={today + timedelta(days=60)}"
    manager.get(f"/reports/{slug}/?{query}")

    with django_assert_num_queries(PAGES[slug]):
        response = manager.get(f"/reports/{slug}/?{query}")

    assertContains(response, "reports-card")


def test_page_of_one_event_takes_at_most_a_dozen_statements(manager, django_assert_max_num_queries):
    fill(2)
    event = make_seated_offer(rows=1, seats=4).event
    sold(event.offers.get(), seats=seat_ids(event.offers.get())[:2])

    for slug in PAGES:
        with django_assert_max_num_queries(12):
            assert manager.get(f"/reports/{slug}/?event={event.slug}&period=this_year").status_code == 200
