"""Venues through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.tests.visits import sold
from events.tests.factories import EventFactory
from ticketing.tests.factories import make_offer
from venues.models import Venue
from venues.tests.factories import VenueFactory, make_bearer

pytestmark = pytest.mark.django_db

BODY = {"name": "Opera House", "address": "1 Ring Road", "city": "Vienna", "capacity": 1200}


@pytest.fixture
def headers():
    return make_bearer("venues.add_venue", "venues.change_venue", "venues.delete_venue")


def send(client, method, address, headers, body=None):
    return getattr(client, method)(address, body, content_type="application/json", headers=headers)


def test_a_venue_is_made_of_four_fields(client, headers):
    response = send(client, "post", "/api/venues", headers, BODY)

    venue = Venue.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/venues/{venue.pk}"
    assert response.json() == {
        "id": venue.pk,
        "name": "Opera House",
        "slug": "opera-house",
        "kind": "hall",
        "address": "1 Ring Road",
        "city": "Vienna",
        "country": "",
        "capacity": 1200,
        "time_zone": "UTC",
        "description": "",
        "access_information": "",
        "created_at": venue.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "event_count": 0,
    }


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"capacity": 0}, "capacity", "greater_than_equal"),
        ({"capacity": -5}, "capacity", "greater_than_equal"),
        ({"capacity": 12.5}, "capacity", "int_type"),
        ({"capacity": True}, "capacity", "int_type"),
        ({"capacity": 10**30}, "capacity", "less_than_equal"),
        ({"name": ""}, "name", "string_too_short"),
        ({"name": "x" * 201}, "name", "string_too_long"),
        ({"name": "two\nlines"}, "name", "string_pattern_mismatch"),
        ({"kind": "castle"}, "kind", "literal_error"),
        ({"time_zone": "Mars/Base"}, "time_zone", "invalid"),
        ({"id": 7}, "id", "extra_forbidden"),
    ],
)
def test_a_venue_is_refused_beside_the_field(client, headers, changes, field, code):
    response = send(client, "post", "/api/venues", headers, BODY | changes)

    assert response.status_code == 422
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(field, code)]
    assert not Venue.objects.exists()


def test_a_name_belongs_to_one_venue(client, headers):
    VenueFactory(name="Opera House")

    response = send(client, "post", "/api/venues", headers, BODY)

    assert response.json()["errors"] == [
        {"field": "name", "message": "Venue with this Name already exists.", "code": "unique"}
    ]


def test_only_what_is_given_is_changed(client, headers):
    venue = VenueFactory(city="Vienna")

    response = send(client, "patch", f"/api/venues/{venue.pk}", headers, {"name": "Concert House", "capacity": 800})

    venue.refresh_from_db()
    assert response.json()["name"] == venue.name == "Concert House"
    assert (venue.capacity, venue.city) == (800, "Vienna")
    assert send(client, "patch", f"/api/venues/{venue.pk}", headers, {}).status_code == 200
    assert send(client, "patch", f"/api/venues/{venue.pk}", headers, {"name": None}).status_code == 422


def test_a_venue_does_not_become_smaller_than_what_is_on_sale(client, headers):
    offer = make_offer(capacity=20)
    address = f"/api/venues/{offer.event.venue_id}"

    refused = send(client, "patch", address, headers, {"capacity": 19})

    assert refused.status_code == 409
    assert refused.json()["code"] == "in_use"
    assert refused.json()["detail"] == (
        f"An event at {offer.event.venue.name} has 20 places on sale, so it cannot hold fewer."
    )
    assert send(client, "patch", address, headers, {"capacity": 20}).status_code == 200


def test_a_venue_without_events_is_deleted(client, headers):
    venue, used = VenueFactory(), EventFactory().venue

    gone = send(client, "delete", f"/api/venues/{venue.pk}", headers)
    refused = send(client, "delete", f"/api/venues/{used.pk}", headers)

    assert (gone.status_code, gone.content) == (204, b"")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert list(Venue.objects.all()) == [used]


def test_venues_are_listed_by_name_with_their_events_to_come(client):
    now = timezone.now()
    hall, arena = VenueFactory(name="Hall"), VenueFactory(name="Arena")
    EventFactory(venue=hall)
    EventFactory(venue=hall, status="cancelled")
    EventFactory(venue=hall, published_at=None)
    EventFactory(venue=hall, event_date=now - timedelta(days=1))

    found = client.get("/api/venues").json()

    assert [(venue["name"], venue["event_count"]) for venue in found["items"]] == [("Arena", 0), ("Hall", 1)]
    assert (found["count"], found["next"], found["previous"]) == (2, None, None)
    assert arena.pk == found["items"][0]["id"]


def test_venues_are_found(client):
    VenueFactory(name="Opera House", city="Vienna")
    VenueFactory(name="Arena", city="Graz", address="2 Opera Lane")
    VenueFactory(name="Cinema", city="Graz")

    def names(query: str) -> list[str]:
        return [venue["name"] for venue in client.get(f"/api/venues?{query}").json()["items"]]

    assert names("q=opera") == ["Arena", "Opera House"]
    assert names("q=opera+vienna") == ["Opera House"]
    assert names("city=Graz") == ["Arena", "Cinema"]
    assert names("city=graz&q=x") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_three_queries(client, rows, django_assert_num_queries):
    for _ in range(rows):
        EventFactory()

    with django_assert_num_queries(3):  # count of requests, number of venues, venues
        client.get("/api/venues")


def test_the_catalogue_may_be_kept(client):
    VenueFactory()
    first = client.get("/api/venues")

    again = client.get("/api/venues", headers={"If-None-Match": first["ETag"]})
    private = client.get("/api/venues", headers=make_bearer())

    assert first["Cache-Control"] == "public, max-age=60"
    assert "Authorization" in first["Vary"]
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert private["Cache-Control"] == "private, no-cache"


# Told by the rooms above ------------------------------------------------------------------------


def test_a_venue_is_shown_with_its_events_to_come(client):
    now = timezone.now()
    venue = VenueFactory()
    EventFactory(venue=venue, name="Later", event_date=now + timedelta(days=9))
    EventFactory(venue=venue, name="Sooner", event_date=now + timedelta(days=2))
    EventFactory(venue=venue, name="Over", event_date=now - timedelta(days=2))
    EventFactory(venue=venue, name="Draft", published_at=None)
    EventFactory(name="Elsewhere")

    shown = client.get(f"/api/venues/{venue.pk}").json()
    listed = client.get(f"/api/venues/{venue.pk}/events").json()

    assert [event["name"] for event in shown["events"]["items"]] == ["Sooner", "Later"]
    assert shown["event_count"] == shown["events"]["count"] == 2
    assert [event["name"] for event in listed["items"]] == ["Over", "Sooner", "Later"]


def test_occupancy_is_what_is_sold_of_all_places(client):
    full, half = make_offer(capacity=4), make_offer(capacity=8)
    half.event.venue = full.event.venue
    half.event.save()
    sold(full, 4)
    sold(half, 2)

    found = client.get(f"/api/venues/{full.event.venue_id}/occupancy", headers=make_bearer("ticketing.view_place"))

    shown = found.json()
    assert (shown["capacity"], shown["event_count"], shown["tickets_sold"]) == (1000, 2, 6)
    assert shown["occupancy_rate"] == 0.5
    assert {event["event_id"]: event["occupancy_rate"] for event in shown["events"]["items"]} == {
        full.event_id: 1,
        half.event_id: 0.25,
    }
    assert '"occupancy_rate":0.2500' in found.text


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [("", 5), ("/events", 5), ("/occupancy", 8)])
def test_the_pages_of_a_venue_take_so_many_queries(client, rows, address, queries, django_assert_num_queries):
    venue = VenueFactory()
    for _ in range(rows):
        make_offer(event__venue=venue)
    headers = make_bearer("ticketing.view_place") if address == "/occupancy" else {}

    with django_assert_num_queries(queries):
        assert client.get(f"/api/venues/{venue.pk}{address}", headers=headers).status_code == 200
