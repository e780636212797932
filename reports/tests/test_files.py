"""Files: what programs and spreadsheets make of them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from reports.files import BATCH, csv_lines, respond, write_xlsx
from reports.report import Column, Kind


@dataclass(frozen=True)
class Row:
    name: str | None
    tickets: int | None = 1
    net: Decimal | None = Decimal("1234.50")
    share: Decimal | None = Decimal("0.1250")
    day: date | None = date(2026, 11, 27)
    at: datetime | None = datetime(2026, 11, 27, 20, 5, tzinfo=ZoneInfo("Europe/Vienna"))


COLUMNS = (
    Column("name", "The name"),
    Column("tickets", "Tickets", Kind.COUNT),
    Column("net", "Net", Kind.MONEY),
    Column("share", "Share", Kind.SHARE),
    Column("day", "Day", Kind.DAY),
    Column("at", "At", Kind.MOMENT),
)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'=1", "＝1"]


def read_csv(rows) -> list[list[str]]:
    return list(csv.reader(StringIO("".join(csv_lines(COLUMNS, rows)), newline="")))


def read_xlsx(rows) -> list[list[object]]:
    stream = BytesIO()
    write_xlsx(stream, "by-event", COLUMNS, rows)
    return [list(row) for row in load_workbook(stream, data_only=False).active.iter_rows(values_only=True)]


def test_csv_has_plain_numbers_and_iso_dates_with_zone():
    assert read_csv([Row("Müller, Söhne")]) == [
        ["name", "tickets", "net", "share", "day", "at"],
        ["Müller, Söhne", "1", "1234.50", "0.1250", "2026-11-27", "2026-11-27T20:05:00+01:00"],
    ]


def test_csv_of_what_is_unknown_is_empty():
    assert read_csv([Row(None, None, None, None, None, None)])[1] == [""] * 6


def test_csv_of_no_rows_is_its_header():
    assert read_csv([]) == [[column.name for column in COLUMNS]]


@pytest.mark.parametrize("text", DANGEROUS)
def test_texts_are_harmless_and_negative_numbers_stay_numbers(text):
    row = Row(text, tickets=-3, net=Decimal("-1.05"))

    assert read_csv([row])[1][:3] == [f"'{text}", "-3", "-1.05"]
    assert read_xlsx([row])[1][1:3] == [-3, -1.05]
    assert str(read_xlsx([row])[1][0]).startswith("'")


def test_xlsx_has_numbers_and_texts():
    header, row = read_xlsx([Row("A")])

    assert header == ["name", "tickets", "net", "share", "day", "at"]
    assert row == ["A", 1, 1234.5, 0.125, "2026-11-27", "2026-11-27T20:05:00+01:00"]


def test_xlsx_takes_what_xml_cannot_say():
    assert read_xlsx([Row("a\x00b\x1f")])[1][0] == "ab"


def endless() -> Iterator[Row]:
    while True:
        yield Row("x", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_csv_is_sent_while_rows_are_still_read():
    response = respond("csv", "revenue", "by-event", COLUMNS, endless())

    first = next(response.streaming_content).decode()

    assert first.count("\n") == BATCH
    assert response["Content-Disposition"] == 'attachment; filename="revenue.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.django_db
def test_xlsx_is_a_file_to_keep():
    response = respond("xlsx", "revenue", "x" * 60, COLUMNS, [Row("A")])

    assert response["Content-Disposition"] == 'attachment; filename="revenue.xlsx"'
    assert load_workbook(BytesIO(b"".join(response.streaming_content))).sheetnames == ["x" * 31]
    response.close()
