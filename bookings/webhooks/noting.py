"""What is worth telling: read from the lines of history as they are written, so that no service has to remember it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

from bookings import tasks
from bookings.models import Activity, Booking, Delivery, Kind, Subscription
from events.history import History
from events.models import EventActivity

NOTICED_AFTER = timedelta(seconds=5)
"""So long each process remembers which kinds anybody listens to: a sale of which nobody is told asks nothing."""

BOOKING_KINDS = {
    "confirm": Kind.BOOKING_CONFIRMED,
    "comp": Kind.BOOKING_CONFIRMED,
    "exchange": Kind.BOOKING_CHANGED,
    "cancel tickets": Kind.BOOKING_CHANGED,
    "details": Kind.BOOKING_CHANGED,
    "pass on": Kind.BOOKING_CHANGED,
    "refund": Kind.BOOKING_CHANGED,
    "cancel": Kind.BOOKING_CANCELLED,
    "refund succeeded": Kind.REFUND_SUCCEEDED,
    "pay out": Kind.REFUND_SUCCEEDED,
    "refund failed": Kind.REFUND_FAILED,
    "check in": Kind.TICKET_CHECKED_IN,
    "undo check in": Kind.TICKET_CHECK_IN_UNDONE,
}

EVENT_KINDS = {
    "create": Kind.EVENT_PUBLISHED,  # if it is: see :func:`_is_told`
    "publish": Kind.EVENT_PUBLISHED,
    "unpublish": Kind.EVENT_UNPUBLISHED,
    "edit": Kind.EVENT_CHANGED,
    "make offer": Kind.EVENT_CHANGED,
    "change offer": Kind.EVENT_CHANGED,
    "take offer away": Kind.EVENT_CHANGED,
    "change price": Kind.EVENT_CHANGED,
    "move": Kind.EVENT_MOVED,
    "cancel": Kind.EVENT_CANCELLED,
}


def kind_of(line: History) -> str | None:
    """Say what a line of history is for those outside; None: nobody is told of it."""
    if isinstance(line, EventActivity):
        return EVENT_KINDS.get(line.verb)
    if not isinstance(line, Activity):
        return None
    if line.verb == "exchange" and "to" in line.detail:
        return Kind.BOOKING_CANCELLED  # for another date: another booking replaces it
    if line.verb == "exchange" and isinstance(line.detail.get("instead_of"), str):
        return Kind.BOOKING_CONFIRMED
    if line.verb == "cancel" and line.detail.get("reason") in (*Booking.NEVER_BOUGHT, Booking.Reason.TAKEN):
        return Kind.BOOKING_LAPSED
    return BOOKING_KINDS.get(line.verb)


def note(lines: Sequence[History]) -> None:
    """Write a delivery for everybody who listens to what has been written into the history, and wake the sender.

    Without a listener, nothing is asked of the database. With some, it takes three statements, however many they are.
    """
    told = [(line, kind) for line in lines if (kind := kind_of(line))]
    if not any(kind in kinds_listened_to() for _, kind in told):
        return
    subscriptions = list(Subscription.objects.listening().order_by("pk"))
    deliveries = []
    for line, kind in told:
        if not _is_told(line):
            continue
        uid = uuid.uuid4()
        about = {"event_id": line.event_id} if isinstance(line, EventActivity) else {"booking_id": line.booking_id}
        deliveries += [
            Delivery(
                subscription=subscription,
                event_uid=uid,
                kind=kind,
                detail=line.detail,
                created_at=line.at,
                next_attempt_at=line.at,
                **about,
            )
            for subscription in subscriptions
            if kind in subscription.kinds
        ]
    if deliveries:
        Delivery.objects.bulk_create(deliveries)
        tasks.wake_webhooks.enqueue(sorted({delivery.subscription_id for delivery in deliveries}))


def _is_told(line: History) -> bool:
    """Nobody is told of an event that was made as a draft."""
    is_new = isinstance(line, EventActivity) and line.verb == "create"
    return not is_new or line.event.is_published(line.at)


# Who listens at all: what each process remembers for a moment -------------------------------------

_remembered: tuple[float, frozenset[str]] | None = None


def kinds_listened_to() -> frozenset[str]:
    """Return the kinds that anybody listens to. A new listener may go unnoticed for :data:`NOTICED_AFTER`."""
    if _remembered and time.monotonic() < _remembered[0]:
        return _remembered[1]
    kinds = Subscription.objects.listening().order_by().values_list("kinds", flat=True)
    return remember(frozenset(kind for chosen in kinds for kind in chosen))


def remember(kinds: frozenset[str]) -> frozenset[str]:
    global _remembered
    _remembered = (time.monotonic() + NOTICED_AFTER.total_seconds(), kinds)
    return kinds


def forget() -> None:
    """Ask the database the next time: a subscription has been changed in this process."""
    global _remembered
    _remembered = None
