"""The pace of events, against plain Python over the ledger."""

from __future__ import annotations

import statistics
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from bookings.models import LedgerLine
from bookings.tests.factories import LedgerLineFactory
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from reports.figures import pace
from reports.scope import Period, Scope
from reports.tests.questions import ALWAYS, ask, on_clock
from ticketing.tests.factories import OfferFactory, PlaceFactory, TicketTypeFactory
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def sell(event, days, tickets, *, offer=None, channel="web"):
    """Write into the ledger that so many tickets were sold so many days before an event; below zero, came back."""
    at = event.event_date - timedelta(days=days)
    day = on_clock(at, event.venue.time_zone)
    kind = {"kind": "sale"} if tickets > 0 else {"kind": "cancellation", "gross": -1}
    LedgerLineFactory(
        booking__event=event,
        offer=offer or event.offers.first(),
        at=at,
        day=day.date(),
        hour=day.hour,
        quantity=tickets,
        channel=channel,
        **kind,
    )


def stage(days, sales=(), capacity=0, **event):
    """Stage an event in so many days (below zero: ago) which sold tickets so many days before it."""
    event.setdefault("venue", VenueFactory())
    made = EventFactory(event_date=NOW + timedelta(days=days), **event)
    offer = OfferFactory(event=made, capacity=200)
    for _ in range(capacity):
        PlaceFactory(offer=offer, free_from=NOW)
    for before, tickets in sales:
        sell(made, before, tickets, offer=offer)
    return made


def test_pace_of_an_event_is_projected_from_its_production():
    play, venue = ProductionFactory(), VenueFactory()
    asked = stage(10, [(30, 20), (12, 20)], capacity=400, production=play, venue=venue)
    for ago, times in ((100, 2), (90, 3), (80, 4), (70, 5)):
        stage(-ago, [(20, 10), (5, 10 * (times - 1))], production=play)
    stage(-60, [(20, 10), (5, 990)], production=play, status="cancelled")
    stage(-50, [(20, 10), (5, 990)], venue=venue, category=asked.category)
    stage(20, [(40, 10), (5, 990)], production=play)  # which has not taken place yet

    scope = ask(NOW, event=asked)
    (row,) = pace.coming(scope)
    rows = pace.by_day(scope)

    assert (row.days, row.sold, row.compared, row.compared_with) == (10, 40, 4, "Production")
    assert (row.expected, row.low, row.projected, row.high) == (Decimal("10.0"), 110, 140, 170)
    assert [(rows[-1].days, rows[-1].tickets), (rows[0].days, rows[0].tickets)] == [(30, 20), (0, None)]
    assert (rows[0].low, rows[0].projected, rows[0].high) == (110, 140, 170)
    today = next(row for row in rows if row.days == 10)
    assert (today.tickets, today.projected, today.day) == (40, 40, date(2026, 6, 1))
    assert [row.projected for row in rows if row.days > 10] == [None] * 20
    assert pace.read_days(rows, scope) == (
        "With 10 days to go, 40 tickets are sold; 4 earlier events of this production had sold 10 by then. "
        "It should end at about 140, probably between 110 and 170."
    )


def test_pace_is_compared_with_the_same_category_at_the_venue_where_the_production_is_new():
    category, venue = CategoryFactory(name="Plays"), VenueFactory()
    play = ProductionFactory(category=category)
    asked = stage(10, [(12, 30)], capacity=100, production=play, venue=venue, category=category)
    stage(-20, [(20, 1)], production=play, category=category)
    stage(-20, [(20, 1)], production=play, category=category)
    for ago in (30, 40, 50):
        stage(-ago, [(20, 10), (5, 10)], venue=venue, category=category)
    stage(-60, [(20, 10)], venue=venue, category=CategoryFactory(name="Films"))
    stage(-800, [(20, 10)], venue=venue, category=category)  # too long ago

    (row,) = pace.coming(ask(NOW, event=asked))

    assert (row.compared, row.compared_with, row.projected) == (3, "Venue", 60)


def test_pace_cannot_be_told_from_fewer_than_three_events():
    venue = VenueFactory()
    asked = stage(10, [(12, 30)], capacity=100, venue=venue)
    for ago in (30, 40):
        stage(-ago, [(20, 10), (5, 10)], venue=venue)

    scope = ask(NOW, event=asked)
    (row,), rows = pace.coming(scope), pace.by_day(scope)

    assert (row.compared, row.expected, row.low, row.projected, row.high) == (2, Decimal("10.0"), None, None, None)
    assert pace.read_days(rows, scope).endswith(
        "How it will end cannot be told: there are fewer than 3 comparable events."
    )


def test_pace_of_an_event_that_is_over_is_compared_but_not_projected():
    venue = VenueFactory()
    asked = stage(-1, [(12, 30), (3, 10), (0, 5), (-2, -4)], venue=venue)
    for ago in (30, 40, 50):
        stage(-ago, [(20, 10), (5, 10)], venue=venue)

    scope = ask(NOW, event=asked)
    rows = pace.by_day(scope)

    assert pace.coming(scope) == []
    assert [row.tickets for row in rows if row.days in (20, 12, 3, 0)] == [41, 40, 30, 0]
    assert {row.projected for row in rows} == {None}
    assert pace.read_days(rows, scope) == (
        "41 tickets were sold in the end; 3 earlier events of this category at this venue had sold 20 by then."
    )


def test_pace_counts_days_on_the_calendar_of_the_venue():
    venue = VenueFactory(time_zone="Pacific/Auckland")
    event = EventFactory(event_date=datetime(2026, 4, 5, 8, tzinfo=UTC), venue=venue)  # 20:00; clocks went back at 3
    offer = OfferFactory(event=event)
    for at, tickets in ((datetime(2026, 4, 4, 10, 59, tzinfo=UTC), 1), (datetime(2026, 4, 4, 11, tzinfo=UTC), 10)):
        day = on_clock(at, venue.time_zone)
        LedgerLineFactory(booking__event=event, offer=offer, at=at, day=day.date(), hour=day.hour, quantity=tickets)

    def told(now):
        return {row.days: row.tickets for row in pace.by_day(ask(now, event=event))}

    assert told(NOW) == {1: 1, 0: 11}
    assert told(datetime(2026, 4, 4, 10, 30, tzinfo=UTC))[0] is None
    assert pace.days_to_go(event, datetime(2026, 4, 4, 10, 59, tzinfo=UTC)) == 1
    assert pace.days_to_go(event, datetime(2026, 4, 4, 11, 0, tzinfo=UTC)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_pace_agrees_with_plain_python(seed):
    random, venue = Random(seed), VenueFactory()

    def sales(last=0):
        return [(random.randint(last, 60), random.choice((1, 2, 3, 8))) for _ in range(12)]

    asked = stage(9, sales(last=9), capacity=500, venue=venue)
    others = [stage(-random.randint(1, 300), sales(), venue=venue) for _ in range(15)]

    scope = ask(NOW, event=asked)
    (row,), rows = pace.coming(scope), pace.by_day(scope)

    def sold(event, days):
        by_then = on_clock(event.event_date, "Europe/Vienna").date() - timedelta(days=days)
        return sum(line.quantity for line in LedgerLine.objects.filter(event=event) if line.day <= by_then)

    latest = sorted(others, key=lambda event: (event.event_date, event.pk), reverse=True)[:12]
    said = [sold(asked, 9) * sold(event, 0) / sold(event, 9) for event in latest if sold(event, 9)]
    expected = statistics.quantiles(said, n=4, method="inclusive")
    assert [row.low, row.projected, row.high] == [pytest.approx(value, abs=0.51) for value in expected]
    for one in rows:
        assert one.tickets == (sold(asked, one.days) if one.days >= 9 else None)
        mean = Decimal(sum(sold(event, one.days) for event in latest)) / len(latest)
        assert one.average == pytest.approx(mean, abs=Decimal("0.051"))


def test_pace_obeys_ticket_type_and_channel():
    venue = VenueFactory()
    asked = stage(10, [(12, 30)], capacity=100, venue=venue)
    vip = OfferFactory(event=asked, ticket_type=TicketTypeFactory(name="VIP"))
    PlaceFactory(offer=vip, free_from=NOW)
    sell(asked, 20, 7, offer=vip)
    sell(asked, 20, 5, channel="box_office")

    assert [row.sold for row in pace.coming(ask(NOW))] == [42]
    assert [row.sold for row in pace.coming(ask(NOW, ticket_type=vip.ticket_type))] == [7]
    assert [row.sold for row in pace.coming(ask(NOW, channel="box_office"))] == [5]


def test_pace_lists_events_of_the_period_or_all_to_come():
    near, far = stage(5, capacity=1), stage(50, capacity=1)
    stage(6)  # its sales have not been opened

    def listed(first, last):
        return [row.event_id for row in pace.coming(ask(NOW, Period(first, last)))]

    assert listed(date(2026, 6, 1), date(2026, 6, 30)) == [near.pk]
    assert listed(date(2026, 5, 1), date(2026, 6, 1)) == [near.pk, far.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_pace_takes_as_many_statements_for_more_rows(django_assert_num_queries, count):
    venue = VenueFactory()
    events = [stage(9 + number, [(20, 4)], capacity=2, venue=venue) for number in range(count)]
    for ago in range(1, 3 + count):
        stage(-ago, [(20, 4)], venue=venue)

    with django_assert_num_queries(4):
        assert len(pace.coming(Scope(now=NOW, period=ALWAYS, zones=("Europe/Vienna",)))) == count
    scope = Scope(now=NOW, period=ALWAYS, zones=("Europe/Vienna",), event=events[0])
    with django_assert_num_queries(3):
        rows = pace.by_day(scope)
        assert pace.read_days(rows, scope)
        assert pace.draw_days(rows, scope)
