"""Fold the ledger into sums by hour and by month, each line once, so that the sums cannot drift.

A sale does not touch them: no row for buyers to queue at, nothing to keep in step. Reports read the sums and, beyond
:attr:`Fold.folded_until`, the lines themselves (see ``reports.sums``). So they are exact at any time, whether this has
run a moment ago or never; it only makes them quick.

Why each line is folded exactly once:

- A fold adds the lines ``(folded_until, W]`` and moves ``folded_until`` to ``W`` in one transaction, which holds the
  row of :class:`Fold`. Two folds follow one another; one that fails has added nothing.
- A line is never changed or deleted, so what was added stays right.
- No line with an id up to ``W`` appears after ``W`` has been read. That is not plain: an id is drawn when a line is
  inserted, and the line can be seen when its transaction has ended, so 8 may appear after 9. On PostgreSQL, ``W`` is
  therefore read under ``LOCK TABLE … IN SHARE MODE``. An INSERT takes the table's ROW EXCLUSIVE lock before it draws an
  id, and keeps it to the end of its transaction; the two locks exclude each other. Once we have ours, every id that was
  ever drawn belongs to a line that can be seen or never will be, and the next id to be drawn is greater than all of
  them (the sequence keeps no ids in store for a connection: its CACHE is 1). SQLite has one writer at a time.

The lock is given back at once, before the lines are added up. Buyers who come meanwhile wait behind it, so it is asked
for with little patience, and again a moment later.
"""

from __future__ import annotations

import time
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Max

from bookings.models import LedgerLine

from .models import Fold, HourSum, MonthSum
from .models.sums import Sums

PATIENCE_MS = 150
"""So long the lock is waited for, and buyers behind it."""

TRIES = 8
PAUSE = 0.1
LOCK_NOT_AVAILABLE = "55P03"

MONTH = {"postgresql": "DATE_TRUNC('month', day)::date", "sqlite": "DATE(day, 'start of month')"}
KEYS: dict[type[Sums], dict[str, str]] = {
    HourSum: {"day": "day", "hour": "hour", "channel": "channel", "kind": "kind"},
    MonthSum: {
        "month": MONTH[connection.vendor],
        "event_id": "event_id",
        "offer_id": "offer_id",
        "channel": "channel",
        "kind": "kind",
    },
}
"""By what lines are added up in each table of sums, and how a ``line`` of the ledger tells it, in SQL."""

FIGURES = {
    "lines": "1",
    "bookings": f"""CASE WHEN kind = 'sale' AND NOT EXISTS (
        SELECT 1 FROM {LedgerLine._meta.db_table} earlier
        WHERE earlier.booking_id = line.booking_id AND earlier.kind = 'sale' AND earlier.id < line.id
    ) THEN 1 ELSE 0 END""",
    "quantity": "quantity",
    "comps": "CASE WHEN kind = 'sale' AND gross = 0 THEN quantity ELSE 0 END",
    "gross": "gross",
    "discount": "discount",
    "retained": "retained",
}
"""What is added up, and what each ``line`` of the ledger brings to it, in SQL."""


def fold(now: datetime) -> int:
    """Add the lines of the ledger that have come since the last time to the sums. Returns how many there were.

    Nothing happens if buyers are so busy that the lock cannot be had: the next fold takes those lines as well.
    """
    for _ in range(TRIES):
        try:
            return _fold(read_end(), now)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE)
    return 0


@transaction.atomic
def read_end() -> int:
    """Return an id up to which no line can appear any more; 0: there is none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")
            cursor.execute(f"LOCK TABLE {LedgerLine._meta.db_table} IN SHARE MODE")
    return LedgerLine.objects.aggregate(last=Max("pk"))["last"] or 0


@transaction.atomic
def _fold(end: int, now: datetime) -> int:
    Fold.objects.bulk_create([Fold(pk=1)], ignore_conflicts=True)
    mark = Fold.objects.select_for_update().get(pk=1)
    if end <= mark.folded_until:
        return 0
    lines = LedgerLine.objects.filter(pk__gt=mark.folded_until, pk__lte=end).count()
    with connection.cursor() as cursor:
        for table in KEYS:
            cursor.execute(_statement(table), [mark.folded_until, end])
    mark.folded_until, mark.folded_at = end, now
    mark.save()
    return lines


def _statement(table: type[Sums]) -> str:
    """Add lines up and on to what is there. SQLite adds in binary, so cents are rounded to at each step."""
    sums, key, figures = table._meta.db_table, ", ".join(KEYS[table]), ", ".join(FIGURES)
    return f"""
        INSERT INTO {sums} ({key}, {figures})
        SELECT {", ".join(KEYS[table].values())}, {", ".join(f"ROUND(SUM({one}), 2)" for one in FIGURES.values())}
        FROM {LedgerLine._meta.db_table} line WHERE line.id > %s AND line.id <= %s
        GROUP BY {", ".join(KEYS[table].values())}
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(f"{n} = ROUND({sums}.{n} + excluded.{n}, 2)" for n in FIGURES)}
    """
