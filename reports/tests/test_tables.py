from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.http import QueryDict

from reports.report import Column, Kind
from reports.tables import Table


@dataclass(frozen=True)
class Row:
    name: str
    tickets: int
    net: Decimal | None = None


NAME = Column("name", "Name", link=lambda row: f"?event={row.name}")
TICKETS = Column("tickets", "Tickets", Kind.COUNT, is_added_up=True)
NET = Column("net", "Net", Kind.MONEY, is_added_up=True)

ROWS = [Row("b", 2, Decimal("10.10")), Row("A", 30, None), Row("c", 4, Decimal("-1.05"))]


def make(query: str = "", rows=ROWS, columns=(NAME, TICKETS, NET)) -> Table:
    return Table("by-event", columns, rows, asked=QueryDict(query), narrowed=lambda query: f"{query}&kept=1")


def names(table: Table) -> list[str]:
    return [row[0].text for row in table.rows]


def test_table_writes_figures_for_people():
    assert [[cell.text for cell in row] for row in make().rows] == [
        ["b", "2", "€10.10"],
        ["A", "30", "–"],
        ["c", "4", "-€1.05"],
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [("", "bAc"), ("name", "Abc"), ("-name", "cbA"), ("tickets", "bcA"), ("net", "cbA"), ("-net", "bcA"), ("x", "bAc")],
)
def test_table_is_sorted_as_is_asked_and_what_is_unknown_comes_last(sort, order):
    assert "".join(names(make(f"by-event-sort={sort}"))) == order


def test_column_that_may_not_be_seen_does_not_sort():
    assert names(make("by-event-sort=-net", columns=(NAME, TICKETS))) == ["b", "A", "c"]


def test_head_sorts_the_largest_first_and_then_the_other_way():
    name, tickets, _ = make("period=today&by-event-page=3").heads
    assert (name.url, tickets.url) == (
        "?period=today&by-event-sort=name#by-event",
        "?period=today&by-event-sort=-tickets#by-event",
    )

    sorted_by = make("by-event-sort=-tickets").heads[1]
    assert (sorted_by.sorted, sorted_by.url) == ("descending", "?by-event-sort=tickets#by-event")


def test_totals_add_up_all_pages_and_only_what_adds_up():
    table = make(rows=[Row("x", 1, Decimal("0.10"))] * 250)

    assert [cell.text for cell in table.totals] == ["", "250", "€25.00"]
    assert len(table.rows) == 100


def test_totals_of_one_row_would_say_it_twice():
    assert make(rows=ROWS[:1]).totals == []
    assert make(columns=(NAME,)).totals == []


@pytest.mark.parametrize(("page", "shown"), [("", 100), ("2", 50), ("99", 50), ("-1", 50), ("x", 100)])
def test_table_has_pages(page, shown):
    table = make(f"by-event-page={page}", rows=[Row("x", 1)] * 150)

    assert len(table.rows) == shown
    assert [number for number, _ in table.pages] == ["1", "2"]


def test_link_keeps_what_else_is_asked():
    assert make().rows[0][0].url == "?event=b&kept=1"
