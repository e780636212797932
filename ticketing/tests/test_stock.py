"""The stock: claim, keep, extend, release."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from events.models import Event
from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import FOREVER, Place
from ticketing.stock import Claimed, Selection
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from ticketing.transactions import atomic

pytestmark = pytest.mark.django_db

NOW = timezone.now()
UNTIL = NOW + timedelta(minutes=10)
LAPSED = UNTIL


def claim(offer, selection, *, claim=None, now=NOW, until=UNTIL, offers=None):
    """Claim in a transaction, as every caller does."""
    with transaction.atomic():
        return stock.claim(
            event=offer.event,
            offers=[offer] if offers is None else offers,
            selection=selection,
            claim=claim or uuid4(),
            now=now,
            until=until,
        )


def standing(offer, quantity, **kwargs):
    return claim(offer, Selection({offer.pk: quantity}), **kwargs)


def seats(offer, *seats, **kwargs):
    return claim(offer, Selection(seats=seats), **kwargs)


def ids(offer):
    return list(offer.places.values_list("pk", flat=True))


def seat_ids(offer):
    return list(offer.places.values_list("seat", flat=True))


# Claim ----------------------------------------------------------------------------------------


def test_claim_holds_as_many_places_as_asked_for():
    offer, mine = make_offer(5), uuid4()

    rows = standing(offer, 2, claim=mine)

    assert [row.offer_id for row in rows] == [offer.pk, offer.pk]
    assert list(Place.objects.claimed_by(mine).values_list("pk", "free_from")) == [
        (row.place_id, UNTIL) for row in rows
    ]
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=5, held=2, free=3)


def test_claim_takes_named_seats():
    offer = make_seated_offer(rows=1, seats=4)
    first, _, third, _ = offer.places.all()

    rows = seats(offer, third.seat_id, first.seat_id)

    assert rows == [Claimed(first.pk, offer.pk), Claimed(third.pk, offer.pk)]


def test_claim_takes_several_offers_and_seats_at_once():
    seated = make_seated_offer(rows=1, seats=2)
    floor = OfferFactory(event=seated.event, ticket_type=TicketTypeFactory(name="Floor"), capacity=3)
    balcony = OfferFactory(event=seated.event, ticket_type=TicketTypeFactory(name="Balcony"), capacity=3)
    for offer in (floor, balcony):
        Place.objects.bulk_create(Place(event=offer.event, offer=offer, free_from=NOW) for _ in range(3))
    selection = Selection({floor.pk: 2, balcony.pk: 1}, (seat_ids(seated)[1],))

    rows = claim(seated, selection, offers=[seated, floor, balcony])

    assert sorted(row.offer_id for row in rows) == sorted([floor.pk, floor.pk, balcony.pk, seated.pk])


def test_claim_does_not_pick_a_place_that_is_named_as_well():
    offer = make_seated_offer(rows=1, seats=2)

    rows = claim(offer, Selection({offer.pk: 1}, tuple(seat_ids(offer)[:1])))

    assert sorted(row.place_id for row in rows) == ids(offer)


def test_claim_takes_lapsed_holds():
    offer = make_offer(2)
    standing(offer, 2)

    rows = standing(offer, 2, now=LAPSED, until=LAPSED + timedelta(minutes=10))

    assert [row.place_id for row in rows] == ids(offer)


def test_claim_says_what_is_left():
    offer = make_offer(3)
    standing(offer, 1)

    with pytest.raises(PlacesTaken) as refusal:
        standing(offer, 3)

    assert refusal.value.message == "Sorry, there are not enough tickets. Standard: only 2 left."
    assert refusal.value.left == {offer.pk: 2}
    assert refusal.value.taken == ()


def test_claim_says_what_is_sold_out():
    offer = make_offer(1)
    standing(offer, 1)

    with pytest.raises(PlacesTaken) as refusal:
        standing(offer, 1)

    assert refusal.value.message == "Sorry, there are not enough tickets. Standard is sold out."


def test_claim_names_the_seats_that_are_taken():
    offer = make_seated_offer(rows=1, seats=3)
    first, second, third = seat_ids(offer)
    seats(offer, first, second)

    with pytest.raises(PlacesTaken) as refusal:
        seats(offer, second, third)

    assert refusal.value.message == "Somebody was faster: Stalls, row A, seat 2 has just been taken."
    assert refusal.value.taken == (second,)


def test_claim_is_all_or_nothing():
    offer = make_seated_offer(rows=1, seats=3)
    first, second, third = seat_ids(offer)
    seats(offer, second)

    with pytest.raises(PlacesTaken):
        seats(offer, first, second, third)

    assert list(Place.objects.free(NOW).values_list("seat", flat=True)) == [first, third]


def test_claim_leaves_blocked_places_alone():
    offer = make_offer(2)
    Place.objects.filter(pk=ids(offer)[0]).update(free_from=FOREVER)

    with pytest.raises(PlacesTaken) as refusal:
        standing(offer, 2)

    assert refusal.value.left == {offer.pk: 1}


@pytest.mark.parametrize(
    ("quantity", "places", "message"),
    [
        (0, [], "Choose at least one ticket."),
        (-1, [], "The number of tickets cannot be negative."),
        (5, [], "You can book at most 4 tickets at a time."),
        (10**30, [], "You can book at most 4 tickets at a time."),
        (4, ["first"], "You can book at most 4 tickets at a time."),
        (0, ["first", "first"], "The same seat was chosen twice."),
        (0, [-1], "One of the chosen seats is not part of this event."),
        (0, [10**30], "One of the chosen seats is not part of this event."),
        (0, [2**63 - 1], "One of the chosen seats is not part of this event."),
    ],
)
def test_claim_refuses_a_selection_that_makes_no_sense(quantity, places, message):
    offer = make_seated_offer(rows=1, seats=6, event__max_tickets_per_booking=4)
    first = seat_ids(offer)[0]
    selection = Selection({offer.pk: quantity}, tuple(first if place == "first" else place for place in places))

    with pytest.raises(SelectionInvalid) as refusal:
        claim(offer, selection)

    assert refusal.value.message == message
    assert Place.objects.free(NOW).count() == 6


def test_claim_refuses_an_empty_selection():
    offer = make_offer()

    with pytest.raises(SelectionInvalid) as refusal:
        claim(offer, Selection())

    assert refusal.value.message == "Choose at least one ticket."


def test_claim_refuses_an_offer_of_another_event():
    offer, other = make_offer(), make_offer()

    with pytest.raises(SelectionInvalid) as refusal:
        claim(offer, Selection({other.pk: 1}), offers=[offer, other])

    assert refusal.value.message == "One of the chosen tickets is not part of this event."


def test_claim_refuses_a_seat_of_another_event():
    offer, other = make_seated_offer(), make_seated_offer()

    with pytest.raises(SelectionInvalid) as refusal:
        claim(offer, Selection(seats=tuple(seat_ids(other)[:1])), offers=[offer, other])

    assert refusal.value.message == "One of the chosen seats is not part of this event."


def test_claim_refuses_a_seat_of_an_offer_that_was_not_given():
    offer = make_seated_offer()

    with pytest.raises(SelectionInvalid) as refusal:
        claim(offer, Selection(seats=tuple(seat_ids(offer)[:1])), offers=[])

    assert refusal.value.message == "One of the chosen seats cannot be booked here."


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("event", "offer", "message"),
    [
        ({"status": "cancelled"}, {}, "This event has been cancelled, so it can no longer be booked."),
        ({"status": "completed"}, {}, "This event has already begun, so it can no longer be booked."),
        ({"event_date": NOW}, {}, "This event has already begun, so it can no longer be booked."),
        ({"published_at": None}, {}, "This event is not on sale yet."),
        ({"published_at": NOW + HOUR}, {}, "This event is not on sale yet."),
        ({}, {"on_sale_at": NOW + HOUR}, "Standard tickets are not on sale yet."),
        ({}, {"off_sale_at": NOW}, "Standard tickets are not on sale any more."),
    ],
)
@pytest.mark.parametrize("seated", [False, True])
def test_claim_refuses_what_is_not_on_sale(event, offer, message, seated):
    made = make_seated_offer(label="") if seated else make_offer()
    Event.objects.filter(pk=made.event.pk).update(**event)
    type(made).objects.filter(pk=made.pk).update(**offer)
    made.event.refresh_from_db()
    made.refresh_from_db()

    with pytest.raises(SalesClosed) as refusal:
        (seats(made, seat_ids(made)[0]) if seated else standing(made, 1))

    assert refusal.value.message == message
    assert Place.objects.free(NOW).count() == made.places.count()


# Keep, extend, release ------------------------------------------------------------------------


def test_keep_sells_the_places_of_a_claim():
    offer, mine = make_offer(3), uuid4()
    standing(offer, 2, claim=mine)

    stock.keep(claim=mine, quantity=2)

    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=3, sold=2, free=1)


def test_keep_heals_a_hold_that_has_lapsed():
    offer, mine = make_offer(3), uuid4()
    standing(offer, 2, claim=mine)

    stock.keep(claim=mine, quantity=2)

    assert availability(offer.event, LAPSED + HOUR)[offer.pk] == Availability(capacity=3, sold=2, free=1)


@pytest.mark.parametrize("verb", ["keep", "extend"])
def test_keep_and_extend_refuse_when_somebody_took_a_place(verb):
    offer, mine = make_offer(2), uuid4()
    standing(offer, 2, claim=mine)
    standing(offer, 1, now=LAPSED, until=LAPSED + HOUR)
    more = {"until": LAPSED + HOUR} if verb == "extend" else {}

    with pytest.raises(PlacesTaken) as refusal:
        getattr(stock, verb)(claim=mine, quantity=2, **more)

    assert refusal.value.message == "Some of your places have gone to somebody else."


def test_extend_moves_the_end_of_a_hold():
    offer, mine = make_offer(2), uuid4()
    standing(offer, 2, claim=mine)

    stock.extend(claim=mine, quantity=2, until=UNTIL + HOUR)

    assert availability(offer.event, LAPSED)[offer.pk] == Availability(capacity=2, held=2)


def test_release_gives_places_back_at_once():
    offer, mine = make_offer(2), uuid4()
    standing(offer, 2, claim=mine)
    stock.keep(claim=mine, quantity=2)

    released = stock.release(claim=mine, now=NOW)

    assert released == 2
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=2, free=2)
    assert Place.objects.filter(claim__isnull=False).count() == 0


def test_release_leaves_what_others_took_meanwhile():
    offer, mine = make_offer(1), uuid4()
    standing(offer, 1, claim=mine)
    standing(offer, 1, now=LAPSED, until=LAPSED + HOUR)

    released = stock.release(claim=mine, now=LAPSED)

    assert released == 0
    assert availability(offer.event, LAPSED)[offer.pk] == Availability(capacity=1, held=1)


# Transactions ---------------------------------------------------------------------------------


class Conflict(Exception):
    """What the driver raises, with the code of PostgreSQL."""

    def __init__(self, sqlstate):
        super().__init__()
        self.sqlstate = sqlstate


def failing(times, sqlstate):
    """Make a function that fails so many times before it succeeds, and counts its calls."""
    calls = []

    @atomic
    def run():
        calls.append(True)
        if len(calls) <= times:
            raise OperationalError from Conflict(sqlstate)
        return "done"

    return run, calls


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_atomic_runs_again_what_a_deadlock_rolled_back(sqlstate):
    run, calls = failing(3, sqlstate)

    result = run()

    assert (result, len(calls)) == ("done", 4)


@pytest.mark.django_db(transaction=True)
def test_atomic_gives_up_in_the_end():
    run, calls = failing(4, "40P01")

    with pytest.raises(OperationalError):
        run()

    assert len(calls) == 4


@pytest.mark.django_db(transaction=True)
def test_atomic_does_not_repeat_what_failed_otherwise():
    run, calls = failing(1, "57014")

    with pytest.raises(OperationalError):
        run()

    assert len(calls) == 1


def test_atomic_inside_a_transaction_leaves_it_to_the_outer_one():
    run, calls = failing(1, "40P01")

    with pytest.raises(OperationalError):
        run()

    assert len(calls) == 1
