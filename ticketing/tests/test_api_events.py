"""Events and ticket types through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from bookings.tests.visits import sold
from events.models import Category, Event, EventActivity
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from ticketing.models import Offer, Place, TicketType
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.tests.factories import SeatingPlanFactory, SectionFactory, VenueFactory, make_bearer, make_seats

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What is taken is kept for a second, for whatever event has that number."""
    cache.clear()


@pytest.fixture
def headers():
    return make_bearer(
        *("events.add_event", "events.change_event", "events.delete_event", "events.view_event"),
        *("ticketing.add_offer", "ticketing.add_tickettype", "ticketing.change_tickettype"),
        "ticketing.delete_tickettype",
        username="tourist_office",
    )


@pytest.fixture
def send(client, headers):
    def send(method: str, address: str, body: object = None):
        return getattr(client, method)(f"/api{address}", body, content_type="application/json", headers=headers)

    return send


def wish(venue=None, **more) -> dict:
    """Write what makes an event on an evening in May in Vienna."""
    venue = venue or VenueFactory(capacity=10)
    return {"name": "Recital", "description": "", "event_date": "2027-05-14T17:30:00Z", "venue_id": venue.pk, **more}


@pytest.fixture
def types():
    """The three kinds of tickets that most houses have."""
    prices = {"VIP": "90.00", "Standard": "45.00", "Economy": "19.50"}
    return {name: TicketTypeFactory(name=name, price=Decimal(price)) for name, price in prices.items()}


# Making -----------------------------------------------------------------------------------------


def test_an_event_without_offers_sells_every_ticket_type_at_once(send, types):
    response = send("post", "/events", wish())

    event, shown = Event.objects.get(), response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/events/{event.pk}"
    assert [(offer["ticket_type"], offer["price"], offer["capacity"]) for offer in shown["offers"]] == [
        ("VIP", 90, 3),
        ("Standard", 45, 3),
        ("Economy", 19.5, 4),
    ]
    assert '"price":19.50' in response.text
    assert event.places.count() == 10
    assert (shown["status"], shown["sales_state"], shown["from_price"]) == ("active", "few_left", 19.5)
    assert shown["event_date"] == "2027-05-14T19:30:00+02:00"
    assert event.event_date == datetime(2027, 5, 14, 17, 30, tzinfo=UTC)
    assert shown["category"] == {"slug": "other", "name": "Other"}
    assert shown["booking_count"] == 0
    assert event.is_bookable(timezone.now())


def test_the_history_says_who_made_it_and_through_which_door(send, types):
    send("post", "/events", wish())

    assert list(EventActivity.objects.values_list("verb", "actor", "channel")) == [
        ("create", "tourist_office", "api"),
        ("open sales", "tourist_office", "api"),
    ]


def test_a_house_that_is_smaller_than_the_number_of_ticket_types_sells_the_cheapest(send, types):
    shown = send("post", "/events", wish(VenueFactory(capacity=2))).json()

    assert [(offer["ticket_type"], offer["capacity"]) for offer in shown["offers"]] == [
        ("Standard", 1),
        ("Economy", 1),
    ]


def test_a_house_without_ticket_types_makes_an_event_that_sells_nothing_yet(send):
    shown = send("post", "/events", wish()).json()

    assert (shown["offers"], shown["sales_state"]) == ([], "not_on_sale")


def test_an_event_sells_what_it_is_told_to(send, types):
    offers = [
        {"ticket_type_id": types["VIP"].pk, "capacity": 2, "price": 120.5, "label": "Box"},
        {"ticket_type_id": types["Economy"].pk, "capacity": 8, "off_sale_at": "2027-05-01T00:00:00+02:00"},
    ]

    response = send("post", "/events", wish(offers=offers))

    assert [(offer["label"], offer["price"], offer["off_sale_at"]) for offer in response.json()["offers"]] == [
        ("Box", 120.5, None),
        ("", 19.5, "2027-04-30T22:00:00Z"),
    ]


def test_seats_are_sold_by_section(send, types):
    plan = SeatingPlanFactory()
    stalls, floor = SectionFactory(plan=plan), SectionFactory(plan=plan, standing_capacity=5)
    make_seats(stalls, rows=2, seats=3)
    offers = [
        {"ticket_type_id": types["VIP"].pk, "section_ids": [stalls.pk]},
        {"ticket_type_id": types["Economy"].pk, "section_ids": [floor.pk]},
    ]

    shown = send("post", "/events", wish(plan.venue, seating_plan_id=plan.pk, offers=offers)).json()

    assert [(offer["capacity"], offer["section_ids"]) for offer in shown["offers"]] == [
        (6, [stalls.pk]),
        (5, [floor.pk]),
    ]
    assert Place.objects.filter(seat__isnull=False).count() == 6


def test_a_draft_is_seen_by_the_house_alone(client, send, types, headers):
    shown = send("post", "/events", wish(published_at=None)).json()

    assert shown["published_at"] is None
    assert client.get(f"/api/events/{shown['id']}").status_code == 404
    assert client.get("/api/events").json()["count"] == 0
    assert client.get("/api/events", headers=make_bearer()).json()["count"] == 0
    assert client.get(f"/api/events/{shown['id']}", headers=headers).status_code == 200
    assert client.get("/api/events", headers=headers).json()["count"] == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"event_date": "2020-05-14T17:30:00Z"}, "event_date", "The event must begin in the future."),
        ({"event_date": "2027-05-14T17:30:00"}, "event_date", "Input should have timezone info"),
        ({"event_date": 1_800_000_000}, "event_date", "Write the moment as a text in ISO 8601."),
        ({"event_date": "9999-12-31T23:59:59-12:00"}, "event_date", "Give a date between the years 2000 and 2199."),
        ({"category": "opera"}, "category", "There is no category “opera”."),
        ({"production": "hamlet"}, "production", "There is no production “hamlet”."),
        ({"seating_plan_id": 99}, "seating_plan_id", "There is no seating plan 99."),
        ({"doors_at": "2027-05-14T18:30:00Z"}, "doors_at", "Doors open before the event begins."),
        ({"max_tickets_per_booking": 0}, "max_tickets_per_booking", "Input should be greater than or equal to 1"),
    ],
)
def test_an_event_is_refused_beside_the_field(send, types, changes, field, message):
    response = send("post", "/events", wish(**changes))

    assert response.status_code == 422
    assert [(error["field"], error["message"]) for error in response.json()["errors"]] == [(field, message)]
    assert not Event.objects.exists()
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    ("offer", "field", "message"),
    [
        ({}, "offers[0].capacity", "Say how many places there are."),
        ({"capacity": 11}, "offers[0].capacity", "The offers add up to 11 places, but Hall holds 10."),
        ({"capacity": 1, "section_ids": [99]}, "offers[0].section_ids", "There is no section 99."),
        ({"capacity": 1, "price": 1.005}, "offers[0].price", "Decimal input should have no more than 2 decimal places"),
        ({"capacity": 1, "price": "45"}, "offers[0].price", "This is not a number."),
        (
            {"capacity": 1, "on_sale_at": "2027-05-01T00:00:00Z", "off_sale_at": "2027-04-01T00:00:00Z"},
            "offers[0].off_sale_at",
            "Sales end after they begin.",
        ),
    ],
)
def test_an_offer_is_refused_beside_the_field(send, types, offer, field, message):
    offers = [{"ticket_type_id": types["VIP"].pk, **offer}]

    response = send("post", "/events", wish(VenueFactory(name="Hall", capacity=10), offers=offers))

    assert response.status_code == 422
    assert [(error["field"], error["message"]) for error in response.json()["errors"]] == [(field, message)]
    assert not Event.objects.exists()


def test_the_same_offer_twice_is_refused(send, types):
    offers = [{"ticket_type_id": types["VIP"].pk, "capacity": 1}] * 2

    response = send("post", "/events", wish(offers=offers))

    assert [error["field"] for error in response.json()["errors"]] == ["offers[1].label"]


def test_a_plan_of_another_venue_is_refused(send, types):
    response = send("post", "/events", wish(seating_plan_id=SeatingPlanFactory().pk))

    assert [error["field"] for error in response.json()["errors"]] == ["seating_plan_id"]


def test_what_an_event_needs_must_be_there(send, types):
    no_venue = send("post", "/events", wish() | {"venue_id": 99})
    no_type = send("post", "/events", wish(offers=[{"ticket_type_id": 99, "capacity": 1}]))

    assert (no_venue.status_code, no_venue.json()["detail"]) == (404, "There is no venue 99.")
    assert (no_type.status_code, no_type.json()["detail"]) == (404, "There is no ticket type 99.")


# Changing ---------------------------------------------------------------------------------------


def test_only_what_is_given_is_changed(send):
    event = EventFactory(description="As it was.")
    CategoryFactory(name="Films", slug="films")

    shown = send("patch", f"/events/{event.pk}", {"name": "Matinée", "category": "films"}).json()

    assert (shown["name"], shown["description"]) == ("Matinée", "As it was.")
    assert shown["category"]["slug"] == "films"
    assert EventActivity.objects.get().detail == {
        "name": [event.name, "Matinée"],
        "category": ["Concerts", "Films"],
    }


def test_another_date_moves_the_event(send):
    event = EventFactory()

    shown = send("patch", f"/events/{event.pk}", {"event_date": "2027-05-14T17:30:00Z", "message": "Sorry."}).json()

    assert shown["event_date"] == "2027-05-14T19:30:00+02:00"
    assert shown["rescheduled_from"] is not None
    assert EventActivity.objects.get().verb == "move"
    assert DBTaskResult.objects.filter(task_path__endswith="tell_of_new_date").exists()


def test_an_event_is_cancelled_with_its_bookings(send):
    booking = sold(make_offer())

    first = send("patch", f"/events/{booking.event_id}", {"status": "cancelled", "message": "The singer is ill."})
    again = send("patch", f"/events/{booking.event_id}", {"status": "cancelled"})

    assert first.json()["status"] == "cancelled"
    assert DBTaskResult.objects.filter(task_path__endswith="cancel_bookings_of_event").count() == 1
    assert (again.status_code, again.json()["code"]) == (409, "event_closed")
    assert EventActivity.objects.get(verb="cancel").detail == {"refunds": True, "message": "The singer is ill."}


def test_an_event_has_taken_place_once_it_has_begun(send):
    past, coming = EventFactory(event_date=timezone.now() - DAY), EventFactory()

    done, refused = (send("patch", f"/events/{event.pk}", {"status": "completed"}) for event in (past, coming))

    assert done.json()["status"] == "completed"
    assert (refused.status_code, refused.json()["code"]) == (422, "date_refused")


def test_an_event_is_published_and_taken_off(send):
    event, later = EventFactory(published_at=None), timezone.now().replace(microsecond=0) + DAY
    address = f"/events/{event.pk}"

    now_seen = send("patch", address, {"published_at": "2020-01-01T00:00:00Z"}).json()["published_at"]
    taken_off = send("patch", address, {"published_at": None}).json()["published_at"]
    seen_later = send("patch", address, {"published_at": later.isoformat()}).json()["published_at"]

    assert now_seen is not None
    assert taken_off is None
    assert seen_later == later.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_change_that_is_refused_half_way_changes_nothing(send):
    event = EventFactory()

    response = send("patch", f"/events/{event.pk}", {"name": "Matinée", "event_date": "2020-01-01T00:00:00Z"})

    assert response.json()["code"] == "date_refused"
    event.refresh_from_db()
    assert event.name != "Matinée"
    refused = send("patch", f"/events/{event.pk}", {"name": "Matinée", "status": "completed"})
    assert refused.status_code == 422
    event.refresh_from_db()
    assert event.name != "Matinée"


def test_an_event_that_was_booked_is_not_deleted(send):
    booking, free = sold(make_offer()), make_offer().event

    refused, gone = send("delete", f"/events/{booking.event_id}"), send("delete", f"/events/{free.pk}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert gone.status_code == 204
    assert list(Event.objects.all()) == [booking.event]
    assert not Offer.objects.filter(event=free.pk).exists()


# Reading ----------------------------------------------------------------------------------------


def listed(client, query: str) -> list[str]:
    response = client.get(f"/api/events?{query}")
    assert response.status_code == 200
    return [event["name"] for event in response.json()["items"]]


def test_events_are_found_by_any_combination(client):
    now = timezone.now()
    films = CategoryFactory(name="Films", slug="films")
    graz = VenueFactory(city="Graz")
    offer = make_offer(event__name="Recital")
    closed = make_offer(event__name="Closed", off_sale_at=now - DAY)
    EventFactory(name="Film", category=films, venue=graz, event_date=now + 3 * DAY)
    EventFactory(name="Off", status="cancelled", event_date=now + 4 * DAY)
    EventFactory(name="Over", event_date=now - DAY)

    assert listed(client, "") == ["Over", "Film", "Off", "Recital", "Closed"]
    assert listed(client, "category=films&city=Graz") == ["Film"]
    assert listed(client, f"venue_id={graz.pk}") == ["Film"]
    assert listed(client, "status=cancelled") == ["Off"]
    assert listed(client, "q=film+graz") == ["Film"]
    assert listed(client, "on_sale=true") == ["Recital"]
    assert listed(client, "on_sale=false&status=active") == ["Over", "Film", "Closed"]
    assert listed(client, f"q=recital&venue_id={graz.pk}") == []
    assert offer.event_id != closed.event_id


def test_days_are_those_of_the_venues_calendar(client):
    """Half past midnight in Vienna is still the day before in UTC."""
    EventFactory(name="Late", event_date=datetime(2027, 5, 14, 22, 30, tzinfo=UTC))

    assert listed(client, "date_from=2027-05-15&date_to=2027-05-15") == ["Late"]
    assert listed(client, "date_to=2027-05-14") == []
    assert listed(client, "date_from=2027-05-16") == []


@pytest.mark.parametrize("query", ["date_from=x", "date_to=0001-01-01", "status=gone", "venue_id=0", "on_sale=maybe"])
def test_filters_that_make_no_sense_are_refused(client, query):
    response = client.get(f"/api/events?{query}")

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [query.partition("=")[0]]


def test_an_event_tells_how_often_it_was_booked_and_what_it_costs(client):
    offer = make_offer()
    OfferFactory(event=offer.event, label="Later", price=Decimal("5.00"), on_sale_at=timezone.now() + DAY)
    sold(offer)
    BookingFactory(
        event=offer.event,
        status=Booking.Status.CANCELLED,
        cancelled_at=timezone.now(),
        cancellation_reason=Booking.Reason.CUSTOMER,
    )

    shown = client.get(f"/api/events/{offer.event_id}").json()

    assert (shown["booking_count"], shown["from_price"], shown["currency"]) == (1, 40, "EUR")
    assert shown["url"] == f"http://127.0.0.1:8000/events/{offer.event.slug}/"
    assert shown["venue"]["id"] == shown["venue_id"] == offer.event.venue_id


def test_what_is_left_is_told_in_all_and_per_offer(client):
    offer = make_offer(capacity=20, event__production=ProductionFactory())
    sold(offer, 3)

    response = client.get(f"/api/events/{offer.event_id}/available-tickets")

    assert response["Cache-Control"] == "public, max-age=5"
    assert response.json() == {
        "event_id": offer.event_id,
        "currency": "EUR",
        "state": "few_left",
        "capacity": 20,
        "available": 17,
        "offers": [
            {
                "offer_id": offer.pk,
                "ticket_type_id": offer.ticket_type_id,
                "ticket_type": "Standard",
                "label": "",
                "price": 40,
                "capacity": 20,
                "available": 17,
                "state": "few_left",
            }
        ],
        "sections": [],
        "seats": None,
    }


def test_free_seats_are_named(client):
    offer = make_seated_offer(rows=1, seats=3)
    taken, free, other = offer.places.order_by("seat")
    taken.free_from = timezone.now() + DAY
    taken.save()
    section = free.seat.section

    shown = client.get(f"/api/events/{offer.event_id}/available-tickets?section_id={section.pk}").json()

    assert [seat["id"] for seat in shown["seats"]] == [free.seat_id, other.seat_id]
    assert shown["seats"][0] == {
        "id": free.seat_id,
        "section_id": section.pk,
        "row": "A",
        "number": "2",
        "offer_id": offer.pk,
        "price": 40,
        "is_accessible": False,
        "is_companion": False,
        "has_restricted_view": False,
    }
    assert shown["sections"] == [{"section_id": section.pk, "name": "Stalls", "capacity": 3, "available": 2}]
    elsewhere = client.get(f"/api/events/{offer.event_id}/available-tickets?section_id=999").json()
    assert elsewhere["seats"] == []


def test_the_seat_map_and_what_is_taken_of_it(client):
    offer = make_seated_offer(rows=2, seats=2)
    last = offer.places.order_by("seat").last()
    last.free_from = timezone.now() + DAY
    last.save()

    seats = client.get(f"/api/events/{offer.event_id}/seat-map").json()
    live = client.get(f"/api/events/{offer.event_id}/seat-map/live").json()

    assert [row["row"] for row in seats["sections"][0]["rows"]] == ["A", "B"]
    assert seats["sections"][0]["offer_id"] == offer.pk
    assert live == {"room": seats["room"], "taken": "CA==", "left": {}}  # the fourth seat: 0b1000


def test_an_event_without_seats_has_no_map(client):
    offer = make_offer(capacity=5)

    assert client.get(f"/api/events/{offer.event_id}/seat-map").status_code == 404
    assert client.get(f"/api/events/{offer.event_id}/seat-map/live").json()["left"] == {str(offer.pk): 5}
    assert client.get("/api/events/99/seat-map/live").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_reading_takes_so_many_queries(client, rows, django_assert_num_queries):
    for _ in range(rows):
        offer = make_offer()
        sold(offer)
    for number in range(1, rows):
        OfferFactory(event=offer.event, label=f"Offer {number}", capacity=1)

    with django_assert_num_queries(4):  # requests, number, events, their sales
        client.get("/api/events")
    with django_assert_num_queries(5):  # and the time zones
        client.get("/api/events?date_from=2026-01-01&q=concert&on_sale=true&status=active")
    with django_assert_num_queries(5):  # requests, event, sales, offers, sections
        client.get(f"/api/events/{offer.event_id}")
    with django_assert_num_queries(5):  # requests, event, stock, offers, sales
        client.get(f"/api/events/{offer.event_id}/available-tickets")


# Ticket types -----------------------------------------------------------------------------------


def test_a_ticket_type_is_made_with_its_price(client, send):
    response = send("post", "/ticket-types", {"name": "Standard", "price": 12.30})

    row = TicketType.objects.get()
    assert (response.status_code, response["Location"]) == (201, f"/api/ticket-types/{row.pk}")
    assert row.price == Decimal("12.30")
    assert '"price":12.30,"currency":"EUR"' in response.text
    assert client.get(f"/api/ticket-types/{row.pk}").json() == response.json()


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (0, "greater_than"),
        (-1, "greater_than"),
        ("12", "value_error"),
        (100_000_000, "less_than_equal"),
        (None, "value_error"),
    ],
)
def test_a_ticket_type_costs_something(send, price, code):
    response = send("post", "/ticket-types", {"name": "Standard", "price": price})

    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [("price", code)]


def test_ticket_types_are_listed_dearest_first(client, types, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = client.get("/api/ticket-types").json()

    assert [ticket_type["name"] for ticket_type in found["items"]] == ["VIP", "Standard", "Economy"]


def test_a_ticket_type_is_changed_and_deleted_unless_it_is_offered(send, types):
    offered = make_offer(ticket_type=types["VIP"]).ticket_type

    changed = send("patch", f"/ticket-types/{offered.pk}", {"price": 99})
    refused = send("delete", f"/ticket-types/{offered.pk}")
    gone = send("delete", f"/ticket-types/{types['Economy'].pk}")

    assert changed.json()["price"] == 99
    assert Offer.objects.get().price == Decimal("40.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert gone.status_code == 204
    assert send("get", "/ticket-types/99").status_code == 404
