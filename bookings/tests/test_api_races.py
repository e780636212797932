"""A hundred clients of the API at once, on a real PostgreSQL: nothing is oversold, everybody gets a true answer."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Booking, Payment
from bookings.tests.api import caller, wish
from bookings.tests.racing import deadlocks, race
from bookings.tests.test_races import lock_taken_out  # noqa: F401 - the control's fixture
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.models import Offer
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CLIENTS = 100


def buy(call, offer: Offer, buyer: int, query: str = "", **more):
    data = wish(offer, 1, customer_email=f"buyer{buyer}@example.org", **more)
    return call("POST", f"/bookings{query}", data, **{"Idempotency-Key": f"buyer-{buyer}"})


def fight(offer: Offer, query: str, wishes: list[dict] | None = None) -> list:
    """Let a hundred clients buy at once, each with a connection of its own and the same key."""
    call = caller(Client(raise_request_exception=False))
    wishes = wishes or [{}] * CLIENTS
    return race(*[partial(buy, call, offer, buyer, query, **wishes[buyer]) for buyer in range(CLIENTS)])


def tally(outcomes: list) -> Counter:
    return Counter((one.status_code, one.json().get("code", "")) for one in outcomes)


def stock(offer: Offer) -> Availability:
    return availability(offer.event, timezone.now())[offer.pk]


@pytest.mark.parametrize("query", ["", "?confirm=true"], ids=["hold", "sell"])
def test_hundred_clients_get_exactly_what_there_is(query, settings):
    settings.API_REQUESTS_PER_KEY = 10_000
    offer, before = make_offer(30), deadlocks()

    outcomes = fight(offer, query)

    sold = bool(query)
    assert tally(outcomes) == {(201, ""): 30, (409, "places_taken"): CLIENTS - 30}
    assert stock(offer) == Availability(capacity=30, sold=30 if sold else 0, held=0 if sold else 30)
    assert Payment.objects.count() == (30 if sold else 0)
    assert findings(timezone.now()) == []
    assert deadlocks() == before


def test_hundred_clients_fight_for_ten_seats(settings):
    settings.API_REQUESTS_PER_KEY = 10_000
    offer = make_seated_offer(rows=1, seats=10)
    seats = list(offer.places.order_by("seat").values_list("seat", flat=True))
    wishes = [{"ticket_type_id": None, "items": [{"seats": [seats[buyer % 10]]}]} for buyer in range(CLIENTS)]

    outcomes = fight(offer, "?confirm=true", wishes)

    assert tally(outcomes) == {(201, ""): 10, (409, "places_taken"): CLIENTS - 10}
    assert stock(offer) == Availability(capacity=10, sold=10)
    assert findings(timezone.now()) == []


def test_control_without_the_lock_more_is_sold_than_there_is(settings, lock_taken_out):  # noqa: F811
    settings.API_REQUESTS_PER_KEY = 10_000
    offer = make_offer(30)

    outcomes = fight(offer, "")

    assert tally(outcomes)[(201, "")] > 30
    assert findings(timezone.now()) != []


def test_one_idempotency_key_of_many_clients_books_once(settings):
    settings.API_REQUESTS_PER_KEY = 10_000
    offer = make_offer(30)
    call = caller(Client(raise_request_exception=False))

    outcomes = race(*[partial(buy, call, offer, 1, "?confirm=true") for _ in range(20)])

    answers = tally(outcomes)
    assert set(answers) <= {(201, ""), (409, "request_running")}
    assert Booking.objects.count() == Payment.objects.count() == 1
    assert len({one.content for one in outcomes if one.status_code == 201}) == 1
