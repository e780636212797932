"""A section as a page shows it: sorted, added up, a hundred rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from .formats import DATES, NUMERIC, for_people
from .report import Column, Kind, Row

ROWS_PER_PAGE = 100


@dataclass(frozen=True)
class Cell:
    """One figure, as it is written. ``url`` is empty where it leads nowhere."""

    column: Column
    text: str
    url: str = ""

    is_nil: bool = False

    @property
    def css(self) -> str:
        """How it is set: figures to the right, days in one line, and what is nothing so that it does not stand out."""
        sets = {"num": self.column.kind in NUMERIC, "when": self.column.kind in DATES, "nil": self.is_nil}
        return " ".join(name for name, is_so in sets.items() if is_so)


@dataclass(frozen=True)
class Head:
    """The top of a column: what it is called, how it is sorted, and the address that sorts it (the other way)."""

    column: Column
    url: str
    sorted: str

    @property
    def is_numeric(self) -> bool:
        return self.column.kind in NUMERIC


class Table:
    """Rows of a section under the columns that somebody may see.

    ``asked`` is the query of the page: ``<section>-sort`` names a column, with a minus for the largest first, and
    ``<section>-page`` a page. ``address`` makes an address that changes one of them; ``narrowed`` one that a column's
    link asks for.
    """

    def __init__(
        self,
        slug: str,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        asked: QueryDict,
        narrowed: Callable[[str], str],
    ) -> None:
        self.slug, self.columns, self.all_rows = slug, columns, rows
        self.asked, self.narrowed = asked, narrowed

    @property
    def has_about(self) -> bool:
        """Whether a column says what it means."""
        return any(column.about for column in self.columns)

    # Order --------------------------------------------------------------------------------------

    @property
    def sort(self) -> str:
        """The column that it is sorted by, with a minus for the largest first; empty: as the report has it."""
        said = self.asked.get(f"{self.slug}-sort", "")
        return said if said.removeprefix("-") in {column.name for column in self.columns} else ""

    @cached_property
    def sorted_rows(self) -> Sequence[Row]:
        name = self.sort.removeprefix("-")
        if not name:
            return self.all_rows
        known = [row for row in self.all_rows if getattr(row, name) is not None]
        unknown = [row for row in self.all_rows if getattr(row, name) is None]
        return sorted(known, key=lambda row: _key(getattr(row, name)), reverse=self.sort.startswith("-")) + unknown

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> Head:
        largest_first = f"-{column.name}"
        state = {column.name: "ascending", largest_first: "descending"}.get(self.sort, "")
        first_click = largest_first if column.kind in NUMERIC else column.name
        other_way = {"ascending": largest_first, "descending": column.name}
        return Head(column, self._address(sort=other_way.get(state, first_click)), state)

    # Pages --------------------------------------------------------------------------------------

    @cached_property
    def page(self) -> Page:
        return Paginator(self.sorted_rows, ROWS_PER_PAGE).get_page(self.asked.get(f"{self.slug}-page"))

    @property
    def rows(self) -> list[list[Cell]]:
        return [[self._cell(row, column) for column in self.columns] for row in self.page]

    def _cell(self, row: Row, column: Column) -> Cell:
        url = column.link(row) if column.link else ""
        if url.startswith("?"):
            url = self.narrowed(url)
        value = getattr(row, column.name)
        is_nil = value is None or (column.kind == Kind.MONEY and not value)
        return Cell(column, for_people(value, column.kind), url, is_nil)

    @property
    def pages(self) -> list[tuple[str, str]]:
        """Numbers of pages and their addresses; a gap, and the page one is on, have none."""
        numbers = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)
        here = (self.page.number, Paginator.ELLIPSIS)
        return [(str(number), "" if number in here else self._address(page=str(number))) for number in numbers]

    def _address(self, **changed: str) -> str:
        query = self.asked.copy()
        query.pop(f"{self.slug}-page", None)
        for name, value in changed.items():
            query[f"{self.slug}-{name}"] = value
        return f"?{query.urlencode()}#{self.slug}"

    # Sums ---------------------------------------------------------------------------------------

    @property
    def totals(self) -> list[Cell]:
        """The last row: what adds up, added up over all pages. Empty if nothing does, or for a single row."""
        if len(self.all_rows) < 2 or not any(column.is_added_up for column in self.columns):
            return []
        return [Cell(column, self._total(column)) for column in self.columns]

    def _total(self, column: Column) -> str:
        if not column.is_added_up:
            return ""
        values = [getattr(row, column.name) for row in self.all_rows]
        return for_people(sum(value for value in values if value is not None), column.kind)


def _key(value: Any) -> Any:
    """Sort texts as people do, whatever their case."""
    return value.casefold() if isinstance(value, str) else value
