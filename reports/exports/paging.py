"""Read any number of rows a page at a time, each page from where the one before has ended.

No cursor is kept, in the database or here, so memory stays the same for a hundred rows and for a million, on SQLite, on
PostgreSQL, and through a pooler that keeps no server-side cursors (``PGBOUNCER=on``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from reports.snapshot import snapshot

SIZE = 2_000
"""Rows of a page: few enough to be small, enough that asking for them is not what takes the time."""


def pages(rows: QuerySet, *keys: str, size: int = SIZE) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a ``values()`` query, a page at a time, in the order of ``keys``; the last one is unique.

    All pages, and whatever is asked between them, are of one moment.
    """
    ordered = rows.order_by(*keys)
    with snapshot():
        page = list(ordered[:size])
        while page:
            yield page
            if len(page) < size:
                return
            page = list(ordered.filter(_after({key: page[-1][key] for key in keys}))[:size])


def _after(last: dict[str, Any]) -> Q:
    """Whatever comes after this row. The first key bounds it by itself, so that an index can begin there."""
    first, *rest = last
    if not rest:
        return Q(**{f"{first}__gt": last[first]})
    later = Q(**{f"{first}__gt": last[first]})
    beside = Q(**{first: last[first]}) & _after({key: last[key] for key in rest})
    return Q(**{f"{first}__gte": last[first]}) & (later | beside)


def on_clock(moment: datetime | None, zone: str) -> datetime | None:
    """Put a moment on the clock of a venue."""
    return moment.astimezone(ZoneInfo(zone)) if moment else None
