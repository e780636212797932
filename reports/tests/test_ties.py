"""Everything that tells of money comes to the same, to the cent, by event and by day, whatever has happened.

The ledger is compared with payments, bookings, every section of a report that has a column of net, and the files of
every export; each is added up here, from what somebody would read.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bookings.models import Booking, LedgerLine, Payment
from reports.audit import findings
from reports.exports import EXPORTS
from reports.figures import REPORTS
from reports.files import csv_lines
from reports.folding import fold
from reports.scope import Period
from reports.sums import sales
from reports.tests.histories import House
from reports.tests.questions import ask

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 20, tzinfo=UTC)
ALL = Period(date(2026, 1, 1), date(2026, 12, 31))

PARTS = {
    ("popular", "events"): "the best of them",
    ("popular", "upcoming"): "the best of them",
    ("demand", "promo-codes"): "bookings with a promo code",
}
"""Sections with a column of net that tell of a part of the house only, and of which."""

TOTALS = [
    (report, section)
    for report in REPORTS
    for section in report.sections
    if "net" in {column.name for column in section.columns} and (report.slug, section.slug) not in PARTS
]


@pytest.fixture(params=[11, 12, 13])
def house(request):
    """A random history, of which the first half has been folded."""
    house = House(seed=request.param).live(80)
    fold(NOW)
    return house.live(80)


def day_of(row: Payment | LedgerLine, moment: datetime) -> date:
    return moment.astimezone(row.booking.event.venue.tz).date()


def ledger() -> dict[tuple[str, date], Decimal]:
    """The net of each event on each day, line by line; the day is told by the clock anew."""
    found: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for line in LedgerLine.objects.select_related("booking__event__venue"):
        found[line.booking.event.slug, day_of(line, line.at)] += line.gross - line.discount + line.retained
    return without_nothing(found)


def without_nothing(found: dict) -> dict:
    return {key: value for key, value in found.items() if value}


def by_event(found: dict[tuple[str, date], Decimal]) -> dict[str, Decimal]:
    events: dict[str, Decimal] = defaultdict(Decimal)
    for (event, _), net in found.items():
        events[event] += net
    return without_nothing(events)


def worth(kind: str, status: str, amount: Decimal) -> Decimal:
    """What a payment counts: charges that came in, and refunds once they are decided, unless they fail."""
    amount = abs(amount)
    return {("charge", "succeeded"): amount, ("refund", "pending"): -amount, ("refund", "failed"): amount}.get(
        (kind, status), Decimal(0)
    )


def read(slug: str, scope) -> list[dict[str, str]]:
    """Download an export, all of its columns."""
    export = next(export for export in EXPORTS if export.slug == slug)
    return list(csv.DictReader(io.StringIO("".join(csv_lines(export.columns, export.rows(scope))))))


def added_up(rows: list[dict[str, str]], name: str, value) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row[name]] += value(row)
    return without_nothing(found)


def test_the_audit_agrees(house):
    assert findings(NOW) == []


def test_payments_less_refunds_come_to_the_ledger_by_event_and_day(house):
    paid: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for payment in Payment.objects.select_related("booking__event__venue"):
        key = payment.booking.event.slug, day_of(payment, payment.created_at)
        paid[key] += worth(payment.kind, payment.status, payment.amount)

    assert without_nothing(paid) == ledger()


def test_bookings_come_to_the_ledger_by_event(house):
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for booking in Booking.objects.select_related("event"):
        owed[booking.event.slug] += booking.retained
        if booking.status == Booking.Status.CONFIRMED:
            owed[booking.event.slug] += booking.total_price

    assert without_nothing(owed) == by_event(ledger())


def test_sums_come_to_the_ledger_by_event_and_day(house):
    slugs = {event.pk: event.slug for event in house.events}

    told = {(slugs[row.key[0]], row.key[1]): row.net for row in sales(ask(NOW, ALL), "event", "day")}

    assert without_nothing(told) == ledger()


def test_there_are_totals():
    assert len(TOTALS) >= 5


@pytest.mark.parametrize(("report", "section"), TOTALS, ids=lambda part: part.slug)
def test_sections_come_to_the_ledger_by_event_and_day(report, section):
    house = House(seed=11).live(80)
    fold(NOW)
    house.live(80)
    expected = ledger()
    events = by_event(expected)
    days: dict[date, Decimal] = defaultdict(Decimal)
    for (_, day), net in expected.items():
        days[day] += net

    def total(scope) -> Decimal:
        return sum((row.net for row in section.rows(scope)), Decimal(0))

    assert total(ask(NOW, ALL)) == sum(expected.values())
    for event in house.events:
        assert total(ask(NOW, ALL, event=event)) == events.get(event.slug, 0), event
    for day in sorted(days):
        assert total(ask(NOW, Period(day, day))) == days[day], day


def test_exports_come_to_the_ledger_by_event(house):
    expected, scope = by_event(ledger()), ask(NOW, ALL)

    def payment(row):
        return worth(row["kind"], row["status"], Decimal(row["amount"]))

    def owed(row):
        price = Decimal(row["total_price"]) if row["status"] == "confirmed" else 0
        return Decimal(row["retained"]) + price

    assert added_up(read("sales", scope), "event_slug", lambda row: Decimal(row["net"])) == expected
    assert added_up(read("payments", scope), "event_slug", payment) == expected
    assert added_up(read("bookings", scope), "event_slug", owed) == expected
    assert added_up(read("settlements", scope), "event_slug", lambda row: Decimal(row["takings"])) == expected
    assert added_up(read("settlements", scope), "event_slug", lambda row: Decimal(row["paid"])) == expected


def test_exports_come_to_the_ledger_by_day(house):
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for (_, day), net in ledger().items():
        expected[day.isoformat()] += net
    scope = ask(NOW, ALL)

    lines = added_up(read("sales", scope), "day", lambda row: Decimal(row["net"]))
    payments = [row | {"day": row["at"][:10]} for row in read("payments", scope)]
    paid = added_up(payments, "day", lambda row: worth(row["kind"], row["status"], Decimal(row["amount"])))

    assert lines == without_nothing(expected)
    assert paid == without_nothing(expected)


def test_tickets_and_customers_come_to_the_ledger(house):
    total, scope = sum(ledger().values()), ask(NOW, ALL)
    retained = sum(Decimal(row["retained"]) for row in read("bookings", scope))

    valid = sum(Decimal(row["net"]) for row in read("tickets", scope) if row["status"] == "valid")
    spent = sum(Decimal(row["spent"]) for row in read("customers", scope))

    nameless = Booking.objects.filter(customer_email="")
    without_address = sum(line.net for line in LedgerLine.objects.filter(booking__in=nameless))
    assert valid + retained == total
    assert spent + without_address == total


def test_every_export_is_compared():
    """Those that are compared above; a new one needs its own."""
    assert {export.slug for export in EXPORTS} == {
        "bookings",
        "tickets",
        "sales",
        "payments",
        "customers",
        "settlements",
    }
