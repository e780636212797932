"""Exchange tickets for another date: a new booking replaces the old one, and the money moves along."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import ExchangeRefused, PriceDiffers
from bookings.models import Booking, Exchange, Payment
from bookings.payments import Charge, get_provider
from bookings.tests.factories import ShiftFactory
from bookings.tests.sales import NOW, checked_out, pay, payments_of, sold, verbs_of
from reports.audit import findings
from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken
from ticketing.models import PromoCode
from ticketing.stock import Selection
from ticketing.tests.factories import PromoCodeFactory, make_offer

pytestmark = pytest.mark.django_db


def change_to(offer, booking, quantity=2, *, charge=None, **kwargs):
    return services.exchange(
        booking=booking,
        event=offer.event,
        offers=[offer],
        selection=Selection({offer.pk: quantity}),
        now=NOW,
        actor="grace",
        charge=charge,
        **kwargs,
    )


def settle(booking):
    """Let the providers give back what is waiting."""
    for refund in booking.payments.filter(kind="refund", status="pending"):
        services.carry_out_refund(refund=refund, now=NOW)


def test_another_date_makes_a_booking_that_replaces_the_old_one():
    old, other = sold(make_offer(), 2), make_offer()

    new = change_to(other, old)

    old.refresh_from_db()
    assert (old.status, old.cancellation_reason, old.replaced_by) == ("cancelled", "exchanged", new)
    assert (new.status, new.replaces, new.event, new.total_price) == ("confirmed", old, other.event, Decimal("80.00"))
    assert (new.customer_name, new.customer_email, new.channel) == ("Ada Lovelace", "ada@example.org", "web")
    assert {ticket.void_reason for ticket in old.tickets.all()} == {"exchanged"}
    assert availability(old.event, NOW)[old.tickets.first().offer_id] == Availability(capacity=20, free=20)
    assert availability(new.event, NOW)[other.pk] == Availability(capacity=20, sold=2, free=18)
    assert verbs_of(old) == ["hold", "confirm", "exchange"]
    assert verbs_of(new) == ["exchange"]
    assert findings(NOW) == []


def test_money_moves_along_without_leaving_the_house():
    old, other = sold(make_offer(), 2), make_offer()

    new = change_to(other, old)

    assert payments_of(old) == [
        ("charge", "succeeded", "80.00"),
        ("refund", "pending", "80.00"),
        ("refund", "succeeded", "80.00"),
    ]
    assert payments_of(new) == [("charge", "succeeded", "80.00")]
    moved = new.payments.get()
    assert moved.provider == "exchange"
    assert moved.reference == old.payments.get(kind="refund", status="succeeded").reference


def test_dearer_date_takes_the_difference_and_a_cheaper_one_gives_it_back():
    old = sold(make_offer(), 2)
    dearer, cheaper = make_offer(price=Decimal("50.00")), make_offer(price=Decimal("30.00"))

    with pytest.raises(PriceDiffers):
        change_to(dearer, old)
    second = change_to(dearer, old, charge=Charge("demo", "c1", Decimal("20.00")))
    third = change_to(cheaper, second)

    assert sorted(payments_of(second)) == [
        ("charge", "succeeded", "20.00"),
        ("charge", "succeeded", "80.00"),
        ("refund", "pending", "20.00"),
        ("refund", "pending", "80.00"),
        ("refund", "succeeded", "20.00"),
        ("refund", "succeeded", "80.00"),
    ]
    assert (third.total_price, third.payments.filter(kind="refund").count()) == (Decimal("60.00"), 2)
    assert findings(NOW) == []


def test_money_that_moved_twice_goes_back_the_way_it_came(monkeypatch):
    given_back = []
    monkeypatch.setattr("bookings.payments.demo.DemoProvider.refund", lambda self, refund: given_back.append(refund))
    first = sold(make_offer(), 2)
    third = change_to(make_offer(), change_to(make_offer(), first))

    services.cancel(booking=third, reason="staff", now=NOW, actor="grace")
    settle(third)

    (refund,) = given_back
    assert (refund.charge.booking, refund.amount, refund.provider) == (first, Decimal("80.00"), "demo")
    assert refund.reference == third.payments.filter(kind="refund").first().reference
    assert payments_of(third)[-1] == ("refund", "succeeded", "80.00")
    assert findings(NOW) == []


def test_cash_that_moved_waits_to_be_paid_out():
    booking = checked_out(make_offer(), 2)
    old = services.confirm(booking=booking, charge=get_provider("cash").charge(booking.total_price), now=NOW)
    new = change_to(make_offer(), old)

    services.cancel(booking=new, reason="staff", now=NOW, actor="grace")
    refund = new.payments.get(kind="refund")
    services.pay_out(refund=refund, shift=ShiftFactory(), now=NOW, actor="grace")

    assert payments_of(new)[-1] == ("refund", "succeeded", "80.00")
    assert findings(NOW) == []


def test_code_moves_along_to_an_event_that_it_is_for():
    promo = PromoCodeFactory(percent=25, max_uses=1)
    old = pay(services.apply_promo_code(booking=checked_out(make_offer(), 2), code=promo.code, now=NOW))

    new = change_to(make_offer(), old)

    assert (new.promo_code, new.discount, new.total_price) == (promo, Decimal("20.00"), Decimal("60.00"))
    assert PromoCode.objects.get().uses == 1
    assert findings(NOW) == []


@pytest.mark.parametrize("worth", [{"percent": 25}, {"percent": None, "amount": Decimal("20.00")}])
def test_code_is_lost_at_an_event_that_it_is_not_for(worth):
    offer, promo = make_offer(), PromoCodeFactory(**worth)
    promo.events.add(offer.event)
    old = pay(services.apply_promo_code(booking=checked_out(offer, 2), code=promo.code, now=NOW))

    new = change_to(make_offer(), old, charge=Charge("demo", "c1", Decimal("20.00")))

    assert (new.promo_code, new.discount, new.total_price) == (None, Decimal("0.00"), Decimal("80.00"))
    assert PromoCode.objects.get().uses == 0
    assert findings(NOW) == []


def test_another_date_that_is_sold_out_changes_nothing():
    old, other = sold(make_offer(), 2), make_offer(1)

    with pytest.raises(PlacesTaken):
        change_to(other, old)

    old.refresh_from_db()
    assert old.status == "confirmed"
    assert payments_of(old) == [("charge", "succeeded", "80.00")]
    assert findings(NOW) == []


# Exchanges that the customer pays for -----------------------------------------------------------


def dearer(**kwargs):
    return make_offer(price=Decimal("50.00"), **kwargs)


def start(booking, offer, quantity=2, now=NOW):
    return services.start_exchange(
        booking=booking, event=offer.event, offers=[offer], selection=Selection({offer.pk: quantity}), now=now
    )


def complete(exchange, *, amount=None, reference="c1", now=NOW):
    charge = Charge("demo", reference, amount or exchange.due)
    return services.complete_exchange(exchange=exchange, charge=charge, now=now)


def test_exchange_that_is_to_be_paid_holds_the_new_places():
    old, offer = sold(make_offer(), 2), dearer()

    exchange = start(old, offer)

    assert (exchange.due, exchange.expires_at) == (Decimal("20.00"), NOW + timedelta(minutes=10))
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=20, held=2, free=18)
    assert old.tickets.valid().count() == 2


def test_exchange_is_carried_out_once_paid_and_only_once():
    old, offer = sold(make_offer(), 2), dearer()
    exchange = start(old, offer)

    new = complete(exchange)
    again = complete(exchange)

    assert new == again == Booking.objects.get(replaces=old)
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=20, sold=2, free=18)
    assert Exchange.objects.get().completed_at == NOW
    assert findings(NOW) == []


def test_exchange_that_is_paid_twice_gives_the_second_payment_back():
    exchange = start(sold(make_offer(), 2), dearer())
    complete(exchange)

    with pytest.raises(ExchangeRefused):
        complete(exchange, reference="c2")

    assert [str(refund.amount) for refund in Payment.objects.filter(kind="refund", provider="demo")] == ["20.00"]
    assert findings(NOW) == []


def test_exchange_started_anew_lets_the_first_places_go():
    old, offer = sold(make_offer(), 2), dearer()

    start(old, offer)
    start(old, offer)

    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=20, held=2, free=18)


def test_exchange_paid_late_succeeds_while_the_places_are_there():
    old, offer = sold(make_offer(), 2), dearer(capacity=2)
    exchange = start(old, offer)

    assert complete(exchange, now=NOW + timedelta(minutes=30)).replaces == old


def test_exchange_whose_places_have_gone_gives_the_payment_back():
    old, offer = sold(make_offer(), 2), dearer(capacity=2)
    exchange, later = start(old, offer), NOW + timedelta(minutes=30)
    sold(offer, 1, now=later)

    with pytest.raises(PlacesTaken):
        complete(exchange, now=later)

    assert payments_of(old)[1:] == [("charge", "succeeded", "20.00"), ("refund", "pending", "20.00")]
    assert old.tickets.valid().count() == 2
    assert findings(NOW) == []


def test_exchange_for_nothing_more_needs_no_payment():
    with pytest.raises(ExchangeRefused) as refusal:
        start(sold(make_offer(), 2), make_offer())

    assert refusal.value.message == "There is nothing to pay for this exchange."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exchange_hours": None}, "Tickets for this event cannot be exchanged."),
        ({"exchange_hours": 24 * 31}, "It is too late to exchange these tickets."),
    ],
)
def test_customers_are_bound_by_the_policy(change, message):
    booking = sold(make_offer(**{f"event__{field}": value for field, value in change.items()}), 2)

    with pytest.raises(ExchangeRefused) as refusal:
        start(booking, dearer())

    assert refusal.value.message == message


def test_quote_says_what_it_will_cost():
    old, offer = sold(make_offer(), 2), dearer()

    quote = services.quote_exchange(booking=old, event=offer.event, offers=[offer], selection=Selection({offer.pk: 3}))

    assert (quote.total, quote.difference) == (Decimal("150.00"), Decimal("70.00"))
    assert stock.Place.objects.not_free(NOW).filter(event=offer.event).count() == 0
