"""Files as people, and their spreadsheets, and their enemies make them."""

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from venues.imports import files
from venues.imports.errors import FileRefused
from venues.imports.files import read_table
from venues.resources import VenueResource

COLUMNS = VenueResource.columns()
HEAD = "name,address,city,capacity"


def read(data: str | bytes) -> files.Table:
    return read_table(data.encode() if isinstance(data, str) else data, COLUMNS, VenueResource.passed_over)


def refusal(data: str | bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return refused.value.message


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(**parts: bytes) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_rows_are_numbered_as_in_a_spreadsheet_and_empty_ones_left_out():
    table = read(f"{HEAD}\nOpera,1 Ring Road,Vienna,1200\n,,,\n\nMet,2 Lincoln Square,New York,3800\n")

    assert table.header == ["name", "address", "city", "capacity"]
    assert table.rows == [
        [2, "Opera", "1 Ring Road", "Vienna", "1200"],
        [5, "Met", "2 Lincoln Square", "New York", "3800"],
    ]


def test_columns_may_come_in_any_order_and_spelling():
    table = read("\ufeffCITY, Time zone ,name,colour,address,capacity,id\nGraz,UTC,Oper,red,1 Ring,5,77\n")

    assert table.header == ["city", "time_zone", "name", "address", "capacity"]
    assert table.rows == [[2, "Graz", "UTC", "Oper", "1 Ring", "5"]]
    assert table.unknown == ["colour"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_excel_in_europe_is_understood(encoding, delimiter):
    lines = [HEAD.split(","), ["Käsebörse “Zürich”", "Straße 1", "Zürich", "80"]]

    table = read("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))

    assert table.rows == [[2, "Käsebörse “Zürich”", "Straße 1", "Zürich", "80"]]


def test_workbooks_are_read_as_they_look():
    head = ["name", "address", "city", "capacity", "description"]
    moment = datetime(2026, 5, 1, 19, 30)  # noqa: DTZ001 - spreadsheets know no zones

    table = read(workbook(head, ["Opera", moment, True, 1200.0, 0.1 + 0.2], [None], ["Met"]))

    assert table.rows == [
        [2, "Opera", "2026-05-01 19:30", "yes", "1200", "0.3"],
        [4, "Met", "", "", "", ""],
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n,,\n", b"\xef\xbb\xbf"])
def test_empty_files_are_refused(data):
    assert refusal(data) == "The file is empty."


def test_files_without_rows_are_refused():
    assert refusal(f"{HEAD}\n") == "The file has a header, but no rows below it."


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xfe\x00",
        "näme".encode("cp1252") + b"\x81",
        f"{HEAD}\nOpera\x00,1,2,3".encode(),
    ],
)
def test_what_is_no_text_is_refused(data):
    message = "This is no CSV or XLSX file. Save it as “CSV UTF-8” or as “Excel workbook (.xlsx)”."

    assert refusal(data) == message


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 but nothing else",
        zipped(**{"hello.txt": b"hello"}),
        zipped(**{"xl/workbook.xml": b"<workbook", "[Content_Types].xml": b"<Types/>"}),
        workbook(["name"])[:1500],
    ],
)
def test_broken_workbooks_are_refused(data):
    assert refusal(data) == "This XLSX file cannot be read. Open it in a spreadsheet and save it again."


def test_workbooks_that_define_entities_are_refused():
    """A billion laughs: small in the file, endless in memory."""
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    good = workbook([*HEAD.split(",")], ["Opera", "1", "Vienna", 5])
    stream = BytesIO()
    with ZipFile(BytesIO(good)) as source, ZipFile(stream, "w") as target:
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, laughs + data.partition(b"?>")[2] if part.endswith("sheet1.xml") else data)

    assert refusal(stream.getvalue()) == "This XLSX file cannot be read. Open it in a spreadsheet and save it again."


def test_zip_bombs_are_refused_before_they_are_unpacked():
    bomb = zipped(**{"xl/worksheets/sheet1.xml": b" " * (files.MAX_UNPACKED + 1)})

    assert len(bomb) < 2**20
    assert refusal(bomb) == "This XLSX file unpacks to far more than it should. Please split it."


def test_old_workbooks_are_refused_with_advice():
    expected = "This is an old or a protected Excel file. Save it as XLSX, without a password."

    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == expected


def test_files_that_are_too_large_are_refused(monkeypatch):
    monkeypatch.setattr(files, "MAX_ROWS", 3)
    monkeypatch.setattr(files, "MAX_LINES", 9)

    assert refusal(b"a" * (files.MAX_BYTES + 1)) == "The file is larger than 10 MB. Please split it."
    assert refusal(f"{HEAD}\n" + "a,b,c,1\n" * 4) == "The file has more than 3 rows. Please split it."
    assert refusal(f"{HEAD}\n" + "\n" * 9) == "The file has more than 9 lines. Please split it."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("name,city\nA,B", "The file lacks the columns “address”, “capacity”. Its first row has to name the columns."),
        (f"{HEAD},Name\nA,B,C,1,D", "The column “name” is there twice."),
        (
            f"{HEAD}\nOpera,1 Ring Road, Vienna,Austria,5",
            "Row 2 has more cells than the header. Put a text with the delimiter in it between quotation marks.",
        ),
        (f"{HEAD}\n{'a' * 20_001},b,c,1", "A cell in row 2 has more than 20,000 characters."),
        (
            f'{HEAD}\n"{"a" * 200_000},b,c,1',
            "This is no CSV file: a quotation mark is never closed, or a cell is too long.",
        ),
    ],
)
def test_files_that_make_no_sense_are_refused_with_the_reason(data, message):
    assert refusal(data) == message
