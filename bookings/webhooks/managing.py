"""What the staff do to webhooks: send again, begin again, sign anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings import tasks
from bookings.errors import WebhookRefused
from bookings.models import Delivery, Subscription, make_secret
from ticketing.transactions import atomic

ROTATES_FOR = timedelta(hours=24)
"""So long the secret of before signs as well, so that the receiver can change over."""


@atomic
def redeliver(*, delivery: Delivery, now: datetime) -> None:
    """Send a delivery once more, from the start, whatever has become of it.

    Raises:
        WebhookRefused: its webhook is not active.
    """
    this = Subscription.objects.filter(pk=delivery.subscription_id, is_active=True)
    if not this.exists():
        raise WebhookRefused("The webhook is not active. Start it again first.")
    Delivery.objects.filter(pk=delivery.pk).update(status=Delivery.Status.PENDING, attempts=0, next_attempt_at=now)
    this.update(rests_until=None)
    tasks.deliver_webhooks.enqueue(delivery.subscription_id)


@atomic
def resume(*, subscription: Subscription, now: datetime) -> None:
    """Tell a receiver of what happens from now on, and of what has waited.

    Raises:
        WebhookRefused: it is active.
    """
    this = Subscription.objects.filter(pk=subscription.pk, is_active=False)
    if not this.update(is_active=True, paused_at=None, failing_since=None, rests_until=None):
        raise WebhookRefused("The webhook is active already.")
    tasks.deliver_webhooks.enqueue(subscription.pk)


@atomic
def rotate_secret(*, subscription: Subscription, now: datetime) -> str:
    """Sign with a new secret, and for :data:`ROTATES_FOR` with the one of before as well. Returns the new one."""
    fresh = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    fresh.previous_secret, fresh.previous_until = fresh.secret, now + ROTATES_FOR
    fresh.secret = make_secret()
    fresh.save(update_fields=["secret", "previous_secret", "previous_until"])
    return fresh.secret
