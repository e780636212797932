"""A customer who is forgotten is nowhere any more, and no figure has changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Sum
from django.db.models.functions import Upper
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bookings import mail, services, tasks
from bookings.errors import ErasureRefused
from bookings.models import Activity, Booking, LedgerLine, Payment, Ticket, WaitlistEntry
from bookings.personal import Person, find_everywhere
from bookings.pseudonyms import is_reachable
from bookings.tests.factories import DeliveryFactory, WaitlistEntryFactory
from bookings.tests.sales import NOW, hold, sold
from events.history import AppendOnlyError
from events.models import Event, EventActivity
from events.tests.factories import EventActivityFactory
from reports.audit import findings
from ticketing.tests.factories import NamedHoldFactory, make_offer
from venues.tests.factories import IdempotentRequestFactory, ImportJobFactory

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
LATER = NOW + timedelta(days=400)
"""When every event that the factories make is over."""


def erase(email=ADA, now=LATER, reason="asked for it by letter"):
    return services.erase_customer(email=email, by="grace", now=now, reason=reason)


def figures():
    """What any report could be made of."""
    bookings = Booking.objects.order_by("pk").values_list(
        *("booking_code", "status", "quantity", "total_price", "discount", "retained", "channel", "booking_date"),
        *("confirmed_at", "cancelled_at", "cancellation_reason", "event_id", "promo_code_id"),
    )
    tickets = Ticket.objects.order_by("pk").values_list("code", "status", "price", "discount", "place_id", "voided_at")
    return {
        "bookings": list(bookings),
        "tickets": list(tickets),
        "payments": list(Payment.objects.values_list("reference", "kind", "status", "amount", "created_at")),
        "ledger": list(LedgerLine.objects.values_list("at", "kind", "quantity", "gross", "discount", "retained")),
        "waiting": list(WaitlistEntry.objects.order_by("pk").values_list("event_id", "offer_id", "quantity")),
        "customers": sorted(
            Booking.objects.values(who=Upper("customer_email"))
            .annotate(n=Count("pk"))
            .order_by()
            .values_list("n", flat=True)
        ),
        "money": LedgerLine.objects.aggregate(net=Sum(F("gross") - F("discount") + F("retained"))),
        "history": list(Activity.objects.exclude(verb="erase").values_list("verb", "actor", "at")),
    }


@pytest.fixture
def customer():
    """Everything that can happen to one customer, and somebody else to whom nothing of it may."""
    offer = make_offer(30)
    first = sold(offer, 3)
    services.correct_details(booking=first, name="Ada King", email="ADA@Example.org", phone="+43 1 58 85", now=NOW)
    services.pass_on(ticket=first.tickets.valid().first(), name="Bob Boole", email="bob@example.org", now=NOW)
    services.cancel_tickets(
        booking=first, tickets=[first.tickets.valid().last().pk], now=NOW, actor="grace", why="Mrs King is ill"
    )
    services.resend_confirmation(booking=first, now=NOW, actor="grace")
    services.comp(
        event=offer.event, quantities={offer.pk: 1}, name="Ada", email=ADA, reason="for Ada", now=NOW, actor="g"
    )
    moved = sold(offer, 1, email=ADA)
    services.correct_details(booking=moved, name="Carl", email="carl@example.org", now=NOW)
    theirs = sold(offer, 2, email="emmy@example.org")
    Booking.objects.filter(pk=theirs.pk).update(customer_name="Emmy Noether")
    services.pass_on(ticket=theirs.tickets.valid().first(), name="Ada Lovelace", email=ADA, now=NOW)
    services.abandon(booking=services.set_details(booking=hold(offer), name="Ada", email=ADA, now=NOW), now=NOW)
    for refund in Payment.objects.filter(kind="refund"):
        services.carry_out_refund(refund=refund, now=NOW)
    return first


def scatter(event):
    """Write the address wherever somebody might have."""
    entry = WaitlistEntryFactory(event=event, name="Ada Lovelace", email="Ada@example.org")
    WaitlistEntryFactory(event=event, name="Emmy", email="emmy@example.org")
    EventActivityFactory(event=event, verb="block", detail={"reason": f"for {ADA}", "places": [1]})
    NamedHoldFactory(event=event, name=f"Press: {ADA}")
    ImportJobFactory(
        state="checked", rows=[["x", ADA]], errors=[{"row": 2, "column": "email", "message": f"“{ADA}” is there."}]
    )
    LogEntry.objects.create(
        user=User.objects.create_user("grace"),
        content_type=ContentType.objects.get_for_model(WaitlistEntry),
        object_id=str(entry.pk),
        object_repr=str(entry),
        action_flag=CHANGE,
        change_message=f"{ADA} was called.",
    )
    IdempotentRequestFactory(body=f'{{"customer_name": "Ada Lovelace", "customer_email": "{ADA}"}}', status=201)
    booking = Booking.objects.filter(customer_email__iexact=ADA).first()
    DeliveryFactory(
        booking=booking,
        kind="booking.changed",
        detail={"ticket": "A", "new_ticket": "B", "to": "Bob Boole"},
        body=f'{{"customer_email": "{ADA}"}}',
        response="Thank you, Ada Lovelace",
    )
    tasks.send_sign_in_link.enqueue(ADA, "/bookings/mine/x")
    tasks.send_booking_link.enqueue("BK-1", ADA.upper())
    DBTaskResult.objects.create(
        args_kwargs={"args": [1], "kwargs": {}},
        task_path="bookings.tasks.send_confirmation",
        backend_name="default",
        queue_name="mail",
        status=TaskResultStatus.FAILED,
        run_after=timezone.now(),
        traceback=f"SMTPRecipientsRefused: {ADA}",
    )


# Completeness ---------------------------------------------------------------------------------


def test_erasing_leaves_the_address_in_no_text_of_the_database(customer):
    scatter(customer.event)
    assert len(find_everywhere(ADA)) > 8

    erasure = erase()

    assert erasure.left == ()
    assert find_everywhere(ADA) == []
    assert not Person(ADA).is_known


def test_erasing_takes_names_and_telephone_numbers_along(customer):
    scatter(customer.event)

    erase()

    for word in ("Lovelace", "Ada King", "5885", "58 85", "Boole", "bob@example.org", "Mrs"):
        assert find_everywhere(word) == [], word
    booking = Booking.objects.get(pk=customer.pk)
    assert (booking.customer_name, booking.customer_phone) == ("Erased", "")


def test_erasing_leaves_others_alone(customer):
    scatter(customer.event)
    emmy = Booking.objects.get(customer_email="emmy@example.org")
    before = dict(Booking.objects.filter(pk=emmy.pk).values().get())

    erase()

    assert Booking.objects.filter(pk=emmy.pk).values().get() == before
    assert WaitlistEntry.objects.filter(name="Emmy", status="waiting").count() == 1
    held = emmy.tickets.valid().order_by("-pk").first()
    assert (held.holder_name, is_reachable(held.holder_email)) == ("Erased", False)


# Figures --------------------------------------------------------------------------------------


def test_erasing_changes_no_figure(customer):
    scatter(customer.event)
    before, wrong = figures(), findings(LATER)

    erase()

    assert figures() == before
    assert findings(LATER) == wrong


def test_bookings_of_one_customer_stay_those_of_one_customer(customer):
    erase()

    mine = Booking.objects.filter(customer_email__endswith="@erased.invalid")
    assert mine.count() == 3
    assert len({booking.customer_email for booking in mine}) == 1


def test_history_keeps_its_lines_its_sums_and_its_codes(customer):
    erase()

    details = {line.verb: line.detail for line in customer.activities.all()}
    assert details["details"] == {
        "name": ["Erased", "Erased"],
        "email": ["Erased", "Erased"],
        "phone": ["Erased", "Erased"],
    }
    assert details["cancel tickets"]["refunded"] == "40.00"
    assert details["cancel tickets"]["why"] == "Erased"
    assert details["pass on"]["to"] == "Erased"
    assert details["pass on"]["new_ticket"] in set(customer.tickets.values_list("code", flat=True))


def test_erasing_is_written_down_without_the_address(customer):
    erase(reason=f"letter of {ADA}, 3 May")

    line = customer.activities.get(verb="erase")
    assert (line.actor, line.detail) == ("grace", {"reason": "letter of Erased, 3 May"})


def test_whoever_only_waited_is_forgotten_in_the_history_of_the_event():
    entry = WaitlistEntryFactory(email=ADA)

    erasure = erase(now=NOW)

    entry.refresh_from_db()
    assert (erasure.bookings, erasure.waiting) == (0, 1)
    assert (entry.name, entry.status) == ("Erased", "left")
    assert EventActivity.objects.get(event=entry.event).verb == "erase"


# Letters --------------------------------------------------------------------------------------


def test_letters_that_wait_are_dropped_and_others_go(customer):
    tasks.send_confirmation.enqueue(Booking.objects.get(customer_email="emmy@example.org").pk)
    queued = {str(row.pk) for row in Person(ADA).letters_queued}

    erase()

    assert queued
    assert not DBTaskResult.objects.filter(pk__in=queued).exists()
    assert DBTaskResult.objects.filter(task_path="bookings.tasks.send_confirmation").exists()


def test_nobody_is_written_to_who_is_forgotten(customer, mailoutbox):
    erase()
    booking = Booking.objects.with_details().get(pk=customer.pk)

    mail.confirmation(booking, now=LATER).send()

    assert mailoutbox == []


# Refusals -------------------------------------------------------------------------------------


def test_erasing_is_refused_while_an_event_is_to_come():
    booking = sold(make_offer())

    with pytest.raises(ErasureRefused) as refusal:
        erase(now=NOW)

    assert refusal.value.reasons == [
        f"There are bookings for events to come: {booking.booking_code}. Cancel them first."
    ]
    assert Booking.objects.get().customer_email == ADA


@pytest.mark.parametrize(("hours", "is_refused"), [(11, True), (13, False)])
def test_event_without_an_end_is_over_half_a_day_after_it_began(hours, is_refused):
    booking = sold(make_offer())

    _, reasons = services.plan_erasure(email=ADA, now=booking.event.event_date + timedelta(hours=hours))

    assert bool(reasons) == is_refused


def test_cancelled_bookings_are_erased_once_their_money_is_back():
    booking = services.cancel(booking=sold(make_offer()), reason="customer", now=NOW, actor="customer")

    with pytest.raises(ErasureRefused, match="Money is still to be given back"):
        erase(now=NOW)
    services.carry_out_refund(refund=booking.payments.get(kind="refund"), now=NOW)

    assert erase(now=NOW).bookings == 1


def test_erasing_is_refused_while_they_hold_a_ticket_of_somebody_else():
    theirs = sold(make_offer(), email="emmy@example.org")
    services.pass_on(ticket=theirs.tickets.get(), name="Ada", email=ADA, now=NOW)

    with pytest.raises(ErasureRefused, match=f"passed on out of {theirs.booking_code}"):
        erase(now=NOW)


def test_erasing_is_refused_while_a_letter_is_being_sent():
    tasks.send_sign_in_link.enqueue(ADA, "/x")
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)

    with pytest.raises(ErasureRefused, match="being sent just now"):
        erase()


def test_erasing_is_refused_while_a_file_is_imported():
    ImportJobFactory(state="importing", rows=[[ADA]])

    with pytest.raises(ErasureRefused, match="being imported just now"):
        erase()


def test_cancelled_event_does_not_count_as_one_to_come():
    sold(make_offer())
    Event.objects.update(status="cancelled")

    _, reasons = services.plan_erasure(email=ADA, now=NOW)

    assert reasons == []


# Plan and deed --------------------------------------------------------------------------------


def test_plan_says_what_the_deed_does(customer):
    scatter(customer.event)

    plan, reasons = services.plan_erasure(email=f" {ADA.upper()} ", now=LATER)

    assert reasons == []
    done = erase(email=ADA)
    assert plan == done


def test_erasing_twice_does_nothing(customer):
    erase()
    lines = Activity.objects.count()

    assert erase().bookings == 0
    assert Activity.objects.count() == lines


# The one way to rewrite history ---------------------------------------------------------------


def test_redact_reaches_no_column_but_those_that_a_model_gives_up(customer):
    line = customer.activities.first()

    assert Activity.objects.filter(pk=line.pk).redact(detail={"x": 1}) == 1
    with pytest.raises(AppendOnlyError, match="actor"):
        Activity.objects.filter(pk=line.pk).redact(actor="me", detail={})
    with pytest.raises(AppendOnlyError, match="amount"):
        Payment.objects.redact(amount=Decimal("0.01"))
    assert Activity.objects.get(pk=line.pk).detail == {"x": 1}
