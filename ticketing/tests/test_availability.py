"""What is left, in numbers and at a glance."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from events.tests.factories import EventFactory
from ticketing.availability import FEW_LEFT, Availability, Sales, SalesState, availability, sales_at_a_glance
from ticketing.errors import SalesClosed
from ticketing.models import FOREVER, Offer, Place
from ticketing.services import open_sales
from ticketing.stock import check_on_sale
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


def glance(event, now=NOW):
    return sales_at_a_glance([event], now)[event.pk]


def update(row, **changes):
    type(row).objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()


@given(
    states=st.lists(
        st.tuples(st.sampled_from([NOW - HOUR, NOW, NOW + HOUR, FOREVER]), st.sampled_from([None, uuid4()])), max_size=8
    )
)
@settings(max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_availability_adds_up_to_the_capacity(states):
    offer = OfferFactory()
    Place.objects.bulk_create(
        Place(event=offer.event, offer=offer, free_from=free_from, claim=claim) for free_from, claim in states
    )

    counts = availability(offer.event, NOW).get(offer.pk, Availability())

    assert counts.capacity == len(states)
    assert counts.sold + counts.held + counts.blocked + counts.free == counts.capacity
    assert counts.free == sum(free_from <= NOW for free_from, _ in states)
    assert counts.sold == sum(free_from == FOREVER and claim is not None for free_from, claim in states)


def test_availability_leaves_out_offers_without_places():
    offer = make_offer(3)
    OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"))

    assert availability(offer.event, NOW) == {offer.pk: Availability(capacity=3, free=3)}


@pytest.mark.parametrize(
    ("free", "is_sold_out", "is_low"), [(0, True, False), (1, False, True), (FEW_LEFT, False, True), (21, False, False)]
)
def test_availability_says_when_it_runs_out(free, is_sold_out, is_low):
    counts = Availability(capacity=100, sold=100 - free, free=free)

    assert (counts.is_sold_out, counts.is_low) == (is_sold_out, is_low)


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (FEW_LEFT + 1, Sales(SalesState.AVAILABLE, Decimal("40.00"))),
        (FEW_LEFT, Sales(SalesState.FEW_LEFT, Decimal("40.00"), FEW_LEFT)),
        (1, Sales(SalesState.FEW_LEFT, Decimal("40.00"), 1)),
    ],
)
def test_glance_says_when_few_are_left(capacity, expected):
    assert glance(make_offer(capacity).event) == expected


def test_glance_says_sold_out():
    offer = make_offer(2)
    Place.objects.update(free_from=FOREVER)

    assert glance(offer.event) == Sales(SalesState.SOLD_OUT, Decimal("40.00"))


def test_glance_does_not_call_sold_out_what_is_only_held():
    offer = make_offer(2)
    Place.objects.update(free_from=NOW + HOUR)

    states = [glance(offer.event, now).state for now in (NOW, NOW + HOUR)]

    assert states == [SalesState.SOLD_OUT, SalesState.FEW_LEFT]


def test_glance_names_the_lowest_price_of_what_is_on_sale():
    offer = make_offer()
    for name, price, period in (("Economy", "19.90", {}), ("Early", "9.90", {"off_sale_at": NOW})):
        OfferFactory(
            event=offer.event, ticket_type=TicketTypeFactory(name=name), price=Decimal(price), capacity=50, **period
        )
    open_sales(event=offer.event, now=NOW)

    assert glance(offer.event) == Sales(SalesState.AVAILABLE, Decimal("19.90"))


@pytest.mark.parametrize(
    ("event", "offer", "state"),
    [
        ({"status": "cancelled"}, {}, SalesState.CANCELLED),
        ({"status": "completed"}, {}, SalesState.PAST),
        ({"event_date": NOW}, {}, SalesState.PAST),
        ({"published_at": None}, {}, SalesState.NOT_ON_SALE),
        ({}, {"on_sale_at": NOW + HOUR}, SalesState.NOT_ON_SALE),
        ({}, {"off_sale_at": NOW}, SalesState.NOT_ON_SALE),
    ],
)
def test_glance_promises_nothing_that_is_not_on_sale(event, offer, state):
    made = make_offer()
    update(made, **offer)
    update(made.event, **event)

    with pytest.raises(SalesClosed):
        check_on_sale(made.event, [made], NOW)
    assert glance(made.event) == Sales(state)


def test_glance_does_not_call_sold_out_what_was_never_opened():
    assert glance(OfferFactory().event) == Sales(SalesState.NOT_ON_SALE)


def test_glance_at_an_event_without_offers():
    assert glance(EventFactory()) == Sales(SalesState.NOT_ON_SALE)


@pytest.mark.parametrize("count", [1, 24])
def test_glance_takes_one_statement_for_any_number_of_events(count, django_assert_num_queries):
    for _ in range(count):
        make_offer(1)
    events = list(Event.objects.all())

    with django_assert_num_queries(1):
        sales = sales_at_a_glance(events, NOW)

    assert len(sales) == Offer.objects.count()


def test_glance_at_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert sales_at_a_glance([], NOW) == {}
