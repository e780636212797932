"""The tables of the API itself: keys, writes that may be repeated, and how many requests somebody has made."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

SECRET_PREFIX = "mq_"  # noqa: S105 - what every secret begins with, so that leaked ones can be found by machine
SHOWN = len(SECRET_PREFIX) + 6
"""So many characters of a secret are kept and shown, to tell keys apart."""


def digest_of(secret: str) -> str:
    """Hash a key's secret. It has 256 random bits, so that a quick hash is as good as a slow one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, now: datetime) -> ApiKeyQuerySet:
        """Keys that open the API at ``now``. Twin: :meth:`ApiKey.is_usable`."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            revoked_at__isnull=True,
            user__is_active=True,
            user__is_staff=True,
        )

    def with_permission(self, *permissions: str, name: str = "is_allowed") -> ApiKeyQuerySet:
        """Add ``is_allowed``: whether the key's user has all of ``permissions`` ("events.add_event")."""
        granted = Q(pk__isnull=False)
        for permission in permissions:
            app, _, codename = permission.partition(".")
            given = Permission.objects.filter(
                Q(user=OuterRef("user")) | Q(group__user=OuterRef("user")),
                content_type__app_label=app,
                codename=codename,
            )
            granted &= Q(Exists(given))
        allowed = Q(user__is_superuser=True) | granted
        return self.annotate(**{name: ExpressionWrapper(allowed, output_field=BooleanField())})


class ApiKey(models.Model):
    """A key to the API. It may do what its member of staff may do, and dies with that log-in.

    The secret itself is shown once, when the key is made; only its hash is kept.
    """

    name = models.CharField(max_length=100, help_text="What uses it, such as “Tourist office”.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_keys",
        help_text="The key may do what this member of staff may do.",
    )
    prefix = models.CharField(max_length=SHOWN, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_by = models.CharField(max_length=150, editable=False)
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "API key"
        constraints = [models.UniqueConstraint(name="api_key_digest_unique", fields=["digest"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_usable(self, now: datetime) -> bool:
        """Twin of :meth:`ApiKeyQuerySet.usable`."""
        is_current = self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
        return is_current and self.user.is_active and self.user.is_staff

    def give_secret(self) -> str:
        """Make a new secret for a key that is about to be saved for the first time, and return it: nobody keeps it."""
        secret = SECRET_PREFIX + secrets.token_urlsafe(32)
        self.prefix, self.digest = secret[:SHOWN], digest_of(secret)
        return secret


class IdempotentRequestQuerySet(models.QuerySet["IdempotentRequest"]):
    def forgotten(self, now: datetime) -> IdempotentRequestQuerySet:
        """Requests whose answer is no longer kept: the same key begins anew."""
        return self.filter(started_at__lte=now - IdempotentRequest.KEPT_FOR)


class IdempotentRequest(models.Model):
    """A write with an ``Idempotency-Key``, and its answer once there is one.

    ``status`` is empty while it runs. Whoever runs it has it until ``leased_until``; a process that dies in the middle
    leaves nothing behind but such a row, which the next one to ask takes over.
    """

    KEPT_FOR = timedelta(hours=24)

    owner = models.CharField(max_length=80, help_text="Whose key it is: an API key, or an address.")
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=2000)
    body_hash = models.CharField(max_length=64)
    lease = models.UUIDField()
    started_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.TextField(blank=True)

    objects = IdempotentRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = "idempotent request"
        constraints = [models.UniqueConstraint(name="idempotent_request_key_unique", fields=["owner", "key"])]
        indexes = [models.Index(name="idempotent_request_started", fields=["started_at"])]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.key})"


class RequestCount(models.Model):
    """How many requests somebody has made in one window of time, where no cache is shared that could count them."""

    who = models.CharField(max_length=80)
    window = models.PositiveBigIntegerField(help_text="Seconds since 1970 at which it began.")
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-window", "who"]
        constraints = [models.UniqueConstraint(name="request_count_once", fields=["who", "window"])]
        indexes = [models.Index(name="request_count_window", fields=["window"])]

    def __str__(self) -> str:
        return f"{self.count:,} by {self.who}"
