"""Refunds: decided, carried out, answered; once each."""

from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import PaymentFailed, TransitionRefused
from bookings.models import Payment
from bookings.payments.demo import DemoProvider
from bookings.services.refunding import refund_surplus, request_refund
from bookings.tests.sales import NOW, charge_for, checked_out, pay, payments_of, sold, verbs_of
from reports.audit import findings
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db


def cancelled():
    """Make a booking of €80 that was paid and cancelled: its refund is decided."""
    return services.cancel(booking=sold(make_offer(), 2), reason="staff", now=NOW, actor="grace")


def decided(booking):
    return booking.payments.get(kind="refund", status="pending")


class Provider(DemoProvider):
    """A provider that answers as it is told, and counts how often it is asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    def refund(self, refund):
        self.asked += 1
        if answer := self.answers.pop(0):
            raise answer


@pytest.fixture
def answering(monkeypatch):
    """Let the provider answer refunds so."""

    def answer(*answers):
        provider = Provider(*answers)
        monkeypatch.setattr("bookings.services.refunding.get_provider", lambda code: provider)
        return provider

    return answer


def test_refund_is_carried_out_and_written_down():
    booking = cancelled()

    services.carry_out_refund(refund=decided(booking), now=NOW)

    assert payments_of(booking) == [
        ("charge", "succeeded", "80.00"),
        ("refund", "pending", "80.00"),
        ("refund", "succeeded", "80.00"),
    ]
    assert verbs_of(booking) == ["hold", "confirm", "cancel", "refund succeeded"]
    assert findings(NOW) == []


def test_refund_is_carried_out_once(answering):
    booking = cancelled()
    provider = answering(None)
    services.carry_out_refund(refund=decided(booking), now=NOW)

    services.carry_out_refund(refund=decided(booking), now=NOW)

    assert provider.asked == 1
    assert len(payments_of(booking)) == 3


def test_refund_that_the_provider_refuses_can_be_decided_anew(answering):
    booking = cancelled()
    provider = answering(PaymentFailed("No."))
    refund = decided(booking)

    services.carry_out_refund(refund=refund, now=NOW)
    services.carry_out_refund(refund=refund, now=NOW)

    assert provider.asked == 1
    assert payments_of(booking)[-1] == ("refund", "failed", "80.00")
    assert [finding.check for finding in findings(NOW)] == ["booking_paid"]
    assert refund_surplus(booking, NOW) == Decimal("80.00")
    assert findings(NOW) == []


def test_refund_is_tried_again_when_the_provider_is_out_of_reach(answering):
    booking = cancelled()
    answering(ConnectionError(), None)
    with pytest.raises(ConnectionError):
        services.carry_out_refund(refund=decided(booking), now=NOW)
    before = payments_of(booking)

    services.carry_out_refund(refund=decided(booking), now=NOW)

    assert len(before) == 2
    assert payments_of(booking)[-1] == ("refund", "succeeded", "80.00")


def test_refund_surplus_gives_back_what_is_left():
    booking = sold(make_offer(price=Decimal("0.30")))
    charge = booking.payments.get()
    for part in ("0.10", "0.20"):
        request_refund(charge, Decimal(part), NOW)

    assert refund_surplus(booking, NOW) == 0


def test_refund_surplus_leaves_what_was_given_back_before():
    booking = checked_out(make_offer(), 2)
    pay(booking, reference="ch_1")
    with pytest.raises(TransitionRefused):
        pay(booking, reference="ch_2")
    booking.status = "cancelled"

    assert refund_surplus(booking, NOW) == Decimal("80.00")
    assert refund_surplus(booking, NOW) == Decimal(0)
    assert Payment.objects.filter(kind="refund").count() == 2


def test_charge_is_the_price_of_the_booking():
    assert charge_for(checked_out(make_offer(), 2), "ch_1").amount == Decimal("80.00")
