"""Comp: tickets with the compliments of the house."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.errors import HoldLapsed
from bookings.models import Booking, Ticket
from bookings.services import comping
from bookings.tests.sales import LAPSED, NOW, hold, pay, payments_of, seat_ids, seats_of, verbs_of
from events.models import Event
from reports.audit import findings
from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    return make_seated_offer(rows=1, seats=4)


def comp(offer, *, seats, now=NOW, email="grace@example.org", **kwargs):
    event = Event.objects.get(pk=offer.event_id)
    return services.comp(
        event=event, seats=seats, name="Grace Hopper", email=email, reason="press", now=now, actor="bob", **kwargs
    )


def state(offer, now=NOW):
    return availability(offer.event, now)[offer.pk]


def test_comp_makes_a_confirmed_booking_that_costs_nothing(offer):
    booking = comp(offer, seats=seat_ids(offer)[:2])

    booking.refresh_from_db()
    assert (booking.status, booking.channel, booking.quantity) == ("confirmed", "box_office", 2)
    assert (booking.total_price, booking.discount, booking.confirmed_at) == (Decimal("0.00"), Decimal("0.00"), NOW)
    assert [(ticket.status, ticket.price) for ticket in booking.tickets.all()] == [("valid", Decimal("0.00"))] * 2
    assert seats_of(booking) == seat_ids(offer)[:2]
    assert payments_of(booking) == []
    assert state(offer) == Availability(capacity=4, sold=2, free=2)
    assert findings(NOW) == []


def test_comp_writes_down_who_and_why(offer):
    booking = comp(offer, seats=seat_ids(offer)[:1])

    (line,) = booking.activities.all()
    assert (line.verb, line.actor, line.channel, line.at) == ("comp", "bob", "box_office", NOW)
    assert line.detail == {"quantity": 1, "reason": "press"}


@pytest.mark.parametrize(("email", "letters"), [("grace@example.org", 1), ("", 0)])
def test_comp_sends_the_tickets_where_there_is_an_address(offer, email, letters):
    booking = comp(offer, seats=seat_ids(offer)[:1], email=email)

    assert booking.customer_email == email
    assert DBTaskResult.objects.count() == letters
    assert findings(NOW) == []


def test_comp_gives_blocked_seats_away(offer):
    with transaction.atomic():
        stock.block(event=offer.event, seats=seat_ids(offer), now=NOW)

    comp(offer, seats=seat_ids(offer)[:3])

    assert state(offer) == Availability(capacity=4, sold=3, blocked=1)
    assert findings(NOW) == []


def test_comp_refuses_seats_that_are_held_and_changes_nothing(offer):
    first, second, *_ = seat_ids(offer)
    hold(offer, seats=[second])

    with pytest.raises(PlacesTaken) as refusal:
        comp(offer, seats=[first, second])

    assert refusal.value.taken == (second,)
    assert state(offer) == Availability(capacity=4, held=1, free=3)
    assert not Booking.objects.filter(status="confirmed").exists()


def test_comp_is_not_bound_by_what_binds_customers(offer):
    Event.objects.filter(pk=offer.event_id).update(max_tickets_per_booking=1)
    offer.on_sale_at = NOW + timedelta(days=7)
    offer.save()

    booking = comp(offer, seats=seat_ids(offer))

    assert booking.quantity == 4


@pytest.mark.parametrize(
    "changes",
    [{"status": Event.Status.CANCELLED}, {"event_date": timezone.now() - timedelta(hours=1)}, {"published_at": None}],
)
def test_comp_refuses_an_event_that_nobody_can_go_to(offer, changes):
    Event.objects.filter(pk=offer.event_id).update(**changes)

    with pytest.raises(SalesClosed):
        comp(offer, seats=seat_ids(offer)[:1])

    assert not Booking.objects.exists()


def test_comp_finds_another_code_when_one_is_taken(offer, monkeypatch):
    codes = iter(["BK-20261122-AAAAAA", "BK-20261122-AAAAAA", "BK-20261122-CCCCCC"])
    monkeypatch.setattr(comping, "make_booking_code", lambda now: next(codes))
    first, second, *_ = seat_ids(offer)

    made = [comp(offer, seats=[first]).booking_code, comp(offer, seats=[second]).booking_code]

    assert made == ["BK-20261122-AAAAAA", "BK-20261122-CCCCCC"]
    assert findings(NOW) == []


def test_comp_takes_a_lapsed_hold_whose_payment_then_comes_too_late(offer):
    first, *_ = seat_ids(offer)
    late = hold(offer, seats=[first])
    services.set_details(booking=late, name="Ada", email="ada@example.org", now=NOW)
    late.refresh_from_db()
    comp(offer, seats=[first], now=LAPSED)

    with pytest.raises(HoldLapsed):
        pay(late, now=LAPSED)

    assert payments_of(late) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]
    assert findings(LAPSED) == []


def test_comp_can_be_cancelled_and_gives_its_seats_back(offer):
    booking = comp(offer, seats=seat_ids(offer)[:2])

    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=NOW, actor="bob")

    assert state(offer) == Availability(capacity=4, free=4)
    assert verbs_of(booking) == ["comp", "cancel"]
    assert {ticket.status for ticket in booking.tickets.all()} == {Ticket.Status.VOID}
    assert payments_of(booking) == []
    assert findings(NOW) == []


@pytest.mark.parametrize("quantity", [1, 4])
def test_comp_takes_few_statements(offer, quantity, django_assert_num_queries):
    event, seats = Event.objects.select_related("venue").get(pk=offer.event_id), seat_ids(offer)[:quantity]

    with django_assert_num_queries(8):  # two of them are the test's own savepoint
        services.comp(
            event=event, seats=seats, name="Grace", email="g@example.org", reason="press", now=NOW, actor="bob"
        )


# Standing places ----------------------------------------------------------------------------------


def give(offer, quantity, **kwargs):
    event = Event.objects.get(pk=offer.event_id)
    return services.comp(event=event, quantities={offer.pk: quantity}, reason="press", now=NOW, actor="bob", **kwargs)


def test_comp_gives_standing_places():
    offer = make_offer(5)

    booking = give(offer, 3)

    assert (booking.status, booking.quantity, booking.total_price) == ("confirmed", 3, Decimal("0.00"))
    assert (booking.customer_name, booking.customer_email) == ("", "")
    assert state(offer) == Availability(capacity=5, sold=3, free=2)
    assert payments_of(booking) == []
    assert findings(NOW) == []


def test_comp_gives_standing_places_that_are_not_on_sale_and_over_the_limit():
    offer = make_offer(event__max_tickets_per_booking=2, on_sale_at=NOW + timedelta(days=1))

    assert give(offer, 12).quantity == 12


def test_comp_of_more_than_is_left_gives_nothing():
    offer = make_offer(3)

    with pytest.raises(PlacesTaken) as refusal:
        give(offer, 4)

    assert refusal.value.left == {offer.pk: 3}
    assert state(offer) == Availability(capacity=3, free=3)
    assert not Booking.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1, 101])
def test_comp_of_no_sensible_number_is_refused(quantity):
    with pytest.raises(SelectionInvalid):
        give(make_offer(), quantity)


def test_comp_of_another_events_places_is_refused(offer):
    with pytest.raises(SelectionInvalid):
        services.comp(event=offer.event, quantities={make_offer().pk: 1}, reason="press", now=NOW, actor="bob")


def test_comp_with_the_same_claim_gives_once():
    offer, claim = make_offer(2), uuid.uuid4()

    assert give(offer, 2, claim=claim) == give(offer, 2, claim=claim)
    assert Booking.objects.count() == 1
