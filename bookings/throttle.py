"""Slow down whoever guesses, or makes us send mail: counters in the cache, each for a while."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = timedelta(minutes=15)


def is_allowed(what: str, who: str, *, limit: int) -> bool:
    """Count one more ``what`` by ``who``; return whether it is within ``limit`` per :data:`WINDOW`."""
    key = "throttle:" + hashlib.sha256(f"{what}:{who}".encode()).hexdigest()
    cache.add(key, 0, int(WINDOW.total_seconds()))
    try:
        return cache.incr(key) <= limit
    except ValueError:  # it has run out in between
        return True


def client_address(request: HttpRequest) -> str:
    """Return the address of the client; behind our proxy, the one that the proxy has seen."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.META["REMOTE_ADDR"]
    return request.META["REMOTE_ADDR"]
