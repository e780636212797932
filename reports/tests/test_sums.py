from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings.models import LedgerLine
from bookings.tests.factories import LedgerLineFactory
from events.models import Category, Production
from events.tests.factories import EventFactory
from reports.folding import fold
from reports.scope import Period, Scope
from reports.sums import COLUMNS, Sales, bookings_made, sales
from reports.tests.histories import START, House
from reports.tests.recomputing import recompute
from ticketing.models import TicketType
from venues.models import Venue
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 20, tzinfo=UTC)
ALL = Period(date(2026, 1, 1), date(2026, 12, 31))


def scope(period=ALL, **asked):
    return Scope(now=NOW, period=period, **asked)


@pytest.fixture(params=["never folded", "folded half-way", "folded"])
def house(request):
    house = House(seed=1).live(60)
    if request.param != "never folded":
        fold(NOW)
    house.live(60)
    if request.param == "folded":
        fold(NOW)
    return house


def told(by, asked):
    """What the reports tell, in the form of :func:`recompute`."""
    counts = bookings_made(asked, *by)
    return {
        row.key: {name: value for name, value in asdict(row).items() if name != "key"}
        | {"bookings": counts.get(row.key, 0)}
        for row in sales(asked, *by)
    }


def test_sales_agree_with_plain_python(house):
    combinations = [(name,) for name in COLUMNS]
    combinations += [("day", "event"), ("event", "kind"), ("day", "channel", "ticket_type"), ("venue", "production")]

    for by in combinations:
        assert told(by, scope()) == recompute(by, ALL.first, ALL.last), by


def test_sales_agree_with_plain_python_in_every_scope(house):
    event = house.events[0]
    narrow = {
        "venue": Venue.objects.first(),
        "category": Category.objects.last(),
        "production": Production.objects.first(),
        "event": event,
        "ticket_type": TicketType.objects.get(name="Standard"),
    }
    weeks = [Period(day, day + timedelta(days=6)) for day in (START.date(), date(2026, 3, 2), date(2026, 3, 29))]

    months = [Period(date(2026, 2, 28), date(2026, 4, 15)), Period(date(2026, 3, 1), date(2026, 3, 31))]
    for period in [*weeks, *months]:
        for by in [("event", "kind"), ("venue",), ("production", "channel")]:
            assert told(by, scope(period)) == recompute(by, period.first, period.last), (period, by)
        for name, row in narrow.items():
            expected = recompute(("day", "offer"), period.first, period.last, **{name: row.pk})
            assert told(("day", "offer"), scope(period, **{name: row})) == expected, (period, name)
        expected = recompute(("event",), period.first, period.last, channel="box_office")
        assert told(("event",), scope(period, channel="box_office")) == expected, period


def test_sales_without_key_are_one_row(house):
    (row,) = sales(scope())

    assert row.key == ()
    assert row == Sales.total(sales(scope(), "day", "offer"))
    assert row.net == row.gross - row.discounts - row.refunds + row.exchanges
    assert row.tickets == row.sold - row.returned + row.exchanged


def test_sales_of_nothing():
    assert sales(scope()) == [Sales()]
    assert sales(scope(), "day") == []
    assert bookings_made(scope()) == {(): 0}
    assert bookings_made(scope(), "event") == {}


def test_sales_are_in_the_order_of_their_keys(house):
    keys = [row.key for row in sales(scope(), "production", "day")]

    assert keys == sorted(keys, key=lambda key: (key[0] is None, key[0] or 0, key[1]))
    assert keys[-1][0] is None


def test_sales_by_something_unknown():
    with pytest.raises(KeyError):
        sales(scope(), "moon")


@pytest.mark.parametrize(
    ("zone", "at", "day", "hour"),
    [
        ("UTC", "2026-02-28T23:59:59.999999+00:00", date(2026, 2, 28), 23),
        ("UTC", "2026-03-01T00:00:00+00:00", date(2026, 3, 1), 0),
        ("Europe/Vienna", "2026-03-28T22:59:59+00:00", date(2026, 3, 28), 23),
        ("Europe/Vienna", "2026-03-28T23:00:00+00:00", date(2026, 3, 29), 0),
        ("Europe/Vienna", "2026-03-29T00:59:59+00:00", date(2026, 3, 29), 1),
        ("Europe/Vienna", "2026-03-29T01:00:00+00:00", date(2026, 3, 29), 3),
        ("Europe/Vienna", "2026-03-29T21:59:59+00:00", date(2026, 3, 29), 23),
        ("Europe/Vienna", "2026-03-29T22:00:00+00:00", date(2026, 3, 30), 0),
        ("Europe/Vienna", "2026-10-25T00:30:00+00:00", date(2026, 10, 25), 2),
        ("Europe/Vienna", "2026-10-25T01:30:00+00:00", date(2026, 10, 25), 2),
        ("America/Los_Angeles", "2026-03-01T07:59:59+00:00", date(2026, 2, 28), 23),
        ("Pacific/Auckland", "2026-02-28T11:00:00+00:00", date(2026, 3, 1), 0),
    ],
)
def test_day_is_that_of_the_venues_clock(zone, at, day, hour):
    event = EventFactory(venue__time_zone=zone)

    line = LedgerLineFactory(booking__event=event, at=datetime.fromisoformat(at))

    assert (line.day, line.hour) == (day, hour)
    assert [row.key for row in sales(scope(Period(day, day)), "day")] == [(day,)]
    assert sales(scope(Period(day + timedelta(days=1), ALL.last)), "day") == []
    assert sales(scope(Period(ALL.first, day - timedelta(days=1))), "day") == []


def test_days_and_hours_are_those_of_the_services(house):
    """Every writer of the ledger sets them: none is left at what a factory has chosen."""
    for line in LedgerLine.objects.select_related("event__venue"):
        local = line.at.astimezone(line.event.venue.tz)
        assert (line.day, line.hour) == (local.date(), local.hour)
    assert {line.kind for line in LedgerLine.objects.all()} == set(LedgerLine.Kind.values)


def test_day_stays_when_the_event_moves_to_another_zone():
    event = EventFactory(venue__time_zone="Europe/Vienna")
    line = LedgerLineFactory(booking__event=event, at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))

    event.venue = VenueFactory(time_zone="America/Los_Angeles")
    event.save()

    line.refresh_from_db()
    assert [row.key for row in sales(scope(), "day", "venue")] == [(date(2026, 3, 29), event.venue_id)]


def test_sums_are_to_the_cent():
    """SQLite adds in binary: a thousand times 0.10 is not 100 there."""
    line = LedgerLineFactory(gross=Decimal("0.10"), quantity=1, at=datetime(2026, 3, 1, tzinfo=UTC))
    copies = [LedgerLineFactory.build(booking=line.booking, event=line.event, offer=line.offer) for _ in range(999)]
    for copy in copies:
        copy.at, copy.day, copy.hour, copy.gross, copy.quantity = line.at, line.day, line.hour, line.gross, 1
    LedgerLine.objects.bulk_create(copies)

    assert sales(scope())[0].gross == Decimal("100.00")
    assert sales(scope())[0].net.as_tuple().exponent == -2


@pytest.mark.parametrize("steps", [20, 60])
def test_sales_take_one_statement(steps, django_assert_num_queries):
    House(seed=2).live(steps)

    with django_assert_num_queries(1):
        sales(scope(), "day", "event")
    with django_assert_num_queries(1):
        bookings_made(scope(), "day", "event")
