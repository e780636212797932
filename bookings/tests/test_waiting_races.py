"""The waiting list on a real PostgreSQL: places come back from several sides at once. The control has no lock."""

from __future__ import annotations

import time
from functools import partial

import pytest

from bookings import services
from bookings.models import Booking, WaitlistEntry
from bookings.services import line
from bookings.tests.racing import crashes, deadlocks, race, tally
from bookings.tests.sales import LAPSED, NOW, hold, pay, seat_ids, sold
from reports.audit import findings
from ticketing import blocking
from ticketing.availability import Availability, availability
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 3


@pytest.fixture(autouse=True)
def _without_deadlocks(transactional_db):
    before = deadlocks()
    yield
    assert deadlocks() == before


def join(offer, name, quantity=1, now=NOW):
    return services.join_waitlist(event=offer.event, name=name, email=f"{name}@example.org", quantity=quantity, now=now)


def give_back(booking, now=NOW):
    return services.cancel(booking=booking, reason=Booking.Reason.CUSTOMER, now=now, actor="customer")


def line_of(offer):
    entries = WaitlistEntry.objects.filter(event=offer.event).order_by("pk")
    return dict(entries.values_list("name", "status"))


def stock(offer, now=NOW):
    return availability(offer.event, now)[offer.pk]


def test_two_cancellations_and_one_who_waits():
    for _ in range(ROUNDS):
        offer = make_offer(2)
        first, second = sold(offer), sold(offer)
        join(offer, "ada")

        outcomes = race(partial(give_back, first), partial(give_back, second))

        assert crashes(outcomes) == []
        assert line_of(offer) == {"ada": "offered"}
        assert stock(offer) == Availability(capacity=2, held=1, free=1)
        assert Booking.objects.filter(event=offer.event, status="pending").count() == 1
        assert findings(NOW) == []


def test_two_cancellations_and_a_pair_that_waits():
    """Whoever gives back last sees both places."""
    for _ in range(ROUNDS):
        offer = make_offer(2)
        first, second = sold(offer), sold(offer)
        join(offer, "pair", 2)

        outcomes = race(partial(give_back, first), partial(give_back, second))

        assert crashes(outcomes) == []
        assert line_of(offer) == {"pair": "offered"}
        assert stock(offer) == Availability(capacity=2, held=2)


@pytest.mark.parametrize("make", [make_offer, make_seated_offer])
def test_ten_cancellations_serve_ten_who_wait_whatever_the_public_does(make):
    offer = make(20) if make is make_offer else make(rows=2, seats=10)
    if make is make_offer:
        bookings = [sold(offer) for _ in range(20)]
    else:
        bookings = [sold(offer, seats=[seat]) for seat in seat_ids(offer)]
    for number in range(10):
        join(offer, f"p{number}")

    public = [
        partial(hold, offer, seats=[seat]) if make is make_seated_offer else partial(hold, offer)
        for seat in seat_ids(offer)[:10]
    ]
    outcomes = race(*[partial(give_back, booking) for booking in bookings[:10]], *public)

    assert crashes(outcomes) == []
    assert tally(outcomes)["PlacesTaken"] == 10
    assert set(line_of(offer).values()) == {"offered"}
    assert stock(offer) == Availability(capacity=20, sold=10, held=10)
    assert findings(NOW) == []


def test_offers_are_taken_left_and_passed_on_at_once():
    offer = make_offer(6)
    bookings = [sold(offer) for _ in range(6)]
    entries = [join(offer, f"p{number}") for number in range(9)]
    for booking in bookings:
        give_back(booking)
    offered = list(Booking.objects.with_details().filter(status="pending").order_by("pk"))

    outcomes = race(
        *[partial(pay, booking) for booking in offered[:4]],
        *[partial(services.abandon, booking=booking, now=NOW) for booking in offered[2:]],
        *[partial(services.leave_waitlist, entry=entry, now=NOW, actor="customer") for entry in entries[4:8]],
        partial(services.serve_lines, now=NOW),
    )

    assert crashes(outcomes) == []
    assert findings(NOW) == []
    now = stock(offer)
    assert now.sold + now.held + now.free == 6
    assert now.free == 0 or "waiting" not in line_of(offer).values()


def test_lapsed_holds_are_tidied_blocked_and_bought_while_people_wait():
    for _ in range(ROUNDS):
        offer = make_seated_offer(rows=1, seats=6)
        seats = seat_ids(offer)
        holds = [hold(offer, seats=seats[start : start + 2]) for start in (0, 2, 4)]
        for number in range(3):
            join(offer, f"p{number}", 2)

        outcomes = race(
            *[
                partial(services.cancel, booking=booking, reason="lapsed", now=LAPSED, actor="system")
                for booking in holds
            ],
            partial(services.serve_lines, now=LAPSED),
            partial(hold, offer, seats=seats[1:3], now=LAPSED),
            partial(blocking.block, event=offer.event, seats=seats[3:5], reason="Camera", now=LAPSED, by="bob"),
        )
        services.serve_lines(now=LAPSED)

        assert crashes(outcomes) == []
        assert findings(LAPSED) == []
        assert stock(offer, LAPSED).free < 2 or "waiting" not in line_of(offer).values()


def test_the_same_person_joins_ten_times_at_once():
    offer = make_offer(1)
    sold(offer)

    outcomes = race(*[partial(join, offer, "ada") for _ in range(10)])

    assert tally(outcomes) == {"WaitlistEntry": 10}
    assert len({entry.pk for entry in outcomes}) == 1


def test_control_without_the_lock_a_pair_is_forgotten(monkeypatch):
    def look_only(event_id, now, only=None):
        time.sleep(0.05)  # the other gives back meanwhile
        return serve_unlocked(event_id, now, only)

    class Unlocked:
        """Events whose rows are read without a lock."""

        def __init__(self, rows):
            self.rows = rows

        def select_for_update(self, **kwargs):
            return self.rows.all()

        def __getattr__(self, name):
            return getattr(self.rows, name)

    class Events:
        objects = Unlocked(line.Event.objects)

    serve_unlocked = line._serve
    monkeypatch.setattr(line, "Event", Events)
    monkeypatch.setattr(line, "_serve", look_only)
    forgotten = 0
    for _ in range(ROUNDS):
        offer = make_offer(2)
        first, second = sold(offer), sold(offer)
        join(offer, "pair", 2)
        race(partial(give_back, first), partial(give_back, second))
        forgotten += line_of(offer) == {"pair": "waiting"}

    assert forgotten
