"""The audit: every rule of the house, asked of the whole database.

Each rule is a :class:`Check`: a query for the rows that break it, set-based, so that it scales with the database
and not with Python. Nothing is changed, and no more rows are read than are shown.

    >>> audit(now)
    [Result(check="ticket_place", rule="The place of a valid ticket is sold to its booking.", count=0, findings=()), …]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import bookings, checks, money, schema, stock, sums, waiting

CHECKS: tuple[checks.Check, ...] = (
    *schema.CHECKS,
    *stock.CHECKS,
    *bookings.CHECKS,
    *money.CHECKS,
    *sums.CHECKS,
    *waiting.CHECKS,
)
SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """One row that breaks a rule."""

    check: str
    row: str
    message: str


@dataclass(frozen=True)
class Result:
    """What one check found: how many rows break its rule, and the first of them."""

    check: str
    rule: str
    count: int
    findings: tuple[Finding, ...]

    @property
    def is_ok(self) -> bool:
        return not self.count


def audit(now: datetime, *, shown: int = SHOWN) -> list[Result]:
    """Run every check. Each tells how many rows are wrong, and of the first ``shown`` what is."""
    return [_run(check, now, shown) for check in CHECKS]


def findings(now: datetime) -> list[Finding]:
    """Return the first findings of every check, in one list: empty when all is well."""
    return [finding for result in audit(now) for finding in result.findings]


def _run(check: checks.Check, now: datetime, shown: int) -> Result:
    wrong = check.find(now)
    first = list(wrong[: shown + 1])
    count = len(first) if len(first) <= shown else checks.count(wrong)
    found = tuple(
        Finding(check.name, f"{type(row).__name__} {row.pk}", check.message.format(row=row)) for row in first[:shown]
    )
    return Result(check.name, check.rule, count, found)
