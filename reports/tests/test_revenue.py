"""Revenue against the ledger, added up once more in plain Python: over random histories, at the edges of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings.tests.factories import LedgerLineFactory
from events.tests.factories import EventFactory
from reports.figures import revenue
from reports.periods import Comparison, compared_with
from reports.scope import Period, Scope
from reports.tests.histories import ZONES, House
from reports.tests.recomputing import recompute
from ticketing.models import TicketType
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 10, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
FIGURES = ("sold", "gross", "discounts", "refunds", "exchanges", "net")


def ask(period: Period = MARCH, comparison: str = Comparison.BEFORE, **kwargs) -> Scope:
    return Scope(now=NOW, period=period, compared=compared_with(period, comparison), zones=ZONES, **kwargs)


def add_up(figures) -> dict[str, object]:
    return {name: sum(one[name] for one in figures) for name in FIGURES}


def shown(row) -> dict[str, object]:
    return {name: getattr(row, name) for name in FIGURES}


@pytest.fixture
def house():
    return House(seed=11).live(160)


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_steps_come_to_the_ledger(house, grain):
    by_day = recompute(("day",), MARCH.first, MARCH.last)

    rows = revenue.by_period(ask(grain=grain))

    assert by_day
    for row in rows:
        days = [figures for (day,), figures in by_day.items() if row.first <= day <= row.last]
        assert shown(row) == add_up(days)
    assert add_up([vars(row) for row in rows]) == add_up(by_day.values())


@pytest.mark.parametrize("comparison", [Comparison.BEFORE, Comparison.YEAR])
def test_net_before_comes_to_the_time_before(house, comparison):
    scope = ask(Period(date(2026, 3, 16), date(2026, 4, 8)), comparison, grain="week")
    before = recompute((), scope.compared.first, scope.compared.last).get((), {"net": 0})

    rows = revenue.by_period(scope)

    assert sum(row.net_before for row in rows) == before["net"]


def test_parts_come_to_the_ledger(house):
    types = {kind.name: kind.pk for kind in TicketType.objects.all()}
    expected = {
        "ticket_type": recompute(("ticket_type",), MARCH.first, MARCH.last),
        "channel": recompute(("channel",), MARCH.first, MARCH.last),
        "category": recompute(("category",), MARCH.first, MARCH.last),
    }
    scope = ask()

    rows = {
        "ticket_type": {(types[row.name],): shown(row) for row in revenue.by_ticket_type(scope)},
        "channel": {(row.key,): shown(row) for row in revenue.by_channel(scope)},
        "category": [shown(row) for row in revenue.by_category(scope)],
    }

    for part in ("ticket_type", "channel"):
        assert rows[part] == {key: {name: sums[name] for name in FIGURES} for key, sums in expected[part].items()}
    assert add_up(rows["category"]) == add_up(expected["category"].values())


@pytest.mark.parametrize("many", [0, 1_000])
def test_events_come_to_the_ledger_and_the_highest_is_first(house, many, monkeypatch):
    monkeypatch.setattr("reports.reading.MANY", many)
    expected = recompute(("event",), MARCH.first, MARCH.last)

    rows = revenue.by_event(ask())

    slugs = {event.slug: event.pk for event in house.events}
    assert {(slugs[row.event_slug],): shown(row) for row in rows} == {
        key: {name: sums[name] for name in FIGURES} for key, sums in expected.items()
    }
    assert [row.net for row in rows] == sorted((row.net for row in rows), reverse=True)


def test_all_sections_agree(house):
    scope = ask()

    totals = [add_up([vars(row) for row in section.rows(scope)]) for section in revenue.REPORT.sections]

    assert totals == [totals[0]] * len(totals)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Vienna", datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        ("Europe/Vienna", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Vienna", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # a day of 23 hours
        ("Europe/Vienna", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        ("America/Los_Angeles", datetime(2026, 3, 1, 7, 59, tzinfo=UTC), date(2026, 2, 28)),
        ("Pacific/Auckland", datetime(2026, 3, 31, 11, 0, tzinfo=UTC), date(2026, 4, 1)),
    ],
)
def test_sale_counts_on_the_day_of_its_venue(zone, moment, day):
    event = EventFactory(venue=VenueFactory(time_zone=zone))
    LedgerLineFactory(booking__event=event, at=moment, day=moment.astimezone(event.venue.tz).date())

    assert [row.first for row in revenue.by_period(ask(Period(day, day)))] == [day]
    assert revenue.by_period(ask(Period(day - timedelta(days=1), day - timedelta(days=1)))) == []
    assert revenue.by_period(ask(Period(day + timedelta(days=1), day + timedelta(days=1)))) == []


def test_days_without_a_sale_are_rows_where_others_have_one():
    LedgerLineFactory(day=date(2026, 3, 2), gross=Decimal("10.00"))

    rows = revenue.by_period(ask(Period(date(2026, 3, 1), date(2026, 3, 3))))

    assert [row.net for row in rows] == [Decimal("0.00"), Decimal("10.00"), Decimal("0.00")]


def test_reading_says_how_it_has_changed_and_which_was_best():
    LedgerLineFactory(day=date(2026, 3, 1), gross=Decimal("10.00"))
    LedgerLineFactory(day=date(2026, 3, 3), gross=Decimal("30.00"))
    LedgerLineFactory(day=date(2026, 2, 28), gross=Decimal("20.00"))
    scope = ask(Period(date(2026, 3, 1), date(2026, 3, 3)))

    text = revenue.read_period(revenue.by_period(scope), scope)

    assert text == "€40.00 net, 100% more than in the time before. The best was Tue 3 Mar 2026, with €30.00."


def test_reading_of_what_was_only_given_back_boasts_of_nothing():
    LedgerLineFactory(day=date(2026, 3, 1), kind="cancellation", quantity=-1, gross=Decimal("-10.00"))
    scope = ask(Period(date(2026, 3, 1), date(2026, 3, 2)))

    rows = revenue.by_period(scope)
    parts = revenue.by_channel(scope)

    assert revenue.read_period(rows, scope) == "-€10.00 net, after nothing in the time before."
    assert revenue.read_parts(parts, scope) == "-€10.00 net in all."
    assert revenue.chart_parts(parts, scope) is None
    assert [(row.refunds, row.share) for row in parts] == [(Decimal("10.00"), None)]
