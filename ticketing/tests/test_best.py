"""The ranking of ticketing.best, rule by rule."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ticketing.best import best_seats, share_out
from ticketing.models import FOREVER, Offer, Place
from ticketing.tests.factories import make_seated_offer
from venues.models import Seat, SeatingPlan

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Offer:
    """Two rows of seven seats; the stage is in front of seat 4 of row A."""
    offer = make_seated_offer(rows=2, seats=7)
    plan = offer.event.seating_plan
    plan.focus_x, plan.focus_y = 3, -2
    plan.save()
    return offer


def take(*seats: str) -> None:
    """Sell seats, named by row and number: "A4"."""
    for seat in seats:
        Place.objects.filter(seat__row=seat[0], seat__number=seat[1:]).update(free_from=FOREVER)


def best(offer: Offer, quantity: int, **wishes) -> list[str]:
    SeatingPlan.objects.renew()  # tests draw their rooms as they go
    offer.event.seating_plan.refresh_from_db()
    ids = best_seats(offer.event, quantity, now=timezone.now(), **wishes)
    names = {seat.pk: f"{seat.row}{seat.number}" for seat in Seat.objects.all()}
    return [names[pk] for pk in ids]


def test_best_nearest_to_the_focus(offer):
    assert best(offer, 3) == ["A3", "A4", "A5"]


def test_best_leaves_no_single_seat(offer):
    assert best(offer, 5) == ["A1", "A2", "A3", "A4", "A5"]


def test_best_goes_to_another_row_rather_than_leave_a_single_seat(offer):
    take("A1", "A2")

    assert best(offer, 4) == ["B1", "B2", "B3", "B4"]


def test_best_leaves_a_single_seat_rather_than_split_the_party(offer):
    take("A4", "B1", "B2", "B3", "B4", "B5", "B6", "B7")

    assert best(offer, 2) == ["A2", "A3"]


def test_best_does_not_cross_an_aisle(offer):
    for position in (6, 5, 4):
        Seat.objects.filter(row="A", position=position).update(position=position + 1)

    assert best(offer, 5) == ["B1", "B2", "B3", "B4", "B5"]


def test_best_splits_into_neighbouring_rows_without_leaving_one_person_alone(offer):
    take("A1", "A5", "A6", "A7", "B1", "B5", "B6", "B7")

    assert best(offer, 5) == ["A2", "A3", "A4", "B3", "B4"]
    assert best(offer, 6) == ["A2", "A3", "A4", "B2", "B3", "B4"]
    assert best(offer, 7) == []


def test_best_of_three_is_never_two_and_one(offer):
    take("A1", "A4", "A7", "B1", "B4", "B7")

    assert best(offer, 3) == []


def test_best_avoids_restricted_view_and_wheelchair_places(offer):
    Seat.objects.filter(row="A").update(has_restricted_view=True)
    Seat.objects.filter(row="B", number="4").update(is_accessible=True)

    assert best(offer, 3) == ["B1", "B2", "B3"]


def test_best_seats_a_wheelchair_with_companions(offer):
    Seat.objects.filter(row="B", number="4").update(is_accessible=True)
    Seat.objects.filter(row="B", number="5").update(is_companion=True)

    assert best(offer, 2, wheelchairs=1) == ["B3", "B4"]
    assert best(offer, 2, wheelchairs=2) == []


def test_best_nothing_for_nobody(offer):
    assert best(offer, 0) == []


def test_best_only_the_offer_that_is_named(offer):
    assert best_seats(offer.event, 2, now=timezone.now(), offer_id=offer.pk + 1) == ()


def test_best_one_query_once_the_room_is_known(offer, django_assert_num_queries):
    best_seats(offer.event, 2, now=timezone.now())

    with django_assert_num_queries(1):
        best_seats(offer.event, 2, now=timezone.now())


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.sets(st.integers(0, 13)), quantity=st.integers(1, 8))
def test_best_is_free_together_if_possible_and_repeatable(offer, taken, quantity):
    ids = list(Seat.objects.order_by("row_index", "position").values_list("pk", flat=True))
    Place.objects.update(free_from=timezone.now())
    Place.objects.filter(seat__in=[ids[index] for index in taken]).update(free_from=FOREVER)

    answer = best_seats(offer.event, quantity, now=timezone.now())

    free = [
        [pk if row * 7 + slot not in taken else None for slot, pk in enumerate(ids[row * 7 : row * 7 + 7])]
        for row in range(2)
    ]
    runs = [row[start : start + quantity] for row in free for start in range(8 - quantity)]
    together = [tuple(run) for run in runs if None not in run]
    assert len(answer) in (0, quantity)
    assert set(answer) <= {pk for row in free for pk in row}
    assert answer in together if together else True
    assert answer == best_seats(offer.event, quantity, now=timezone.now())


@given(quantity=st.integers(2, 30), room=st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_share_out_seats_everybody_in_twos_at_least(quantity, room):
    sizes = share_out(quantity, room)

    if sizes is None:
        assert min(room) < 2 or sum(room) < quantity or quantity < 2 * len(room)
    else:
        assert sum(sizes) == quantity
        assert all(2 <= size <= space for size, space in zip(sizes, room, strict=True))
