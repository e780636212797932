"""What can be sent: every section of every report, and every export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User

from reports.exports import EXPORTS, visible_columns
from reports.figures import REPORTS
from reports.report import Basis, Column, Row
from reports.scope import Scope

EXPORT = "exports"
"""What stands before the name of an export in the key of a source; before that of a section stands its report."""


@dataclass(frozen=True)
class Source:
    """A list of rows that can be made into a file. ``key`` is such as ``revenue/by-event`` or ``exports/bookings``."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Scope], Iterable[Row]]
    permission: str
    basis: Basis

    def is_for(self, user: User | None) -> bool:
        """Whether somebody may see it: not once they have left the house."""
        return user is not None and user.is_active and user.is_staff and user.has_perm(self.permission)

    def columns_for(self, user: User) -> tuple[Column, ...]:
        return visible_columns(self.columns, user)


def find_source(key: str) -> Source | None:
    """Find a source by its key; None if there is none any more."""
    return next((source for source in all_sources() if source.key == key), None)


def sources_for(user: User) -> list[Source]:
    return [source for source in all_sources() if source.is_for(user)]


def all_sources() -> list[Source]:
    sections = [
        Source(
            key=f"{report.slug}/{section.slug}",
            title=f"{report.title}: {section.title}",
            columns=section.columns,
            rows=section.rows,
            permission=report.permission,
            basis=report.basis,
        )
        for report in REPORTS
        for section in report.sections
    ]
    exports = [
        Source(f"{EXPORT}/{export.slug}", export.title, export.columns, export.rows, export.permission, export.basis)
        for export in EXPORTS
    ]
    return exports + sections
