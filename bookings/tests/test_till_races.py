"""Races at the till, on PostgreSQL: no money lands in a shift that has been counted; without the lock, it does."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.utils import timezone

from bookings import services
from bookings.errors import ShiftClosed
from bookings.models import Payment, Shift
from bookings.services import refunding, till
from bookings.services.selling import Tender
from bookings.takings import takings_of
from bookings.tests.factories import ShiftFactory
from bookings.tests.racing import crashes, race, tally
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

FLOAT = Decimal("100.00")


def sell(offer, shift):
    return services.sell(
        event=offer.event,
        offers=[offer],
        selection=Selection({offer.pk: 1}),
        tender=Tender("cash", shift),
        now=timezone.now(),
        actor="bob",
    )


def close(shift):
    return services.close_shift(
        shift=shift, counted_cash=FLOAT, counted_cards=Decimal("0.00"), note="as counted", now=timezone.now()
    )


def is_right(shift) -> bool:
    """Whether what a closed shift says it expects is what went through it."""
    shift.refresh_from_db()
    return shift.expected_cash == takings_of(shift).expected_cash


def test_two_closings_close_once():
    shift = ShiftFactory(opening_float=FLOAT)

    outcomes = race(*[lambda: close(shift)] * 8)

    assert tally(outcomes) == {"Shift": 1, "ShiftClosed": 7}


def test_two_openings_open_once():
    user = ShiftFactory(closed_at=None).user
    Shift.objects.all().delete()

    outcomes = race(*[lambda: services.open_shift(user=user, opening_float=FLOAT, now=timezone.now())] * 8)

    assert tally(outcomes) == {"Shift": 1, "TillError": 7}


def test_sales_while_the_till_is_closed_are_counted_or_refused():
    offer, shift = make_offer(60), ShiftFactory(opening_float=FLOAT)

    outcomes = race(*[lambda: sell(offer, shift)] * 10, lambda: close(shift), *[lambda: sell(offer, shift)] * 10)

    assert crashes(outcomes) == []
    assert is_right(shift)
    assert Payment.objects.count() == tally(outcomes)["Booking"]
    assert offer.places.sold().count() == tally(outcomes)["Booking"]


def sale_that_is_overtaken(monkeypatch) -> tuple[Shift, object]:
    """Let a sale stop just before it is committed, and the till be closed meanwhile."""
    offer, shift = make_offer(), ShiftFactory(opening_float=FLOAT)
    written, closing = threading.Event(), threading.Event()
    create = Payment.objects.create

    def create_and_wait(*args, **kwargs):
        payment = create(*args, **kwargs)
        written.set()
        closing.wait(1)  # it cannot be seen that somebody waits for a lock, so a moment must do
        return payment

    monkeypatch.setattr(Payment.objects, "create", create_and_wait)

    def close_meanwhile():
        written.wait(10)
        closed = close(shift)
        closing.set()
        return closed

    race(lambda: sell(offer, shift), close_meanwhile)
    return shift, closing


def test_closing_waits_for_a_sale_that_is_under_way(monkeypatch):
    shift, _ = sale_that_is_overtaken(monkeypatch)

    assert is_right(shift)
    assert shift.expected_cash == FLOAT + 40


def test_control_without_the_lock_money_lands_in_a_closed_till(monkeypatch):
    def without_lock(shift):
        return Shift.objects.get(pk=shift.pk)

    monkeypatch.setattr(refunding, "lock_open", without_lock)
    monkeypatch.setattr(till, "lock_open", without_lock)

    shift, _ = sale_that_is_overtaken(monkeypatch)

    assert not is_right(shift)


def test_sale_after_the_closing_is_refused():
    offer, shift = make_offer(), ShiftFactory(opening_float=FLOAT)
    close(shift)

    with pytest.raises(ShiftClosed):
        sell(offer, shift)

    assert offer.places.sold().count() == 0
