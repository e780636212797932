"""Reading CSV and XLSX files as spreadsheets write them, and refusing what is none.

Every cell comes out as a text, whatever it was: 12.0 as "12", a date as "2026-12-24 19:30", empty as "". Files come
from anybody's desk, so their sizes are bounded before they are unpacked, and while.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from venues.neutral import restore

from .errors import FileRefused

if TYPE_CHECKING:
    from .columns import Column

MAX_BYTES = 10 * 2**20
MAX_UNPACKED = 120 * 2**20
"""An XLSX file is a zip file: what it unpacks to, at most."""
MAX_ROWS = 20_000
MAX_LINES = 100_000
"""Empty lines, which some programs leave by the thousand, count here only."""
MAX_COLUMNS = 100
MAX_CELL = 20_000

DELIMITERS = ",;\t"
ZIP = b"PK\x03\x04"
MACRO_OR_OLD = b"\xd0\xcf\x11\xe0"
"""How files begin that Excel wrote before 2007, or protects with a password."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Table:
    """What a file says: the known columns that it has, and rows of ``[number, cell, …]``, numbered as a spreadsheet
    numbers them. ``unknown`` are columns that mean nothing here.
    """

    header: list[str]
    rows: list[list]
    unknown: list[str] = field(default_factory=list)


def read_table(data: bytes, columns: Sequence[Column], passed_over: Iterable[str] = ()) -> Table:
    """Read a file. ``passed_over`` are columns that exports have and imports do without.

    Raises:
        FileRefused: it is too large, no CSV or XLSX file, or lacks a column.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused(f"The file is larger than {MAX_BYTES // 2**20} MB. Please split it.")
    if data.startswith(MACRO_OR_OLD):
        raise FileRefused("This is an old or a protected Excel file. Save it as XLSX, without a password.")
    lines = _read_xlsx(data) if data.startswith(ZIP) else _read_csv(data)
    numbered = _number(lines)
    first = next(numbered, None)
    if first is None:
        raise FileRefused("The file is empty.")
    places, unknown = _read_header(first[1], columns, set(passed_over))
    rows = list(islice(_read_rows(numbered, len(first[1]), list(places.values())), MAX_ROWS + 1))
    if not rows:
        raise FileRefused("The file has a header, but no rows below it.")
    if len(rows) > MAX_ROWS:
        raise FileRefused(f"The file has more than {MAX_ROWS:,} rows. Please split it.")
    return Table(list(places), rows, unknown)


def _number(lines: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Number lines as a spreadsheet does, and leave empty ones out."""
    for number, cells in enumerate(lines, start=1):
        if number > MAX_LINES:
            raise FileRefused(f"The file has more than {MAX_LINES:,} lines. Please split it.")
        if any(cells):
            yield number, cells


def _read_header(
    cells: list[str], columns: Sequence[Column], passed_over: set[str]
) -> tuple[dict[str, int], list[str]]:
    """Find out where which column is; case, spaces and underscores do not matter."""
    known = {column.column_name for column in columns}
    places: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(cells):
        name = re.sub(r"[\s_-]+", "_", cell.strip().lower())
        if name in places:
            raise FileRefused(f"The column “{name}” is there twice.")
        if name in known:
            places[name] = place
        elif name and name not in passed_over:
            unknown.append(cell.strip()[:60])
    missing = [column.column_name for column in columns if column.is_required and column.column_name not in places]
    if missing:
        names = ", ".join(f"“{name}”" for name in missing)
        noun = "columns" if len(missing) > 1 else "column"
        raise FileRefused(f"The file lacks the {noun} {names}. Its first row has to name the columns.")
    return places, unknown


def _read_rows(numbered: Iterator[tuple[int, list[str]]], width: int, places: list[int]) -> Iterator[list]:
    for number, cells in numbered:
        if any(cells[width:]):
            raise FileRefused(
                f"Row {number:,} has more cells than the header. Put a text with the delimiter in it between "
                "quotation marks."
            )
        cells += [""] * (width - len(cells))
        if any(len(cell) > MAX_CELL for cell in cells):
            raise FileRefused(f"A cell in row {number:,} has more than {MAX_CELL:,} characters.")
        yield [number, *(_tidy(cells[place]) for place in places)]


def _tidy(cell: str) -> str:
    """Take blanks off the ends, or the apostrophe that an export has put before the text: what follows is meant."""
    restored = restore(cell)
    return cell.strip() if restored == cell else restored


# CSV ------------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> Iterator[list[str]]:
    text = decode(data)
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise FileRefused("This is no CSV file: a quotation mark is never closed, or a cell is too long.") from None


def decode(data: bytes) -> str:
    """Read a text in UTF-8, in UTF-16 with its mark, or as Excel in Europe writes it.

    Raises:
        FileRefused: it is no text.
    """
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _UNPRINTABLE.search(text):
            break
        return text
    raise FileRefused("This is no CSV or XLSX file. Save it as “CSV UTF-8” or as “Excel workbook (.xlsx)”.")


# XLSX -----------------------------------------------------------------------------------------

NO_WORKBOOK = "This XLSX file cannot be read. Open it in a spreadsheet and save it again."


def _read_xlsx(data: bytes) -> Iterator[list[str]]:
    """Read the first sheet. Formulas count as what they last came to."""
    from openpyxl import load_workbook  # slow to load, and few processes ever need it

    try:
        with ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise FileRefused("This XLSX file unpacks to far more than it should. Please split it.")
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        rows = book.worksheets[0].iter_rows(max_col=MAX_COLUMNS, values_only=True)
        for row in rows:
            cells = [_as_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            yield cells
        book.close()
    except FileRefused:
        raise
    except (BadZipFile, ArithmeticError, LookupError, TypeError, ValueError, OSError, SyntaxError, AttributeError):
        raise FileRefused(NO_WORKBOOK) from None  # openpyxl has no error of its own for what is broken


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else f"{value:.12g}"
    text = str(value).replace("_x000D_", "\r")
    return _UNPRINTABLE.sub("", text)
