"""Sums against the ledger, and the days of the ledger against the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from bookings.models import LedgerLine
from reports.folding import FIGURES, KEYS
from reports.models import Fold, HourSum, MonthSum
from reports.models.sums import Sums

from .checks import check

WEST, EAST = timedelta(hours=12), timedelta(hours=14)
"""The furthest from UTC that clocks are."""


@dataclass(frozen=True)
class Unlike:
    """A key of which the sums and the lines differ."""

    key: tuple

    @property
    def pk(self) -> str:
        return ", ".join(map(str, self.key))


@check("Its day is {row.day}, its hour {row.hour}, but it was written at {row.at:%Y-%m-%d %H:%M} UTC.")
def ledger_day(now: datetime) -> QuerySet:
    """The day and the hour of a line are what a clock somewhere showed when it was written."""
    west = TruncDate(F("at") - WEST, tzinfo=UTC)
    east = TruncDate(F("at") + EAST, tzinfo=UTC)
    return (
        LedgerLine.objects.annotate(west=west, east=east).filter(~Q(day__range=(F("west"), F("east")))).order_by("pk")
    )


@check("Line {row.folded_until} is said to have been folded, but the ledger does not go so far.")
def fold_within_ledger(now: datetime) -> QuerySet:
    """The ledger has not been folded further than it goes."""
    last = LedgerLine.objects.aggregate(last=Max("pk"))["last"] or 0
    return Fold.objects.filter(folded_until__gt=last)


@check("The sums of this day, hour, channel and kind are not those of the lines that were folded.")
def hour_sums(now: datetime) -> list[Unlike]:
    """The sums by hour are those of the lines that have been folded, to the cent."""
    return _compare(HourSum)


@check("The sums of this month, event, offer, channel and kind are not those of the lines that were folded.")
def month_sums(now: datetime) -> list[Unlike]:
    """The sums by month are those of the lines that have been folded, to the cent."""
    return _compare(MonthSum)


def _compare(table: type[Sums]) -> list[Unlike]:
    """Add sums to what lines take off them again: nothing may be left, on either side."""
    until = Fold.objects.aggregate(until=Max("folded_until"))["until"] or 0
    key, of_lines = ", ".join(KEYS[table]), ", ".join(f"{sql} AS {name}" for name, sql in KEYS[table].items())
    statement = f"""
        SELECT {key} FROM (
            SELECT {key}, {", ".join(FIGURES)} FROM {table._meta.db_table}
            UNION ALL
            SELECT {of_lines}, {", ".join(f"-({figure})" for figure in FIGURES.values())}
            FROM {LedgerLine._meta.db_table} line WHERE line.id <= %s
        ) both_sides
        GROUP BY {key} HAVING {" OR ".join(f"ROUND(SUM({name}), 2) <> 0" for name in FIGURES)} ORDER BY {key}
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [until])
        return [Unlike(row) for row in cursor.fetchall()]


CHECKS = (ledger_day, fold_within_ledger, hour_sums, month_sums)
