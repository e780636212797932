"""What the API does to bookings, tickets, payments, promo codes and waiting lists besides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.models import Booking, Scan, Ticket, WaitlistEntry
from bookings.signing import ticket_payload
from bookings.tests.api import Call, caller, problem, wish
from bookings.tests.sales import charge_for, checked_out, hold, sold
from bookings.tests.test_budgets import statements
from ticketing.models import Offer, PromoCode
from ticketing.tests.factories import PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Offer:
    return make_offer(10)


@pytest.fixture
def api(client: Client) -> Call:
    return caller(client)


# Holds ----------------------------------------------------------------------------------------


def test_hold_lasts_longer_once(api, offer):
    made = api("POST", "/bookings", wish(offer)).json()

    longer = api("POST", f"/bookings/{made['id']}/extend")

    assert longer.status_code == 200
    assert longer.json()["expires_at"] > made["expires_at"]
    why = "The time can be extended only once. Please finish your booking."
    assert problem(api("POST", f"/bookings/{made['id']}/extend")) == (409, "transition_refused", why)


def test_hold_is_confirmed(api, offer):
    made = api("POST", "/bookings", wish(offer)).json()
    paid = {"payment": {"reference": "till-7", "amount": 80}}

    refused = api("POST", f"/bookings/{made['id']}/confirm", {"payment": {"reference": "till-7", "amount": 70}})
    confirmed = api("POST", f"/bookings/{made['id']}/confirm", paid)

    assert problem(refused) == (409, "price_differs", "€80.00 is due, not €70.00.")
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")
    assert problem(api("POST", f"/bookings/{made['id']}/confirm", paid))[:2] == (409, "transition_refused")


def test_hold_is_confirmed_only_by_those_who_may_collect(client, offer):
    booking = checked_out(offer)
    editor = caller(client, "bookings.change_booking")

    assert problem(editor("POST", f"/bookings/{booking.pk}/confirm", {}))[:2] == (403, "forbidden")
    assert problem(editor("PATCH", f"/bookings/{booking.pk}/status", {"status": "confirmed"}))[0] == 403
    assert Booking.objects.get().status == "pending"


def test_hold_whose_places_have_gone_is_not_confirmed_and_nothing_is_written_down(api):
    offer = make_offer(2)
    booking = hold(offer, 2, now=timezone.now() - timedelta(hours=1))
    services.set_details(booking=booking, name="Ada", email="ada@example.org", now=timezone.now())
    sold(offer, 2, now=timezone.now())

    response = api("POST", f"/bookings/{booking.pk}/confirm", {"payment": {"reference": "late"}})

    assert problem(response)[:2] == (409, "hold_lapsed")
    assert not booking.payments.exists()


# Exchange -------------------------------------------------------------------------------------


def test_exchange_is_quoted_and_done(api, offer):
    booking, other = sold(offer, 2), make_offer(price=50)
    change = {"event_id": other.event_id}

    quote = api("POST", f"/bookings/{booking.pk}/exchange/quote", change)
    unpaid = api("POST", f"/bookings/{booking.pk}/exchange", change)
    done = api("POST", f"/bookings/{booking.pk}/exchange", {**change, "payment": {"reference": "a", "amount": 20}})

    assert quote.json() == {"total_price": 100.0, "difference": 20.0, "currency": "EUR"}
    assert problem(unpaid)[:2] == (409, "price_differs")
    assert (done.status_code, done.json()["event_id"], done.json()["total_price"]) == (200, other.event_id, 100)


def test_only_what_is_confirmed_is_exchanged(api, offer):
    response = api("POST", f"/bookings/{checked_out(offer).pk}/exchange", {"quantity": 3})

    assert problem(response) == (409, "transition_refused", "Only a confirmed booking can be exchanged.")


# Give back ------------------------------------------------------------------------------------


def test_part_of_the_price_is_given_back(api, offer):
    booking = sold(offer, 2)

    response = api("POST", f"/bookings/{booking.pk}/refund", {"amount": 12.5, "reason": "A pillar"})
    too_much = api("POST", f"/bookings/{booking.pk}/refund", {"amount": 100, "reason": "A pillar"})

    assert (response.status_code, response.json()["total_price"]) == (200, 67.5)
    assert problem(too_much) == (422, "refund_refused", "Give back more than nothing, and at most €67.50.")


def test_some_tickets_are_cancelled(api, offer):
    booking = sold(offer, 3)
    ticket = booking.tickets.first()

    response = api("POST", f"/bookings/{booking.pk}/cancel-tickets", {"ticket_ids": [ticket.pk], "refund": 30})

    assert (response.json()["quantity"], response.json()["retained"]) == (2, 10)
    assert [one["status"] for one in response.json()["tickets"]] == ["void", "valid", "valid"]
    again = api("POST", f"/bookings/{booking.pk}/cancel-tickets", {"ticket_ids": [ticket.pk]})
    assert problem(again)[:2] == (422, "selection_invalid")


def test_money_that_a_channel_collected_goes_back_through_it(api, offer):
    made = api("POST", "/bookings?confirm=true", wish(offer, payment={"reference": "till-7"})).json()
    api("DELETE", f"/bookings/{made['id']}")

    refund = Booking.objects.get().payments.get(kind="refund")
    services.carry_out_refund(refund=refund, now=timezone.now())

    shown = api("GET", f"/bookings/{made['id']}/payments").json()["items"]
    assert [(one["kind"], one["status"], one["amount"]) for one in shown] == [
        ("charge", "succeeded", 80),
        ("refund", "pending", 80),
        ("refund", "succeeded", 80),
    ]
    assert [one["provider"] for one in shown] == ["external"] * 3


def test_tickets_are_sent_again(api, offer):
    booking = sold(offer)

    assert api("POST", f"/bookings/{booking.pk}/resend").status_code == 200
    assert DBTaskResult.objects.filter(task_path="bookings.tasks.send_confirmation").count() == 2


def test_history_says_who_did_what(api, offer):
    made = api("POST", "/bookings?confirm=true", wish(offer)).json()

    (line,) = api("GET", f"/bookings/{made['id']}/history").json()

    assert (line["actor"], line["channel"], line["verb"]) == ("office", "api", "confirm")


# Tickets and the door -------------------------------------------------------------------------


def soon() -> Offer:
    return make_offer(event__event_date=timezone.now() + timedelta(minutes=30))


def test_ticket_is_found_by_its_code_and_by_its_qr_code(api, offer):
    ticket = sold(offer).tickets.select_related("place").get()

    short, signed = api("GET", f"/tickets/{ticket.code}"), api("GET", f"/tickets/{ticket_payload(ticket)}")

    assert (short.status_code, short.json()["id"]) == (200, ticket.pk)
    assert signed.json() == short.json()
    assert problem(api("GET", "/tickets/NOTATICKET")) == (404, "not_found", "There is no such ticket.")
    assert api("GET", f"/bookings/{ticket.booking_id}/tickets").json()["count"] == 1


def test_holder_is_admitted_once_and_the_admission_can_be_taken_back(api):
    ticket = sold(soon()).tickets.get()
    address = f"/tickets/{ticket.code}"

    first = api("POST", f"{address}/check-in", {"gate": "North"})
    again = api("POST", f"{address}/check-in", {})
    undone = api("POST", f"{address}/undo-check-in")

    results = [(one.status_code, one.json()["is_admitted"], one.json()["result"]) for one in (first, again, undone)]
    assert results == [(200, True, "admitted"), (200, False, "already"), (200, False, "undone")]
    assert first.json()["admitted_at"] == again.json()["admitted_at"] is not None
    assert undone.json()["admitted_at"] is None
    assert list(Scan.objects.order_by("pk").values_list("result", "gate", "actor")) == [
        ("admitted", "North", "office"),
        ("already", "", "office"),
        ("undone", "", "office"),
    ]


def test_nobody_is_admitted_before_the_doors_open_unless_somebody_says_so(api, offer):
    ticket = sold(offer).tickets.get()

    assert api("POST", f"/tickets/{ticket.code}/check-in", {}).json()["result"] == "not_yet"
    assert api("POST", f"/tickets/{ticket.code}/check-in", {"anyway": True}).json()["is_admitted"]
    assert Ticket.objects.get().checked_in_at


# Payments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_payments_cost_the_same_for_any_number(api, offer, count):
    for _ in range(count):
        sold(offer)

    with statements(4):
        found = api("GET", "/payments?kind=charge").json()

    assert (found["count"], found["items"][0]["provider"]) == (count, "demo")
    assert api("GET", "/payments?kind=refund").json()["count"] == 0


def test_payments_are_narrowed(api, offer):
    booking, other = sold(offer), make_offer()
    sold(other)
    reference = booking.payments.get().reference

    by_event = api("GET", f"/payments?event_id={offer.event_id}").json()
    by_reference = api("GET", f"/payments?reference={reference}&provider=demo&status=succeeded").json()

    assert [one["booking_code"] for one in by_event["items"]] == [booking.booking_code]
    assert by_reference["items"] == by_event["items"]


# Promo codes ----------------------------------------------------------------------------------


def test_promo_code_is_made_changed_and_deleted(api, offer):
    data = {"code": "Spring", "percent": 10, "max_uses": 5, "event_ids": [offer.event_id]}

    made = api("POST", "/promo-codes", data)
    address = made["Location"].removeprefix("/api")
    changed = api("PATCH", address, {"percent": None, "amount": 5, "event_ids": []})

    assert (made.status_code, made.json()["code"], made.json()["event_ids"]) == (201, "Spring", [offer.event_id])
    assert (changed.json()["percent"], changed.json()["amount"], changed.json()["event_ids"]) == (None, 5, [])
    assert changed.json()["max_uses"] == 5
    assert api("GET", address).json() == changed.json()
    assert api("GET", "/promo-codes").json()["items"] == [changed.json()]
    assert api("DELETE", address).status_code == 204
    assert problem(api("GET", address))[:2] == (404, "not_found")


@pytest.mark.parametrize("count", [1, 3])
def test_promo_codes_cost_the_same_for_any_number(api, count):
    PromoCodeFactory.create_batch(count)

    with statements(6):
        assert api("GET", "/promo-codes").json()["count"] == count


@pytest.mark.parametrize(
    ("data", "field", "why"),
    [
        ({"code": "A"}, "percent", "Give either a percentage or an amount."),
        ({"code": "A", "percent": 10, "amount": 5}, "percent", "Give either a percentage or an amount."),
        ({"code": "spring", "percent": 10}, "code", "There is such a code already; upper and lower case are the same."),
        ({"code": "A", "percent": 10, "event_ids": [999_999]}, "event_ids[0]", "There is no such row."),
    ],
)
def test_promo_code_that_makes_no_sense(api, data, field, why):
    PromoCodeFactory(code="SPRING")

    response = api("POST", "/promo-codes", data)

    assert response.status_code == 422
    assert [(error["field"], error["message"]) for error in response.json()["errors"]] == [(field, why)]
    assert PromoCode.objects.count() == 1


def test_promo_code_that_was_used_stays(api, offer):
    code = PromoCodeFactory(code="SPRING")
    booking = services.apply_promo_code(booking=checked_out(offer), code="SPRING", now=timezone.now())
    services.confirm(booking=booking, now=timezone.now(), charge=charge_for(booking))

    assert problem(api("DELETE", f"/promo-codes/{code.pk}"))[:2] == (409, "in_use")


def test_promo_code_is_checked(api, offer):
    PromoCodeFactory(code="SPRING", percent=10)
    asked = {
        "event_id": offer.event_id,
        "items": [{"ticket_type_id": offer.ticket_type_id, "quantity": 2}],
        "code": "spring",
    }

    good = api("POST", "/promo-codes/check", asked)
    bad = api("POST", "/promo-codes/check", {**asked, "code": "AUTUMN"})

    assert good.json() == {"code": "spring", "subtotal": 80, "discount": 8, "total_price": 72, "currency": "EUR"}
    assert problem(bad) == (422, "promo_code_refused", "There is no promo code “AUTUMN”.")


# Waiting list ---------------------------------------------------------------------------------


def test_somebody_waits_and_leaves(api):
    offer = make_offer(1)
    sold(offer)
    address = f"/events/{offer.event_id}/waiting-list"

    joined = api("POST", address, {"name": "Bo", "email": "bo@example.org", "quantity": 1})
    again = api("POST", address, {"name": "Bo", "email": "BO@example.org", "quantity": 1})
    listed = api("GET", f"{address}?status=waiting").json()
    entry = f"/waiting-list/{joined.json()['id']}"
    left, twice = api("DELETE", entry), api("DELETE", entry)

    assert (joined.status_code, joined["Location"]) == (201, f"/api{entry}")
    assert again.json() == joined.json()
    assert listed["items"] == [joined.json()]
    assert (left.status_code, left.json()["status"], twice.json()) == (200, "left", left.json())
    assert api("GET", entry).json() == left.json()
    assert WaitlistEntry.objects.count() == 1


def test_nobody_need_wait_while_there_are_places(api, offer):
    response = api("POST", f"/events/{offer.event_id}/waiting-list", {"name": "Bo", "email": "bo@example.org"})

    assert problem(response) == (
        409,
        "still_available",
        "There are still tickets: you can choose them now.",
    )
    assert problem(api("GET", "/waiting-list/999999"))[:2] == (404, "not_found")


def test_seats_of_a_party_are_exchanged_for_named_ones(api):
    seated = make_seated_offer(rows=1, seats=6)
    seats = list(seated.places.order_by("seat").values_list("seat", flat=True))
    booking = sold(seated, seats=seats[:2])

    done = api("POST", f"/bookings/{booking.pk}/exchange", {"items": [{"seats": seats[1:3]}]}).json()

    assert {one["seat_id"] for one in done["tickets"] if one["status"] == "valid"} == set(seats[1:3])
