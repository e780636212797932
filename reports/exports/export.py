"""What an export is: one long list of rows that is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User

from reports.access import sees_revenue
from reports.report import Basis, Column, Row
from reports.scope import Scope

CUSTOMERS = "reports.view_customers"
PERSONAL = frozenset({"customer_name", "customer_email", "customer_phone", "holder_name", "holder_email"})
"""Columns that are left out for whoever may not see customers."""


@dataclass(frozen=True)
class Export:
    """A list to download. ``period`` says what the period of the filter bar means for it.

    ``rows`` is a generator, ``count`` says how many there will be. Columns of money, and those that say who somebody
    is, are left out for whoever may not see them.
    """

    slug: str
    title: str
    about: str
    period: str
    columns: tuple[Column, ...]
    rows: Callable[[Scope], Iterator[Row]]
    count: Callable[[Scope], int]
    permission: str = "reports.view_sales"
    basis: Basis = Basis.SOLD

    def columns_for(self, user: User) -> tuple[Column, ...]:
        return visible_columns(self.columns, user)


def visible_columns(columns: Iterable[Column], user: User) -> tuple[Column, ...]:
    """Leave out what somebody may not see."""
    has_money, has_names = sees_revenue(user), user.has_perm(CUSTOMERS)
    return tuple(
        column
        for column in columns
        if (has_money or not column.reveals_money) and (has_names or column.name not in PERSONAL)
    )
