from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from events.tests.factories import EventFactory
from ticketing.availability import Availability, SalesState
from ticketing.models import FOREVER, TicketType
from ticketing.price_list import OfferState, price_list
from ticketing.tests.factories import OfferFactory, make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def test_price_list_states_each_offer(now):
    event = EventFactory()
    plenty = make_offer(event=event, label="Plenty", price=50, capacity=30)
    few = make_offer(event=event, label="Few", price=40, capacity=20)
    gone = make_offer(event=event, label="Gone", price=30, capacity=2)
    gone.places.update(free_from=FOREVER, claim=uuid4())
    later = make_offer(event=event, label="Later", price=20, on_sale_at=now + timedelta(days=1))
    ended = make_offer(event=event, label="Ended", price=10, off_sale_at=now - timedelta(days=1))
    unopened = OfferFactory(event=event, label="No places yet", price=5)

    prices = price_list(event, now + timedelta(seconds=1))

    assert [(row.offer, row.state) for row in prices.rows] == [
        (plenty, OfferState.AVAILABLE),
        (few, OfferState.FEW_LEFT),
        (gone, OfferState.SOLD_OUT),
        (later, OfferState.LATER),
        (ended, OfferState.ENDED),
        (unopened, OfferState.SOLD_OUT),
    ]
    assert prices.rows[2].stock == Availability(capacity=2, sold=2)
    assert prices.can_book
    assert prices.opens_at is None


def test_price_list_says_when_sales_open(now):
    event = EventFactory()
    for days, name in [(3, "VIP"), (2, "Standard")]:
        ticket_type = TicketType.objects.create(name=name, price=10)
        OfferFactory(event=event, ticket_type=ticket_type, on_sale_at=now + timedelta(days=days))

    prices = price_list(event, now)

    assert prices.sales.state == SalesState.NOT_ON_SALE
    assert prices.opens_at == now + timedelta(days=2)
    assert not prices.can_book


@pytest.mark.parametrize("count", [1, 10])
def test_price_list_takes_three_queries(now, django_assert_num_queries, count):
    event = EventFactory()
    for number in range(count):
        make_offer(event=event, label=str(number), capacity=1)

    with django_assert_num_queries(3):
        price_list(event, now)
