"""Webhooks: what is told to whom, in the transaction of the change, and what is not."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.models import Booking, Delivery, Kind, Subscription
from bookings.services.admitting import Shown, check_in, undo
from bookings.tests.factories import SubscriptionFactory
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, sold
from bookings.tests.test_budgets import statements
from bookings.webhooks import noting
from events import services as events
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.models import Offer
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

ALL = list(Kind.values)


def told(subscription: Subscription) -> list[str]:
    return list(subscription.deliveries.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def listener() -> Subscription:
    return SubscriptionFactory(kinds=ALL)


@pytest.fixture
def offer() -> Offer:
    return make_offer()


def exchange(booking: Booking, offer: Offer, quantity: int) -> Booking:
    return services.exchange(
        booking=booking,
        event=offer.event,
        offers=[offer],
        selection=Selection({offer.pk: quantity}),
        now=NOW,
        actor="ada",
    )


# What is told ---------------------------------------------------------------------------------


def test_sale_is_told_once_and_its_hold_is_not(listener, offer):
    booking = sold(offer)

    assert told(listener) == ["booking.confirmed"]
    assert listener.deliveries.get().booking == booking
    assert listener.deliveries.get().created_at == NOW


def test_hold_that_ends_is_lapsed_not_cancelled(listener, offer):
    services.abandon(booking=hold(offer), now=NOW)
    hold(offer)
    services.cancel_lapsed(now=LAPSED + timedelta(hours=1))

    assert told(listener) == ["booking.lapsed", "booking.lapsed"]


def test_cancellation_and_its_refund_are_told(listener, offer):
    booking = sold(offer)
    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=NOW, actor="ada")
    refund = booking.payments.get(kind="refund")
    services.carry_out_refund(refund=refund, now=NOW)

    assert told(listener) == ["booking.confirmed", "booking.cancelled", "refund.succeeded"]


def test_changes_are_told(listener, offer):
    booking = sold(offer, 3)
    ticket = booking.tickets.first()
    services.cancel_tickets(booking=booking, tickets=[ticket.pk], now=NOW, actor="ada")
    services.correct_details(booking=booking, name="Ada King", email="ada@example.org", now=NOW, actor="ada")
    services.refund_part(booking=booking, amount=Decimal(5), why="A pillar", now=NOW, actor="ada")
    services.resend_confirmation(booking=booking, now=NOW, actor="ada")
    exchange(booking, offer, 1)

    assert told(listener) == ["booking.confirmed", *["booking.changed"] * 4]


def test_exchange_for_another_date_cancels_one_booking_and_confirms_another(listener, offer):
    old = sold(offer)

    new = exchange(old, make_offer(), 1)

    about = list(listener.deliveries.order_by("pk").values_list("kind", "booking"))
    assert about == [("booking.confirmed", old.pk), ("booking.cancelled", old.pk), ("booking.confirmed", new.pk)]


def test_admission_and_its_undoing_are_told_with_the_ticket(listener, offer):
    ticket = sold(offer).tickets.get()
    shown = Shown(ticket_id=ticket.pk, anyway=True)

    for act in (check_in, check_in, undo):
        act(event=offer.event, shown=shown, now=NOW, actor="door")

    assert told(listener) == ["booking.confirmed", "ticket.checked_in", "ticket.check_in_undone"]
    assert listener.deliveries.get(kind="ticket.checked_in").detail["ticket"] == ticket.code


def test_what_becomes_of_events_is_told_for_each_of_them(listener):
    drafts = [EventFactory(published_at=None), EventFactory(published_at=None)]
    events.publish(events=Event.objects.all(), now=NOW, by="ada")
    events.reschedule(event=drafts[0], event_date=NOW + timedelta(days=9), now=NOW, by="ada")
    events.unpublish(events=Event.objects.filter(pk=drafts[1].pk), now=NOW, by="ada")
    events.cancel_event(event=drafts[0], now=NOW, by="ada")

    about = list(listener.deliveries.order_by("pk").values_list("kind", "event"))
    first, second = (event.pk for event in drafts)
    assert about == [
        ("event.published", first),
        ("event.published", second),
        ("event.moved", first),
        ("event.unpublished", second),
        ("event.cancelled", first),
    ]


def test_new_event_is_told_unless_it_is_a_draft(listener):
    shown, draft = EventFactory(), EventFactory(published_at=None)
    for event in (shown, draft):
        events.record(event, "create", now=NOW, by="ada")

    assert list(listener.deliveries.values_list("kind", "event")) == [("event.published", shown.pk)]


# To whom --------------------------------------------------------------------------------------


def test_only_those_are_told_who_chose_it_and_all_under_the_same_id(offer):
    chosen, also = SubscriptionFactory(), SubscriptionFactory()
    other, off = SubscriptionFactory(kinds=["event.moved"]), SubscriptionFactory(is_active=False)

    sold(offer)

    assert [told(one) for one in (chosen, also, other, off)] == [["booking.confirmed"], ["booking.confirmed"], [], []]
    assert len(set(Delivery.objects.values_list("event_uid", flat=True))) == 1


def test_what_is_rolled_back_is_told_to_nobody(listener, offer):
    booking = checked_out(offer)

    with transaction.atomic():
        pay(booking)
        transaction.set_rollback(True)

    assert told(listener) == []
    assert not DBTaskResult.objects.filter(queue_name="webhooks").exists()


def test_two_different_things_have_different_ids(listener, offer):
    sold(offer)
    sold(offer)

    ids = list(listener.deliveries.values_list("event_uid", flat=True))
    assert len(set(ids)) == 2
    assert all(isinstance(uid, uuid.UUID) for uid in ids)


# What it costs --------------------------------------------------------------------------------


def test_sale_of_which_nobody_is_told_costs_nothing(offer):
    booking = checked_out(offer)

    with statements(7):
        pay(booking)


def test_process_that_does_not_know_who_listens_asks_once(offer):
    first, second = checked_out(offer), checked_out(offer)
    noting.forget()

    with statements(8):
        pay(first)
    with statements(7):
        pay(second)


@pytest.mark.parametrize("listeners", [1, 3])
def test_sale_that_is_told_costs_three_statements(offer, listeners):
    SubscriptionFactory.create_batch(listeners)
    booking = checked_out(offer)
    noting.kinds_listened_to()

    with statements(7 + 3):
        pay(booking)
