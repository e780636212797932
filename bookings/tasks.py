"""What the queue does for bookings.

Services enqueue tasks inside their transactions, so the queue's table is an outbox: what has been committed will be
done, at least once. A task that fails is tried again later and later, for about a day; then it is left as failed and
logged as an error, for the operators. A task whose worker died is put back by :func:`requeue_stuck_tasks`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from smtplib import SMTPRecipientsRefused

from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from events.models import Event
from events.services import how_cancelled

from . import mail
from .models import Booking, Payment, Ticket, WaitlistEntry

logger = logging.getLogger(__name__)

MAIL = "mail"
WEBHOOKS = "webhooks"

LAST = -10
"""The priority of what may wait: a worker of all queues sends letters first."""

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=14),
)
"""How long a task that fails waits before each further attempt: a day in all."""

STUCK_AFTER = timedelta(minutes=10)
"""A task that runs for longer has lost its worker. Tasks are safe to repeat, should it be running after all."""

INTERRUPTED = ("builtins.SystemExit", "builtins.KeyboardInterrupt")
"""How the worker marks a task that it gave up because it was told to stop at once."""

LIVES = 5
"""How many workers a task may take with it before it is given up."""

WORKERS_LOST = "builtins.RuntimeError"


def persistent(
    queue_name: str, pauses: Sequence[timedelta] = PAUSES, priority: int = 0
) -> Callable[[Callable[..., None]], Task]:
    """Make a function a task that is tried again, after each of ``pauses``, when it raises an exception.

    The attempt travels with the task as the keyword argument ``attempt``; the function does not see it.
    """

    def decorate(function: Callable[..., None]) -> Task:
        @wraps(function)
        def run(*args, attempt: int = 1, **kwargs) -> None:
            try:
                function(*args, **kwargs)
            except Exception as error:
                what = f"{function.__name__} {args[0]}"  # no more of it: the link to sign in is a secret
                if attempt > len(pauses) or is_hopeless(error):
                    logger.exception("%s: given up after attempt %d.", what, attempt)
                    raise
                pause = pauses[attempt - 1]
                logger.warning("%s: attempt %d failed, next in %s: %r", what, attempt, pause, error)
                later = registered.using(run_after=timezone.now() + pause)
                later.enqueue(*args, **kwargs, attempt=attempt + 1)

        registered = task(queue_name=queue_name, priority=priority)(run)
        return registered

    return decorate


def is_hopeless(error: Exception) -> bool:
    """Whether trying again is in vain: the mail server knows that the address does not exist."""
    return isinstance(error, SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values())


@persistent(MAIL)
def send_confirmation(booking_id: int) -> None:
    """Send a confirmed booking's tickets. Nothing is sent if it has been cancelled meanwhile."""
    booking = Booking.objects.with_details().get(pk=booking_id)
    if booking.status == Booking.Status.CONFIRMED and booking.customer_email:
        mail.confirmation(booking, now=timezone.now()).send()


@persistent(MAIL)
def send_change(booking_id: int, what: str) -> None:
    """Tell a customer what has become of a confirmed booking that was changed: ``what`` is the verb of its history."""
    booking = Booking.objects.with_details().select_related("replaces__event__venue").get(pk=booking_id)
    if booking.status == Booking.Status.CONFIRMED and booking.customer_email:
        mail.change(booking, what, now=timezone.now()).send()


@persistent(MAIL)
def send_passed_on(ticket_id: int) -> None:
    """Send a ticket that was passed on to whoever has it now, and let the one who had it know."""
    ticket = _get_ticket(ticket_id)
    if ticket.status == Ticket.Status.VALID and ticket.holder_email:
        mail.passed_on(ticket, now=timezone.now()).send()
    send_given_away.enqueue(ticket_id)


@persistent(MAIL)
def send_given_away(ticket_id: int) -> None:
    """Tell whoever has passed a ticket on that it was: it might not have been them."""
    ticket = _get_ticket(ticket_id)
    before = ticket.booking.tickets.filter(place=ticket.place_id, void_reason=Ticket.VoidReason.PASSED_ON)
    giver = before.filter(pk__lt=ticket.pk).last()
    if giver and (giver.holder_email if giver.holder_name else ticket.booking.customer_email):
        mail.given_away(ticket, giver).send()


def _get_ticket(ticket_id: int) -> Ticket:
    ticket = Ticket.objects.with_details().get(pk=ticket_id)
    ticket.booking = Booking.objects.with_details().get(pk=ticket.booking_id)
    return ticket


@persistent(MAIL)
def send_address_change(booking_id: int, previous_email: str) -> None:
    """Write to the address that a booking has now, and to the one that it had."""
    booking = Booking.objects.with_details().get(pk=booking_id)
    if booking.status == Booking.Status.CONFIRMED and booking.customer_email:
        mail.new_address(booking).send()
    if previous_email:
        send_old_address.enqueue(booking_id, previous_email)


@persistent(MAIL)
def send_old_address(booking_id: int, previous_email: str) -> None:
    """Tell the address that a booking had that it has another one: it might be somebody else's doing."""
    booking = Booking.objects.with_details().get(pk=booking_id)
    mail.old_address(booking, previous_email).send()


@persistent(MAIL)
def send_cancellation(booking_id: int) -> None:
    """Tell a customer that a booking is cancelled."""
    booking = Booking.objects.with_details().get(pk=booking_id)
    if booking.status == Booking.Status.CANCELLED and booking.customer_email:
        is_ours = booking.cancellation_reason == Booking.Reason.EVENT
        mail.cancellation(booking, message=how_cancelled(booking.event_id).message if is_ours else "").send()


@persistent(MAIL, pauses=PAUSES[:3])
def send_sign_in_link(email: str, url: str) -> None:
    """Send a link that shows all bookings of an address, if there are any. It is given up before the link runs out."""
    if Booking.objects.of_customer(email).exists():
        mail.sign_in_link(email, url).send()


@persistent(MAIL)
def send_booking_link(code: str, email: str) -> None:
    """Send the link of a booking again, if there is one with this code and this address."""
    found = Booking.objects.of_customer(email).with_details().filter(booking_code=code).first()
    if found:
        mail.booking_link(found).send()


@persistent(MAIL)
def send_waitlist_letter(entry_id: int) -> None:
    """Tell somebody that they are on a waiting list, or that places are held for them; nothing once that is over."""
    entry = WaitlistEntry.objects.with_details().get(pk=entry_id)
    now = timezone.now()
    if entry.status == WaitlistEntry.Status.WAITING:
        mail.waiting(entry).send()
    elif entry.status == WaitlistEntry.Status.OFFERED and entry.booking and entry.booking.is_live(now):
        mail.places_offered(entry).send()


@persistent("default")
def end_waitlist_offers(event_id: int) -> None:
    """Pass on what was offered to somebody on the waiting list of an event, and not taken in time."""
    from . import services

    services.end_waitlist_offers(now=timezone.now())


@persistent("default")
def carry_out_refund(payment_id: int) -> None:
    """Let the provider give the money of a pending refund back."""
    from . import services

    refund = Payment.objects.select_related("booking", "charge").get(pk=payment_id)
    services.carry_out_refund(refund=refund, now=timezone.now())


@persistent("default")
def cancel_bookings_of_event(event_id: int) -> None:
    """Cancel whatever is booked at an event that has been cancelled."""
    from . import services

    services.cancel_bookings_of_event(event_id=event_id, now=timezone.now())


@persistent("default")
def tell_of_new_date(event_id: int, previous_date: str, move_id: int) -> None:
    """Write to everybody who has tickets of an event that has moved away from ``previous_date`` (in ISO format).

    Each letter is a task of its own; that it was queued is written into the booking's history along with it, so that
    a failure, or a second run, writes to nobody twice. ``move_id`` is the line of the event's history.
    """
    from . import services

    while services.tell_some_of_new_date(event_id=event_id, move_id=move_id, now=timezone.now(), date=previous_date):
        pass


@persistent(MAIL)
def send_new_date(booking_id: int, previous_date: str, move_id: int | None = None) -> None:
    """Tell a customer that the event has moved, unless that, or the booking, does not hold any more."""
    booking = Booking.objects.with_details().get(pk=booking_id)
    event, previous, now = booking.event, datetime.fromisoformat(previous_date), timezone.now()
    move = event.activities.filter(pk=move_id).first()
    detail = move.detail if move else {}
    venue_before, venue_after = detail.get("venue", ("", ""))
    has_moved = str(event.venue) == venue_after if venue_before else event.event_date != previous
    holds = event.status == Event.Status.ACTIVE and event.event_date > now and has_moved
    if holds and booking.status == Booking.Status.CONFIRMED and booking.customer_email:
        mail.new_date(
            booking,
            previous_date=previous,
            previous_venue=venue_before,
            now=now,
            message=detail.get("message", ""),
        ).send()


@persistent(WEBHOOKS, pauses=PAUSES[:3], priority=LAST)
def wake_webhooks(subscription_ids: list[int]) -> None:
    """Give each of these subscriptions a turn: something has happened of which they are told."""
    for subscription_id in subscription_ids:
        deliver_webhooks.enqueue(subscription_id)


@persistent(WEBHOOKS, pauses=PAUSES[:3], priority=LAST)
def deliver_webhooks(subscription_id: int) -> None:
    """Send what is due to a subscription, unless somebody else is at it."""
    from .webhooks import sending

    sending.take_turn(subscription_id, timezone.now)


def requeue_stuck_tasks(now: datetime) -> int:
    """Put tasks whose worker was killed, or told to stop at once, back into the queue. Returns how many there were.

    One that has taken :data:`LIVES` workers with it is left as failed, and logged as an error.
    """
    stuck = Q(status=TaskResultStatus.RUNNING, started_at__lte=now - STUCK_AFTER)
    interrupted = Q(status=TaskResultStatus.FAILED, exception_class_path__in=INTERRUPTED)
    count = 0
    for row in DBTaskResult.objects.filter(stuck | interrupted):
        this = DBTaskResult.objects.filter(pk=row.pk, status=row.status, started_at=row.started_at)
        if len(row.worker_ids) < LIVES:
            count += this.update(
                status=TaskResultStatus.READY, started_at=None, finished_at=None, exception_class_path="", traceback=""
            )
        elif this.update(status=TaskResultStatus.FAILED, finished_at=now, exception_class_path=WORKERS_LOST):
            logger.error("Task %s (%s) has stopped %d workers and is given up.", row.pk, row.task_path, LIVES)
    return count
