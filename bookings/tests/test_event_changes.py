"""Events that are cancelled or moved: what it means for those who have booked, before it is done and while it is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bookings import mail, services, tasks
from bookings.event_changes import (
    Consequences,
    Letters,
    Sums,
    consequences,
    progress_of_cancelling,
    progress_of_moving,
    to_telephone,
)
from bookings.models import Booking, Payment
from bookings.payments import AT_BOX_OFFICE, PROVIDERS, Charge, get_provider
from bookings.services import telling
from bookings.tests import sales
from bookings.tests.documents import make_booking, make_event
from events.models import Event
from events.services import Cancellation, cancel_event, reschedule
from reports.audit import findings
from ticketing.money import ZERO
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

NOW = sales.NOW
LATER = NOW + timedelta(days=50)


def sold_for_cash(offer, quantity: int = 1, *, email: str = "") -> Booking:
    booking = sales.checked_out(offer, quantity, channel="box_office")
    Booking.objects.filter(pk=booking.pk).update(customer_email=email)
    charge = Charge("cash", f"cash-{booking.pk}", booking.total_price)
    return services.confirm(booking=booking, now=NOW, charge=charge, actor="ada", channel="box_office")


def work(name: str) -> None:
    """Do what the queue has to do of one kind, once."""
    for row in DBTaskResult.objects.filter(task_path=f"bookings.tasks.{name}", status=TaskResultStatus.READY):
        getattr(tasks, name).call(*row.args_kwargs["args"])
        DBTaskResult.objects.filter(pk=row.pk).update(status=TaskResultStatus.SUCCESSFUL)


def letters_waiting(name: str) -> list[int]:
    rows = DBTaskResult.objects.filter(task_path=f"bookings.tasks.{name}", status=TaskResultStatus.READY)
    return sorted(row.args_kwargs["args"][0] for row in rows)


def cancel(event: Event, **how) -> None:
    cancel_event(event=event, now=NOW, by="grace", how=Cancellation(**how))
    work("cancel_bookings_of_event")


def move(event: Event, **kwargs) -> None:
    reschedule(event=event, event_date=LATER, now=NOW, by="grace", **kwargs)


# Beforehand -----------------------------------------------------------------------------------


def test_consequences_count_what_is_booked():
    offer = make_offer(40)
    sales.sold(offer, 2)
    sold_for_cash(offer, 3)
    sales.hold(offer)
    services.cancel(booking=sales.sold(offer), reason=Booking.Reason.STAFF, now=NOW, actor="ada")
    other = make_offer().event

    found = consequences([offer.event, other])

    assert found == {
        offer.event_id: Consequences(
            bookings=2, tickets=5, holds=1, without_email=1, money={"demo": Decimal(80), "cash": Decimal(120)}
        ),
        other.pk: Consequences(),
    }
    assert found[offer.event_id].letters == 1
    assert found[offer.event_id].total == 200


def test_what_the_house_keeps_already_does_not_go_back():
    offer = make_offer()
    booking = sales.sold(offer, 3)
    ticket = booking.tickets.first()
    services.cancel_tickets(booking=booking, tickets=[ticket.pk], now=NOW, actor="ada", refund=Decimal("10.00"))

    found = consequences([offer.event])[offer.event_id]
    cancel(offer.event)

    given_back = Payment.objects.filter(kind="refund", status="pending").values_list("amount", flat=True)
    assert found.total == 80
    assert sum(given_back) == 90


def test_consequences_of_several_events_add_up():
    total = Consequences(1, 2, 0, 1, {"demo": Decimal(5)}) + Consequences(
        1, 1, 1, 0, {"demo": Decimal(2), "cash": ZERO}
    )

    assert total == Consequences(2, 3, 1, 1, {"demo": Decimal(7), "cash": ZERO})


@pytest.mark.parametrize("count", [1, 4])
def test_consequences_cost_two_queries(count, django_assert_num_queries):
    offers = [make_offer() for _ in range(count)]
    for offer in offers:
        sales.sold(offer)

    with django_assert_num_queries(2):
        consequences([offer.event for offer in offers])


# Cancelling -----------------------------------------------------------------------------------


def test_money_of_a_cancelled_event_goes_back():
    booking = sales.sold(make_offer(), 2)

    cancel(booking.event)

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason, booking.retained) == ("cancelled", "event", 0)
    assert sales.payments_of(booking)[-1] == ("refund", "pending", "80.00")
    assert findings(NOW) == []


def test_money_of_a_cancelled_event_can_be_kept():
    offer = make_offer()
    booking, hold = sales.sold(offer, 2), sales.checked_out(offer)

    cancel(offer.event, refunds=False, message="Ask Broadway Ltd.")

    booking.refresh_from_db()
    hold.refresh_from_db()
    assert (booking.status, booking.retained, hold.status, hold.retained) == ("cancelled", 80, "cancelled", 0)
    assert sales.payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert findings(NOW) == []


def test_bookings_that_are_found_later_are_cancelled_in_the_same_way():
    booking = sales.sold(make_offer())
    cancel_event(event=booking.event, now=NOW, by="grace", how=Cancellation(refunds=False))

    services.cancel_bookings_of_cancelled_events(now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.retained) == ("cancelled", 40)


def test_letter_says_what_the_house_has_to_say(mailoutbox):
    booking = sales.sold(make_offer())
    cancel(booking.event, message="The <b>singer</b> is ill.\nWe are sorry.")

    tasks.send_cancellation.call(booking.pk)

    (letter,) = mailoutbox
    ((html, _),) = letter.alternatives
    assert "\n\nThe <b>singer</b> is ill.\nWe are sorry.\n\n" in letter.body
    assert "The &lt;b&gt;singer&lt;/b&gt; is ill.<br>We are sorry." in html
    assert "We are giving you back €40.00" in letter.body


def test_letter_says_that_the_promoter_pays_back():
    booking = sales.sold(make_offer())
    cancel(booking.event, refunds=False, message="Ask Broadway Ltd.")
    booking = Booking.objects.with_details().get(pk=booking.pk)

    letter = mail.cancellation(booking, message="Ask Broadway Ltd.")

    said = "We do not pay back what you paid for your tickets, €40.00: the promoter of the event does, as we say above."
    assert f"\n\n{said}\n\n" in letter.body
    assert "giving you back" not in letter.body


def test_letter_about_another_cancellation_keeps_the_words_of_the_event_to_itself(mailoutbox):
    booking = sales.sold(make_offer())
    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=NOW, actor="ada")
    cancel(booking.event, message="The singer is ill.")

    tasks.send_cancellation.call(booking.pk)

    assert "singer" not in mailoutbox[0].body


# Moving ---------------------------------------------------------------------------------------


def test_letter_about_a_new_date_says_what_the_house_has_to_say(mailoutbox):
    booking = sales.sold(make_offer())
    move(booking.event, message="The singer is ill.\nWe are sorry.")
    work("tell_of_new_date")

    work("send_new_date")

    assert "\n\nThe singer is ill.\nWe are sorry.\n\n" in mailoutbox[0].body


def test_letter_says_until_when_the_money_can_be_had_back(mailoutbox):
    booking = sales.sold(make_offer(event__cancellation_hours=None))
    move(booking.event, refundable_until=timezone.now() + timedelta(days=10))
    work("tell_of_new_date")

    work("send_new_date")

    booking = Booking.objects.get(pk=booking.pk)
    assert "you can cancel for a full refund until" in mailoutbox[0].body
    assert services.cancel_as_customer(booking=booking, now=NOW + timedelta(days=9)).status == "cancelled"


def test_everybody_is_told_once_however_often_it_is_begun(monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    offer = make_offer()
    bookings = [sales.sold(offer) for _ in range(5)]
    move(offer.event)
    (row,) = DBTaskResult.objects.filter(task_path="bookings.tasks.tell_of_new_date")
    event_id, date, move_id = row.args_kwargs["args"]

    services.tell_some_of_new_date(event_id=event_id, move_id=move_id, now=NOW, date=date)  # and then its worker dies
    tasks.tell_of_new_date.call(event_id, date, move_id)
    tasks.tell_of_new_date.call(event_id, date, move_id)

    assert letters_waiting("send_new_date") == [booking.pk for booking in bookings]
    assert sales.verbs_of(bookings[0])[-1] == "tell of new date"


def test_everybody_is_told_of_each_move():
    booking = sales.sold(make_offer())
    move(booking.event)
    work("tell_of_new_date")
    reschedule(event=booking.event, event_date=LATER + timedelta(days=1), now=NOW, by="grace")
    work("tell_of_new_date")

    assert letters_waiting("send_new_date") == [booking.pk, booking.pk]


def test_nobody_is_told_of_a_date_that_does_not_hold_any_more():
    booking = sales.sold(make_offer())
    move(booking.event)
    Event.objects.update(status="cancelled")

    work("tell_of_new_date")

    assert letters_waiting("send_new_date") == []


# While it is done -----------------------------------------------------------------------------


def fail(name: str, booking: Booking) -> None:
    """Let the letter to a booking have failed for good."""
    rows = DBTaskResult.objects.filter(task_path=f"bookings.tasks.{name}", status=TaskResultStatus.READY)
    (row,) = [row for row in rows if row.args_kwargs["args"][0] == booking.pk]
    DBTaskResult.objects.filter(pk=row.pk).update(status=TaskResultStatus.FAILED, finished_at=NOW)


def test_progress_of_cancelling_counts_bookings_money_and_letters():
    offer = make_offer(40)
    card, cash = [sales.sold(offer) for _ in range(3)], sold_for_cash(offer, 2)
    sales.sold(make_offer())
    cancel_event(event=offer.event, now=NOW, by="grace")
    before = progress_of_cancelling(offer.event)
    work("cancel_bookings_of_event")
    fail("send_cancellation", card[0])
    refund = card[1].payments.get(kind="refund")
    services.carry_out_refund(refund=refund, now=NOW)

    after = progress_of_cancelling(offer.event)

    assert (before.concerned, before.done, before.is_running) == (4, 0, True)
    assert (after.concerned, after.done, after.is_running) == (4, 4, True)
    assert after.letters == Letters(sent=0, waiting=2, failed=1)
    assert after.refunds == {
        "done": Sums(1, Decimal(40)),
        "waiting": Sums(2, Decimal(80)),
        "box office": Sums(1, Decimal(80)),
        "failed": Sums(),
    }
    assert list(to_telephone([offer.event])) == [cash]


def test_progress_of_cancelling_comes_to_an_end(mailoutbox):
    offer = make_offer()
    sales.sold(offer)
    sold_for_cash(offer)
    cancel(offer.event)

    for name in ("carry_out_refund", "send_cancellation"):
        work(name)
    progress = progress_of_cancelling(offer.event)

    assert progress.is_running is False
    assert progress.letters == Letters(sent=1)
    assert progress.refunds["box office"] == Sums(1, Decimal(40))


def test_money_that_another_system_took_waits_at_the_box_office(mailoutbox):
    offer = make_offer()
    booking = sales.checked_out(offer)
    services.confirm(booking=booking, now=NOW, charge=Charge("import", "A-1001", booking.total_price))

    cancel(offer.event)
    work("send_cancellation")
    progress = progress_of_cancelling(offer.event)

    assert (progress.is_running, progress.refunds["box office"]) == (False, Sums(1, Decimal(40)))


@pytest.mark.parametrize("code", sorted(set(PROVIDERS) - {"exchange"}))
def test_ways_of_the_box_office_are_those_that_staff_give_back(code):
    assert (code in AT_BOX_OFFICE) == get_provider(code).is_handed_out(Payment(provider=code))


def test_progress_of_moving_counts_who_has_been_told():
    offer = make_offer()
    told, failed, gone = sales.sold(offer), sales.sold(offer), sales.sold(offer)
    sold_for_cash(offer)
    move(offer.event)
    line = offer.event.activities.get(verb="move")
    before = progress_of_moving(offer.event, line)
    work("tell_of_new_date")
    fail("send_new_date", failed)
    services.cancel(booking=gone, reason=Booking.Reason.CUSTOMER, now=NOW, actor="customer")

    after = progress_of_moving(offer.event, line)

    assert (before.concerned, before.done, before.is_running) == (3, 0, True)
    assert (after.concerned, after.done, after.returned) == (3, 3, 1)
    assert after.letters == Letters(sent=0, waiting=2, failed=1)
    assert told.pk in letters_waiting("send_new_date")


@pytest.mark.parametrize("count", [1, 6])
def test_progress_costs_the_same_for_any_number_of_bookings(count, django_assert_num_queries):
    offer = make_offer()
    for _ in range(count):
        sales.sold(offer)
    cancel(offer.event)

    with django_assert_num_queries(3):
        progress_of_cancelling(offer.event)


def test_letter_in_the_queue_is_told_apart_from_one_of_another_event():
    booking = make_booking(make_event())
    sales.sold(make_offer())
    tasks.send_cancellation.enqueue(booking.pk + 1_000)

    assert progress_of_cancelling(booking.event).letters == Letters()
