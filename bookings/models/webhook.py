"""Webhooks: who is told what, by a request to an address of theirs, and how that went."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from events.models import Event

from .booking import Booking

PREFIX = "whsec_"


def make_secret() -> str:
    """Make a secret that signs: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


class Kind(models.TextChoices):
    """What somebody can be told of."""

    BOOKING_CONFIRMED = "booking.confirmed", "A booking is confirmed"
    BOOKING_CHANGED = "booking.changed", "A confirmed booking is changed"
    BOOKING_CANCELLED = "booking.cancelled", "A confirmed booking is cancelled"
    BOOKING_LAPSED = "booking.lapsed", "A hold is let go, or has run out"
    REFUND_SUCCEEDED = "refund.succeeded", "Money has been given back"
    REFUND_FAILED = "refund.failed", "A refund was refused"
    TICKET_CHECKED_IN = "ticket.checked_in", "A ticket is admitted"
    TICKET_CHECK_IN_UNDONE = "ticket.check_in_undone", "An admission is taken back"
    EVENT_PUBLISHED = "event.published", "An event is published"
    EVENT_UNPUBLISHED = "event.unpublished", "An event is a draft again"
    EVENT_CHANGED = "event.changed", "An event, its offers or prices are changed"
    EVENT_MOVED = "event.moved", "An event has another date"
    EVENT_CANCELLED = "event.cancelled", "An event is cancelled"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def listening(self) -> SubscriptionQuerySet:
        """Subscriptions that are told of what happens, whether or not they can be reached."""
        return self.filter(is_active=True)


class Subscription(models.Model):
    """Somebody who is told of chosen kinds of events, at a URL of theirs.

    ``secret`` signs what is sent; for a day after it was changed, so does ``previous_secret``. It is kept as it is,
    because whoever signs must know it; only those who may change subscriptions see it.

    The last five columns belong to the sender: see ``bookings.webhooks.sending``.
    """

    name = models.CharField(max_length=80, help_text="Who is told: the receiver’s name, for the staff.")
    url = models.URLField(max_length=500, help_text="Where to. It begins with https://.")
    kinds = models.JSONField("told of", default=list)
    secret = models.CharField(max_length=80, default=make_secret, editable=False)
    previous_secret = models.CharField(max_length=80, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField("active", default=True, help_text="Told of what happens from now on.")
    created_at = models.DateTimeField(editable=False)
    paused_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Set when the receiver has failed for days."
    )
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)
    busy_until = models.DateTimeField(null=True, blank=True, editable=False)
    wakes_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "webhook"
        constraints = [
            models.CheckConstraint(
                name="subscription_paused_is_not_active", condition=Q(paused_at__isnull=True) | Q(is_active=False)
            ),
            models.CheckConstraint(
                name="subscription_previous_secret_ends",
                condition=Q(previous_secret="", previous_until__isnull=True)
                | (~Q(previous_secret="") & Q(previous_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse kinds that there are not, and none at all."""
        if not self.kinds or set(self.kinds) - set(Kind.values):
            raise ValidationError({"kinds": "Choose what the receiver is told of."})

    def secrets(self, now: datetime) -> list[str]:
        """Return what signs at ``now``: the secret, and the one before it for as long as that is still good."""
        is_rotating = self.previous_until is not None and now < self.previous_until
        return [self.secret, *([self.previous_secret] if is_rotating else [])]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def pending(self) -> DeliveryQuerySet:
        """Deliveries that have neither arrived nor been given up."""
        return self.filter(status=Delivery.Status.PENDING)

    def due(self, now: datetime) -> DeliveryQuerySet:
        """Pending deliveries whose next attempt may be made."""
        return self.pending().filter(next_attempt_at__lte=now)


class Delivery(models.Model):
    """One thing that one subscription is told: written with what it tells of, in the same transaction.

    ``event_uid`` is the same for everybody who is told of it, and in every attempt. ``body`` is what was sent: made at
    the first attempt, and sent unchanged in every other. The rest of the columns tell of the last attempt.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", verbose_name="webhook"
    )
    event_uid = models.UUIDField("event id", default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30, choices=Kind)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries")
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(help_text="When it happened.")
    body = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_ms = models.PositiveIntegerField("took (ms)", null=True, blank=True)
    response = models.CharField(max_length=500, blank=True, help_text="The first 500 characters of the answer.")
    error = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                name="delivery_pending", fields=["subscription", "next_attempt_at"], condition=Q(status="pending")
            ),
            models.Index(name="delivery_created", fields=["created_at"]),
        ]
        constraints = [
            models.UniqueConstraint(name="delivery_once", fields=["subscription", "event_uid"]),
            models.CheckConstraint(
                name="delivery_status_known", condition=Q(status__in=["pending", "delivered", "failed"])
            ),
            models.CheckConstraint(
                name="delivery_pending_has_when",
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | (~Q(status="pending") & Q(next_attempt_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="delivery_is_about_one_thing",
                condition=Q(booking__isnull=False, event__isnull=True) | Q(booking__isnull=True, event__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.subscription}"
