"""How many requests somebody may make: so many a minute per key, and fewer per address for whoever has none.

Counted in the cache where all processes share one, else in a table.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from redis.exceptions import RedisError

from .models import ApiKey, RequestCount
from .problems import TooManyRequests

logger = logging.getLogger(__name__)

WINDOW = timedelta(minutes=1)
SECONDS = int(WINDOW.total_seconds())
KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Allowance:
    """What somebody has left. ``reset`` is in seconds from now, when all of ``limit`` is there again."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f"{self.limit};w={SECONDS}",
        }

    def check(self) -> None:
        """Refuse a request that is one too many.

        Raises:
            TooManyRequests: says when the next one is welcome.
        """
        if self.used > self.limit:
            text = f"At most {self.limit:,} requests a minute are answered. Try again in {self.reset} seconds."
            raise TooManyRequests(text, headers={"Retry-After": str(self.reset)})


def client_address(request: HttpRequest) -> str:
    """Return the address of the client; behind our proxy, the one that the proxy has seen."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.META["REMOTE_ADDR"]
    return request.META["REMOTE_ADDR"]


def owner_of(request: HttpRequest, key: ApiKey | None) -> str:
    """Name whoever asks: the key, or else the address."""
    return f"key:{key.pk}" if key else f"address:{client_address(request)}"[:80]


def spend(request: HttpRequest, key: ApiKey | None, now: datetime) -> Allowance:
    """Count one more request. At most one query; none where a cache is shared."""
    limit = settings.API_REQUESTS_PER_KEY if key else settings.API_REQUESTS_PER_ADDRESS
    moment = int(now.timestamp())
    window = moment - moment % SECONDS
    return Allowance(limit, _count(owner_of(request, key), window), window + SECONDS - moment)


def _count(who: str, window: int) -> int:
    if settings.CACHE_IS_SHARED:
        try:
            return _count_in_cache(f"api:{who}:{window}")
        except RedisError:
            logger.exception("The cache does not answer: requests are counted in the database.")
    return _count_in_table(who, window)


def _count_in_cache(name: str) -> int:
    cache.add(name, 0, 2 * SECONDS)
    try:
        return cache.incr(name)
    except ValueError:  # it has run out in between
        return 1


def _count_in_table(who: str, window: int) -> int:
    table = RequestCount._meta.db_table
    sql = f"""
        INSERT INTO {table} (who, "window", count) VALUES (%s, %s, 1)
        ON CONFLICT (who, "window") DO UPDATE SET count = {table}.count + 1 RETURNING count
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [who, window])
        return cursor.fetchone()[0]


def forget_counts(now: datetime) -> int:
    """Delete what was counted in windows that are over. Returns how many rows these were."""
    before = int((now - KEPT_FOR).timestamp())
    return RequestCount.objects.filter(window__lt=before).delete()[0]
