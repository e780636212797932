"""What a check is, and how one is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

Rows = QuerySet | Sequence[Any]


@dataclass(frozen=True)
class Check:
    """A rule, and how to find the rows that break it.

    ``message`` says what is wrong with one of them; ``{row}`` stands for it.
    """

    name: str
    rule: str
    message: str
    find: Callable[[datetime], Rows]


def check(message: str) -> Callable[[Callable[[datetime], Rows]], Check]:
    """Make a check of a function that finds the rows which break the rule in its docstring."""

    def make(find: Callable[[datetime], Rows]) -> Check:
        return Check(find.__name__, find.__doc__ or "", message, find)

    return make


def count(rows: Rows) -> int:
    return rows.order_by().count() if isinstance(rows, QuerySet) else len(rows)
