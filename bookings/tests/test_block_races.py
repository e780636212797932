"""The house against its customers, for the same seats, on a real PostgreSQL. The control takes the lock out."""

from __future__ import annotations

import time
from functools import partial

import pytest
from django.db import connection, transaction

from bookings import services
from bookings.models import Booking
from bookings.tests.racing import crashes, deadlocks, race, tally
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, seat_ids
from reports.audit import findings
from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.models import FOREVER, Place
from ticketing.stock import Claimed
from ticketing.tests.factories import make_seated_offer
from ticketing.transactions import atomic

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 10


@pytest.fixture(autouse=True)
def _without_deadlocks(transactional_db):
    before = deadlocks()
    yield
    assert deadlocks() == before


@atomic
def block(event, seats):
    stock.block(event=event, seats=seats, now=NOW)


@atomic
def unblock(event, seats):
    stock.unblock(event=event, seats=seats, now=NOW)


def comp(event, seats, now=NOW):
    return services.comp(event=event, seats=seats, name="Grace", email="", reason="press", now=now, actor="bob")


def state(offer):
    return availability(offer.event, NOW)[offer.pk]


def test_block_and_buyers_share_no_seat():
    """Each of ten seats is wanted by buyers, by whoever blocks, and by whoever gives it away: one of them gets it."""
    offer = make_seated_offer(rows=1, seats=10)
    event = offer.event
    buy = [partial(checked_out, offer, seats=[seat]) for seat in seat_ids(offer) for _ in range(5)]
    house = [partial(block, event, [seat]) for seat in seat_ids(offer)]
    gifts = [partial(comp, event, [seat]) for seat in seat_ids(offer)]

    outcomes = race(*[action for trio in zip(buy[::5], house, gifts, strict=True) for action in trio], *buy)
    held = [outcome for outcome in outcomes if isinstance(outcome, Booking) and outcome.status == "pending"]
    confirmed = race(*[partial(pay, booking) for booking in held])

    assert crashes(outcomes) == []
    assert tally(confirmed) == ({"Booking": len(held)} if held else {})
    stock_now = state(offer)
    assert (stock_now.sold + stock_now.blocked, stock_now.held, stock_now.free) == (10, 0, 0)
    assert findings(NOW) == []


def test_overlapping_blocks_and_holds_neither_tear_nor_deadlock():
    offer = make_seated_offer(rows=2, seats=10)
    seats = seat_ids(offer)
    forwards, backwards = seats[:12], seats[:7:-1]

    for _ in range(ROUNDS):
        outcomes = race(
            partial(block, offer.event, forwards),
            partial(hold, offer, seats=backwards[:10]),
            partial(block, offer.event, backwards),
            partial(hold, offer, seats=seats[5:15]),
        )

        assert crashes(outcomes) == []
        assert tally(outcomes)["PlacesTaken"] < 4
        blocked = set(Place.objects.blocked().values_list("seat", flat=True))
        assert blocked in (set(), set(forwards), set(backwards))
        assert findings(NOW) == []
        for booking in Booking.objects.exclude(status="cancelled"):
            services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=NOW, actor="bob")
        if blocked:
            unblock(offer.event, blocked)
        assert state(offer) == Availability(capacity=20, free=20)


def test_late_payment_and_block_want_the_same_lapsed_seats():
    for _ in range(ROUNDS):
        offer = make_seated_offer(rows=1, seats=2)
        late = checked_out(offer, seats=seat_ids(offer))

        @atomic
        def block_late(offer=offer):
            stock.block(event=offer.event, seats=seat_ids(offer), now=LAPSED)

        outcomes = race(partial(pay, late, now=LAPSED), block_late)

        assert crashes(outcomes) == []
        late.refresh_from_db()
        kept = late.status == "confirmed"
        assert state(offer) == Availability(capacity=2, sold=2 * kept, blocked=2 * (not kept))
        assert findings(LAPSED) == []


def test_control_without_the_lock_a_seat_is_blocked_and_sold(monkeypatch):
    offer = make_seated_offer(rows=1, seats=10)

    def read_then_write(chosen, asked, claim, until):
        condition = chosen.split("WHERE ", 1)[1].split(" ORDER BY")[0]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, offer_id FROM ticketing_place WHERE {condition}", asked)
            rows = [Claimed(*row) for row in cursor.fetchall()]
            time.sleep(0.02)  # the others look meanwhile
            cursor.execute(
                "UPDATE ticketing_place SET free_from = %s, claim = %s WHERE id = ANY(%s)",
                [until, claim, [row.place_id for row in rows]],
            )
        return rows

    monkeypatch.setattr(stock, "_hold", read_then_write)

    for _ in range(ROUNDS):
        race(
            *[partial(comp, offer.event, seat_ids(offer)) for _ in range(2)],
            partial(block, offer.event, seat_ids(offer)),
        )
        if findings(NOW):
            break
        with transaction.atomic():
            for booking in Booking.objects.exclude(status="cancelled"):
                services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=NOW, actor="bob")
            Place.objects.filter(free_from=FOREVER).update(free_from=NOW, claim=None)

    assert findings(NOW) != []
