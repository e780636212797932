"""Single seats: when a choice leaves one, and what is done about it."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ticketing.errors import SingleSeatLeft
from ticketing.models import FOREVER, Offer, Place
from ticketing.orphans import check_single_seats, single_seats
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer, make_seated_offer
from venues.models import Seat, SeatingPlan

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Offer:
    return make_seated_offer(rows=2, seats=6)


def ids(*names: str) -> tuple[int, ...]:
    return tuple(Seat.objects.get(row=name[0], number=name[1:]).pk for name in names)


def take(*names: str) -> None:
    Place.objects.filter(seat__in=ids(*names)).update(free_from=FOREVER)


def left_by(offer: Offer, *names: str) -> list[str]:
    left = single_seats(offer.event, ids(*names), now=timezone.now())
    return [f"{seat.row}{seat.number}" for seat in left]


def change_room(**values) -> None:
    Seat.objects.filter(row="A", number="1").update(**values)
    SeatingPlan.objects.renew()


@pytest.mark.parametrize(
    ("taken", "chosen", "left"),
    [
        ((), ("A1", "A2"), []),
        ((), ("A2", "A3"), ["A1"]),
        ((), ("A2", "A5"), ["A1", "A6"]),
        (("A4",), ("A1", "A2"), ["A3"]),
        (("A2",), ("A3",), []),  # A1 stood alone before
        (("A5",), ("A4",), []),  # and so did A6
        ((), ("A2", "B1"), ["A1"]),
    ],
)
def test_single_seats_are_those_that_the_choice_leaves(offer, taken, chosen, left):
    take(*taken)

    assert left_by(offer, *chosen) == left


def test_single_seat_across_an_aisle_has_no_neighbour(offer):
    for number in ("6", "5", "4"):
        Seat.objects.filter(row="A", number=number).update(position=int(number))
    SeatingPlan.objects.renew()
    offer.event.seating_plan.refresh_from_db()

    assert left_by(offer, "A1", "A2") == ["A3"]


def test_single_wheelchair_place_is_none(offer):
    change_room(is_accessible=True)
    offer.event.seating_plan.refresh_from_db()

    assert left_by(offer, "A2", "A3") == []


def test_own_seats_count_as_free(offer):
    claim = "6a3c1a30-7b1d-4b0e-9a4b-0d7b8a1f2c11"
    Place.objects.filter(seat__in=ids("A2", "A3")).update(free_from=FOREVER, claim=claim)

    left = single_seats(offer.event, ids("A3", "A4"), now=timezone.now(), claim=claim)

    assert [seat.number for seat in left] == []


def test_check_tells_once(offer):
    selection = Selection(seats=ids("A2", "A3"))

    with pytest.raises(SingleSeatLeft) as refusal:
        check_single_seats(offer.event, selection, now=timezone.now())
    check_single_seats(offer.event, selection, now=timezone.now(), accepted=True)

    assert refusal.value.is_final is False
    assert refusal.value.seats == ids("A1")
    assert refusal.value.message == (
        "Your choice leaves Stalls, row A, seat 1 empty on its own, and hardly anybody buys a single seat. "
        "Could you move along by one?"
    )


def test_check_is_final_where_the_event_refuses(offer):
    offer.event.refuses_single_seats = True

    with pytest.raises(SingleSeatLeft) as refusal:
        check_single_seats(offer.event, Selection(seats=ids("A2", "A3")), now=timezone.now(), accepted=True)

    assert refusal.value.is_final is True


def test_check_is_not_final_where_there_is_no_better_choice(offer):
    offer.event.refuses_single_seats = True
    take("A4", "A5", "A6", "B1", "B2", "B3", "B4", "B5", "B6")
    selection = Selection(seats=ids("A1", "A2"))

    with pytest.raises(SingleSeatLeft) as refusal:
        check_single_seats(offer.event, selection, now=timezone.now())
    check_single_seats(offer.event, selection, now=timezone.now(), accepted=True)

    assert refusal.value.is_final is False


def test_check_of_standing_places_asks_nothing(django_assert_num_queries):
    offer = make_offer()

    with django_assert_num_queries(0):
        check_single_seats(offer.event, Selection({offer.pk: 2}), now=timezone.now())


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.sets(st.integers(0, 5)), chosen=st.sets(st.integers(0, 5), min_size=1))
def test_single_seats_by_hand(offer, taken, chosen):
    row = list(Seat.objects.filter(row="A").order_by("position").values_list("pk", flat=True))
    chosen = chosen - taken
    Place.objects.update(free_from=timezone.now())
    Place.objects.filter(seat__in=[row[at] for at in taken]).update(free_from=FOREVER)

    left = single_seats(offer.event, [row[at] for at in chosen], now=timezone.now())

    free = set(range(6)) - taken - chosen
    alone = [at for at in sorted(free) if not {at - 1, at + 1} & free and {at - 1, at + 1} & chosen]
    assert [seat.pk for seat in left] == [row[at] for at in alone]
