"""Send what is due: one receiver at a time has its turn, and a slow or silent one delays nobody but itself.

A turn sends what is due to one subscription, for at most :data:`TURN`; then the others have theirs, and it queues anew.
The first failure ends a turn, and the receiver is left alone for :data:`REST`, whatever else is due to it. A delivery
that fails is tried again after each of :data:`PAUSES`, then given up. A receiver that has taken nothing for
:data:`GIVEN_UP_AFTER` is told of nothing more until somebody looks into it.

The row of the subscription is the turnstile (``busy_until``), so any number of workers may run, and each delivery is
sent once unless a worker dies in the middle. Nobody who sells ever touches that row.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from bookings import tasks
from bookings.models import Delivery, Subscription
from bookings.webhooks import payload, requests
from bookings.webhooks.requests import Outcome
from bookings.webhooks.signing import HEADER, sign

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long a delivery that failed waits before each further attempt: a day and a half in all."""

TURN = timedelta(seconds=5)
"""So long one receiver is served, before the others have their turn."""

REST = timedelta(minutes=1)
"""So long a receiver that has failed is left alone."""

LEASE = timedelta(minutes=3)
"""A turn that lasts longer has lost its worker: a turn and one last attempt take far less."""

GIVEN_UP_AFTER = timedelta(days=3)
"""A receiver that has failed for so long is paused."""

KEPT_FOR = timedelta(days=30)
"""So long deliveries are kept: they name customers."""

Status = Delivery.Status


def take_turn(subscription_id: int, clock: Callable[[], datetime]) -> int:
    """Send what is due to a subscription, unless somebody else is at it, or it rests. Returns how many were sent."""
    now = clock()
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now)
    rested = Q(rests_until__isnull=True) | Q(rests_until__lte=now)
    this = Subscription.objects.filter(pk=subscription_id)
    if not this.filter(free, rested, is_active=True).update(busy_until=now + LEASE):
        return 0
    try:
        sent = _send_due(this.get(), clock)
    finally:
        this.update(busy_until=None)
        _queue_anew(subscription_id, clock())
    return sent


def _send_due(subscription: Subscription, clock: Callable[[], datetime]) -> int:
    end, sent = time.monotonic() + TURN.total_seconds(), 0
    while time.monotonic() < end:
        due = subscription.deliveries.due(clock()).order_by("next_attempt_at", "pk")
        delivery = due.select_related("subscription").first()
        if delivery is None:
            break
        if not attempt(delivery, clock).is_success:
            break
        sent += 1
    return sent


def attempt(delivery: Delivery, clock: Callable[[], datetime]) -> Outcome:
    """Make one attempt at a delivery and write down what came of it. Nothing is locked meanwhile."""
    now = clock()
    if not delivery.body:
        delivery.body = payload.write(delivery)
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Marquee/{settings.VERSION}",
        "Marquee-Event": delivery.kind,
        "Marquee-Event-Id": str(delivery.event_uid),
        HEADER: sign(body, delivery.subscription.secrets(now), now),
    }
    outcome = requests.post(delivery.subscription.url, body, headers)
    _write_down(delivery, outcome, clock())
    return outcome


def _write_down(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    delivery.attempts += 1
    delivery.attempted_at, delivery.next_attempt_at = now, None
    delivery.response_status, delivery.response_ms = outcome.status, outcome.ms
    delivery.response, delivery.error = outcome.text, outcome.error
    if outcome.is_success:
        delivery.status = Status.DELIVERED
    elif delivery.attempts > len(PAUSES):
        delivery.status = Status.FAILED
    else:
        delivery.status, delivery.next_attempt_at = Status.PENDING, now + PAUSES[delivery.attempts - 1]
    delivery.save()
    this = Subscription.objects.filter(pk=delivery.subscription_id)
    if outcome.is_success:
        this.update(failing_since=None, rests_until=None)
        return
    this.update(rests_until=now + REST)
    this.filter(failing_since=None).update(failing_since=now)
    this.filter(failing_since__lte=now - GIVEN_UP_AFTER, is_active=True).update(is_active=False, paused_at=now)


def _queue_anew(subscription_id: int, now: datetime) -> None:
    """Queue the next turn for when something is due, unless one is queued for then or earlier.

    It looks after the turnstile has been opened: what was written meanwhile, and found it closed, is not left behind.
    """
    subscription = Subscription.objects.filter(pk=subscription_id, is_active=True).first()
    due = subscription and subscription.deliveries.pending().aggregate(first=Min("next_attempt_at"))["first"]
    if not due:
        return
    at = max(due, subscription.rests_until or due, now)
    is_queued = Q(wakes_at__gt=now, wakes_at__lte=at)
    if Subscription.objects.filter(pk=subscription_id).exclude(is_queued).update(wakes_at=at):
        turn = tasks.deliver_webhooks
        (turn.using(run_after=at) if at > now else turn).enqueue(subscription_id)


def wake(now: datetime) -> int:
    """Queue a turn for whoever should have had one by now: its task was lost. Returns how many there were."""
    rested = Q(rests_until__isnull=True) | Q(rests_until__lte=now)
    asleep = Q(wakes_at__isnull=True) | Q(wakes_at__lte=now - LEASE)
    late = Delivery.objects.due(now - LEASE).order_by().values("subscription")
    waiting = list(Subscription.objects.listening().filter(rested, asleep, pk__in=late).values_list("pk", flat=True))
    Subscription.objects.filter(pk__in=waiting).update(wakes_at=now)
    for subscription in waiting:
        tasks.deliver_webhooks.enqueue(subscription)
    return len(waiting)


def forget(now: datetime) -> int:
    """Delete deliveries that are a month old, and no longer tried. Returns how many there were."""
    old = Delivery.objects.filter(created_at__lte=now - KEPT_FOR).exclude(status=Status.PENDING)
    return old.delete()[0]
