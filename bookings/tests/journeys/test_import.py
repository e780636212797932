"""A file with mistakes: they are named, the file is mended, and its rows are brought in."""

import re

from playwright.sync_api import expect

from venues.models import Venue
from venues.tests.importing import as_csv

from .test_staff import logs_in
from .visitor import PHONE

HEADER = "name address city capacity"
OPERA = ("Opera of the Import", "1 Ring Road", "Vienna", 1200)
ODEON = ("Odeon of the Import", "2 High Street", "London", 800)


def uploads(visitor, *rows):
    file = {"name": "houses.csv", "mimeType": "text/csv", "buffer": as_csv(HEADER, *rows)}
    visitor.page.get_by_label("File").set_input_files(files=[file])
    visitor.clicks("Check the file")
    visitor.page.wait_for_url(re.compile(r"/importjob/\d+/$"))


def waits_for(visitor, text):
    """Wait for what the worker does."""
    visitor.reads(text)
    visitor.sees("Import of houses.csv")


def test_import_with_errors(come, house):
    bernadette = come()

    logs_in(bernadette, house, "box_office")
    bernadette.goes("/admin/venues/venue/")
    bernadette.looks()
    bernadette.clicks("Import", "link", within=bernadette.page.locator(".object-tools"))
    bernadette.sees("Import venues")
    uploads(
        bernadette,
        ("Opera of the Import", "", "Vienna", 1200),
        ("Odeon of the Import", "2 High Street", "London", "many"),
    )
    waits_for(bernadette, "2 errors.")
    rows = bernadette.page.locator("#job").get_by_role("row")
    expect(rows.nth(1)).to_have_text(re.compile(r"2\s*address\s*is missing\."))
    expect(rows.nth(2)).to_have_text(re.compile(r"3\s*capacity\s*“many” is no whole number\."))
    assert b"is missing." in bernadette.saves("Errors as CSV").path().read_bytes()

    bernadette.clicks("Upload the mended file", "link")
    bernadette.sees("Import venues")
    uploads(bernadette, OPERA, ODEON)
    waits_for(bernadette, "The file is right.")
    assert not Venue.objects.filter(name__endswith="of the Import").exists()
    bernadette.clicks("Import 2 rows")
    waits_for(bernadette, "Imported.")

    bernadette.clicks("See the venues", "link")
    bernadette.looks()
    bernadette.reads("Opera of the Import")
    bernadette.reads("Odeon of the Import")


def test_import_on_a_phone(come, house):
    bernadette = come(size=PHONE)

    logs_in(bernadette, house, "box_office")
    bernadette.goes("/admin/venues/importjob/new/venues/")
    bernadette.sees("Import venues")
    uploads(bernadette, ("Met of the Import", "3 Way", "New York", 3800))
    waits_for(bernadette, "The file is right.")
    bernadette.clicks("Import 1 row")
    waits_for(bernadette, "Imported.")

    assert Venue.objects.filter(name="Met of the Import").exists()
