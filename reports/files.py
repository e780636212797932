"""Rows as files: one at a time, whatever their number.

The header names the columns by their ``name``, which never changes. Numbers are plain, dates and moments are written in
ISO format, moments with their zone, and no text becomes a formula on somebody's desk.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from numbers import Number
from tempfile import TemporaryFile
from typing import BinaryIO

from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from venues.exports import write_book

from .formats import for_files
from .report import Column, Row

BATCH = 200
"""So many lines are sent at a time: few enough to begin at once, enough not to be slow."""

FORMATS = ("csv", "xlsx")
LONGEST_TITLE = 31
"""So many letters a sheet's name may have."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a CSV file, a batch at a time."""
    writer = csv.writer(_Echo())
    batch = [writer.writerow(column.name for column in columns)]
    for row in rows:
        batch.append(writer.writerow(for_files(getattr(row, column.name)) for column in columns))
        if len(batch) >= BATCH:
            yield "".join(batch)
            batch = []
    yield "".join(batch)


def write_xlsx(stream: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write a workbook of one sheet, in which numbers are numbers."""
    cells = ([_cell(getattr(row, column.name)) for column in columns] for row in rows)
    write_book(stream, title[:LONGEST_TITLE], [column.name for column in columns], cells)


def _cell(value: object) -> object:
    return value if isinstance(value, Number) and not isinstance(value, bool) else for_files(value)


def respond(form: str, name: str, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> HttpResponse:
    """Answer with the file ``name``.csv or .xlsx, as ``form`` says."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "private, no-store"}
    if form == "csv":
        lines = csv_lines(columns, rows)
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it, once it has been sent
    write_xlsx(file, title, columns, rows)
    file.seek(0)
    return FileResponse(file, content_type=XLSX, headers=headers)
