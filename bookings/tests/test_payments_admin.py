"""Payments in the admin: which to look at, what is paid out, what is asked for again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.errors import PaymentFailed
from bookings.models import Booking, Payment
from bookings.payments import demo, get_provider
from bookings.services import carry_out_refund
from bookings.tests import sales
from bookings.tests.factories import ShiftFactory
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

LIST = "/admin/bookings/payment/"


@pytest.fixture
def bob(client):
    user = User.objects.create_user("bob", is_staff=True)
    user.groups.add(Group.objects.get(name="Box office"))
    client.force_login(user)
    return user


def cancelled(way="demo", now=None) -> Payment:
    """Sell, cancel, and return the refund that waits."""
    now = now or timezone.now()
    booking = sales.checked_out(make_offer(), now=now)
    provider = get_provider(way)
    charge = sales.charge_for(booking) if way == "demo" else provider.charge(booking.total_price)
    services.confirm(booking=booking, now=now, charge=charge)
    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=now, actor="bob", channel="box_office")
    return Payment.objects.get(booking=booking, kind="refund")


def refuse(refund: Payment, monkeypatch) -> Payment:
    """Let the provider refuse a refund."""

    def refuse(self, refund):
        raise PaymentFailed("No.")

    with monkeypatch.context() as patch:
        patch.setattr(demo.DemoProvider, "refund", refuse)
        carry_out_refund(refund=refund, now=timezone.now())
    return Payment.objects.get(reference=refund.reference, status="failed")


def shown(client, look) -> list[Payment]:
    return list(client.get(LIST, {"look": look}).context["cl"].result_list)


def act(client, payment, action, **data):
    return client.post(
        reverse("admin:bookings_payment_act", args=[payment.pk]), {"action": action, **data}, follow=True
    )


def messages_of(response) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def test_payments_to_look_at_are_those_that_wait_were_refused_or_are_late(client, bob, monkeypatch):
    cash, fresh = cancelled("cash"), cancelled()
    late = cancelled(now=timezone.now() - timedelta(hours=2))
    refused = refuse(cancelled(), monkeypatch)
    done = cancelled()
    carry_out_refund(refund=done, now=timezone.now())

    assert shown(client, "hand_out") == [cash]
    assert shown(client, "refused") == [refused]
    assert shown(client, "late") == [late]
    assert fresh.status == "pending"


def test_what_was_refused_is_asked_for_again_once(client, bob, monkeypatch):
    refused = refuse(cancelled(), monkeypatch)

    response = act(client, refused, "refund_again")
    again = act(client, refused, "refund_again")

    assert messages_of(response) == [("success", f"{refused}: €40.00 asked for again.")]
    assert messages_of(again) == [("error", f"{refused}: There is nothing to give back.")]
    assert [status for kind, status, _ in sales.payments_of(refused.booking) if kind == "refund"] == [
        *("pending", "failed", "pending")
    ]
    assert shown(client, "refused") == []


def test_what_was_not_refused_is_not_asked_for_again(client, bob):
    refund = cancelled()

    assert messages_of(act(client, refund, "refund_again")) == [
        ("error", f"{refund}: This payment has not been refused.")
    ]


def test_paying_out_needs_a_shift(client, bob):
    refund = cancelled("cash")

    ((level, text),) = messages_of(act(client, refund, "pay_out"))

    assert level == "error"
    assert reverse("admin:bookings_shift_changelist") in text
    assert Payment.objects.filter(kind="refund").count() == 1


def test_paying_out_asks_first_and_happens_once(client, bob):
    shift, refund = ShiftFactory(user=bob), cancelled("cash")

    question = act(client, refund, "pay_out")
    answer = question.context["answer"]
    first, second = act(client, refund, "pay_out", answer=answer), act(client, refund, "pay_out", answer=answer)

    assert question.context["lines"] == [f"€40.00 to Ada Lovelace, {refund.booking}: in cash, waits"]
    assert messages_of(first) == [("success", f"{refund}: €40.00 paid out.")]
    assert messages_of(second) == [("error", f"{refund}: This refund has been paid out already.")]
    assert Payment.objects.get(kind="refund", status="succeeded").shift == shift


def test_paying_out_what_goes_back_by_itself_is_refused(client, bob):
    ShiftFactory(user=bob)
    refund = cancelled()

    response = act(client, refund, "pay_out", answer=act(client, refund, "pay_out").context["answer"])

    assert messages_of(response)[0][0] == "error"
    assert Payment.objects.filter(kind="refund").count() == 1


def test_buttons_are_shown_where_they_make_sense(client, bob, monkeypatch):
    cash, refused = cancelled("cash"), refuse(cancelled(), monkeypatch)
    change = "admin:bookings_payment_change"

    pages = [client.get(reverse(change, args=[row.pk])) for row in (cash, refused, cash.charge)]

    assert [[button["name"] for button in page.context["buttons"]] for page in pages] == [
        *(["pay_out"], ["refund_again"], [])
    ]


@pytest.mark.parametrize("action", ["pay_out", "refund_again"])
def test_money_moves_only_with_the_permission(client, bob, action):
    group = Group.objects.get(name="Box office")
    group.permissions.remove(group.permissions.get(codename="refund_booking"))

    assert act(client, cancelled("cash"), action).status_code == 403


def test_payments_are_filtered_by_the_way_that_the_money_took(client, bob):
    offer = make_offer(10)
    card, cash = sales.checked_out(offer), sales.checked_out(offer)
    services.confirm(booking=card, now=sales.NOW, charge=sales.charge_for(card))
    services.confirm(booking=cash, now=sales.NOW, charge=get_provider("cash").charge(cash.total_price))

    response = client.get(LIST, {"provider": "cash"})

    (ways,) = [spec for spec in response.context["cl"].filter_specs if spec.title == "how"]
    assert ways.lookup_choices == [("cash", "In cash"), ("demo", "By card")]
    assert [payment.booking for payment in response.context["cl"].result_list] == [cash]
