"""The programme of the first page: what is on, on whose calendar, and its numbers against a count of one's own."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Ticket
from bookings.tests import sales
from bookings.tests.sales import NOW
from bookings.today import MOST, programme
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.models import FOREVER, Place
from ticketing.tests.factories import OfferFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def names(lines) -> list[str]:
    return [line.event.name for line in lines]


def line_of(event: Event, now: datetime = NOW):
    return next(line for line in programme(now).lines if line.event == event)


def soon(**kwargs) -> dict:
    """What makes an event of a factory begin within the days that are shown."""
    return {"event__event_date": NOW + timedelta(days=1), **{f"event__{name}": it for name, it in kwargs.items()}}


def test_numbers_are_those_of_the_stock_and_of_the_door():
    offer = make_seated_offer(rows=3, seats=8, **soon())
    booking = sales.sold(offer, 5)
    sales.hold(offer, 3)
    blocked = offer.places.free(NOW).values_list("pk", flat=True)[:2]
    Place.objects.filter(pk__in=list(blocked)).update(free_from=FOREVER, claim=None)
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in booking.tickets.all()[:2]]).update(checked_in_at=NOW)

    line = line_of(offer.event)

    places = offer.event.places
    counted = (places.sold().count(), places.held(NOW).count(), places.blocked().count(), places.free(NOW).count())
    assert (line.stock.sold, line.stock.held, line.stock.blocked, line.stock.free) == counted == (5, 3, 2, 14)
    assert (line.valid, line.admitted, line.percent) == (5, 2, 20)
    assert line.bar == [("sold", 0, 5), ("held", 5, 3), ("blocked", 8, 2)]


def test_each_event_is_on_the_calendar_of_its_own_venue():
    """At noon in London it is ten in the evening in Sydney, and five in the morning in Los Angeles."""
    evening = NOON + timedelta(hours=3)
    EventFactory(name="Sydney, after midnight", venue__time_zone="Australia/Sydney", event_date=evening)
    EventFactory(name="Los Angeles, in the morning", venue__time_zone="America/Los_Angeles", event_date=evening)
    EventFactory(name="London, next week", venue__time_zone="Europe/London", event_date=NOON + timedelta(days=6))
    EventFactory(name="London, later", venue__time_zone="Europe/London", event_date=NOON + timedelta(days=7))

    shown = programme(NOON)

    assert names(shown.today) == ["Los Angeles, in the morning"]
    assert [(f"{day}", names(lines)) for day, lines in shown.coming] == [
        ("2026-06-11", ["Sydney, after midnight"]),
        ("2026-06-16", ["London, next week"]),
    ]


def test_what_began_yesterday_stays_until_it_is_over():
    begun = datetime(2026, 6, 9, 23, tzinfo=UTC)
    long = EventFactory(name="Long night", venue__time_zone="UTC", event_date=begun, ends_at=begun + timedelta(hours=6))
    EventFactory(name="Short night", venue=long.venue, event_date=begun, ends_at=begun + timedelta(hours=2))

    shown = programme(datetime(2026, 6, 10, 2, tzinfo=UTC))

    assert names(shown.today) == ["Long night"]


def test_what_is_over_comes_last():
    EventFactory(name="Matinee", event_date=NOON - timedelta(hours=6))
    EventFactory(name="Evening", event_date=NOON + timedelta(hours=6))

    assert names(programme(NOON).today) == ["Evening", "Matinee"]


@pytest.mark.parametrize(
    ("capacity", "sold", "price", "is_low"),
    [
        (20, 0, 40, False),
        (20, 9, 40, False),
        (20, 10, 40, True),
        (20, 10, 0, False),
        (300, 5, 40, False),
        (300, 270, 40, True),
        (20, 20, 40, False),
    ],
)
def test_low_is_a_tenth_or_ten_of_what_costs_something(capacity, sold, price, is_low):
    offer = make_offer(capacity, price=price, **soon())
    taken = list(offer.places.values_list("pk", flat=True)[:sold])
    Place.objects.filter(pk__in=taken).update(free_from=FOREVER, claim="0" * 32)

    line = line_of(offer.event)

    assert line.is_low is is_low
    assert line.is_sold_out is (sold == capacity)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("draft", "not published yet"),
        ("unopened", "sales have not been opened"),
        ("too early", "no offer is on sale now"),
        ("nothing", ""),
    ],
)
def test_why_it_cannot_be_bought(what, why):
    offer = OfferFactory(**soon()) if what == "unopened" else make_offer(**soon())
    if what == "draft":
        Event.objects.filter(pk=offer.event_id).update(published_at=None)
    if what == "too early":
        type(offer).objects.filter(pk=offer.pk).update(on_sale_at=NOW + timedelta(hours=1))

    assert line_of(offer.event).why_not_on_sale == why


@pytest.mark.parametrize("count", [1, 30])
def test_programme_costs_the_same_for_any_number_of_events(django_assert_num_queries, count):
    venue = EventFactory(event_date=NOW + timedelta(hours=2)).venue
    for number in range(1, count):
        OfferFactory(event__venue=venue, event__event_date=NOW + timedelta(hours=2 + 4 * number))

    with django_assert_num_queries(4):
        shown = programme(NOW)

    assert len(shown.lines) == count


def test_programme_says_when_it_is_cut_short():
    first = EventFactory(event_date=NOW + timedelta(hours=1))
    Event.objects.bulk_create(
        Event(
            name=f"Show {number}",
            slug=f"show-{number}",
            venue=first.venue,
            category=first.category,
            event_date=NOW + timedelta(hours=2, minutes=number),
        )
        for number in range(MOST)
    )

    shown = programme(NOW)

    assert (len(shown.lines), shown.is_cut_short) == (MOST, True)
