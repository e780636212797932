import logging
import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bookings import services, tasks
from bookings.models import Booking, Payment
from bookings.tests.documents import make_booking, make_event
from bookings.tests.factories import PaymentFactory
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "ada@example.org"
URL = "/bookings/mine/abc/"


class DownBackend(BaseEmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, email_messages) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class RefusingBackend(BaseEmailBackend):
    """A mail server that knows that there is no such address."""

    def send_messages(self, email_messages) -> int:
        raise smtplib.SMTPRecipientsRefused({ADA: (550, b"No such user")})


class GreylistingBackend(BaseEmailBackend):
    """A mail server that wants to be asked again."""

    def send_messages(self, email_messages) -> int:
        raise smtplib.SMTPRecipientsRefused({ADA: (450, b"Please try later")})


def use(settings, backend: type) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def work() -> None:
    """Let a worker do what is due."""
    options = {"batch": True, "reload": False, "startup_delay": False, "interval": 0, "verbosity": 0}
    call_command("db_worker", queue_name="*", **options)


def make_due() -> None:
    """Let the time pass until everything in the queue is due."""
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now() - timedelta(seconds=1))


def statuses() -> list[str]:
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))


@pytest.fixture(autouse=True)
def _quiet():
    """Take back what the worker command does to the levels of its loggers."""
    loggers = [logging.getLogger(name) for name in ("django_tasks", "django_tasks_db")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_confirmation_is_sent_by_the_worker(mailoutbox):
    tasks.send_confirmation.enqueue(make_booking().pk)

    work()

    assert [letter.to for letter in mailoutbox] == [[ADA]]
    assert statuses() == ["SUCCESSFUL"]


def test_confirmation_of_a_booking_that_was_cancelled_meanwhile_is_not_sent(mailoutbox):
    booking = make_booking()
    tasks.send_confirmation.enqueue(booking.pk)
    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=timezone.now(), actor="ada")

    work()

    assert [letter.subject for letter in mailoutbox] == [
        "Your booking BK-20261122-A7K3XQ for The Magic Flute is cancelled"
    ]


def test_counter_sales_without_an_address_get_no_letter(mailoutbox):
    tasks.send_confirmation.enqueue(make_booking(customer_email="", channel="box_office").pk)

    work()

    assert mailoutbox == []
    assert statuses() == ["SUCCESSFUL"]


def test_cancellation_is_sent_by_the_worker(mailoutbox):
    booking = make_booking()
    services.cancel(booking=booking, reason=Booking.Reason.EVENT, now=timezone.now(), actor="system")

    work()

    assert [letter.subject for letter in mailoutbox] == ["Cancelled: The Magic Flute, Saturday 12 December 2026"]


def test_sign_in_link_is_sent_by_the_worker(mailoutbox):
    make_booking()
    tasks.send_sign_in_link.enqueue(ADA, URL)

    work()

    assert [letter.subject for letter in mailoutbox] == ["Your bookings at Marquee"]


def test_sign_in_link_is_not_sent_to_strangers(mailoutbox):
    tasks.send_sign_in_link.enqueue(ADA, URL)

    work()

    assert mailoutbox == []
    assert statuses() == ["SUCCESSFUL"]


def test_letters_wait_in_the_mail_queue():
    tasks.send_confirmation.enqueue(1)
    tasks.carry_out_refund.enqueue(1)

    assert set(DBTaskResult.objects.values_list("task_path", "queue_name")) == {
        ("bookings.tasks.send_confirmation", "mail"),
        ("bookings.tasks.carry_out_refund", "default"),
    }


def test_task_that_fails_is_tried_again_later(settings, caplog):
    use(settings, DownBackend)
    booking = make_booking()
    tasks.send_confirmation.enqueue(booking.pk)

    work()

    done, retry = DBTaskResult.objects.order_by("enqueued_at")
    assert (done.status, retry.status) == ("SUCCESSFUL", "READY")
    assert retry.args_kwargs == {"args": [booking.pk], "kwargs": {"attempt": 2}}
    assert abs(retry.run_after - timezone.now() - timedelta(minutes=1)) < timedelta(seconds=30)
    assert [record.levelname for record in caplog.records if record.name == "bookings.tasks"] == ["WARNING"]


def test_letter_that_failed_arrives_once_when_the_mail_server_is_back(settings, mailoutbox):
    working = settings.EMAIL_BACKEND
    use(settings, DownBackend)
    tasks.send_confirmation.enqueue(make_booking().pk)
    work()
    make_due()
    work()
    settings.EMAIL_BACKEND = working
    make_due()

    work()
    work()

    assert [letter.to for letter in mailoutbox] == [[ADA]]
    assert statuses() == ["SUCCESSFUL"] * 3


def test_task_that_fails_for_a_day_is_left_as_failed_and_logged(settings, caplog):
    use(settings, DownBackend)
    booking = make_booking()
    tasks.send_confirmation.enqueue(booking.pk)
    for _ in tasks.PAUSES:
        work()
        make_due()

    work()

    assert sum(tasks.PAUSES, timedelta()) >= timedelta(hours=24)
    assert statuses() == ["SUCCESSFUL"] * len(tasks.PAUSES) + ["FAILED"]
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"send_confirmation {booking.pk}: given up after attempt 8."
    ]


def test_letter_to_an_address_that_does_not_exist_is_given_up_at_once(settings):
    use(settings, RefusingBackend)
    tasks.send_confirmation.enqueue(make_booking().pk)

    work()

    assert statuses() == ["FAILED"]


def test_letter_that_is_put_off_is_tried_again(settings):
    use(settings, GreylistingBackend)
    tasks.send_confirmation.enqueue(make_booking().pk)

    work()

    assert statuses() == ["SUCCESSFUL", "READY"]


def test_sign_in_link_is_given_up_before_it_runs_out_and_is_not_logged(settings, caplog):
    use(settings, DownBackend)
    make_booking()
    tasks.send_sign_in_link.enqueue(ADA, "/bookings/mine/secret/")
    for _ in range(4):
        work()
        make_due()

    assert statuses() == ["SUCCESSFUL"] * 3 + ["FAILED"]
    assert [record for record in caplog.records if "secret" in record.getMessage()] == []


def test_refund_is_carried_out_by_the_worker():
    booking = make_booking()
    charge = PaymentFactory(booking=booking, amount=booking.total_price)

    services.cancel(booking=booking, reason=Booking.Reason.CUSTOMER, now=timezone.now(), actor="customer")
    work()

    refunds = charge.refunds.order_by("pk").values_list("status", "amount")
    assert list(refunds) == [("pending", booking.total_price), ("succeeded", booking.total_price)]


def test_refund_by_a_provider_that_is_gone_is_tried_again():
    charge = PaymentFactory(booking=make_booking())
    refund = {"booking": charge.booking, "charge": charge, "provider": "gone", "status": "pending"}
    tasks.carry_out_refund.enqueue(PaymentFactory(kind=Payment.Kind.REFUND, **refund).pk)

    work()

    assert statuses() == ["SUCCESSFUL", "READY"]


def test_bookings_of_a_cancelled_event_are_cancelled_by_the_worker(mailoutbox):
    booking = make_booking(make_event(status=Event.Status.CANCELLED))
    tasks.cancel_bookings_of_event.enqueue(booking.event_id)

    work()

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == ("cancelled", "event")
    assert len(mailoutbox) == 1


def make_running(minutes: int, workers: int = 1) -> DBTaskResult:
    """Enqueue a letter and let the worker that took it die."""
    tasks.send_sign_in_link.enqueue(ADA, URL)
    task = DBTaskResult.objects.get(status=TaskResultStatus.READY)
    task.status = TaskResultStatus.RUNNING
    task.started_at = timezone.now() - timedelta(minutes=minutes)
    task.worker_ids = [f"worker-{number}" for number in range(workers)]
    task.save()
    return task


def test_requeue_stuck_tasks_puts_back_what_a_dead_worker_held(mailoutbox):
    make_booking()
    make_running(minutes=11)

    count = tasks.requeue_stuck_tasks(timezone.now())
    work()

    assert count == 1
    assert statuses() == ["SUCCESSFUL"]
    assert len(mailoutbox) == 1


def test_requeue_stuck_tasks_leaves_what_is_running_alone():
    make_running(minutes=9)

    count = tasks.requeue_stuck_tasks(timezone.now())

    assert count == 0
    assert statuses() == ["RUNNING"]


def test_requeue_stuck_tasks_puts_back_what_a_worker_dropped_when_told_to_stop():
    task = make_running(minutes=1)
    task.set_failed(SystemExit(1))

    count = tasks.requeue_stuck_tasks(timezone.now())

    assert count == 1
    assert statuses() == ["READY"]


def test_requeue_stuck_tasks_leaves_what_failed_for_a_reason_alone():
    task = make_running(minutes=11)
    task.set_failed(ValueError("No"))

    count = tasks.requeue_stuck_tasks(timezone.now())

    assert count == 0
    assert statuses() == ["FAILED"]


def test_requeue_stuck_tasks_gives_up_what_kills_its_workers(caplog):
    task = make_running(minutes=11, workers=tasks.LIVES)

    count = tasks.requeue_stuck_tasks(timezone.now())

    assert count == 0
    assert statuses() == ["FAILED"]
    assert [record.getMessage() for record in caplog.records] == [
        f"Task {task.pk} (bookings.tasks.send_sign_in_link) has stopped 5 workers and is given up."
    ]
