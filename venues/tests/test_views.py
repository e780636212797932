"""The pages of the houses. What they show of events is in ``ticketing/tests/test_catalogue.py``."""

import pytest
from django.urls import reverse

from venues.tests.factories import SeatingPlanFactory, SectionFactory, VenueFactory, make_seats

pytestmark = pytest.mark.django_db


def test_list_without_venues_says_so(client):
    assert "No venues yet" in client.get(reverse("venues:list")).text


def test_list_is_ordered_by_city(client):
    for name, city in [("B", "Vienna"), ("C", "Graz"), ("A", "Vienna")]:
        VenueFactory(name=name, city=city)

    venues = client.get(reverse("venues:list")).context["venues"]

    assert [venue.name for venue in venues] == ["C", "A", "B"]


@pytest.mark.parametrize("count", [1, 20])
def test_list_costs_the_same_for_any_number_of_venues(client, django_assert_num_queries, count):
    VenueFactory.create_batch(count)

    with django_assert_num_queries(2):
        client.get(reverse("venues:list"))


def test_detail_shows_rooms_with_their_places(client):
    plan = SeatingPlanFactory(name="Great Hall")
    for name in ("Stalls", "Balcony"):
        make_seats(SectionFactory(plan=plan, name=name), rows=2, seats=3)
    for capacity in (100, 50):
        SectionFactory(plan=plan, standing_capacity=capacity)
    plan.sections.first().seats.filter(row="A").update(is_accessible=True)
    SeatingPlanFactory(venue=plan.venue, name="Foyer")

    rooms = client.get(plan.venue.get_absolute_url()).context["rooms"]

    assert [(room.name, room.seats, room.wheelchair_places, room.standing) for room in rooms] == [
        ("Foyer", 0, 0, 0),
        ("Great Hall", 12, 3, 150),
    ]


def test_detail_leads_to_the_map(client):
    venue = VenueFactory(name="Musikverein", access_information="Lift by the side door.")

    text = client.get(venue.get_absolute_url()).text

    assert 'href="https://www.openstreetmap.org/search?query=Musikverein%2C%201%20Main%20Street%2C%20Vienna' in text
    assert "Lift by the side door." in text


def test_detail_of_nowhere_is_not_found(client):
    assert client.get(reverse("venues:detail", args=["nowhere"])).status_code == 404


def test_detail_escapes_what_staff_typed(client):
    venue = VenueFactory(name="<b>Hall</b>", description="<script>alert(1)</script>")

    text = client.get(venue.get_absolute_url()).text

    assert "<b>Hall" not in text
    assert "<script>alert" not in text
