"""Cancel: one booking, those that have lapsed, those of an event."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from bookings import services, tasks
from bookings.errors import CancellationRefused
from bookings.models import Booking, Ticket
from bookings.services.cancelling import _cancel_one
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, payments_of, sold, verbs_of
from events.models import Event
from events.services import cancel_event
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def cancel(booking, reason="staff"):
    return services.cancel(booking=booking, reason=reason, now=NOW, actor="grace", channel="box_office")


def status_of(booking):
    return Booking.objects.values_list("status", "cancellation_reason").get(pk=booking.pk)


def queued():
    rows = DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", flat=True)
    return [path.rpartition(".")[2] for path in rows]


# One ------------------------------------------------------------------------------------------


def test_cancel_frees_places_voids_tickets_and_gives_the_money_back():
    offer = make_offer(5)
    booking = sold(offer, 2)

    cancel(booking)

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason, booking.cancelled_at) == ("cancelled", "staff", NOW)
    assert list(booking.tickets.values_list("status", flat=True)) == ["void", "void"]
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=5, free=5)
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]
    assert queued() == ["send_confirmation", "carry_out_refund", "send_cancellation"]
    assert findings(NOW) == []


def test_cancel_writes_down_who_did_it():
    booking = sold(make_offer())

    cancel(booking)

    activity = booking.activities.last()
    assert (activity.verb, activity.actor, activity.channel) == ("cancel", "grace", "box_office")
    assert activity.detail == {"reason": "staff", "refunded": "40.00"}


def test_cancel_twice_is_one_cancellation():
    booking = sold(make_offer())
    cancel(booking)

    again = cancel(booking, "customer")

    assert again.cancellation_reason == "staff"
    assert payments_of(booking) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]
    assert verbs_of(booking) == ["hold", "confirm", "cancel"]


def test_cancel_of_a_free_booking_gives_nothing_back():
    booking = checked_out(make_offer(price=Decimal(0)))
    services.confirm(booking=booking, now=NOW)

    cancel(booking)

    assert payments_of(booking) == []


@pytest.mark.parametrize("reason", ["abandoned", "lapsed", "staff"])
def test_nobody_is_written_to_about_a_hold_that_ends(reason):
    cancel(checked_out(make_offer()), reason)

    assert queued() == []


def test_cancel_leaves_places_alone_that_somebody_else_has_bought():
    offer = make_offer(1)
    booking = checked_out(offer)
    winner = sold(offer, now=LAPSED)

    services.cancel(booking=booking, reason="lapsed", now=LAPSED, actor="system")

    assert availability(offer.event, LAPSED)[offer.pk] == Availability(capacity=1, sold=1)
    assert winner.tickets.get().status == Ticket.Status.VALID


# The customer ---------------------------------------------------------------------------------


def test_customers_cancel_within_the_policy():
    booking = sold(make_offer())

    services.cancel_as_customer(booking=booking, now=booking.event.cancellable_until - timedelta(seconds=1))

    assert status_of(booking) == ("cancelled", "customer")


@pytest.mark.parametrize(
    ("hinder", "shift", "message"),
    [
        (lambda booking: None, timedelta(0), "It is too late to cancel this booking."),
        (
            lambda booking: Event.objects.update(cancellation_hours=None),
            -DAY,
            "Tickets for this event cannot be returned.",
        ),
        (
            lambda booking: booking.tickets.update(checked_in_at=NOW),
            -DAY,
            "A ticket of this booking has been used already.",
        ),
        (lambda booking: cancel(booking), -DAY, "This booking is cancelled."),
    ],
)
def test_customers_cannot_cancel_beyond_the_policy(hinder, shift, message):
    booking = sold(make_offer())
    moment = booking.event.cancellable_until + shift
    hinder(booking)
    booking = Booking.objects.get(pk=booking.pk)

    with pytest.raises(CancellationRefused) as refusal:
        services.cancel_as_customer(booking=booking, now=moment)

    assert refusal.value.message == message


def test_customers_do_not_cancel_a_hold_in_this_way():
    booking = checked_out(make_offer())

    with pytest.raises(CancellationRefused) as refusal:
        services.cancel_as_customer(booking=booking, now=NOW)

    assert refusal.value.message == "This booking is pending."


# Holds that have lapsed -----------------------------------------------------------------------


def test_cancel_lapsed_waits_an_hour_for_late_payments():
    booking = checked_out(make_offer())

    before = services.cancel_lapsed(now=booking.expires_at + timedelta(minutes=59))
    after = services.cancel_lapsed(now=booking.expires_at + timedelta(minutes=60))

    assert (before, after) == (0, 1)
    assert status_of(booking) == ("cancelled", "lapsed")


def test_cancel_lapsed_leaves_what_was_bought_or_cancelled():
    offer = make_offer()
    bookings = [sold(offer), cancel(sold(offer))]

    count = services.cancel_lapsed(now=NOW + DAY)

    assert count == 0
    assert [status_of(booking) for booking in bookings] == [("confirmed", ""), ("cancelled", "staff")]


@pytest.mark.parametrize("rescue", [pay, services.revive])
def test_cancel_lapsed_lets_a_booking_live_that_was_saved_after_it_was_listed(rescue):
    booking, later = checked_out(make_offer()), NOW + DAY
    listed = Booking.objects.lapsed(later - timedelta(hours=1)).filter(pk=booking.pk)
    (pay(booking, now=later) if rescue is pay else services.revive(booking=booking, now=later))

    cancelled = _cancel_one(listed, Booking.Reason.LAPSED, later)

    assert cancelled is False
    assert status_of(booking)[0] == ("confirmed" if rescue is pay else "pending")


# A whole event --------------------------------------------------------------------------------


def test_cancelling_an_event_cancels_what_is_booked():
    offer = make_offer()
    bookings = [sold(offer, 2), checked_out(offer), hold(offer)]
    other = sold(make_offer())
    cancel_event(event=offer.event, now=NOW, by="grace")
    task = DBTaskResult.objects.get(task_path="bookings.tasks.cancel_bookings_of_event")

    tasks.cancel_bookings_of_event.call(*task.args_kwargs["args"])

    assert [status_of(booking) for booking in bookings] == [("cancelled", "event")] * 3
    assert status_of(other) == ("confirmed", "")
    assert queued()[-2:] == ["carry_out_refund", "send_cancellation"]
    assert findings(NOW) == []


def test_cancel_bookings_of_event_spares_an_event_that_is_not_cancelled():
    booking = sold(make_offer())

    count = services.cancel_bookings_of_event(event_id=booking.event_id, now=NOW)

    assert (count, status_of(booking)) == (0, ("confirmed", ""))


def test_bookings_left_on_cancelled_events_are_found_later():
    booking, other = sold(make_offer()), sold(make_offer())
    Event.objects.filter(pk=booking.event_id).update(status="cancelled")

    count = services.cancel_bookings_of_cancelled_events(now=NOW)

    assert (count, status_of(booking), status_of(other)) == (1, ("cancelled", "event"), ("confirmed", ""))


def test_tidy_says_what_it_has_done(capsys):
    offer = make_offer()
    checked_out(offer, now=NOW - timedelta(hours=3))
    booking = sold(make_offer())
    Event.objects.filter(pk=booking.event_id).update(status="cancelled")

    call_command("tidy")

    assert capsys.readouterr().out.splitlines() == [
        "Waiting lists: 0 offers made, 0 ended, 0 people taken off.",
        "Holds that lapsed: 1 cancelled.",
        "Bookings of cancelled events: 1 cancelled.",
        "Files that nobody has imported: the rows of 0 forgotten.",
        "Webhooks: 0 receivers woken, 0 old deliveries forgotten.",
        "API: 0 stored answers and 0 counts forgotten.",
        "Tasks whose worker died: 0 put back.",
    ]
