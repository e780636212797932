"""Seats that the house takes out of sale, puts back, and gives away."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, SelectionInvalid
from ticketing.models import FOREVER, Place
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

NOW = timezone.now()
UNTIL = NOW + timedelta(minutes=10)
MINE = uuid4()


@pytest.fixture
def offer():
    return make_seated_offer(rows=1, seats=4)


def move(function, offer, *numbers, now=NOW, **kwargs):
    """Call a function of the stock for seats by their numbers, in a transaction, as every caller does."""
    seats = [place.seat_id for place in places(offer) if int(place.seat.number) in numbers]
    with transaction.atomic():
        return function(event=offer.event, seats=seats, now=now, **kwargs)


def places(offer):
    return list(offer.places.select_related("seat").order_by("seat__position"))


def hold(offer, *numbers, now=NOW, until=UNTIL):
    seats = tuple(place.seat_id for place in places(offer) if int(place.seat.number) in numbers)
    with transaction.atomic():
        stock.claim(
            event=offer.event, offers=[offer], selection=Selection(seats=seats), claim=uuid4(), now=now, until=until
        )


def states(offer, now=NOW):
    """Write each seat's state as a letter, in their order."""

    def letter(place):
        if place.is_free(now):
            return "f"
        return "h" if place.free_from < FOREVER else "s" if place.claim else "b"

    return "".join(letter(place) for place in places(offer))


def test_block_takes_seats_out_of_sale(offer):
    move(stock.block, offer, 2, 3)

    assert states(offer) == "fbbf"
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=4, blocked=2, free=2)


def test_block_leaves_no_claim_of_a_lapsed_hold(offer):
    hold(offer, 1)

    move(stock.block, offer, 1, now=UNTIL)

    assert list(Place.objects.blocked().values_list("seat__number", "claim")) == [("1", None)]


@pytest.mark.parametrize("function", [stock.block, stock.allot])
def test_taken_seats_are_refused_by_name_and_nothing_changes(offer, function):
    hold(offer, 2)
    move(stock.allot, offer, 3, claim=uuid4())
    extra = {"claim": uuid4()} if function is stock.allot else {}

    with pytest.raises(PlacesTaken) as refusal:
        move(function, offer, 1, 2, 3, **extra)

    wanted = "free or blocked" if extra else "free"
    assert refusal.value.message == (
        f"Nothing was changed, because these seats are not {wanted}: Stalls, row A, seats 2, 3."
    )
    assert refusal.value.taken == tuple(place.seat_id for place in places(offer)[1:3])
    assert states(offer) == "fhsf"


def test_block_refuses_what_is_blocked_already(offer):
    move(stock.block, offer, 2)

    with pytest.raises(PlacesTaken) as refusal:
        move(stock.block, offer, 1, 2)

    assert refusal.value.message == ("Nothing was changed, because this seat is not free: Stalls, row A, seat 2.")
    assert states(offer) == "fbff"


def test_unblock_puts_seats_on_sale_again(offer):
    move(stock.block, offer, 1, 2)

    move(stock.unblock, offer, 2)

    assert states(offer) == "bfff"


@pytest.mark.parametrize("taken", ["held", "sold", "free"])
def test_unblock_touches_nothing_but_blocked_seats(offer, taken):
    move(stock.block, offer, 1)
    if taken == "held":
        hold(offer, 2)
    if taken == "sold":
        move(stock.allot, offer, 2, claim=uuid4())
    before = states(offer)

    with pytest.raises(PlacesTaken) as refusal:
        move(stock.unblock, offer, 1, 2)

    assert refusal.value.message == ("Nothing was changed, because this seat is not blocked: Stalls, row A, seat 2.")
    assert states(offer) == before


def test_allot_sells_free_and_blocked_seats(offer):
    move(stock.block, offer, 2)

    rows = move(stock.allot, offer, 1, 2, claim=MINE)

    assert [row.offer_id for row in rows] == [offer.pk, offer.pk]
    assert list(Place.objects.sold().values_list("seat__number", "claim")) == [("1", MINE), ("2", MINE)]


@pytest.mark.parametrize("function", [stock.block, stock.unblock])
@pytest.mark.parametrize("wrong", [0, -1, 2**63, 4_711])
def test_unknown_seats_are_refused(offer, function, wrong):
    with pytest.raises(SelectionInvalid) as refusal, transaction.atomic():
        function(event=offer.event, seats=[wrong], now=NOW)

    assert refusal.value.message == "One of the chosen seats is not part of this event."


def test_seats_of_another_event_are_refused(offer):
    other = make_seated_offer(rows=1, seats=1)

    with pytest.raises(SelectionInvalid), transaction.atomic():
        stock.block(event=other.event, seats=[places(offer)[0].seat_id], now=NOW)

    assert states(offer) == "ffff"


def test_standing_places_are_no_seats():
    offer = make_offer(3)

    with pytest.raises(SelectionInvalid) as refusal, transaction.atomic():
        stock.block(event=offer.event, seats=[], now=NOW)

    assert refusal.value.message == "Choose at least one seat."


def test_a_seat_named_twice_counts_once(offer):
    first = places(offer)[0].seat_id

    with transaction.atomic():
        stock.block(event=offer.event, seats=[first, first], now=NOW)

    assert states(offer) == "bfff"


@pytest.mark.parametrize("count", [1, 4])
def test_block_is_one_statement(offer, count, django_assert_num_queries):
    event, seats = offer.event, [place.seat_id for place in places(offer)][:count]

    with transaction.atomic(), django_assert_num_queries(1):
        stock.block(event=event, seats=seats, now=NOW)
