"""The life of a booking: one table, each transition a conditional update."""

import pytest

from bookings import states
from bookings.models import Booking
from bookings.services import cancel
from bookings.tests.sales import NOW, checked_out, sold
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

MAKE = {
    "pending": checked_out,
    "confirmed": sold,
    "cancelled": lambda offer: cancel(booking=sold(offer), reason="staff", now=NOW, actor="grace"),
}
WHEN = {
    "pending": {"expires_at": NOW, "confirmed_at": None},
    "confirmed": {"confirmed_at": NOW},
    "cancelled": {"cancelled_at": NOW, "cancellation_reason": "staff"},
}


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("pending", "pending", False),
        ("pending", "confirmed", True),
        ("pending", "cancelled", True),
        ("confirmed", "pending", False),
        ("confirmed", "confirmed", False),
        ("confirmed", "cancelled", True),
        ("cancelled", "pending", False),
        ("cancelled", "confirmed", False),
        ("cancelled", "cancelled", False),
    ],
)
def test_transition(source, target, allowed):
    booking = MAKE[source](make_offer())

    moved = states.move(Booking.objects.filter(pk=booking.pk), target, **WHEN[target])

    booking.refresh_from_db()
    assert states.is_allowed(source, target) is allowed
    assert moved is allowed
    assert booking.status == (target if allowed else source)


def test_table_knows_every_status():
    assert set(states.TRANSITIONS) == set(Booking.Status.values)
    assert set().union(*states.TRANSITIONS.values()) <= set(Booking.Status.values)


def test_move_keeps_to_its_condition():
    booking = checked_out(make_offer())

    moved = states.move(Booking.objects.filter(pk=booking.pk, total_price=1), states.CONFIRMED, confirmed_at=NOW)

    assert moved is False


def test_move_refuses_a_join():
    """PostgreSQL does not ask a subquery on the same table again after waiting: two payments would both be taken."""
    with pytest.raises(ValueError, match="join"):
        states.move(Booking.objects.filter(event__status="active"), states.CONFIRMED, confirmed_at=NOW)


def test_confirmable_bookings_can_be_moved():
    booking = checked_out(make_offer())

    assert states.move(Booking.objects.confirmable(NOW).filter(pk=booking.pk), states.CONFIRMED, confirmed_at=NOW)
