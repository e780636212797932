"""Races over bookings that are changed: exchanged, given back in part, passed on, paid out, all at once.

The controls take the lock on the booking out and see the same race break.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from bookings import services
from bookings.models import Booking, Payment, Ticket
from bookings.payments import Charge
from bookings.tests.factories import ShiftFactory
from bookings.tests.racing import crashes, deadlocks, race, tally
from bookings.tests.sales import NOW, checked_out, hold, seat_ids, sold
from reports.audit import findings
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8


@pytest.fixture(autouse=True)
def _without_deadlocks(request, transactional_db):
    """No race may make the database break a deadlock, even though it would be repeated."""
    before = deadlocks()
    yield
    assert deadlocks() == before


@pytest.fixture
def lock_taken_out(monkeypatch):
    """Read the booking again, as the services do, but without locking its row."""

    def read(booking):
        return Booking.objects.select_related("event", "promo_code").get(pk=booking.pk)

    for room in ("exchanging", "returning", "passing_on", "refunding", "cancelling"):
        monkeypatch.setattr(f"bookings.services.{room}.lock", read)


def give_one_back(booking, ticket):
    fresh = Booking.objects.get(pk=booking.pk)
    return services.cancel_tickets(booking=fresh, tickets=[ticket], now=NOW, actor="grace")


def give_each_back_at_once():
    booking = sold(make_offer(), AT_ONCE)
    tickets = list(booking.tickets.values_list("pk", flat=True))
    return booking, race(*[partial(give_one_back, booking, ticket) for ticket in tickets])


def test_tickets_given_back_one_by_one_at_once_are_each_paid_back_once():
    booking, outcomes = give_each_back_at_once()

    booking.refresh_from_db()
    refunds = Payment.objects.filter(booking=booking, kind="refund", status="pending")
    assert crashes(outcomes) == []
    assert booking.status == "cancelled"
    assert sum(refund.amount for refund in refunds) == Decimal("40.00") * AT_ONCE
    assert findings(NOW) == []


@pytest.mark.usefixtures("lock_taken_out")
def test_control_without_the_lock_the_figures_do_not_tie():
    give_each_back_at_once()

    assert findings(NOW) != []


def test_the_same_ticket_given_back_eight_times_is_paid_back_once():
    booking = sold(make_offer(), 3)
    ticket = booking.tickets.first().pk

    outcomes = race(*[partial(give_one_back, booking, ticket)] * AT_ONCE)

    assert tally(outcomes) == {"Booking": 1, "SelectionInvalid": AT_ONCE - 1}
    assert Payment.objects.filter(kind="refund").count() == 1
    assert findings(NOW) == []


def test_ticket_that_is_passed_on_to_eight_people_goes_to_one():
    ticket = sold(make_offer(), 2).tickets.first()

    outcomes = race(
        *[
            partial(services.pass_on, ticket=ticket, name=f"Friend {n}", email=f"{n}@example.org", now=NOW)
            for n in range(AT_ONCE)
        ]
    )

    assert tally(outcomes) == {"Ticket": 1, "TransitionRefused": AT_ONCE - 1}
    assert Ticket.objects.valid().count() == 2
    assert findings(NOW) == []


def test_exchange_that_is_paid_eight_times_with_one_charge_happens_once():
    old, offer = sold(make_offer(), 2), make_offer(price=Decimal("50.00"))
    exchange = services.start_exchange(
        booking=old, event=offer.event, offers=[offer], selection=Selection({offer.pk: 2}), now=NOW
    )
    charge = Charge("demo", "c1", exchange.due)

    outcomes = race(*[partial(services.complete_exchange, exchange=exchange, charge=charge, now=NOW)] * AT_ONCE)

    assert tally(outcomes) == {"Booking": AT_ONCE}
    assert Booking.objects.filter(replaces=old).count() == 1
    assert Payment.objects.filter(provider="demo", reference="c1").count() == 1
    assert findings(NOW) == []


def test_exchanges_to_another_date_and_cancellations_of_one_booking_leave_one_truth():
    old, offer = sold(make_offer(), 2), make_offer()

    def move():
        return services.exchange(
            booking=Booking.objects.get(pk=old.pk),
            event=offer.event,
            offers=[offer],
            selection=Selection({offer.pk: 2}),
            now=NOW,
            actor="grace",
        )

    def cancel():
        return services.cancel(booking=Booking.objects.get(pk=old.pk), reason="staff", now=NOW, actor="grace")

    outcomes = race(*[move, cancel] * (AT_ONCE // 2))

    assert crashes(outcomes) == []
    assert Booking.objects.filter(replaces=old).count() <= 1
    assert findings(NOW) == []


def test_buyers_and_exchanges_of_neighbours_do_not_wait_in_a_circle():
    offer = make_seated_offer(rows=1, seats=12)
    seats = seat_ids(offer)
    bookings = [sold(offer, seats=seats[index : index + 2]) for index in range(0, 8, 2)]

    def move(booking, wanted):
        fresh = Booking.objects.get(pk=booking.pk)
        return services.exchange(booking=fresh, offers=[offer], selection=Selection(seats=wanted), now=NOW, actor="g")

    moves = [partial(move, booking, tuple(seats[6 + i : 8 + i])) for i, booking in enumerate(bookings)]
    buyers = [partial(hold, offer, seats=seats[start : start + 2]) for start in range(8, 11)]
    outcomes = race(*moves, *buyers)

    assert crashes(outcomes) == []
    assert findings(NOW) == []


def test_refund_is_paid_out_by_one_of_two_members_of_staff():
    booking = checked_out(make_offer())
    services.confirm(booking=booking, charge=Charge("cash", "c1", booking.total_price), now=NOW)
    services.cancel(booking=booking, reason="customer", now=NOW, actor="customer")
    refund = booking.payments.get(kind="refund")

    outcomes = race(
        *[
            partial(services.pay_out, refund=refund, shift=shift, now=NOW, actor=shift.user.username)
            for shift in (ShiftFactory(), ShiftFactory())
        ]
    )

    assert tally(outcomes) == {"Payment": 1, "TransitionRefused": 1}
    assert findings(NOW) == []
