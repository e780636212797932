"""Exchange the places of a confirmed booking."""

from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import PaymentFailed, PriceDiffers, TransitionRefused
from bookings.payments import Charge
from bookings.tests.sales import NOW, checked_out, pay, payments_of, seat_ids, sold, verbs_of
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import Offer
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def exchange(booking, offers, quantity=0, *, seats=(), charge=None):
    selection = Selection(seats=tuple(seats)) if seats else Selection({offers[-1].pk: quantity})
    return services.exchange(booking=booking, offers=offers, selection=selection, now=NOW, actor="grace", charge=charge)


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

    assert tickets_of(booking) == [(a, "void"), (b, "valid"), (c, "valid")]
    assert booking.tickets.get(place__seat=a).void_reason == "exchanged"
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=3, sold=2, free=1)
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert verbs_of(booking) == ["hold", "confirm", "exchange"]
    assert findings(NOW) == []


def test_exchange_counts_own_places_as_free_when_the_event_is_sold_out():
    offer = make_seated_offer(rows=1, seats=3)
    a, b, c = seat_ids(offer)
    booking, _ = sold(offer, seats=[a, b]), sold(offer, seats=[c])

    with pytest.raises(PlacesTaken):
        exchange(booking, [offer], seats=[b, c])

    assert exchange(booking, [offer], seats=[b]).total_price == Decimal("40.00")
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=3, sold=2, free=1)
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


@pytest.mark.parametrize("paid", [None, "9.99", "10.01"])
def test_exchange_for_something_dearer_needs_the_difference(paid):
    offer = make_offer()
    dearer = with_economy(offer, "50.00")
    booking = sold(offer, 1)
    charge = Charge("cash", "c1", Decimal(paid)) if paid else None

    with pytest.raises(PriceDiffers) as refusal:
        exchange(booking, [offer, dearer], 1, charge=charge)

    assert refusal.value.message == f"The exchange costs €10.00, but €{paid or '0.00'} has been paid for it."
    assert refusal.value.difference == Decimal("10.00")
    assert [status for _, status in tickets_of(booking)] == ["valid"]
    assert payments_of(booking)[1:] == ([("charge", "succeeded", paid), ("refund", "pending", paid)] if paid else [])
    assert findings(NOW) == []


def test_exchange_for_something_dearer_takes_the_difference():
    offer = make_offer()
    dearer = with_economy(offer, "50.00")
    booking = sold(offer, 1)

    exchanged = exchange(booking, [offer, dearer], 1, charge=Charge("cash", "c1", Decimal("10.00")))

    assert (exchanged.pk, exchanged.total_price) == (booking.pk, Decimal("50.00"))
    assert payments_of(booking) == [("charge", "succeeded", "40.00"), ("charge", "succeeded", "10.00")]
    assert booking.activities.last().detail["difference"] == "10.00"
    assert findings(NOW) == []


@pytest.mark.parametrize(("quantity", "back"), [(1, "20.00"), (2, None)])
def test_exchange_for_something_cheaper_gives_the_difference_back(quantity, back):
    offer = make_offer()
    economy = with_economy(offer, "20.00")
    booking = sold(offer, 1)

    exchange(booking, [offer, economy], quantity)

    assert payments_of(booking) == [
        ("charge", "succeeded", "40.00"),
        *([("refund", "pending", back)] if back else []),
    ]
    assert findings(NOW) == []


def test_exchange_gives_a_charge_back_that_paid_before():
    offer = make_offer()
    dearer = with_economy(offer, "50.00")
    charge = Charge("demo", "c1", Decimal("10.00"))
    exchange(sold(offer, 1), [offer, dearer], 1, charge=charge)

    with pytest.raises(PaymentFailed) as refusal:
        exchange(sold(offer, 1), [offer, dearer], 1, charge=charge)

    assert refusal.value.message == "This payment has been used before. Please start the payment again."
    assert findings(NOW) == []


def test_exchange_keeps_what_was_taken_off_besides_a_code():
    offer = make_seated_offer()
    seats = seat_ids(offer)
    booking = sold(offer, seats=seats[:2])
    services.refund_part(booking=booking, amount=Decimal("15.00"), why="Pillar", now=NOW, actor="grace")

    exchanged = exchange(booking, [offer], seats=seats[2:4])

    assert (exchanged.discount, exchanged.total_price) == (Decimal("15.00"), Decimal("65.00"))
    assert findings(NOW) == []


def test_exchange_keeps_tickets_that_have_been_used():
    offer = make_seated_offer()
    a, b, c, *_ = seat_ids(offer)
    booking = sold(offer, seats=[a, b])
    booking.tickets.filter(place__seat=a).update(checked_in_at=NOW)

    exchange(booking, [offer], seats=[a, c])

    assert tickets_of(booking) == [(a, "valid"), (b, "void"), (c, "valid")]
    assert findings(NOW) == []


def test_exchange_for_the_same_places_is_refused():
    offer = make_offer()
    booking = sold(offer, 2)

    with pytest.raises(SelectionInvalid) as refusal:
        exchange(booking, [offer], 2)

    assert refusal.value.message == "These are the places that the booking has already."


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
        exchange(booking, [offer], 2)


@pytest.mark.parametrize("status", ["pending", "cancelled"])
def test_exchange_is_refused_unless_confirmed(status):
    offer = make_offer()
    booking = checked_out(offer)
    if status == "cancelled":
        services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")

    with pytest.raises(TransitionRefused) as refusal:
        exchange(booking, [offer], 1)

    assert refusal.value.message == "Only a confirmed booking can be exchanged."


def test_exchange_is_refused_once_a_ticket_that_would_die_is_used():
    offer = make_offer()
    economy = with_economy(offer, "40.00")
    booking = sold(offer, 2)
    booking.tickets.filter(pk=booking.tickets.first().pk).update(checked_in_at=NOW)

    with pytest.raises(TransitionRefused) as refusal:
        exchange(booking, [offer, economy], 2)

    assert refusal.value.message == "A ticket of this booking has been used already."
    assert [status for _, status in tickets_of(booking)] == ["valid", "valid"]
