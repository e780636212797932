"""What the catalogue says of sales: its cards, its filters by price and availability, and what its pages cost."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from events.filters import EventFilter
from events.models import Event
from events.tests.factories import EventFactory, ProductionFactory
from ticketing.availability import FEW_LEFT, SalesState, sales_at_a_glance
from ticketing.models import FOREVER, Offer, TicketType
from ticketing.tests.factories import OfferFactory, make_offer
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db


def make(name: str = "Requiem", *, capacity: int = 50, sold: int = 0, event: dict | None = None, **offer) -> Event:
    """Make an event with one offer, of whose places so many are sold."""
    offer = make_offer(capacity, event=EventFactory(name=name, **(event or {})), **offer)
    some = list(offer.places.values_list("pk", flat=True)[:sold])
    offer.places.filter(pk__in=some).update(free_from=FOREVER, claim=uuid4())
    return offer.event


def found(query: str) -> list[str]:
    return [event.name for event in EventFilter(QueryDict(query), now=timezone.now()).qs]


# Filters --------------------------------------------------------------------------------------


def test_filter_by_price_asks_for_an_offer_on_sale():
    make("Cheap", price=Decimal("20.00"))
    make("Dear", price=Decimal("20.01"))
    make("Cheap later", price=Decimal("5.00"), on_sale_at=timezone.now() + timedelta(days=1))
    make("Free", price=Decimal("0.00"))

    assert found("price=20&sort=name") == ["Cheap", "Free"]
    assert found("price=0") == ["Free"]


def test_filter_sorts_by_the_lowest_price_on_sale():
    dear = make("Dear", price=Decimal("30.00"))
    make("Middle", price=Decimal("20.00"))
    make("Cheap", price=Decimal("10.00"))
    EventFactory(name="Without offers")
    OfferFactory(event=dear, label="Over", price=Decimal("1.00"), off_sale_at=timezone.now() - timedelta(days=1))

    assert found("sort=price") == ["Cheap", "Middle", "Dear", "Without offers"]


def test_filter_by_availability_agrees_with_the_cards():
    ago, later = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    make("Plenty")
    make("Few", capacity=5)
    make("Sold out", capacity=3, sold=3)
    make("Later", on_sale_at=later)
    make("Ended", off_sale_at=ago)
    make("Cancelled", event={"status": Event.Status.CANCELLED})
    make("Sold out and cancelled", capacity=1, sold=1, event={"status": Event.Status.CANCELLED})
    half = make("One of two", capacity=1, sold=1)
    make_offer(event=half, ticket_type=TicketType.objects.create(name="VIP", price=1))
    EventFactory(name="Without offers")

    glance = sales_at_a_glance(Event.objects.all(), timezone.now())

    def said(*states: SalesState) -> list[str]:
        return sorted(event.name for event in Event.objects.all() if glance[event.pk].state in states)

    assert found("availability=available&sort=name") == said(SalesState.AVAILABLE, SalesState.FEW_LEFT)
    assert found("availability=sold_out&sort=name") == said(SalesState.SOLD_OUT) == ["Sold out"]
    assert found("availability=cancelled&sort=name") == said(SalesState.CANCELLED)


def test_filter_counts_held_places_as_taken_until_the_hold_lapses():
    event = make("Held", capacity=1)
    places = Offer.objects.get(event=event).places

    places.update(free_from=timezone.now() + timedelta(minutes=5), claim=uuid4())
    held = found("availability=available")
    places.update(free_from=timezone.now() - timedelta(seconds=1))

    assert held == []
    assert found("availability=available") == ["Held"]


# Cards ----------------------------------------------------------------------------------------

CARDS = {
    "plenty": ({}, ["from €40.00"]),
    "few left": ({"capacity": FEW_LEFT}, ["from €40.00", "Few left"]),
    "sold out": ({"capacity": 2, "sold": 2}, ["Sold out"]),
    "cancelled": ({"event": {"status": Event.Status.CANCELLED}}, ["Cancelled"]),
    "not on sale": ({"off_sale_at": timezone.now() - timedelta(days=1)}, ["Not on sale now"]),
    "free": ({"price": Decimal("0.00")}, ["free"]),
}
WORDS = {word for _, words in CARDS.values() for word in words}


@pytest.mark.parametrize(("sales", "words"), CARDS.values(), ids=CARDS)
def test_card_says_how_sales_stand(client, sales, words):
    make(**sales)

    card = client.get(reverse("events:list")).text.split("<article")[1].split("</article>")[0]

    assert {word for word in WORDS if f">{word}<" in card} == set(words)


def test_card_of_several_dates_speaks_for_the_first(client):
    production, venue = ProductionFactory(), VenueFactory()
    for days, sold in [(1, 2), (2, 0), (3, 0)]:
        when = timezone.now() + timedelta(days=days)
        make(capacity=2, sold=sold, event={"production": production, "venue": venue, "event_date": when})

    card = client.get(reverse("events:list")).text.split("<article")[1].split("</article>")[0]

    assert f'href="{production.get_absolute_url()}"' in card
    assert "2 more dates" in card
    assert "First date sold out" in card


# The page of an event -------------------------------------------------------------------------

PAGES = {
    "on sale": ({}, True, "Get tickets"),
    "few left": ({"capacity": 7}, True, "7 left"),
    "sold out": ({"capacity": 2, "sold": 2}, False, "Places come back when"),
    "cancelled": ({"event": {"status": Event.Status.CANCELLED}}, False, "This event has been cancelled"),
    "begun": ({"event": {"event_date": timezone.now() - timedelta(hours=1)}}, False, "This event has begun"),
    "over": ({"event": {"status": Event.Status.COMPLETED}}, False, "This event is over"),
    "not yet on sale": ({"on_sale_at": timezone.now() + timedelta(days=1)}, False, "Sales open on"),
    "sales ended": ({"off_sale_at": timezone.now() - timedelta(days=1)}, False, "Sales have ended"),
    "moved": ({"event": {"rescheduled_from": timezone.now() + timedelta(days=9)}}, True, "Tickets bought for that day"),
}


@pytest.mark.parametrize(("sales", "bookable", "words"), PAGES.values(), ids=PAGES)
def test_detail_says_whether_and_why_not(client, sales, bookable, words):
    event = make(**sales)

    text = client.get(event.get_absolute_url()).text

    assert words in text
    assert (f'href="{reverse("ticketing:picker", args=[event.slug])}"' in text) == bookable


def test_detail_without_offers_says_that_prices_are_to_come(client):
    text = client.get(EventFactory().get_absolute_url()).text

    assert "Prices have not been announced." in text


# What pages cost ------------------------------------------------------------------------------


def make_many(count: int, **event) -> list[Event]:
    return [make(f"Event {number}", capacity=1, event=event) for number in range(count)]


@pytest.mark.parametrize("count", [1, 50])
def test_home_costs_the_same_for_any_number_of_events(client, django_assert_num_queries, count):
    make_many(count, is_featured=True, event_date=timezone.now() + timedelta(days=2))

    with django_assert_num_queries(4):
        client.get(reverse("events:home"))


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("query", ["", "?q=event&when=month&price=50&availability=available&sort=price"])
def test_list_costs_the_same_for_any_number_of_events(client, django_assert_num_queries, count, query):
    make_many(count, event_date=timezone.now() + timedelta(days=2))

    with django_assert_num_queries(5):
        client.get(reverse("events:list") + query)


@pytest.mark.parametrize("count", [1, 50])
def test_list_without_result_costs_less(client, django_assert_num_queries, count):
    make_many(count)

    with django_assert_num_queries(4):
        client.get(reverse("events:list"), {"q": "nothing"})


@pytest.mark.parametrize("count", [1, 50])
def test_detail_costs_the_same_for_any_number_of_dates(client, django_assert_num_queries, count):
    events = make_many(count + 1, production=ProductionFactory())

    with django_assert_num_queries(6):
        client.get(events[0].get_absolute_url())


@pytest.mark.parametrize("count", [1, 50])
def test_production_costs_the_same_for_any_number_of_dates(client, django_assert_num_queries, count):
    events = make_many(count, production=ProductionFactory())

    with django_assert_num_queries(3):
        client.get(events[0].production.get_absolute_url())


@pytest.mark.parametrize("count", [1, 50])
def test_venue_costs_the_same_for_any_number_of_events(client, django_assert_num_queries, count):
    events = make_many(count, venue=VenueFactory())

    with django_assert_num_queries(4):
        client.get(events[0].venue.get_absolute_url())


def test_venue_shows_what_is_on_there(client):
    event = make()

    text = client.get(event.venue.get_absolute_url()).text

    assert f'href="{event.get_absolute_url()}"' in text
    assert "from €40.00" in text
