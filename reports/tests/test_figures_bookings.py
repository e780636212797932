"""Statuses, lapsed holds, promo codes and waiting lists, against plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings import services
from bookings.models import Booking, LedgerLine, WaitlistEntry
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, sold
from events.tests.factories import EventFactory
from reports.figures import demand, status
from reports.scope import Period, Scope
from reports.tests.histories import START, House
from reports.tests.questions import ALWAYS, ask, on_clock
from ticketing.models import TicketType
from ticketing.tests.factories import PromoCodeFactory, TicketTypeFactory, make_offer
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

AFTER = datetime(2026, 5, 1, tzinfo=UTC)
WEEKS = [ALWAYS, *(Period(day, day + timedelta(days=6)) for day in (date(2026, 3, 2), date(2026, 3, 27)))]


@pytest.fixture
def house():
    return House(seed=21).live(120)


def begun(period, **asked):
    """The bookings that were begun in a period, on the clocks of their venues, in plain Python."""
    for booking in Booking.objects.select_related("event__venue"):
        at = on_clock(booking.booking_date, booking.event.venue.time_zone)
        if at.date() in period and asked.get("channel", booking.channel) == booking.channel:
            yield booking


def part(some, whole):
    return (Decimal(some) / Decimal(whole)).quantize(Decimal("0.0001"))


def test_statuses_and_reasons_agree_with_plain_python(house):
    for period in WEEKS:
        for asked in ({}, {"channel": "api"}):
            scope = ask(AFTER, period, **asked)
            statuses, reasons = status.by_status(scope), status.by_reason(scope)

            bookings = list(begun(period, **asked))
            expected = defaultdict(lambda: [0, 0, Decimal("0.00")])
            why, before = Counter(), Counter()
            for booking in bookings:
                sums = expected[booking.status]
                sums[0] += 1
                sums[1] += booking.quantity
                sums[2] += booking.total_price
                if booking.status == "cancelled":
                    why[booking.cancellation_reason] += 1
                    before[booking.cancellation_reason] += booking.confirmed_at is not None
            for row in statuses:
                assert [row.bookings, row.tickets, row.total] == expected[row.status]
                assert row.share == part(expected[row.status][0], len(bookings))
            assert sum(row.bookings for row in statuses) == len(bookings)
            assert {row.reason: row.bookings for row in reasons} == dict(why)
            assert {row.reason: row.had_been_sold for row in reasons} == dict(before)


def test_statuses_of_a_ticket_type_are_those_of_bookings_with_one(house):
    kind = TicketType.objects.get(name="VIP")

    rows = status.by_status(ask(AFTER, ticket_type=kind))

    expected = Counter(
        booking.status
        for booking in Booking.objects.all()
        if any(ticket.offer.ticket_type_id == kind.pk for ticket in booking.tickets.select_related("offer"))
    )
    assert {row.status: row.bookings for row in rows if row.bookings} == dict(expected)


def test_statuses_count_the_day_on_the_clock_of_the_venue():
    moment = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    for zone in ("Europe/Vienna", "America/Los_Angeles"):
        BookingFactory(event=EventFactory(venue=VenueFactory(time_zone=zone)), booking_date=moment, expires_at=moment)

    def on(day):
        return sum(row.bookings for row in status.by_status(ask(AFTER, Period(date(2026, 3, day), date(2026, 3, day)))))

    assert [on(day) for day in (27, 28, 29, 30)] == [0, 1, 1, 0]


def came_back(holds):
    """The addresses that bought for the same event after they had let a hold lapse, by event."""
    found = defaultdict(set)
    for held in holds:
        for booking in Booking.objects.filter(event=held.event_id, confirmed_at__isnull=False):
            is_same = booking.customer_email.casefold() == held.customer_email.casefold() != ""
            if is_same and booking.confirmed_at > held.booking_date:
                found[held.event_id].add(held.customer_email.casefold())
    return found


def test_lapsed_holds_tell_who_came_back():
    offer, other = make_offer(40), make_offer(20)
    for email in ("ada@example.org", "grace@example.org", "joan@example.org"):
        checked_out(offer, 2, email=email)
    hold(offer, 3)  # who never said who they were
    checked_out(other, 1)
    sold(other, 1, email="grace@example.org")  # another event is no coming back
    services.abandon(booking=hold(offer, 1), now=NOW)
    sold(offer, 1, now=LAPSED, email="ADA@example.org")
    services.cancel(
        booking=sold(offer, 1, now=LAPSED, email="joan@example.org"), reason="customer", now=LAPSED, actor="customer"
    )

    for now in (LAPSED, LAPSED + timedelta(hours=2)):
        rows = status.lapsed(ask(now))

        told = {row.event_id: (row.holds, row.tickets, row.customers, row.came_back) for row in rows}
        assert told == {offer.event_id: (4, 9, 3, 2), other.event_id: (1, 1, 1, 0)}
        services.cancel_lapsed(now=now + timedelta(hours=2))  # which writes it down, and changes nothing here


def test_lapsed_holds_agree_with_plain_python(house):
    customers = ("a@example.org", "b@example.org", "c@example.org", "")
    for booking in Booking.objects.filter(channel="web"):
        booking.customer_email = (
            customers[booking.pk % 3] if booking.status == "confirmed" else customers[booking.pk % 4]
        )
        booking.save(update_fields=["customer_email"])

    for period in WEEKS:
        rows = status.lapsed(ask(AFTER, period))

        holds = [
            booking
            for booking in begun(period)
            if booking.cancellation_reason == "lapsed" or (booking.status == "pending" and booking.expires_at <= AFTER)
        ]
        back = came_back(holds)
        assert {row.event_id: row.holds for row in rows} == dict(Counter(booking.event_id for booking in holds))
        for row in rows:
            of_event = [booking for booking in holds if booking.event_id == row.event_id]
            assert row.customers == len({booking.customer_email for booking in of_event} - {""})
            assert row.came_back == len(back[row.event_id])


# Demand ------------------------------------------------------------------------------------------


def test_promo_codes_agree_with_plain_python(house):
    for period in WEEKS:
        for asked in ({}, {"channel": "web"}, {"channel": "box_office"}):
            rows = demand.by_code(ask(AFTER, period, **asked))

            expected = {}
            for line in LedgerLine.objects.select_related("booking__promo_code", "event__venue"):
                code = line.booking.promo_code
                day = on_clock(line.at, line.event.venue.time_zone).date()
                if code is None or day not in period or asked.get("channel", line.channel) != line.channel:
                    continue
                sums = expected.setdefault(code.code, defaultdict(Decimal))
                sums["net"] += line.net
                if line.kind == "sale":
                    sums["tickets"] += line.quantity
                    sums["gross"] += line.gross
                    sums["discounts"] += line.discount
                    sums[line.booking_id] = 1
            told = {row.promo_code: row for row in rows}
            assert set(told) == set(expected)
            for code, sums in expected.items():
                row = told[code]
                names = ("tickets", "gross", "discounts", "net")
                assert [getattr(row, name) for name in names] == [sums[name] for name in names]
                assert row.uses == sum(isinstance(key, int) for key in sums)


def test_promo_codes_say_what_they_took_off():
    offer = make_offer(10)
    PromoCodeFactory(code="TENTH", percent=10)
    booking = services.apply_promo_code(booking=checked_out(offer, 2), code="TENTH", now=NOW)
    pay(booking)
    sold(offer, 3)

    (row,) = demand.by_code(ask(NOW))

    assert (row.promo_code, row.uses, row.tickets) == ("TENTH", 1, 2)
    assert (row.gross, row.discounts, row.net, row.share) == (80, 8, 72, Decimal("0.1"))


def test_waiting_lists_agree_with_plain_python():
    events = [EventFactory(), EventFactory(venue=VenueFactory(time_zone="Pacific/Auckland"))]
    vip, standard = (
        make_offer(2, ticket_type=TicketTypeFactory(name=name), event=events[0]) for name in ("VIP", "Plain")
    )
    offers = (None, vip, standard)
    for number, state in enumerate([*WaitlistEntry.Status.values, *WaitlistEntry.Status.values]):
        event = events[number % 2]
        WaitlistEntryFactory(
            event=event,
            offer=offers[number % 3] if event == events[0] else None,
            quantity=number % 4 + 1,
            status=state,
            email=f"{number}@example.org",
            created_at=datetime(2026, 4, 4, 11, 30, tzinfo=UTC) + timedelta(hours=number),
        )

    for period in (ALWAYS, Period(date(2026, 4, 4), date(2026, 4, 4)), Period(date(2026, 4, 5), date(2026, 4, 5))):
        for kind in (None, vip.ticket_type):
            rows = demand.by_waiting_list(ask(AFTER, period, ticket_type=kind))

            expected = defaultdict(Counter)
            for entry in WaitlistEntry.objects.select_related("event__venue", "offer__ticket_type"):
                is_asked = kind is None or entry.offer is None or entry.offer.ticket_type == kind
                if is_asked and on_clock(entry.created_at, entry.event.venue.time_zone).date() in period:
                    expected[entry.event_id].update({"people": 1, "wanted": entry.quantity, entry.status: 1})
            names = ("people", "wanted", *WaitlistEntry.Status.values)
            assert {row.event_id: [getattr(row, name) for name in names] for row in rows} == {
                pk: [counts[name] for name in names] for pk, counts in expected.items()
            }


@pytest.mark.parametrize("count", [1, 3])
def test_bookings_take_as_many_statements_for_more_rows(django_assert_num_queries, count):
    for number in range(count):
        offer = make_offer(9)
        code = PromoCodeFactory(code=f"CODE{number}", percent=10).code
        pay(services.apply_promo_code(booking=checked_out(offer, 2), code=code, now=NOW))
        checked_out(offer, 1)
        WaitlistEntryFactory(event=offer.event)

    def asked():
        return Scope(now=LAPSED, period=ALWAYS, zones=("Europe/Vienna",))

    with django_assert_num_queries(1):
        scope = asked()
        assert sum(row.bookings for row in status.by_status(scope)) == 2 * count
        assert status.by_reason(scope) == []
    with django_assert_num_queries(3):
        assert len(status.lapsed(asked())) == count
    with django_assert_num_queries(2):
        assert len(demand.by_code(asked())) == count
    with django_assert_num_queries(2):
        assert len(demand.by_waiting_list(asked())) == count


def test_nothing_is_told_of_days_on_which_nothing_happened(house):
    early = Period(date(2020, 1, 1), date(2020, 1, 31))
    scope = ask(START, early)

    assert (status.by_status(scope), status.by_reason(scope), status.lapsed(scope)) == ([], [], [])
    assert (demand.by_code(scope), demand.by_waiting_list(scope)) == ([], [])
