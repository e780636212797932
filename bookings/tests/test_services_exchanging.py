"""Exchange the places of a confirmed booking."""

from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import PriceDiffers, TransitionRefused
from bookings.tests.sales import NOW, checked_out, pay, payments_of, seat_ids, sold, verbs_of
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import Offer
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def exchange(booking, offers, quantity=0, *, seats=()):
    selection = Selection(seats=tuple(seats)) if seats else Selection({offers[-1].pk: quantity})
    return services.exchange(booking=booking, offers=offers, selection=selection, now=NOW, actor="grace")


def with_economy(offer, price):
    economy = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"), price=Decimal(price))
    open_sales(event=offer.event, now=NOW)
    return economy


def tickets_of(booking):
    return list(booking.tickets.values_list("place__seat", "status"))


def test_exchange_gives_new_tickets_for_other_seats():
    offer = make_seated_offer(rows=1, seats=3)
    a, b, c = seat_ids(offer)
    booking = sold(offer, seats=[a, b])

    exchange(booking, [offer], seats=[b, c])

    assert tickets_of(booking) == [(a, "void"), (b, "void"), (b, "valid"), (c, "valid")]
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=3, sold=2, free=1)
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert verbs_of(booking) == ["hold", "confirm", "exchange"]
    assert findings(NOW) == []


def test_exchange_works_when_the_event_is_sold_out():
    offer = make_offer(2)
    booking = sold(offer, 2)

    exchange(booking, [offer], 2)

    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=2, sold=2)
    assert findings(NOW) == []


def test_exchange_for_other_tickets_at_the_same_price():
    offer = make_offer()
    economy = with_economy(offer, "20.00")
    booking = sold(offer, 1)

    exchanged = exchange(booking, [offer, economy], 2)

    assert (exchanged.quantity, exchanged.total_price) == (2, Decimal("40.00"))
    assert findings(NOW) == []


def test_exchange_keeps_the_price_that_was_paid():
    offer = make_seated_offer()
    seats = seat_ids(offer)
    booking = sold(offer, seats=seats[:1])
    Offer.objects.update(price=Decimal("60.00"))
    offer.refresh_from_db()

    exchanged = exchange(booking, [offer], seats=seats[1:2])

    assert exchanged.total_price == Decimal("40.00")
    assert findings(NOW) == []


def test_exchange_keeps_the_discount():
    offer = make_seated_offer()
    seats = seat_ids(offer)
    booking = services.apply_promo_code(
        booking=checked_out(offer, seats=seats[:3]), code=PromoCodeFactory(percent=33).code, now=NOW
    )
    pay(booking)

    exchanged = exchange(booking, [offer], seats=seats[3:6])

    assert (exchanged.discount, exchanged.total_price) == (Decimal("39.60"), Decimal("80.40"))
    assert findings(NOW) == []


@pytest.mark.parametrize(("price", "quantity"), [("20.00", 1), ("20.00", 3), ("50.00", 1)])
def test_exchange_is_refused_at_another_price(price, quantity):
    offer = make_offer()
    economy = with_economy(offer, price)
    booking = sold(offer, 1)

    with pytest.raises(PriceDiffers) as refusal:
        exchange(booking, [offer, economy], quantity)

    cost = Decimal(price) * quantity
    assert refusal.value.message == f"The new places cost €{cost}, but €40.00 has been paid."
    assert [status for _, status in tickets_of(booking)] == ["valid"]
    assert findings(NOW) == []


def test_exchange_that_is_refused_changes_nothing():
    offer = make_seated_offer()
    a, b, *_ = seat_ids(offer)
    booking = sold(offer, seats=[a])
    sold(offer, seats=[b])

    with pytest.raises(PlacesTaken) as refusal:
        exchange(booking, [offer], seats=[b])

    assert refusal.value.taken == (b,)
    assert tickets_of(booking) == [(a, "valid")]
    assert findings(NOW) == []


def test_exchange_is_refused_at_another_event():
    booking, other = sold(make_offer()), make_offer()

    with pytest.raises(SelectionInvalid):
        exchange(booking, [other], 1)


def test_exchange_is_refused_when_sales_are_closed():
    offer = make_offer()
    booking = sold(offer)
    offer.off_sale_at = NOW
    offer.save()

    with pytest.raises(SalesClosed):
        exchange(booking, [offer], 1)


@pytest.mark.parametrize("status", ["pending", "cancelled"])
def test_exchange_is_refused_unless_confirmed(status):
    offer = make_offer()
    booking = checked_out(offer)
    if status == "cancelled":
        services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")

    with pytest.raises(TransitionRefused) as refusal:
        exchange(booking, [offer], 1)

    assert refusal.value.message == "Only a confirmed booking can be exchanged."


def test_exchange_is_refused_once_a_ticket_is_used():
    offer = make_offer()
    booking = sold(offer, 2)
    booking.tickets.filter(pk=booking.tickets.first().pk).update(checked_in_at=NOW)

    with pytest.raises(TransitionRefused) as refusal:
        exchange(booking, [offer], 2)

    assert refusal.value.message == "A ticket of this booking has been used already."
    assert [status for _, status in tickets_of(booking)] == ["valid", "valid"]
