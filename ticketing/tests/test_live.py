"""The shared document of what is not free."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from events.models import Event
from ticketing.live import live_document, seat_numbers
from ticketing.models import FOREVER, Place
from ticketing.tests.factories import make_offer, make_seated_offer
from venues.rooms import room_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def read_taken(body: bytes) -> list[int]:
    bits = base64.b64decode(json.loads(body)["taken"])
    return [number for number in range(len(bits) * 8) if bits[number // 8] >> number % 8 & 1]


def test_live_document_tells_held_sold_and_blocked_seats():
    now = timezone.now()
    offer = make_seated_offer(rows=2, seats=5)
    seats = list(offer.places.order_by("seat__row_index", "seat__position"))
    Place.objects.filter(pk=seats[0].pk).update(free_from=now + timedelta(minutes=5))
    Place.objects.filter(pk=seats[3].pk).update(free_from=FOREVER)
    Place.objects.filter(pk=seats[9].pk).update(free_from=now - timedelta(seconds=1))

    document = live_document(offer.event.pk, now=now)

    assert read_taken(document.body) == [0, 3]
    assert json.loads(document.body)["room"] == offer.event.seating_plan.version


def test_live_document_counts_standing_places_that_are_left():
    now = timezone.now()
    offer = make_offer(4)
    Place.objects.filter(pk=offer.places.first().pk).update(free_from=FOREVER)

    document = live_document(offer.event.pk, now=now)

    assert json.loads(document.body) == {"room": None, "taken": "", "left": {str(offer.pk): 3}}


def test_live_document_is_made_once_a_second_whoever_asks(django_assert_num_queries):
    now = timezone.now()
    offer = make_seated_offer(rows=1, seats=4)
    first = live_document(offer.event.pk, now=now)
    Place.objects.update(free_from=FOREVER)

    with django_assert_num_queries(0):
        same = live_document(offer.event.pk, now=now + timedelta(milliseconds=900))
    with django_assert_num_queries(3):
        fresh = live_document(offer.event.pk, now=now + timedelta(milliseconds=1100))

    assert same == first
    assert read_taken(fresh.body) == [0, 1, 2, 3]
    assert fresh.etag != first.etag


def test_live_document_while_somebody_else_makes_it_is_the_last_one(django_assert_num_queries):
    now = timezone.now()
    offer = make_seated_offer(rows=1, seats=4)
    first = live_document(offer.event.pk, now=now)
    cache.add(f"live:{offer.event.pk}:busy", True)

    with django_assert_num_queries(0):
        assert live_document(offer.event.pk, now=now + timedelta(seconds=3)) == first


def test_live_document_of_a_draft_is_refused():
    offer = make_offer(4, event__published_at=None)

    with pytest.raises(Event.DoesNotExist):
        live_document(offer.event.pk, now=timezone.now())


def test_seat_numbers_follow_the_room():
    offer = make_seated_offer(rows=2, seats=3)
    seats = offer.places.order_by("seat__row_index", "seat__position").values_list("seat_id", flat=True)

    assert seat_numbers(room_of(offer.event.seating_plan)) == {seat: number for number, seat in enumerate(seats)}
