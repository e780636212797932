"""Exports: all rows, page by page, with names that never change, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import services
from bookings.models import Booking, LedgerLine, Payment, Ticket
from bookings.tests.factories import BookingFactory
from bookings.tests.sales import NOW, sold
from reports import files
from reports.exports import EXPORTS, bookings
from reports.exports.paging import SIZE, pages
from reports.models import Settlement
from reports.scope import Period, Scope
from reports.sums import sales
from reports.tests.factories import SettlementFactory
from reports.tests.histories import House
from ticketing.tests.factories import make_offer
from venues.models import Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


ALL = Period(date(2026, 1, 1), date(2026, 12, 31))
BY_SLUG = {export.slug: export for export in EXPORTS}


def scope(period=ALL, **asked) -> Scope:
    zones = tuple(sorted(set(Venue.objects.values_list("time_zone", flat=True)))) or ("UTC",)
    return Scope(now=datetime(2026, 4, 20, tzinfo=UTC), period=period, zones=zones, **asked)


def around(moment: datetime) -> Period:
    return Period(moment.date() - timedelta(days=2), moment.date() + timedelta(days=2))


def read(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def download(client, slug: str, query: str = "") -> list[dict]:
    return read(client.get(reverse("reports:export_file", args=[slug, "csv"]) + query))


@pytest.fixture
def house():
    return House(seed=7).live(150)


# Ties -----------------------------------------------------------------------------------------


def test_sales_ledger_comes_to_what_reports_say(house):
    rows = list(BY_SLUG["sales"].rows(scope()))

    for by in ("event", "day"):
        added = Counter()
        for row in rows:
            added[row.event_slug if by == "event" else row.day] += row.net
        told = {row.key[0]: row.net for row in sales(scope(), by)}
        if by == "event":
            slugs = {event.pk: event.slug for event in house.events}
            told = {slugs[pk]: net for pk, net in told.items()}
        assert dict(added) == told
    assert sum(row.net for row in rows) == sales(scope())[0].net
    assert len(rows) == LedgerLine.objects.count() == BY_SLUG["sales"].count(scope())


def test_payments_ledger_comes_to_the_money_that_moved(house):
    rows = list(BY_SLUG["payments"].rows(scope()))

    charges = sum(Payment.objects.filter(kind="charge", status="succeeded").values_list("amount", flat=True))
    refunds = sum(Payment.objects.filter(kind="refund", status="succeeded").values_list("amount", flat=True))
    assert sum(row.moved for row in rows) == charges - refunds
    assert len(rows) == Payment.objects.count()


def test_booking_and_ticket_reports_come_to_the_ledger(house):
    made = list(BY_SLUG["bookings"].rows(scope()))
    tickets = list(BY_SLUG["tickets"].rows(scope()))

    net = sales(scope())[0].net
    confirmed = [row for row in made if row.status == "confirmed"]
    assert sum(row.total_price for row in confirmed) + sum(row.retained for row in made) == net
    valid = sum(row.net for row in tickets if row.status == "valid")
    assert valid == sum(row.total_price for row in confirmed)
    assert (len(made), len(tickets)) == (Booking.objects.count(), Ticket.objects.count())


def test_settlements_come_to_the_ledger_and_say_how_far_they_are(house):
    event = house.events[0]
    SettlementFactory(event=event)

    rows = {row.event_slug: row for row in BY_SLUG["settlements"].rows(scope())}

    assert sum(row.takings for row in rows.values()) == sum(row.paid for row in rows.values()) == sales(scope())[0].net
    assert rows[event.slug].state == "changed"
    assert {row.state for slug, row in rows.items() if slug != event.slug} == {"open"}
    assert Settlement.objects.count() == 1


def test_customer_history_has_a_row_for_each_address():
    offer = make_offer(20)
    sold(offer, 2, email="ada@example.org")
    sold(make_offer(), email="ADA@example.org")
    sold(offer, email="bob@example.org")

    rows = list(BY_SLUG["customers"].rows(scope(around(NOW))))

    assert [(row.customer_email.lower(), row.bookings, row.tickets, row.spent) for row in rows] == [
        ("ada@example.org", 2, 3, Decimal("120.00")),
        ("bob@example.org", 1, 1, Decimal("40.00")),
    ]
    assert BY_SLUG["customers"].count(scope(around(NOW))) == 2


@pytest.mark.parametrize("slug", BY_SLUG)
def test_exports_are_narrowed_as_the_page_is(slug, house):
    export, event = BY_SLUG[slug], house.events[0]

    narrow, none = scope(event=event), scope(Period(date(2020, 1, 1), date(2020, 1, 2)))

    assert export.count(narrow) == len(list(export.rows(narrow)))
    assert 0 < export.count(narrow) < export.count(scope()) == len(list(export.rows(scope())))
    assert list(export.rows(none)) == []
    assert export.count(none) == 0


# Days -----------------------------------------------------------------------------------------


def test_period_of_an_export_is_that_of_the_venues_clock():
    offer = make_offer()
    Venue.objects.update(time_zone="Pacific/Auckland")  # UTC+13 in summer
    booking = sold(offer)
    Booking.objects.update(booking_date=datetime(2026, 1, 9, 11, 30, tzinfo=UTC))
    day = Period(date(2026, 1, 10), date(2026, 1, 10))

    (row,) = BY_SLUG["bookings"].rows(scope(day))

    assert row.booking_code == booking.booking_code
    assert row.booked_at.isoformat() == "2026-01-10T00:30:00+13:00"
    assert list(BY_SLUG["bookings"].rows(scope(day.before))) == []


# Files ----------------------------------------------------------------------------------------


def test_files_have_plain_numbers_and_dates_with_their_zone(as_member):
    booking = sold(make_offer(), 2)
    Venue.objects.update(time_zone="Europe/Vienna")
    client = as_member("Managers")

    (row,) = download(client, "bookings")

    assert row["booking_code"] == booking.booking_code
    assert (row["quantity"], row["total_price"]) == ("2", "80.00")
    assert datetime.fromisoformat(row["booked_at"]).utcoffset() in (timedelta(hours=1), timedelta(hours=2))


@pytest.mark.parametrize("name", ["=1+1", "+43 1 5885", "-2", "@SUM(A1)", "\t=1", "＝1"])
def test_no_text_of_a_file_is_a_formula(name, as_member):
    sold(make_offer())
    Booking.objects.update(customer_name=name)
    client = as_member("Managers")

    (row,) = download(client, "bookings")
    book = client.get(reverse("reports:export_file", args=["bookings", "xlsx"]))
    sheet = ZipFile(io.BytesIO(b"".join(book.streaming_content))).read("xl/worksheets/sheet1.xml").decode()

    assert row["customer_name"] == f"'{name}"
    assert "<f>" not in sheet


def test_names_of_columns_never_change():
    """Spreadsheets and programs of others depend on them: new ones are added at the end."""
    assert {export.slug: [column.name for column in export.columns][:4] for export in EXPORTS} == {
        "bookings": ["booking_code", "status", "cancellation_reason", "event"],
        "tickets": ["ticket_code", "booking_code", "event", "event_slug"],
        "sales": ["line", "day", "at", "kind"],
        "payments": ["payment", "at", "kind", "status"],
        "customers": ["customer_email", "customer_name", "bookings", "cancelled"],
        "settlements": ["event", "event_slug", "event_date", "venue"],
    }


# Who sees what --------------------------------------------------------------------------------


def test_amounts_are_left_out_for_whoever_may_not_see_revenue(as_member):
    sold(make_offer())
    client = as_member("Box office")

    (row,) = download(client, "bookings")

    assert "customer_email" in row
    assert not {"total_price", "discount", "retained"} & set(row)
    assert client.get(reverse("reports:export_file", args=["payments", "csv"])).status_code == 403
    assert client.get(reverse("reports:export", args=["sales"])).status_code == 403


def test_names_are_left_out_for_whoever_may_not_see_customers(as_member):
    sold(make_offer())
    client = as_member("Managers")
    Group.objects.get(name="Managers").permissions.filter(codename="view_customers").delete()

    (row,) = download(client, "tickets")

    assert not {"customer_name", "customer_email", "holder_name", "holder_email"} & set(row)
    assert client.get(reverse("reports:export", args=["customers"])).status_code == 403


# Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_an_export_costs_the_same_for_any_number_of_rows(count, as_member, django_assert_num_queries):
    for _ in range(count):
        sold(make_offer())
    client = as_member("Managers")

    with django_assert_num_queries(7):
        page = client.get(reverse("reports:export", args=["bookings"]))

    assert page.context["count"] == count


def test_page_says_what_is_wrong_with_a_question(as_member):
    client = as_member("Managers")

    assert client.get(reverse("reports:export", args=["bookings"]) + "?period=custom").status_code == 422
    assert client.get(reverse("reports:export_file", args=["bookings", "csv"]) + "?period=custom").status_code == 422
    assert client.get(reverse("reports:export", args=["nothing"])).status_code == 404


def test_workbook_is_refused_where_it_would_be_too_long(as_member, monkeypatch):
    sold(make_offer())
    sold(make_offer())
    monkeypatch.setattr("reports.exports.views.MOST_IN_BOOK", 1)
    client = as_member("Managers")

    assert client.get(reverse("reports:export_file", args=["bookings", "xlsx"])).status_code == 422
    assert client.get(reverse("reports:export", args=["bookings"])).context["files"] == ["csv"]


# Streaming ------------------------------------------------------------------------------------


def make_many(count: int) -> None:
    first = BookingFactory(booking_date=NOW)
    copies = (
        BookingFactory.build(event=first.event, booking_code=f"BK-{number}", booking_date=NOW, expires_at=NOW)
        for number in range(count - 1)
    )
    Booking.objects.bulk_create(copies, batch_size=500)


def test_export_is_read_page_by_page_in_constant_memory():
    make_many(3 * SIZE + 1)
    export, asked = BY_SLUG["bookings"], scope(around(NOW))

    def peak(count: int) -> int:
        tracemalloc.start()
        lines = files.csv_lines(export.columns, export.rows(asked))
        size = sum(len(text) for text, _ in zip(lines, range(count), strict=False))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > 10_000
        return most

    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = list(export.rows(asked))
    some, all_of_them = peak(SIZE // files.BATCH), peak(10**6)

    assert len(rows) == 3 * SIZE + 1
    assert len({row.booking_code for row in rows}) == len(rows)
    assert len([query for query in queries if "bookings_booking" in query["sql"]]) == 4
    assert all_of_them < 1.5 * some


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_leave_nothing_out_and_say_nothing_twice(size):
    moments = [NOW, NOW, NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=1), NOW - timedelta(days=1), NOW]
    event = BookingFactory(booking_date=moments[0]).event
    for moment in moments[1:]:
        BookingFactory(event=event, booking_date=moment)
    asked = Booking.objects.values("pk", "booking_date")

    found = [row for page in pages(asked, "booking_date", "pk", size=size) for row in page]

    assert found == list(asked.order_by("booking_date", "pk"))


def test_rows_of_one_customer_are_all_of_theirs():
    booking = sold(make_offer(), email="ada@example.org")
    sold(make_offer(), email="bob@example.org")
    services.cancel(booking=booking, reason="customer", now=NOW, actor="customer")

    rows = list(bookings.read(Booking.objects.filter(customer_email="ada@example.org")))

    assert [(row.booking_code, row.status) for row in rows] == [(booking.booking_code, "cancelled")]
