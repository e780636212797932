"""Slow down whoever guesses, or makes us send mail: counters in the cache, each for a while."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.core.cache import cache

from venues.api.limits import client_address

__all__ = ["WINDOW", "client_address", "is_allowed"]

WINDOW = timedelta(minutes=15)


def is_allowed(what: str, who: str, *, limit: int) -> bool:
    """Count one more ``what`` by ``who``; return whether it is within ``limit`` per :data:`WINDOW`."""
    key = "throttle:" + hashlib.sha256(f"{what}:{who}".encode()).hexdigest()
    cache.add(key, 0, int(WINDOW.total_seconds()))
    try:
        return cache.incr(key) <= limit
    except ValueError:  # it has run out in between
        return True
