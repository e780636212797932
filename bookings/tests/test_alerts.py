"""What the first page asks to look at: each alert literally, and who is told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from bookings import tasks
from bookings.alerts import Alert, find_alerts
from bookings.models import Booking, Payment, Shift, Subscription
from bookings.tests import sales
from bookings.tests.factories import PaymentFactory, ShiftFactory, SubscriptionFactory, WaitlistEntryFactory
from bookings.today import programme
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.models import FOREVER, Place
from ticketing.tests.factories import OfferFactory, make_offer

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = NOW + timedelta(hours=8)
"""This evening, on the clock of the venues of factories."""
NEXT_DAYS = NOW + timedelta(days=2)


@pytest.fixture
def manager() -> User:
    return member("Managers")


def member(group: str) -> User:
    user = User.objects.create_user(f"ada of {group}", first_name="Ada", last_name="King", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def alerts(user: User) -> list[Alert]:
    return find_alerts(programme(NOW), user, NOW)


def told(user: User) -> list[tuple]:
    """List the alerts as their level, their title, and what they name."""
    return [(one.level, one.title, [(item.text, item.note) for item in one.items]) for one in alerts(user)]


def local(moment: datetime) -> str:
    shown = moment.astimezone(ZoneInfo("Europe/Vienna"))
    return f"{shown:%a} {shown.day} {shown:%b, %H:%M}"


def clear_queue() -> None:
    """Forget the letters that selling has put into the queue."""
    DBTaskResult.objects.all().delete()


def sell(**kwargs) -> Booking:
    booking = sales.sold(make_offer(), 2, **kwargs)
    clear_queue()
    return booking


def letter(booking: Booking, **kwargs) -> DBTaskResult:
    """Put a letter into the queue: one that failed just now, unless told otherwise."""
    times = {"enqueued_at": NOW - timedelta(hours=1), "status": "FAILED", "finished_at": NOW - timedelta(minutes=1)}
    row = DBTaskResult.objects.get(pk=tasks.send_confirmation.enqueue(booking.pk, **kwargs.pop("arguments", {})).id)
    DBTaskResult.objects.filter(pk=row.pk).update(**times | kwargs)
    return row


def refund(booking: Booking, **kwargs) -> Payment:
    provider = kwargs.get("provider", "demo")
    charges = booking.payments.filter(kind="charge", provider=provider)
    charge = charges.first() or PaymentFactory(booking=booking, provider=provider)
    values = {"kind": "refund", "status": "pending", "charge": charge, "amount": 12, "created_at": NOW}
    return PaymentFactory(booking=booking, **values | kwargs)


def test_all_is_well(manager):
    sell()

    assert told(manager) == []


# E-mail -----------------------------------------------------------------------------------------


def test_queue_that_nobody_works_on(manager):
    booking = sell()
    letter(booking, status="READY", finished_at=None, enqueued_at=NOW - timedelta(minutes=7, seconds=30))

    alert = alerts(manager)[0]

    assert (alert.level, alert.title) == ("bad", "E-mails and refunds are not going out")
    assert alert.advice.startswith("1 task waiting, the oldest for 7 minutes.")


def test_queue_that_is_worked_on(manager):
    letter(sell(), status="READY", finished_at=None, enqueued_at=NOW - timedelta(minutes=4))

    assert told(manager) == []


def test_letter_that_was_given_up_leads_to_its_booking(manager):
    booking = sell()
    letter(booking)

    [alert] = alerts(manager)

    assert (alert.level, alert.title) == ("bad", "1 e-mail could not be delivered")
    assert [(item.text, item.note, item.url) for item in alert.items] == [
        ("ada@example.org", f"confirmation, {booking}", reverse("admin:bookings_booking_change", args=[booking.pk]))
    ]


@pytest.mark.parametrize("again", ["SUCCESSFUL", "READY"])
def test_letter_that_was_sent_again_is_forgotten(manager, again):
    booking = sell()
    letter(booking)
    letter(booking, status=again, enqueued_at=NOW - timedelta(seconds=30), finished_at=None)

    assert told(manager) == []


def test_letter_that_failed_again_is_named_once(manager):
    booking = sell()
    letter(booking)
    letter(booking, enqueued_at=NOW - timedelta(minutes=30))

    assert [alert.title for alert in alerts(manager)] == ["1 e-mail could not be delivered"]


def test_letter_to_sign_in_does_not_tell_its_link(manager):
    result = tasks.send_sign_in_link.enqueue("ada@example.org", "https://example.org/secret")
    DBTaskResult.objects.filter(pk=result.id).update(status="FAILED", finished_at=NOW)

    assert told(manager) == [
        ("bad", "1 e-mail could not be delivered", [("ada@example.org", "sign in link, no booking")])
    ]


def test_letters_that_the_mail_server_has_not_taken(manager):
    letter(
        sell(),
        arguments={"attempt": 2},
        status="READY",
        finished_at=None,
        enqueued_at=NOW,
        run_after=NOW + timedelta(minutes=5),
    )

    assert told(manager) == [("warn", "1 e-mail waits for the mail server", [])]


def test_letters_are_due_at_once():
    """What the alerts take for "at once" is how the queue writes it."""
    tasks.send_confirmation.enqueue(1)

    assert DBTaskResult.objects.get().run_after == get_date_max()


# Money ------------------------------------------------------------------------------------------


def test_refund_that_was_refused(manager):
    booking = sell()
    refund(booking, reference="again", status="pending")
    refund(booking, reference="again", status="failed")

    assert told(manager) == [
        ("bad", "1 refund refused by the payment provider", [("€12.00", f"{booking}, Ada Lovelace")])
    ]


def test_refund_that_is_asked_for_again_is_no_longer_refused(manager):
    booking = sell()
    refund(booking, reference="first", status="pending")
    refund(booking, reference="first", status="failed")
    refund(booking, reference="second", status="pending")

    assert told(manager) == []


@pytest.mark.parametrize("provider", ["cash", "terminal"])
def test_refund_to_hand_out(manager, provider):
    booking = sell()
    refund(booking, provider=provider)

    assert told(manager) == [("warn", "1 refund to hand out at the counter", [("€12.00", f"{booking}, Ada Lovelace")])]


def test_refund_that_was_handed_out(manager):
    booking = sell()
    refund(booking, provider="cash", reference="one")
    refund(booking, provider="cash", reference="one", status="succeeded")

    assert told(manager) == []


def test_refund_without_an_answer(manager):
    booking = sell()
    refund(booking, reference="old", created_at=NOW - timedelta(hours=25))
    refund(booking, reference="new", created_at=NOW - timedelta(hours=23))

    assert told(manager) == [
        ("bad", "1 refund without an answer for more than a day", [("€12.00", f"{booking}, Ada Lovelace")])
    ]


def test_shift_of_yesterday_is_told_to_its_owner_and_to_managers(manager):
    bernadette, colleague = member("Box office"), User.objects.create_user("colleague")
    ShiftFactory(user=bernadette, opened_at=NOW - timedelta(hours=20))
    ShiftFactory(user=colleague, opened_at=NOW - timedelta(hours=20))
    ShiftFactory(user=manager, opened_at=NOW - timedelta(hours=3))

    assert [(alert.level, alert.title, len(alert.items)) for alert in alerts(bernadette)] == [
        ("warn", "1 shift left open", 1)
    ]
    assert [(alert.level, alert.title, len(alert.items)) for alert in alerts(manager)] == [
        ("warn", "2 shifts left open", 2)
    ]
    assert Shift.objects.open().count() == 3


# Events -----------------------------------------------------------------------------------------


def test_event_of_today_that_cannot_be_bought(manager):
    event = OfferFactory(event__event_date=TODAY).event

    assert told(manager) == [
        ("bad", "1 event of today cannot be bought", [(event.name, f"{local(TODAY)}: sales have not been opened")])
    ]


def test_draft_of_this_week(manager):
    draft = make_offer(event__event_date=NEXT_DAYS, event__published_at=None).event
    make_offer(event__event_date=NOW + timedelta(days=20), event__published_at=None)

    assert told(manager) == [
        ("warn", "1 event of this week still a draft", [(draft.name, f"{local(NEXT_DAYS)}: not published yet")])
    ]


def test_event_that_is_sold_out_and_one_that_almost_is(manager):
    full, low = make_offer(event__event_date=NEXT_DAYS), make_offer(event__event_date=NEXT_DAYS)
    Place.objects.filter(offer=full).update(free_from=FOREVER, claim="0" * 32)
    taken = list(low.places.values_list("pk", flat=True)[:17])
    Place.objects.filter(pk__in=taken).update(free_from=FOREVER, claim="1" * 32)

    assert told(manager) == [
        ("info", "1 event almost sold out", [(low.event.name, f"{local(NEXT_DAYS)}: 3 left")]),
        ("info", "1 event sold out", [(full.event.name, f"{local(NEXT_DAYS)}: all 20 taken")]),
    ]


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_event_that_does_not_take_place_is_nothing_to_look_at(manager, status):
    event = OfferFactory(event__event_date=TODAY, event__published_at=None).event
    Event.objects.filter(pk=event.pk).update(status=status)

    assert told(manager) == []


def test_waiting_list_with_free_places(manager):
    offer, full = make_offer(), make_offer()
    Place.objects.filter(offer=full).update(free_from=FOREVER)
    for event in (offer.event, full.event):
        WaitlistEntryFactory(event=event, created_at=NOW - timedelta(hours=1))
        WaitlistEntryFactory(event=event, created_at=NOW, email="grace@example.org")

    assert told(manager) == [
        ("warn", "1 event with a waiting list and free places", [(offer.event.name, "2 people on the waiting list")])
    ]


def test_only_the_first_are_named(manager):
    for number in range(7):
        EventFactory(name=f"Draft {number}", event_date=NEXT_DAYS, published_at=None)

    [alert] = alerts(manager)

    assert (alert.title, len(alert.items), alert.more) == ("7 events of this week still a draft", 5, 2)


# Who is told ------------------------------------------------------------------------------------


def test_door_is_told_of_nothing_but_what_is_sold_out():
    booking = sell()
    letter(booking)
    refund(booking, provider="cash")
    make_offer(event__event_date=NEXT_DAYS, event__published_at=None)
    full = make_offer(event__event_date=NEXT_DAYS)
    Place.objects.filter(offer=full).update(free_from=FOREVER)

    assert [alert.title for alert in alerts(member("Door"))] == ["1 event sold out"]


def test_webhooks_that_fail_or_are_paused(manager):
    SubscriptionFactory()
    assert told(manager) == []
    failing = SubscriptionFactory(name="The ledger", failing_since=NOW)
    since = f"{NOW:%a} {NOW.day} {NOW:%b, %H:%M}"

    assert told(manager) == [
        ("warn", "1 webhook is not getting through", [("The ledger", f"failing since {since}")]),
    ]

    Subscription.objects.filter(pk=failing.pk).update(is_active=False, paused_at=NOW)
    (told_now,) = told(manager)
    assert told_now[:2] == ("bad", "1 webhook is not getting through")
    assert told(member("Box office")) == []
