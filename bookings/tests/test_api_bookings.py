"""Bookings through the API: each answer literally, what it costs, and that it is carried out once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Booking, LedgerLine, Payment
from bookings.tests.api import ADA, Call, caller, problem, wish
from bookings.tests.sales import sold
from bookings.tests.test_budgets import statements
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.models import Offer
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Offer:
    return make_offer(10)


@pytest.fixture
def api(client: Client) -> Call:
    return caller(client)


# Book -----------------------------------------------------------------------------------------


def test_booking_is_pending_with_its_end(api, offer):
    response = api("POST", "/bookings", wish(offer))

    booking = Booking.objects.get()
    shown = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/bookings/{booking.pk}"
    assert (shown["id"], shown["booking_code"]) == (booking.pk, booking.booking_code)
    assert (shown["status"], shown["channel"], shown["quantity"]) == ("pending", "api", 2)
    assert shown["expires_at"] == f"{booking.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    assert '"total_price":80.00' in response.text
    assert (shown["customer_name"], shown["customer_email"]) == ("Ada Lovelace", "ada@example.org")
    assert (shown["ticket_type_id"], shown["event"]["name"]) == (offer.ticket_type_id, offer.event.name)
    assert [ticket["status"] for ticket in shown["tickets"]] == ["held", "held"]
    assert booking.activities.get().actor == "office"


def test_customer_pays_a_pending_booking_on_its_own_page(api, client, offer):
    made = api("POST", "/bookings", wish(offer)).json()

    response = client.get(made["customer_url"].removeprefix("http://127.0.0.1:8000"))

    assert response.status_code == 200
    assert "2 × Standard" in response.text


def test_booking_that_is_confirmed_at_once_is_paid_and_in_the_ledger(api, offer):
    response = api("POST", "/bookings?confirm=true", wish(offer, payment={"reference": "till-7", "amount": 80}))

    booking = Booking.objects.get()
    assert response.status_code == 201
    assert (response.json()["status"], response.json()["expires_at"]) == ("confirmed", None)
    payment = booking.payments.get()
    assert (payment.kind, payment.provider, payment.reference) == ("charge", "external", "till-7")
    assert LedgerLine.objects.get(booking=booking).gross == 80
    assert [ticket["status"] for ticket in response.json()["tickets"]] == ["valid", "valid"]


def test_items_mix_ticket_types_offers_and_seats(api):
    seated = make_seated_offer(rows=1, seats=8)
    seats = list(seated.places.order_by("seat").values_list("seat", flat=True))
    items = [{"seats": seats[:2]}, {"offer_id": seated.pk, "quantity": 3}]

    response = api("POST", "/bookings?confirm=true", {**ADA, "event_id": seated.event_id, "items": items})

    assert response.status_code == 201
    assert response.json()["quantity"] == 5
    assert len({ticket["seat_id"] for ticket in response.json()["tickets"]}) == 5
    assert response.json()["tickets"][0]["seat"].startswith("Stalls, row A, seat ")


def test_best_seats_are_side_by_side(api):
    seated = make_seated_offer(rows=3, seats=8)

    response = api("POST", "/bookings", wish(seated, 3))

    numbers = sorted(int(ticket["seat"].rpartition(" ")[2]) for ticket in response.json()["tickets"])
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_cheapest_offer_of_a_type_that_has_enough_left_is_taken(api, offer):
    early = OfferFactory(event=offer.event, ticket_type=offer.ticket_type, label="Early bird", price=30, capacity=1)
    open_sales(event=offer.event, now=timezone.now() - timedelta(hours=1))

    one = api("POST", "/bookings", wish(offer, 1)).json()
    two = api("POST", "/bookings", wish(offer, 2)).json()

    assert [item["offer_id"] for item in one["items"]] == [early.pk]
    assert [item["offer_id"] for item in two["items"]] == [offer.pk]


def test_promo_code_reduces_the_price(api, offer):
    PromoCodeFactory(code="SPRING", percent=10)

    held = api("POST", "/bookings", wish(offer, promo_code="spring")).json()
    paid = api("POST", "/bookings?confirm=true", wish(offer, 3, promo_code="SPRING")).json()

    assert (held["total_price"], held["discount"], held["promo_code"]) == (72, 8, "SPRING")
    assert (paid["total_price"], paid["status"]) == (108, "confirmed")
    assert Payment.objects.get().amount == 108


# What is refused ------------------------------------------------------------------------------


def test_unknown_event(api, offer):
    response = api("POST", "/bookings", wish(offer, event_id=999_999))

    assert problem(response) == (404, "not_found", "There is no event 999999.")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "cancelled"}, "This event has been cancelled, so it can no longer be booked."),
        ({"event_date": timedelta(hours=-1)}, "This event has already begun, so it can no longer be booked."),
        ({"status": "completed"}, "This event has already begun, so it can no longer be booked."),
        ({"published_at": None}, "This event is not on sale yet."),
    ],
)
def test_event_that_is_not_for_sale(api, offer, changes, why):
    if "event_date" in changes:
        changes = {"event_date": timezone.now() + changes["event_date"]}
    Event.objects.filter(pk=offer.event_id).update(**changes)

    assert problem(api("POST", "/bookings", wish(offer))) == (409, "sales_closed", why)


@pytest.mark.parametrize("confirm", ["", "?confirm=true"])
def test_not_enough_left_says_what_is_left(api, confirm):
    offer = make_offer(3)

    response = api("POST", f"/bookings{confirm}", wish(offer, 4))

    why = "Sorry, there are not enough tickets. Standard: only 3 left."
    assert problem(response) == (409, "places_taken", why)
    assert response.json()["left"] == [{"offer_id": offer.pk, "left": 3}]
    assert not Booking.objects.exists()


def test_not_enough_seats_left_says_what_is_left(api):
    seated = make_seated_offer(rows=1, seats=3)

    response = api("POST", "/bookings", wish(seated, 4))

    why = "Sorry, there are not enough tickets. Standard: only 3 left."
    assert problem(response) == (409, "places_taken", why)
    assert response.json()["left"] == [{"offer_id": seated.pk, "left": 3}]


@pytest.mark.parametrize("confirm", ["", "?confirm=true"])
def test_duplicate_names_the_booking_and_can_be_wanted(api, offer, confirm):
    first = api("POST", f"/bookings{confirm}", wish(offer)).json()

    again = api("POST", f"/bookings{confirm}", wish(offer, customer_email="ADA@example.org"))

    why = (
        f"ADA@example.org has just booked the same: {first['booking_code']}. "
        "To book it again, send allow_duplicate: true."
    )
    assert problem(again) == (409, "duplicate_booking", why)
    assert again.json()["booking"] == {"id": first["id"], "booking_code": first["booking_code"]}
    assert api("POST", f"/bookings{confirm}", wish(offer, allow_duplicate=True)).status_code == 201


def test_bad_email(api, offer):
    response = api("POST", "/bookings", wish(offer, customer_email="ada at example"))

    assert problem(response)[:2] == (422, "invalid")
    assert response.json()["errors"] == [
        {"field": "customer_email", "message": "Enter a valid e-mail address.", "code": "value_error"}
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": "2"}, "quantity"),
        ({"customer_name": " "}, "customer_name"),
        ({"ticket_type_id": 999_999}, "items[0].ticket_type_id"),
        ({"ticket_type_id": None}, "body"),
        ({"ticket_type_id": None, "items": [{"offer_id": 999_999, "quantity": 1}]}, "items[0].offer_id"),
        ({"ticket_type_id": None, "items": [{"seats": [999_999]}]}, "items[0].seats[0]"),
        ({"ticket_type_id": None, "items": [{"quantity": 1}]}, "items[0]"),
        ({"seats": [1]}, "seats"),
    ],
)
def test_nonsense_is_named_by_its_field(api, offer, change, field):
    response = api("POST", "/bookings", wish(offer, **change))

    assert problem(response)[:2] == (422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_limit_per_booking(api):
    offer = make_offer(50)

    why = "You can book at most 10 tickets at a time."
    assert problem(api("POST", "/bookings?confirm=true", wish(offer, 11))) == (422, "selection_invalid", why)


def test_other_sum_than_the_price(api, offer):
    response = api("POST", "/bookings?confirm=true", wish(offer, payment={"reference": "a", "amount": 79.5}))

    assert problem(response) == (409, "price_differs", "€80.00 is due, not €79.50.")
    assert response.json()["difference"] == 0.5
    assert not Booking.objects.exists()


def test_reference_pays_once(api, offer):
    paid = {"reference": "till-7"}
    api("POST", "/bookings?confirm=true", wish(offer, payment=paid))

    again = api("POST", "/bookings?confirm=true", wish(offer, 1, payment=paid))

    assert problem(again) == (409, "payment_failed", "This reference has paid for another booking.")
    assert Booking.objects.count() == 1


def test_only_those_who_may_collect_confirm_at_once(client, offer):
    seller = caller(client, "bookings.add_booking")

    why = "The member of staff of this key needs the permission bookings.collect_booking to collect money."
    assert problem(seller("POST", "/bookings?confirm=true", wish(offer))) == (403, "forbidden", why)
    assert seller("POST", "/bookings", wish(offer)).status_code == 201


# What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [1, 10])
def test_booking_and_confirming_costs_at_most_sixteen_statements(api, offer, quantity):
    with statements(15):
        response = api("POST", "/bookings?confirm=true", wish(offer, quantity), **{"Idempotency-Key": "once"})

    assert response.status_code == 201


@pytest.mark.parametrize("quantity", [1, 8])
def test_booking_and_confirming_seats_costs_sixteen_statements(api, quantity):
    seated = make_seated_offer(rows=2, seats=10)
    seats = list(seated.places.values_list("seat", flat=True)[:quantity])
    data = {**ADA, "event_id": seated.event_id, "items": [{"seats": seats}]}

    with statements(16):
        response = api("POST", "/bookings?confirm=true", data, **{"Idempotency-Key": "once"})

    assert response.status_code == 201


@pytest.mark.parametrize("quantity", [1, 10])
def test_booking_costs_twelve_statements(api, offer, quantity):
    with statements(12):
        assert api("POST", "/bookings", wish(offer, quantity), **{"Idempotency-Key": "once"}).status_code == 201


# Once -----------------------------------------------------------------------------------------


def test_repeat_with_the_same_idempotency_key_books_once(api, offer):
    first = api("POST", "/bookings?confirm=true", wish(offer), **{"Idempotency-Key": "visit-1"})
    again = api("POST", "/bookings?confirm=true", wish(offer), **{"Idempotency-Key": "visit-1"})
    other = api("POST", "/bookings?confirm=true", wish(offer, 3), **{"Idempotency-Key": "visit-1"})

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert problem(other)[:2] == (422, "idempotency_key_reused")
    assert Booking.objects.count() == 1


# Read -----------------------------------------------------------------------------------------


def test_one_booking(api, offer):
    booking = sold(offer)

    response = api("GET", f"/bookings/{booking.pk}")

    assert (response.status_code, response.json()["booking_code"]) == (200, booking.booking_code)
    assert problem(api("GET", "/bookings/999999")) == (404, "not_found", "There is no booking 999999.")


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number(api, offer, count):
    for _ in range(count):
        sold(offer, 2)

    with statements(5):
        found = api("GET", "/bookings").json()

    assert (found["count"], len(found["items"])) == (count, count)


def test_list_goes_on_by_cursor(api, offer):
    made = [sold(offer).booking_code for _ in range(5)]
    seen, address = [], "/bookings?limit=2"

    while address:
        found = api("GET", address).json()
        seen += [item["booking_code"] for item in found["items"]]
        address = found["next"] and found["next"].partition("/api")[2]

    assert seen == made[::-1]


def test_search_by_any_combination(api):
    jazz = make_offer(event__name="Jazz Night", event__venue__name="Blue Note", event__venue__city="Graz")
    opera = make_offer(event=EventFactory(name="Tosca"), ticket_type=TicketTypeFactory(name="VIP", price=90))
    one = sold(jazz, email="bo@example.org")
    two = sold(opera)
    today = timezone.localdate()

    def find(query: str) -> list[int]:
        return sorted(item["id"] for item in api("GET", f"/bookings/search?{query}").json()["items"])

    assert find("") == [one.pk, two.pk]
    assert find("event=jazz") == [one.pk]
    assert find("venue=graz") == find("venue=BLUE") == [one.pk]
    assert find("ticket_type=vip") == [two.pk]
    assert find("customer=bo@") == [one.pk]
    assert find(f"code={two.booking_code[-4:].lower()}") == [two.pk]
    assert find(f"event_id={jazz.event_id}&status=confirmed&channel=web") == [one.pk]
    assert find("event=jazz&ticket_type=vip") == []
    assert find("status=pending") == []
    assert find(f"date_from={today}&date_to={today}") == [one.pk, two.pk]
    assert find(f"date_from={today + timedelta(days=1)}") == []
    assert find(f"event_date_to={today}") == []


def test_bookings_of_an_event_and_of_a_ticket_type(api, offer):
    booking, _ = sold(offer), sold(make_offer(ticket_type=TicketTypeFactory(name="VIP", price=90)))

    of_event = api("GET", f"/events/{offer.event_id}/bookings").json()
    of_type = api("GET", f"/ticket-types/{offer.ticket_type_id}/bookings").json()

    assert [item["id"] for item in of_event["items"]] == [item["id"] for item in of_type["items"]] == [booking.pk]
    assert problem(api("GET", "/events/999999/bookings"))[:2] == (404, "not_found")
    assert problem(api("GET", "/ticket-types/999999/bookings"))[:2] == (404, "not_found")


# Change ---------------------------------------------------------------------------------------


def test_name_and_address_are_corrected(api, offer):
    booking = sold(offer)

    shown = api("PUT", f"/bookings/{booking.pk}", {"customer_name": "Ada King", "customer_email": "king@example.org"})

    assert (shown.json()["customer_name"], shown.json()["customer_email"]) == ("Ada King", "king@example.org")
    assert booking.activities.last().verb == "details"
    assert booking.activities.last().channel == "api"


def test_more_tickets_cost_the_difference(api, offer):
    booking = sold(offer, 2)

    refused = api("PUT", f"/bookings/{booking.pk}", {"quantity": 3})
    changed = api("PUT", f"/bookings/{booking.pk}", {"quantity": 3, "payment": {"reference": "a", "amount": 40}})

    why = "€40.00 is due. Collect it, and send its reference as payment."
    assert problem(refused) == (409, "price_differs", why)
    assert refused.json()["difference"] == 40
    assert (changed.status_code, changed.json()["quantity"], changed.json()["total_price"]) == (200, 3, 120)


def test_fewer_tickets_give_the_difference_back(api, offer):
    booking = sold(offer, 3)

    changed = api("PUT", f"/bookings/{booking.pk}", {"quantity": 1}).json()

    assert (changed["quantity"], changed["total_price"]) == (1, 40)
    assert [refund.amount for refund in booking.payments.filter(kind="refund")] == [80]


def test_other_ticket_type_is_an_exchange(api, offer):
    vip = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="VIP", price=90), price=90, capacity=5)
    open_sales(event=offer.event, now=timezone.now() - timedelta(hours=1))
    booking = sold(offer, 2)
    data = {"ticket_type_id": vip.ticket_type_id, "payment": {"reference": "a"}}

    changed = api("PUT", f"/bookings/{booking.pk}", data).json()

    assert [(item["offer_id"], item["quantity"]) for item in changed["items"]] == [(vip.pk, 2)]
    assert changed["total_price"] == 180
    assert booking.payments.get(provider="external").amount == 100


def test_other_date_is_another_booking(api, offer):
    booking, other = sold(offer, 2), make_offer()

    changed = api("PUT", f"/bookings/{booking.pk}", {"event_id": other.event_id}).json()

    assert (changed["event_id"], changed["replaces"], changed["quantity"]) == (other.event_id, booking.booking_code, 2)
    assert api("GET", f"/bookings/{booking.pk}").json()["cancellation_reason"] == "exchanged"


def test_pending_booking_holds_other_places(api, offer):
    made = api("POST", "/bookings", wish(offer, 2)).json()

    changed = api("PUT", f"/bookings/{made['id']}", {"quantity": 4, "customer_name": "Bo"}).json()

    assert (changed["status"], changed["quantity"], changed["total_price"]) == ("pending", 4, 160)
    assert changed["customer_name"] == "Bo"


def test_same_again_changes_nothing(api):
    seated = make_seated_offer(rows=1, seats=4)
    made = api("POST", "/bookings?confirm=true", wish(seated, 2)).json()

    same = api("PUT", f"/bookings/{made['id']}", {"quantity": 2, "ticket_type_id": seated.ticket_type_id}).json()

    assert same == made


def test_seats_stay_when_there_are_more(api):
    seated = make_seated_offer(rows=1, seats=6)
    made = api("POST", "/bookings?confirm=true", wish(seated, 2)).json()
    had = {ticket["seat_id"] for ticket in made["tickets"]}

    data = {"quantity": 3, "payment": {"reference": "a"}}
    more = api("PUT", f"/bookings/{made['id']}", data).json()

    assert had < {ticket["seat_id"] for ticket in more["tickets"] if ticket["status"] == "valid"}


# Status ---------------------------------------------------------------------------------------


def status(api, booking_id: int, target: str, **more):
    return api("PATCH", f"/bookings/{booking_id}/status", {"status": target, **more})


def test_pending_booking_is_confirmed_when_it_is_paid(api, offer):
    made = api("POST", "/bookings", wish(offer)).json()

    response = status(api, made["id"], "confirmed", payment={"reference": "a", "amount": 80})

    assert (response.status_code, response.json()["status"]) == (200, "confirmed")
    assert Payment.objects.get().reference == "a"


@pytest.mark.parametrize("target", ["pending", "confirmed"])
def test_cancelled_booking_goes_nowhere(api, offer, target):
    booking = sold(offer)
    assert status(api, booking.pk, "cancelled").json()["status"] == "cancelled"

    why = f"A cancelled booking cannot become {target}."
    assert problem(status(api, booking.pk, target)) == (409, "transition_refused", why)


def test_confirmed_booking_cannot_become_pending(api, offer):
    why = "A confirmed booking cannot become pending."
    assert problem(status(api, sold(offer).pk, "pending")) == (409, "transition_refused", why)


def test_status_that_it_has_is_no_change(api, offer):
    booking = sold(offer)

    assert status(api, booking.pk, "confirmed").json()["status"] == "confirmed"
    assert booking.activities.count() == 2


def test_status_that_there_is_not(api, offer):
    response = status(api, sold(offer).pk, "paid")

    assert [error["field"] for error in response.json()["errors"]] == ["status"]
    assert response.status_code == 422


# Cancel ---------------------------------------------------------------------------------------


def test_cancelling_twice_is_harmless(api, offer):
    booking = sold(offer)

    first, again = api("DELETE", f"/bookings/{booking.pk}?reason=Ill"), api("DELETE", f"/bookings/{booking.pk}")

    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert (first.json()["status"], first.json()["cancellation_reason"]) == ("cancelled", "staff")
    assert booking.activities.filter(verb="cancel").get().detail["why"] == "Ill"
    assert booking.payments.filter(kind="refund", status="pending").count() == 1


def test_hold_is_let_go(api, offer):
    made = api("POST", "/bookings", wish(offer)).json()

    assert api("DELETE", f"/bookings/{made['id']}").json()["cancellation_reason"] == "abandoned"
    assert offer.places.free(timezone.now()).count() == 10
