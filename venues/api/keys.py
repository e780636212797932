"""Keys to the API: make one, end one."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from .models import ApiKey


def make_key(
    *, name: str, user: User, by: str, now: datetime, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key that may do what ``user`` may do. Returns it and its secret, which nobody can read again."""
    key = ApiKey(name=name, user=user, created_by=by, created_at=now, expires_at=expires_at)
    secret = key.give_secret()
    key.save(force_insert=True)
    return key, secret


def revoke(*, key: ApiKey, now: datetime) -> bool:
    """End a key for good. Returns whether it had not been ended before."""
    return ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now) == 1
