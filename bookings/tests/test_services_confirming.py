"""Confirm: what the money buys, and what happens to money that cannot be used."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.errors import DetailsMissing, HoldLapsed, PaymentFailed, TransitionRefused
from bookings.models import Booking, Payment, Ticket
from bookings.payments import Charge
from bookings.tests.factories import TicketFactory
from bookings.tests.sales import (
    LAPSED,
    NOW,
    charge_for,
    checked_out,
    hold,
    outrun,
    pay,
    payments_of,
    seat_ids,
    sold,
    verbs_of,
)
from events.models import Event
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.errors import PromoCodeRefused, SalesClosed, SelectionInvalid
from ticketing.models import Offer, PromoCode
from ticketing.tests.factories import PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
RETURNED = [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]


def tasks():
    """List what the queue has to do, in order."""
    return [
        path.rpartition(".")[2]
        for path in DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", flat=True)
    ]


def update(row, **changes):
    type(row).objects.filter(pk=row.pk).update(**changes)


def status_of(booking):
    return Booking.objects.values_list("status", "cancellation_reason").get(pk=booking.pk)


# What the money buys --------------------------------------------------------------------------


def test_confirm_sells_the_places_and_sends_the_tickets():
    offer = make_offer(5)
    booking = checked_out(offer, 2)

    pay(booking, reference="ch_1")

    booking.refresh_from_db()
    assert (booking.status, booking.confirmed_at) == ("confirmed", NOW)
    assert list(booking.tickets.values_list("status", flat=True)) == ["valid", "valid"]
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=5, sold=2, free=3)
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert verbs_of(booking) == ["hold", "confirm"]
    assert tasks() == ["send_confirmation"]
    assert findings(NOW) == []


def test_confirm_of_a_free_booking_needs_no_charge():
    booking = checked_out(make_offer(price=Decimal(0)), 2)

    services.confirm(booking=booking, now=NOW)

    assert status_of(booking) == ("confirmed", "")
    assert payments_of(booking) == []
    assert findings(NOW) == []


def test_confirm_of_a_free_booking_takes_a_charge_of_nothing_for_none():
    booking = checked_out(make_offer(price=Decimal(0)), 2)

    services.confirm(booking=booking, now=NOW, charge=Charge("demo", "ch_1", Decimal("0.00")))

    assert payments_of(booking) == []


@pytest.mark.parametrize("amount", [0, -80])
def test_confirm_takes_a_charge_of_nothing_for_none(amount):
    booking = checked_out(make_offer(), 2)

    with pytest.raises(PaymentFailed) as refusal:
        services.confirm(booking=booking, now=NOW, charge=Charge("demo", "ch_1", Decimal(amount)))

    assert refusal.value.message == "This booking has yet to be paid."
    assert payments_of(booking) == []


def test_confirm_at_the_counter_needs_no_details_and_sends_nothing():
    booking = hold(make_offer(), channel="box_office", actor="grace")

    pay(booking, actor="grace")

    assert status_of(booking) == ("confirmed", "")
    assert tasks() == []


@pytest.mark.parametrize("quantity", [1, 10])
def test_confirm_takes_few_statements(quantity, django_assert_num_queries):
    booking = checked_out(make_offer(20), quantity)
    booking = services.apply_promo_code(booking=booking, code=PromoCodeFactory().code, now=NOW)

    with django_assert_num_queries(11):  # two of them are the test's own savepoint
        fresh = Booking.objects.with_details().get(pk=booking.pk)
        pay(fresh)


# Once -----------------------------------------------------------------------------------------


def test_confirm_twice_with_the_same_charge_is_one_sale():
    booking = checked_out(make_offer(), 2)
    pay(booking, reference="ch_1")

    again = pay(Booking.objects.get(pk=booking.pk), reference="ch_1")

    assert again.status == "confirmed"
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert verbs_of(booking) == ["hold", "confirm"]
    assert tasks() == ["send_confirmation"]


def test_confirm_of_a_free_booking_twice_is_one_sale():
    booking = checked_out(make_offer(price=Decimal(0)))
    services.confirm(booking=booking, now=NOW)

    again = services.confirm(booking=Booking.objects.get(pk=booking.pk), now=NOW)

    assert again.status == "confirmed"
    assert verbs_of(booking) == ["hold", "confirm"]


def test_confirm_gives_a_second_charge_back():
    booking = checked_out(make_offer(), 2)
    pay(booking, reference="ch_1")

    with pytest.raises(TransitionRefused) as refusal:
        pay(booking, reference="ch_2")

    assert refusal.value.message == "This booking has been paid before, so this payment is given back."
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), *RETURNED]
    assert status_of(booking) == ("confirmed", "")
    assert tasks() == ["send_confirmation", "carry_out_refund"]
    assert findings(NOW) == []


def test_confirm_gives_a_second_charge_back_once():
    booking = checked_out(make_offer(), 2)
    pay(booking, reference="ch_1")
    with pytest.raises(TransitionRefused):
        pay(booking, reference="ch_2")

    pay(booking, reference="ch_2")

    assert payments_of(booking) == [("charge", "succeeded", "80.00"), *RETURNED]


def test_confirm_refuses_a_charge_that_has_been_given_back():
    booking = checked_out(make_offer(), 2)
    Event.objects.update(max_tickets_per_booking=1)
    with pytest.raises(SelectionInvalid):
        pay(booking, reference="ch_1")
    Event.objects.update(max_tickets_per_booking=2)

    with pytest.raises(PaymentFailed) as refusal:
        pay(booking, reference="ch_1")

    assert refusal.value.message == "This payment has been used before. Please start the payment again."
    assert status_of(booking) == ("pending", "")
    assert payments_of(booking) == RETURNED


@pytest.mark.parametrize("obstacle", [{}, {"max_tickets_per_booking": 1}])
def test_confirm_refuses_a_charge_that_has_paid_another_booking(obstacle):
    offer = make_offer()
    pay(checked_out(offer, 2), reference="ch_1")
    booking = checked_out(offer, 2)
    Event.objects.update(**obstacle or {"max_tickets_per_booking": 2})

    with pytest.raises((PaymentFailed, SelectionInvalid)):
        pay(booking, reference="ch_1")

    assert payments_of(booking) == []
    assert findings(NOW) == []


# What the caller has read may be stale --------------------------------------------------------


def test_confirm_counts_a_promo_code_that_came_from_another_tab():
    offer, promo = make_offer(), PromoCodeFactory(percent=100)
    booking = checked_out(offer)
    stale = Booking.objects.get(pk=booking.pk)
    services.apply_promo_code(booking=booking, code=promo.code, now=NOW)

    services.confirm(booking=stale, now=NOW)

    promo.refresh_from_db()
    assert (status_of(booking), promo.uses) == (("confirmed", ""), 1)
    assert findings(NOW) == []


def test_confirm_sells_what_was_changed_in_another_tab_at_the_same_price():
    offer = make_offer(10, price=Decimal(0))
    booking = checked_out(offer)
    stale = Booking.objects.get(pk=booking.pk)
    hold(offer, 3, claim=booking.claim)

    services.confirm(booking=stale, now=NOW)

    assert availability(offer.event, NOW)[offer.pk].sold == 3
    assert findings(NOW) == []


def test_confirm_gives_back_the_price_of_what_was_changed_in_another_tab():
    offer = make_offer(10)
    booking = checked_out(offer, 2)
    charge = charge_for(booking)
    hold(offer, 3, claim=booking.claim)

    with pytest.raises(PaymentFailed) as refusal:
        services.confirm(booking=booking, now=NOW, charge=charge)

    assert refusal.value.message == (
        "The sum that was paid is not the one that is due, so it is given back. Please pay again."
    )
    assert payments_of(booking) == RETURNED
    assert status_of(booking) == ("pending", "")


# Money that comes late ------------------------------------------------------------------------


def test_late_payment_heals_as_long_as_nobody_took_the_places():
    offer = make_offer(2)
    booking = checked_out(offer, 2)

    pay(booking, now=LAPSED)

    assert status_of(booking) == ("confirmed", "")
    assert findings(LAPSED) == []


def test_late_payment_buys_equal_standing_places():
    offer = make_offer(3)
    booking = checked_out(offer, 2)
    outrun(booking)

    confirmed = pay(booking, now=LAPSED)

    assert confirmed.status == "confirmed"
    assert availability(offer.event, LAPSED)[offer.pk] == Availability(capacity=3, sold=3)
    assert verbs_of(booking) == ["hold", "change", "confirm"]
    assert findings(LAPSED) == []


def test_late_payment_buys_equal_standing_places_although_the_price_has_risen():
    offer = make_offer(3)
    booking = checked_out(offer, 2)
    outrun(booking)
    update(offer, price=Decimal("99.00"))

    pay(booking, now=LAPSED)

    assert status_of(booking) == ("confirmed", "")
    assert findings(LAPSED) == []


def test_late_payment_for_a_seat_that_is_gone_is_given_back():
    offer = make_seated_offer()
    seat = seat_ids(offer)[:1]
    booking = checked_out(offer, seats=seat)
    winner = sold(offer, seats=seat, now=LAPSED)

    with pytest.raises(HoldLapsed) as refusal:
        pay(booking, now=LAPSED)

    assert refusal.value.message == (
        "Your time had run out. Somebody was faster: Stalls, row A, seat 1 has just been taken."
    )
    assert status_of(booking) == ("cancelled", "taken")
    assert status_of(winner) == ("confirmed", "")
    assert payments_of(booking) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]
    assert verbs_of(booking) == ["hold", "refuse payment", "cancel"]
    assert tasks() == ["send_confirmation", "carry_out_refund", "send_cancellation"]
    assert findings(LAPSED) == []


def test_late_payment_for_what_is_sold_out_is_given_back():
    offer = make_offer(2)
    booking = checked_out(offer, 2)
    outrun(booking)

    with pytest.raises(HoldLapsed):
        pay(booking, now=LAPSED)

    assert (status_of(booking), payments_of(booking)) == (("cancelled", "taken"), RETURNED)
    assert availability(offer.event, LAPSED)[offer.pk] == Availability(capacity=2, sold=1, free=1)


def test_late_payment_of_a_booking_that_was_tidied_away_is_given_back():
    booking = checked_out(make_offer(), 2)
    services.cancel_lapsed(now=NOW + timedelta(hours=2))

    with pytest.raises(TransitionRefused):
        pay(booking, now=NOW + timedelta(hours=2))

    assert (status_of(booking), payments_of(booking)) == (("cancelled", "lapsed"), RETURNED)


def test_late_payment_that_failed_is_not_made_good_by_repeating_it():
    offer = make_offer(2)
    booking = checked_out(offer, 2)
    outrun(booking)
    with pytest.raises(HoldLapsed):
        pay(booking, now=LAPSED, reference="ch_1")

    with pytest.raises(TransitionRefused):
        pay(booking, now=LAPSED, reference="ch_1")

    assert payments_of(booking) == RETURNED


def test_a_place_that_somebody_has_a_ticket_for_is_not_paid_twice():
    """Should the stock ever be wrong, the schema refuses the second ticket, and the money goes back."""
    offer = make_offer(1)
    booking = checked_out(offer)
    TicketFactory(place=booking.tickets.get().place, status="valid")

    with pytest.raises(HoldLapsed):
        pay(booking)

    assert status_of(booking) == ("cancelled", "taken")
    assert payments_of(booking) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]


def test_an_error_of_the_database_that_no_rule_explains_is_raised(monkeypatch):
    booking = checked_out(make_offer())

    def fail(*args, **kwargs):
        raise IntegrityError("some_other_constraint")

    monkeypatch.setattr("bookings.services.confirming.record_charge", fail)

    with pytest.raises(IntegrityError):
        pay(booking)

    assert status_of(booking) == ("pending", "")


# What forbids it, asked before the money is taken and when it comes ----------------------------


def use_up(promo_code):
    """Let somebody else buy with the last use of a code."""
    other = services.apply_promo_code(booking=checked_out(make_offer()), code=promo_code.code, now=NOW)
    pay(other)
    update(promo_code, max_uses=1)


OBSTACLES = {
    "nothing": (lambda booking: None, NOW, None),
    "nothing, lapsed": (lambda booking: None, LAPSED, None),
    "no name": (lambda booking: update(booking, customer_name=""), NOW, DetailsMissing),
    "no e-mail": (lambda booking: update(booking, customer_email=""), NOW, DetailsMissing),
    "no e-mail at the counter": (lambda booking: update(booking, customer_email="", channel="box_office"), NOW, None),
    "cancelled event": (lambda booking: update(booking.event, status="cancelled"), NOW, SalesClosed),
    "completed event": (lambda booking: update(booking.event, status="completed"), NOW, SalesClosed),
    "event begun": (lambda booking: update(booking.event, event_date=NOW), NOW, SalesClosed),
    "draft": (lambda booking: update(booking.event, published_at=None), NOW, SalesClosed),
    "limit lowered": (lambda booking: update(booking.event, max_tickets_per_booking=1), NOW, SelectionInvalid),
    "offer closed": (lambda booking: Offer.objects.update(off_sale_at=NOW), NOW, None),
    "offer closed, lapsed": (lambda booking: Offer.objects.update(off_sale_at=LAPSED), LAPSED, SalesClosed),
    "promo code expired": (lambda booking: PromoCode.objects.update(valid_until=NOW), NOW, PromoCodeRefused),
    "promo code used up": (lambda booking: use_up(booking.promo_code), NOW, PromoCodeRefused),
}


@pytest.fixture(params=OBSTACLES)
def obstacle(request):
    """A booking that is ready to be paid, what stands in its way, and when."""
    booking = checked_out(make_offer(), 2)
    if "promo" in request.param:
        booking = services.apply_promo_code(booking=booking, code=PromoCodeFactory().code, now=NOW)
    hinder, now, error = OBSTACLES[request.param]
    hinder(booking)
    return Booking.objects.get(pk=booking.pk), now, error


def test_check_confirmable_raises_what_confirm_raises(obstacle):
    booking, now, error = obstacle
    if error:
        with pytest.raises(error) as foreseen:
            services.check_confirmable(booking, now)

        with pytest.raises(error) as refusal:
            pay(booking, now=now)

        assert error is PromoCodeRefused or foreseen.value.message == refusal.value.message
    else:
        services.check_confirmable(booking, now)
        assert pay(booking, now=now).status == "confirmed"


def test_confirm_gives_the_money_back_whatever_forbids_it(obstacle):
    booking, now, error = obstacle
    if error is None:
        return

    with pytest.raises(error):
        pay(booking, now=now)

    assert [kind for kind, _, _ in payments_of(booking)] == ["charge", "refund"]
    assert status_of(booking) == (("cancelled", "taken") if error is SalesClosed else ("pending", ""))
    assert findings(now) == []


def test_confirm_without_the_money_is_refused():
    booking = checked_out(make_offer())

    with pytest.raises(PaymentFailed) as refusal:
        services.confirm(booking=booking, now=NOW)

    assert refusal.value.message == "This booking has yet to be paid."
    assert (status_of(booking), payments_of(booking)) == (("pending", ""), [])


@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_check_confirmable_refuses_what_is_not_pending(status):
    booking = sold(make_offer())
    if status == "cancelled":
        booking = services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")

    with pytest.raises(TransitionRefused) as refusal:
        services.check_confirmable(booking, NOW)

    assert refusal.value.message == f"This booking is already {status}."


# Resend ---------------------------------------------------------------------------------------


def test_resend_sends_the_tickets_once_more():
    booking = sold(make_offer())

    services.resend_confirmation(booking=booking, now=NOW, actor="grace", channel="box_office")

    assert tasks() == ["send_confirmation", "send_confirmation"]
    activity = booking.activities.last()
    assert (activity.verb, activity.actor, activity.channel) == ("resend", "grace", "box_office")
    assert activity.detail == {"to": "ada@example.org"}


def test_resend_is_refused_unless_confirmed():
    booking = checked_out(make_offer())

    with pytest.raises(TransitionRefused) as refusal:
        services.resend_confirmation(booking=booking, now=NOW, actor="grace")

    assert refusal.value.message == "Only a confirmed booking has tickets to send."


def test_resend_needs_an_address():
    booking = pay(hold(make_offer(), channel="box_office"))

    with pytest.raises(DetailsMissing) as refusal:
        services.resend_confirmation(booking=booking, now=NOW, actor="grace")

    assert refusal.value.message == "This booking has no e-mail address."


def test_payments_and_tickets_of_a_refused_confirm_are_rolled_back():
    booking = checked_out(make_offer(), 2)
    update(booking.event, max_tickets_per_booking=1)

    with pytest.raises(SelectionInvalid):
        pay(booking)

    assert list(Ticket.objects.values_list("status", flat=True)) == ["held", "held"]
    assert Payment.objects.filter(kind="charge").count() == 1
