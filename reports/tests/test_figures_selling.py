"""Ticket types, popularity and times of sale, against plain Python over random histories."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from bookings.models import LedgerLine
from bookings.tests.factories import LedgerLineFactory
from events.tests.factories import EventFactory
from reports.figures import popular, ticket_types, timing
from reports.scope import Period, Scope
from reports.sums import sales
from reports.tests.histories import START, House
from reports.tests.questions import ALWAYS, ask, on_clock
from ticketing.models import TicketType
from venues.models import Venue
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, tzinfo=UTC)
WEEKS = [Period(day, day + timedelta(days=6)) for day in (START.date(), date(2026, 3, 2), date(2026, 3, 27))]


@pytest.fixture
def house():
    return House(seed=11).live(120)


def lines(period, **asked):
    """The sales of a period, by the clocks of the venues, in plain Python."""
    for line in LedgerLine.objects.select_related("event__venue", "offer__ticket_type"):
        at = on_clock(line.at, line.event.venue.time_zone)
        is_asked = all(
            value == {"venue": line.event.venue, "channel": line.channel}[name] for name, value in asked.items()
        )
        if at.date() in period and is_asked:
            yield line, at


def part(some, whole):
    return (Decimal(some) / Decimal(whole)).quantize(Decimal("0.0001"))


def test_ticket_types_agree_with_plain_python(house):
    for period in WEEKS:
        for asked in ({}, {"channel": "web"}, {"venue": house.events[0].venue}):
            found = ticket_types.by_type(ask(NOW, period, **asked))

            expected = defaultdict(Counter)
            for line, _ in lines(period, **asked):
                sums = expected[line.offer.ticket_type.name]
                sums["net"] += line.gross - line.discount + line.retained
                sums["tickets"] += line.quantity
                if line.kind == "sale":
                    sums["sold"] += line.quantity
                    sums["comps"] += line.quantity if not line.gross else 0
                    sums["paid"] += line.gross - line.discount
                elif line.kind != "exchange":
                    sums["returned"] -= line.quantity
            sold = sum(sums["sold"] for sums in expected.values())
            assert [row.ticket_type for row in found] == sorted(
                expected, key=lambda name: (-expected[name]["sold"], name)
            )
            for row in found:
                sums = expected[row.ticket_type]
                counts = {name: sums[name] for name in ("sold", "comps", "returned", "tickets", "net")}
                assert {name: getattr(row, name) for name in counts} == counts
                assert row.share == part(sums["sold"], sold)
                bought = sums["sold"] - sums["comps"]
                mean = (sums["paid"] / bought).quantize(Decimal("0.01"), ROUND_HALF_UP) if bought else None
                assert row.average == mean


def test_popular_events_and_venues_agree_with_plain_python(house):
    for period in WEEKS:
        scope = ask(NOW, period)
        rows, venues = popular.events(scope), popular.venues(scope)

        sold, net, homes, at = Counter(), Counter(), Counter(), {}
        for line, _ in lines(period):
            net[line.event_id] += line.net
            at[line.event_id] = line.event.venue.name
            if line.kind == "sale":
                sold[line.event_id] += line.quantity
                homes[line.event.venue.name] += line.quantity
        assert {row.event_id: (row.sold, row.net, row.venue) for row in rows} == {
            pk: (sold[pk], net[pk], at[pk]) for pk in sold
        }
        assert [row.sold for row in rows] == sorted(sold.values(), reverse=True)
        assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
        assert {row.venue: row.sold for row in venues} == dict(homes)
        assert sum(row.net for row in venues) == sum(net.values(), Decimal(0))
        assert all(row.share == part(row.sold, sum(sold.values())) for row in (*rows, *venues))


def test_popular_events_say_how_full_they_are(house):
    (event, *_) = house.events

    rows = {row.event_id: row for row in popular.events(ask(NOW))}

    places = list(event.places.all())
    taken = sum(place.free_from.year == 9999 and place.claim is not None for place in places)
    assert (rows[event.pk].capacity, rows[event.pk].rate) == (len(places), part(taken, len(places)))


def test_hours_agree_with_plain_python(house):
    for period in WEEKS:
        for asked in ({}, {"channel": "web"}, {"venue": house.events[2].venue}):
            scope = ask(NOW, period, **asked)
            rows = timing.by_hour(scope)

            expected = Counter()
            for line, at in lines(period, **asked):
                if line.kind == "sale":
                    expected[at.hour, at.weekday()] += line.quantity
            told = {(row.hour, day): count for row in rows for day, count in enumerate(row.weekdays) if count}
            assert told == dict(expected)
            assert sum(row.tickets for row in rows) == sum(row.sold for row in sales(scope))


def test_hours_are_those_of_the_venue_at_midnight_and_when_clocks_change():
    vienna = EventFactory(venue=VenueFactory(time_zone="Europe/Vienna"))
    angeles = EventFactory(venue=VenueFactory(time_zone="America/Los_Angeles"))
    moments = [
        (vienna, datetime(2026, 3, 28, 22, 59, tzinfo=UTC)),  # Saturday, 23:59
        (vienna, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),  # Sunday, 01:59; then it is three o'clock
        (vienna, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # Sunday, 03:00
        (angeles, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # still Saturday, 18:00
        (vienna, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # Sunday, 02:30
        (vienna, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # Sunday, 02:30 once more
    ]
    for number, (event, at) in enumerate(moments):
        local = on_clock(at, event.venue.time_zone)
        LedgerLineFactory(
            booking__event=event, at=at, day=local.date(), hour=local.hour, quantity=10**number, offer__label=number
        )

    rows = timing.by_hour(ask(NOW))

    told = {(row.hour, day): count for row in rows for day, count in enumerate(row.weekdays) if count}
    assert told == {(23, 5): 1, (1, 6): 10, (3, 6): 100, (18, 5): 1_000, (2, 6): 110_000}


def test_lead_times_agree_with_plain_python(house):
    for period in WEEKS:
        scope = ask(NOW, period)
        rows = timing.by_lead(scope)

        expected = Counter()
        for line, at in lines(period):
            if line.kind == "sale":
                day = on_clock(line.event.event_date, line.event.venue.time_zone).date()
                expected[max((day - at.date()).days, 0)] += line.quantity
        assert timing.tickets_by_lead(scope) == dict(sorted(expected.items()))
        assert sum(row.tickets for row in rows) == sum(expected.values())
        for row in rows:
            among = range(row.first, 10_000 if row.last is None else row.last + 1)
            assert row.tickets == sum(count for days, count in expected.items() if days in among)
        assert rows[-1].so_far == 1


def test_lead_time_is_counted_in_midnights_of_the_venue():
    venue = VenueFactory(time_zone="Pacific/Auckland")
    event = EventFactory(venue=venue, event_date=datetime(2026, 4, 5, 8, tzinfo=UTC))  # 20:00, after clocks went back
    for at, tickets in (
        (datetime(2026, 4, 4, 10, 59, tzinfo=UTC), 1),  # 23:59 of the day before
        (datetime(2026, 4, 4, 11, 0, tzinfo=UTC), 10),  # midnight
        (datetime(2026, 4, 5, 23, 0, tzinfo=UTC), 100),  # the day after
    ):
        day = on_clock(at, venue.time_zone)
        LedgerLineFactory(
            booking__event=event, at=at, day=day.date(), hour=day.hour, quantity=tickets, offer__label=tickets
        )

    assert timing.tickets_by_lead(ask(NOW)) == {0: 110, 1: 1}


def test_middle_lead_halves_the_tickets():
    assert timing.middle_lead({0: 5, 10: 5}) == 0
    assert timing.middle_lead({0: 4, 10: 5}) == 10
    assert timing.middle_lead({3: 1, 5: 1, 9: 1}) == 5


def test_shows_agree_with_plain_python(house):
    scope = ask(NOW)

    rows = timing.by_slot(scope)

    shows, tickets = Counter(), Counter()
    for event in house.events:
        event.refresh_from_db()
        if event.status == "cancelled":
            continue
        begins = on_clock(event.event_date, event.venue.time_zone)
        slot = (begins.weekday(), begins.hour)
        shows[slot] += 1
        tickets[slot] += sum(line.quantity for line in event.ledger.all())
    assert {(row.weekday, row.hour): (row.shows, row.tickets) for row in rows} == {
        slot: (shows[slot], tickets[slot]) for slot in shows
    }
    mean = Decimal(sum(tickets.values())) / sum(shows.values())
    for row in rows:
        assert row.average == (Decimal(row.tickets) / row.shows).quantize(Decimal("0.01"))
        assert row.times == pytest.approx(row.average / mean, abs=Decimal("0.01"))
    assert [row.average for row in rows] == sorted((row.average for row in rows), reverse=True)


def test_shows_to_come_are_not_judged(house):
    assert timing.by_slot(ask(START)) == []


def test_shows_that_sell_best_are_named():
    venue = VenueFactory(time_zone="Europe/Vienna")
    for day, tickets in ((6, 46), (13, 46), (7, 10), (14, 10), (8, 4), (15, 4)):  # two Fridays, Saturdays, Sundays
        event = EventFactory(venue=venue, event_date=datetime(2026, 3, day, 19, tzinfo=UTC))
        LedgerLineFactory(booking__event=event, quantity=tickets)

    scope = ask(NOW)
    rows = timing.by_slot(scope)

    assert timing.read_slots(rows, scope).startswith("Friday 20:00 shows sell 2.3 × the average.")


@pytest.mark.parametrize("count", [1, 3])
def test_selling_takes_as_many_statements_for_more_rows(django_assert_num_queries, count):
    for number in range(count):
        event = EventFactory(event_date=NOW - timedelta(days=number))
        LedgerLineFactory(booking__event=event, offer__ticket_type__name=f"Type {number}")

    with django_assert_num_queries(2):
        assert len(ticket_types.by_type(ask_quickly())) == count
    with django_assert_num_queries(6):
        scope = ask_quickly()
        assert len(popular.events(scope)) == count
        assert len(popular.venues(scope)) == count
    with django_assert_num_queries(4):
        scope = ask_quickly()
        assert sum(row.tickets for row in timing.by_hour(scope)) == 2 * count
        timing.read_leads(timing.by_lead(scope), scope)
        assert sum(row.shows for row in timing.by_slot(scope)) == count


def ask_quickly():
    """Ask without a statement for the zones."""
    return Scope(now=NOW, period=ALWAYS, zones=("Europe/Vienna",))


def test_ticket_type_narrows_what_is_popular(house):
    kind = TicketType.objects.get(name="VIP")

    rows = popular.events(ask(NOW, ticket_type=kind))

    sold = Counter()
    for line in LedgerLine.objects.filter(kind="sale", offer__ticket_type=kind):
        sold[line.event_id] += line.quantity
    assert {row.event_id: row.sold for row in rows} == dict(sold)
    assert all(row.capacity == 60 for row in rows)
    assert Venue.objects.count() == 3
