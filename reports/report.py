"""What a report is: sections, each of which is one list of rows that page, chart, CSV, XLSX and API all show.

A section's ``rows`` is a pure function of the :class:`~reports.scope.Scope`: it returns frozen dataclasses, and all
that is shown of the section is made from them. So no two figures of one report can disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .scope import Scope

Row = Any
"""A frozen dataclass; its attributes are named as the columns that show them."""

Figure = dict[str, Any]
"""What plotly draws: ``data`` and ``layout``. Made by ``reports.charts``."""


class Kind(StrEnum):
    """How a value is written on the page. In files it is a plain number, an ISO date, or text."""

    TEXT = "text"
    COUNT = "count"  # int
    MONEY = "money"  # Decimal
    SHARE = "share"  # Decimal, 1 is all of it
    NUMBER = "number"  # Decimal
    DAY = "day"  # date
    MOMENT = "moment"  # aware datetime


@dataclass(frozen=True)
class Column:
    """One figure of a row: ``name`` is its attribute, and the header in files, which never changes.

    ``link`` returns an address for a row; one that begins with ``?`` narrows what is asked, and keeps the rest of it.
    ``is_about_money`` hides a figure that is no amount, but tells of some, as amounts are hidden.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    about: str = ""
    is_added_up: bool = False
    is_about_money: bool = False
    link: Callable[[Row], str] | None = None

    @property
    def reveals_money(self) -> bool:
        return self.kind == Kind.MONEY or self.is_about_money


@dataclass(frozen=True)
class Section:
    """One table of a report, its chart, and one sentence that says what both show.

    ``chart`` returns None where there is nothing to draw. ``reading`` is asked only when there are rows; where
    there are none, ``empty`` says so, and ``advice`` what to do about it. ``note`` says
    what the figures mean, where that is not plain. Whoever may not see revenue is shown neither chart nor reading of a
    section with columns of money, unless ``speaks_of_money`` says that those two name no amounts.
    """

    slug: str
    title: str
    rows: Callable[[Scope], Sequence[Row]]
    columns: tuple[Column, ...]
    chart: Callable[[Sequence[Row], Scope], Figure | None] | None = None
    reading: Callable[[Sequence[Row], Scope], str] | None = None
    empty: str = "Nothing was sold in this time."
    advice: str = ""
    note: str = ""
    speaks_of_money: bool | None = None

    @property
    def reveals_money(self) -> bool:
        """Whether chart and reading may name amounts."""
        if self.speaks_of_money is None:
            return any(column.reveals_money for column in self.columns)
        return self.speaks_of_money


class Basis(StrEnum):
    """What the period of a report means."""

    SOLD = "sold"  # when it was sold
    STAGED = "staged"  # when the event begins


@dataclass(frozen=True)
class Report:
    """A page of ``/reports/``. Columns of money are left out for whoever may not see revenue.

    ``period`` is the preset that is asked about where nobody says another: see :mod:`reports.periods`.
    """

    slug: str
    title: str
    question: str
    sections: tuple[Section, ...]
    basis: Basis = Basis.SOLD
    period: str = "last_30"
    permission: str = "reports.view_sales"
    template: str = "reports/report.html"

    def section(self, slug: str) -> Section:
        """Find a section. Raises KeyError if there is none of that name."""
        return {section.slug: section for section in self.sections}[slug]
