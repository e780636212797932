"""Occupancy, availability and admissions, against plain Python."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings import services
from bookings.models import Ticket
from bookings.services.admitting import Shown, check_in, undo
from bookings.tests.factories import ScanFactory, TicketFactory, WaitlistEntryFactory
from bookings.tests.sales import NOW, checked_out, hold, seat_ids, sold
from events.tests.factories import EventFactory
from reports.figures import admissions, availability, occupancy
from reports.scope import Period, Scope
from reports.tests.histories import START, House
from reports.tests.questions import ALWAYS, ask, on_clock
from ticketing.models import FOREVER, Place
from ticketing.tests.factories import PlaceFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.tests.factories import SectionFactory, VenueFactory, make_seats

pytestmark = pytest.mark.django_db

COUNTS = ("capacity", "sold", "held", "blocked", "free")
LATER = NOW + timedelta(days=60)


def plainly(places, now):
    """Count places by what has become of them, one by one."""
    found = Counter(capacity=0, sold=0, held=0, blocked=0, free=0)
    for place in places:
        found["capacity"] += 1
        if place.free_from <= now:
            found["free"] += 1
        elif place.free_from < FOREVER:
            found["held"] += 1
        else:
            found["sold" if place.claim else "blocked"] += 1
    return dict(found)


def counts(row):
    return {name: getattr(row, name) for name in COUNTS}


def spoil(offer):
    """Give an offer places of every state: three sold, two held, one blocked."""
    sold(offer, 3)
    hold(offer, 2)
    free = Place.objects.free(NOW).filter(offer=offer).order_by("pk").first()
    Place.objects.filter(pk=free.pk).update(free_from=FOREVER, claim=None)
    return offer


def test_occupancy_agrees_with_plain_python():
    offers = [spoil(make_offer(capacity)) for capacity in (10, 20)]
    offers.append(make_offer(5, event__venue=offers[0].event.venue))
    make_offer(7, event__status="cancelled")
    EventFactory()  # its sales were never opened

    for now in (NOW, NOW + timedelta(minutes=11)):
        rows, venues = occupancy.by_event(ask(now)), occupancy.by_venue(ask(now))

        assert {row.event_id: counts(row) for row in rows} == {
            offer.event_id: plainly(offer.places.all(), now) for offer in offers
        }
        assert {row.venue: (row.events, counts(row)) for row in venues} == {
            offers[0].event.venue.name: (2, plainly(Place.objects.filter(offer__in=offers[::2]), now)),
            offers[1].event.venue.name: (1, plainly(offers[1].places.all(), now)),
        }
        assert [row.rate for row in venues] == sorted((row.rate for row in venues), reverse=True)


def test_occupancy_ties_with_tickets_and_ledger():
    house = House(seed=5).live(120)

    for row in occupancy.by_event(ask(START + timedelta(days=41))):
        event = next(event for event in house.events if event.pk == row.event_id)
        assert row.sold == Ticket.objects.valid().filter(offer__event=event).count()
        assert row.sold == sum(line.quantity for line in event.ledger.all())


def test_occupancy_obeys_venue_category_production_event_and_ticket_type():
    offer, other = spoil(make_offer(10)), make_offer(20)
    vip = make_offer(4, event=other.event, ticket_type=TicketTypeFactory(name="VIP"))

    assert [row.event_id for row in occupancy.by_event(ask(NOW, venue=offer.event.venue))] == [offer.event_id]
    assert [row.event_id for row in occupancy.by_event(ask(NOW, event=other.event))] == [other.event_id]
    (row,) = occupancy.by_event(ask(NOW, ticket_type=vip.ticket_type))
    assert (row.event_id, row.capacity) == (other.event_id, 4)


def test_occupancy_counts_events_on_the_day_of_their_venue():
    """The same moment is the 29th in Vienna and still the 28th in Los Angeles."""
    moment = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    for zone in ("Europe/Vienna", "America/Los_Angeles"):
        PlaceFactory(offer__event__event_date=moment, offer__event__venue=VenueFactory(name=zone, time_zone=zone))
    days = {day: Period(date(2026, 3, day), date(2026, 3, day)) for day in (27, 28, 29, 30)}

    told = {day: [row.venue for row in occupancy.by_event(ask(NOW, period))] for day, period in days.items()}

    assert told == {27: [], 28: ["America/Los_Angeles"], 29: ["Europe/Vienna"], 30: []}


def test_sections_agree_with_plain_python():
    offer = make_seated_offer(rows=2, seats=5)
    stalls = offer.sections.get()
    sold(offer, seats=seat_ids(offer)[:3])
    hold(offer, seats=seat_ids(offer)[4:5])

    rows = occupancy.by_section(ask(NOW, event=offer.event))

    assert [(row.section, counts(row)) for row in rows] == [
        (stalls.name, plainly(Place.objects.filter(seat__section=stalls), NOW))
    ]
    assert rows[0].rate == Decimal("0.3")


def test_sections_are_those_of_one_seated_event():
    assert occupancy.by_section(ask(NOW)) == []
    assert occupancy.by_section(ask(NOW, event=make_offer(3).event)) == []


# Availability ------------------------------------------------------------------------------------


def test_availability_says_what_is_gone_and_what_is_almost():
    gone, low, plenty, draft = make_offer(2), make_offer(20), make_offer(50), make_offer(5, event__published_at=None)
    sold(gone, 2)
    sold(low, 10)
    WaitlistEntryFactory(event=gone.event, quantity=3)
    WaitlistEntryFactory(event=gone.event, quantity=2, email="b@example.org", status="left")
    make_offer(9, event__status="cancelled")

    rows = {row.event_id: row for row in availability.coming(ask(NOW))}

    assert {pk: row.state for pk, row in rows.items()} == {
        gone.event_id: availability.SOLD_OUT,
        low.event_id: availability.LOW,
        plenty.event_id: availability.ON_SALE,
        draft.event_id: "Not published yet",
    }
    assert rows[gone.event_id].wanted == 3
    for offer in (gone, low, plenty):
        row = rows[offer.event_id]
        assert (row.capacity, row.sold, row.in_baskets + row.kept, row.blocked, row.free) == tuple(
            plainly(offer.places.all(), NOW)[name] for name in COUNTS
        )


def test_availability_looks_ahead_whatever_the_period_looks_back_on():
    offer = make_offer(5)
    today = NOW.date()
    month = Period(today - timedelta(days=29), today)

    assert [row.event_id for row in availability.coming(ask(NOW, month))] == [offer.event_id]
    assert availability.coming(ask(NOW, Period(today, today))) == []
    assert len(availability.coming(ask(NOW, Period(today, today + timedelta(days=40))))) == 1


# Admissions --------------------------------------------------------------------------------------


def admit(ticket, event, at, gate="Main"):
    answer = check_in(event=event, shown=Shown(ticket.code, gate=gate, anyway=True), now=at, actor="door")
    return answer.result


@pytest.fixture
def evening():
    """An event with nine tickets, of which four were used; through two gates, one of them twice."""
    offer = make_offer(20)
    booking, other = sold(offer, 5), sold(offer, 4, channel="box_office")
    tickets = list(Ticket.objects.valid().order_by("pk"))
    begins = offer.event.event_date
    for ticket, minutes, gate in zip(tickets, (-125, -121, -120, 3), ("", "", "North", "North"), strict=False):
        admit(ticket, offer.event, begins + timedelta(minutes=minutes), gate)
    admit(tickets[0], offer.event, begins, "North")
    ScanFactory(event=offer.event, at=begins, gate="North", result="forged")
    assert (booking.event, other.quantity) == (offer.event, 4)
    return offer.event


def test_admissions_agree_with_plain_python(evening):
    services.cancel(booking=sold(evening.offers.get(), 2), reason="customer", now=NOW, actor="customer")
    make_offer(5)

    for asked in ({}, {"channel": "web"}, {"channel": "box_office"}):
        (row,) = admissions.by_event(ask(LATER, **asked))
        (venue,) = admissions.by_venue(ask(LATER, **asked))

        valid = [
            ticket
            for ticket in Ticket.objects.select_related("booking")
            if ticket.status == "valid" and asked.get("channel", ticket.booking.channel) == ticket.booking.channel
        ]
        came = [ticket for ticket in valid if ticket.checked_in_at]
        assert (row.tickets, row.admitted, row.no_shows) == (len(valid), len(came), len(valid) - len(came))
        assert (venue.events, venue.tickets, venue.admitted) == (1, len(valid), len(came))
        assert row.rate == (Decimal(len(came)) / len(valid)).quantize(Decimal("0.0001"))


def test_admissions_are_of_events_that_took_place(evening):
    assert admissions.by_event(ask(NOW)) == []
    assert len(admissions.by_event(ask(evening.event_date))) == 1


def test_arrivals_are_counted_from_doors_in_steps_without_gaps(evening):
    scope = ask(LATER, event=evening)

    rows = admissions.arrivals(scope)

    doors = admissions.doors_of(evening)
    expected = Counter(
        (ticket.checked_in_at.replace(second=0, microsecond=0) - doors) // timedelta(minutes=5) * 5
        for ticket in Ticket.objects.valid()
        if ticket.checked_in_at
    )
    assert {row.minutes: row.admitted for row in rows if row.admitted} == dict(expected)
    assert [row.minutes for row in rows] == list(range(-5, 125, 5))
    assert rows[-1].so_far == sum(row.admitted for row in admissions.by_event(scope)) == 4
    assert rows[0].at == on_clock(doors - timedelta(minutes=5), evening.venue.time_zone)


def test_gates_tell_what_they_were_shown(evening):
    rows = admissions.gates(ask(LATER, event=evening))

    assert [(row.gate, row.scans, row.admitted, row.already, row.refused, row.undone) for row in rows] == [
        ("North", 4, 2, 1, 1, 0),
        ("No gate named", 2, 2, 0, 0, 0),
    ]


def test_admission_that_was_taken_back_does_not_count(evening):
    ticket = Ticket.objects.filter(checked_in_at__isnull=False).order_by("pk").first()
    undo(event=evening, shown=Shown(ticket_id=ticket.pk), now=LATER, actor="door")

    scope = ask(LATER, event=evening)

    assert admissions.by_event(scope)[0].admitted == admissions.arrivals(scope)[-1].so_far == 3


# Statements --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_house_takes_as_many_statements_for_more_rows(django_assert_num_queries, count):
    venue = VenueFactory()
    for number in range(count):
        offer = make_offer(5, event__venue=venue)
        TicketFactory(place=offer.places.first(), status="valid", price=offer.price)
        make_seats(SectionFactory(plan__venue=venue, name=f"Section {number}"), rows=1, seats=2)

    def asked(now=NOW, **others):
        return Scope(now=now, period=ALWAYS, zones=("Europe/Vienna",), **others)

    with django_assert_num_queries(2):
        scope = asked()
        assert len(occupancy.by_event(scope)) == count
        assert len(occupancy.by_venue(scope)) == 1
    with django_assert_num_queries(5):
        assert len(availability.coming(asked())) == count
    with django_assert_num_queries(2):
        scope = asked(LATER)
        assert len(admissions.by_event(scope)) == count
        assert len(admissions.by_venue(scope)) == 1
    with django_assert_num_queries(2):
        scope = asked(LATER, event=offer.event)
        assert (admissions.arrivals(scope), admissions.gates(scope)) == ([], [])


@pytest.mark.parametrize("count", [1, 3])
def test_sections_take_as_many_statements_for_more_rows(django_assert_num_queries, count):
    scope = Scope(now=NOW, period=ALWAYS, event=make_seated_offer(rows=count, seats=4).event)

    with django_assert_num_queries(3):
        assert len(occupancy.by_section(scope)) == 1


def test_hold_with_an_address_is_held(evening):
    offer = evening.offers.get()
    before = occupancy.by_event(ask(NOW))[0].held

    checked_out(offer, 2)

    assert occupancy.by_event(ask(NOW))[0].held == before + 2
