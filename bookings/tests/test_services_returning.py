"""Give some tickets back, or a part of their price; pass tickets on; correct names; pay out."""

from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import (
    CancellationRefused,
    DetailsMissing,
    ExchangeRefused,
    PaymentFailed,
    RefundRefused,
    ShiftClosed,
    TransitionRefused,
)
from bookings.payments import get_provider, waiting
from bookings.tests.factories import ShiftFactory
from bookings.tests.sales import NOW, checked_out, payments_of, sold, verbs_of
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.errors import SelectionInvalid
from ticketing.tests.factories import PromoCodeFactory, make_offer

pytestmark = pytest.mark.django_db


def ids(booking, count):
    return list(booking.tickets.living().values_list("pk", flat=True)[:count])


def give_back(booking, count, actor="grace", **kwargs):
    return services.cancel_tickets(booking=booking, tickets=ids(booking, count), now=NOW, actor=actor, **kwargs)


def sold_for(provider, quantity=2):
    booking = checked_out(make_offer(), quantity)
    charge = get_provider(provider).charge(booking.total_price)
    return services.confirm(booking=booking, charge=charge, now=NOW)


def test_some_tickets_are_cancelled_and_paid_back():
    booking = sold(make_offer(), 3)

    after = give_back(booking, 1)

    assert (after.quantity, after.total_price, after.retained) == (2, Decimal("80.00"), Decimal("0.00"))
    assert payments_of(booking)[1:] == [("refund", "pending", "40.00")]
    assert list(booking.tickets.values_list("void_reason", flat=True)) == ["cancelled", "", ""]
    assert availability(booking.event, NOW)[booking.tickets.first().offer_id] == Availability(20, sold=2, free=18)
    assert findings(NOW) == []


@pytest.mark.parametrize(("refund", "kept"), [("40.00", "0.00"), ("30.00", "10.00"), ("0.00", "40.00")])
def test_some_tickets_are_paid_back_in_part(refund, kept):
    booking = sold(make_offer(), 3)

    after = give_back(booking, 1, refund=Decimal(refund))

    assert (after.total_price, after.retained) == (Decimal("80.00"), Decimal(kept))
    assert findings(NOW) == []


@pytest.mark.parametrize("refund", ["-0.01", "40.01"])
def test_no_more_is_paid_back_than_the_tickets_cost(refund):
    booking = sold(make_offer(), 3)

    with pytest.raises(RefundRefused) as refusal:
        give_back(booking, 1, refund=Decimal(refund))

    assert refusal.value.message == "Give back between €0.00 and €40.00."
    assert findings(NOW) == []


def test_all_tickets_are_the_whole_booking():
    booking = sold(make_offer(), 2)

    after = give_back(booking, 2, refund=Decimal("50.00"))

    assert (after.status, after.cancellation_reason, after.retained) == ("cancelled", "staff", Decimal("30.00"))
    assert payments_of(booking)[1:] == [("refund", "pending", "50.00")]
    assert findings(NOW) == []


def test_share_of_the_discount_goes_with_the_ticket():
    promo = PromoCodeFactory(percent=10)
    booking = services.apply_promo_code(booking=checked_out(make_offer(), 3), code=promo.code, now=NOW)
    booking = services.confirm(booking=booking, charge=get_provider("cash").charge(booking.total_price), now=NOW)

    after = give_back(booking, 1)

    assert (after.discount, after.total_price) == (Decimal("8.00"), Decimal("72.00"))
    assert findings(NOW) == []


@pytest.mark.parametrize("wrong", ["none", "foreign", "void"])
def test_tickets_must_be_of_the_booking(wrong):
    booking, other = sold(make_offer(), 2), sold(make_offer())
    tickets = {"none": [], "foreign": ids(other, 1), "void": ids(booking, 1)}[wrong]
    if wrong == "void":
        give_back(booking, 1)

    with pytest.raises(SelectionInvalid):
        services.cancel_tickets(booking=booking, tickets=tickets, now=NOW, actor="grace")


def test_used_ticket_stays():
    booking = sold(make_offer(), 2)
    booking.tickets.update(checked_in_at=NOW)

    with pytest.raises(TransitionRefused):
        give_back(booking, 1)


def test_customers_give_tickets_back_within_the_policy():
    assert give_back(sold(make_offer(), 2), 1, actor="customer").quantity == 1
    with pytest.raises(CancellationRefused):
        give_back(sold(make_offer(event__cancellation_hours=None), 2), 1, actor="customer")


def test_part_of_the_price_is_given_back_without_cancelling():
    booking = sold(make_offer(), 3)

    after = services.refund_part(booking=booking, amount=Decimal("20.00"), why="Pillar", now=NOW, actor="grace")

    assert (after.total_price, after.discount) == (Decimal("100.00"), Decimal("20.00"))
    assert sorted(str(ticket.discount) for ticket in booking.tickets.all()) == ["6.66", "6.67", "6.67"]
    assert payments_of(booking)[1:] == [("refund", "pending", "20.00")]
    assert booking.activities.last().detail == {"amount": "20.00", "why": "Pillar"}
    assert findings(NOW) == []


@pytest.mark.parametrize("amount", ["-1.00", "0.00", "80.01"])
def test_part_of_the_price_is_a_part_of_it(amount):
    with pytest.raises(RefundRefused):
        services.refund_part(booking=sold(make_offer(), 2), amount=Decimal(amount), why="x", now=NOW, actor="grace")


# Money that staff hand out ----------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["cash", "terminal", "on_site", "import"])
def test_counter_money_waits_until_it_is_paid_out(provider):
    booking, shift = sold_for(provider), ShiftFactory()
    services.cancel(booking=booking, reason="customer", now=NOW, actor="customer")
    refund = booking.payments.get(kind="refund")
    assert list(waiting.to_hand_out()) == [refund]

    answer = services.pay_out(refund=refund, shift=shift, now=NOW, actor="grace")

    assert (answer.status, answer.amount, answer.shift) == ("succeeded", Decimal("80.00"), shift)
    assert verbs_of(booking)[-1] == "pay out"
    assert findings(NOW) == []
    with pytest.raises(TransitionRefused):
        services.pay_out(refund=refund, shift=shift, now=NOW, actor="grace")


def test_counter_money_is_paid_out_at_once_from_a_shift():
    booking, shift = sold_for("cash"), ShiftFactory()

    services.cancel(booking=booking, reason="staff", now=NOW, actor="grace", shift=shift)

    assert payments_of(booking)[1:] == [("refund", "pending", "80.00"), ("refund", "succeeded", "80.00")]
    assert booking.payments.get(kind="refund", status="succeeded").shift == shift
    assert findings(NOW) == []


def test_closed_shift_takes_part_in_nothing():
    shift = ShiftFactory(
        closed_at=NOW, opened_at=NOW, expected_cash=0, counted_cash=0, expected_cards=0, counted_cards=0
    )
    booking = sold_for("cash")

    with pytest.raises(ShiftClosed):
        services.cancel(booking=booking, reason="staff", now=NOW, actor="grace", shift=shift)
    waiting = checked_out(make_offer(), 1)
    with pytest.raises(ShiftClosed):
        services.confirm(booking=waiting, charge=get_provider("cash").charge(waiting.total_price), now=NOW, shift=shift)

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert payments_of(waiting) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]
    assert findings(NOW) == []


def test_money_of_a_provider_is_not_handed_out():
    booking = sold(make_offer())
    services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")

    with pytest.raises(TransitionRefused):
        services.pay_out(refund=booking.payments.get(kind="refund"), shift=ShiftFactory(), now=NOW, actor="grace")


# Passing on, and correcting ---------------------------------------------------------------------


def pass_on(ticket, actor="customer"):
    return services.pass_on(ticket=ticket, name="Grace Hopper", email="grace@example.org", now=NOW, actor=actor)


def test_passed_on_ticket_has_a_new_code_and_the_old_one_dies():
    booking = sold(make_offer(), 2)
    old = booking.tickets.first()

    new = pass_on(old)

    old.refresh_from_db()
    assert (old.status, old.void_reason, old.voided_at) == ("void", "passed_on", NOW)
    assert (new.status, new.place, new.price, new.booking) == ("valid", old.place, old.price, booking)
    assert (new.holder_name, new.holder_email) == ("Grace Hopper", "grace@example.org")
    assert new.code != old.code
    assert findings(NOW) == []
    with pytest.raises(TransitionRefused):
        pass_on(old)


def test_used_ticket_is_not_passed_on():
    ticket = sold(make_offer()).tickets.get()
    ticket.checked_in_at = NOW
    ticket.save()

    with pytest.raises(TransitionRefused):
        pass_on(ticket)


def test_passing_on_is_up_to_the_event_for_customers_only():
    ticket = sold(make_offer(event__is_transferable=False)).tickets.get()

    with pytest.raises(ExchangeRefused):
        pass_on(ticket)
    assert pass_on(ticket, actor="grace").holder_name == "Grace Hopper"


def test_corrected_details_leave_a_trace():
    booking = sold(make_offer())

    after = services.correct_details(booking=booking, name="Ada King", email="king@example.org", now=NOW, actor="grace")

    assert (after.customer_name, after.customer_email) == ("Ada King", "king@example.org")
    assert booking.activities.last().detail == {
        "name": ["Ada Lovelace", "Ada King"],
        "email": ["ada@example.org", "king@example.org"],
    }


def test_details_that_stay_the_same_leave_none():
    booking = sold(make_offer())

    services.correct_details(booking=booking, name="Ada Lovelace", email="ada@example.org", now=NOW, actor="grace")

    assert verbs_of(booking) == ["hold", "confirm"]


def test_web_booking_cannot_lose_its_address():
    with pytest.raises(DetailsMissing):
        services.correct_details(booking=sold(make_offer()), name="Ada", email="", now=NOW, actor="grace")


def test_refund_is_asked_for_again_after_a_refusal(monkeypatch):
    def refuse(self, refund):
        raise PaymentFailed("No.")

    booking = sold(make_offer())
    services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")
    monkeypatch.setattr("bookings.payments.demo.DemoProvider.refund", refuse)
    services.carry_out_refund(refund=booking.payments.get(kind="refund"), now=NOW)

    assert services.refund_again(booking=booking, now=NOW, actor="grace") == Decimal("40.00")
    with pytest.raises(TransitionRefused):
        services.refund_again(booking=booking, now=NOW, actor="grace")
    assert [status for _, status, _ in payments_of(booking)] == ["succeeded", "pending", "failed", "pending"]
    assert findings(NOW) == []
