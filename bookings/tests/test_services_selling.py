"""Selling at the counter: all of it or nothing, to the cent, once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.errors import (
    DiscountRefused,
    HoldLapsed,
    PaymentFailed,
    PriceDiffers,
    ShiftClosed,
    TransitionRefused,
)
from bookings.models import Booking, Payment, Ticket
from bookings.services.discounting import Discount
from bookings.services.selling import Buyer, Tender
from bookings.tests.factories import ShiftFactory
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, outrun, payments_of, seat_ids, verbs_of
from events.models import Event
from reports.audit import findings
from ticketing.errors import PlacesTaken, PromoCodeRefused, SalesClosed, SelectionInvalid
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def shift():
    return ShiftFactory(opening_float=Decimal("100.00"))


def sell(offer, quantity=1, *, shift=None, means="cash", given=None, expected=None, seats=(), now=NOW, **kwargs):
    selection = Selection(seats=tuple(seats)) if seats else Selection({offer.pk: quantity})
    return services.sell(
        event=Event.objects.get(pk=offer.event_id),
        offers=list(offer.event.offers.select_related("ticket_type")),
        selection=selection,
        tender=Tender(means, shift, given, expected),
        now=now,
        actor="bob",
        **kwargs,
    )


@pytest.mark.parametrize("means", ["cash", "terminal"])
def test_sale_is_confirmed_paid_and_in_the_shift(shift, means):
    booking = sell(make_offer(), 2, shift=shift, means=means)

    booking.refresh_from_db()
    payment = booking.payments.get()
    assert (booking.status, booking.channel, booking.total_price) == ("confirmed", "box_office", Decimal("80.00"))
    assert [ticket.status for ticket in booking.tickets.all()] == ["valid", "valid"]
    assert (payment.provider, payment.kind, payment.amount, payment.shift) == (
        means,
        "charge",
        Decimal("80.00"),
        shift,
    )
    assert verbs_of(booking) == ["hold", "confirm"]
    assert {line.actor for line in booking.activities.all()} == {"bob"}
    assert findings(NOW) == []


def test_sale_of_named_seats(shift):
    offer = make_seated_offer()
    seats = seat_ids(offer)[3:5]

    booking = sell(offer, shift=shift, seats=seats)

    assert sorted(booking.tickets.values_list("place__seat", flat=True)) == seats


def test_sale_knows_who_buys_and_writes_to_them(shift):
    booking = sell(make_offer(), shift=shift, buyer=Buyer("Grace Hopper", "grace@example.org", "+1 555 0100"))

    booking.refresh_from_db()
    assert (booking.customer_name, booking.customer_email, booking.customer_phone) == (
        "Grace Hopper",
        "grace@example.org",
        "+1 555 0100",
    )
    assert DBTaskResult.objects.count() == 1


def test_sale_to_nobody_in_particular_sends_nothing(shift):
    assert sell(make_offer(), shift=shift).customer_email == ""
    assert DBTaskResult.objects.count() == 0


def test_sale_notes_what_was_given(shift):
    booking = sell(make_offer(), shift=shift, given=Decimal("50.00"))

    assert booking.activities.get(verb="cash").detail == {"given": "50.00", "change": "10.00"}


def test_sale_without_a_price_needs_no_till():
    booking = sell(make_offer(price=0), 2)

    assert (booking.status, payments_of(booking)) == ("confirmed", [])


def test_sale_is_not_bound_by_what_binds_customers(shift):
    offer = make_offer(30, event__max_tickets_per_booking=2, on_sale_at=NOW + timedelta(days=2))

    assert sell(offer, 12, shift=shift).quantity == 12


def nothing_happened(offer):
    return (
        not Booking.objects.exists()
        and not Payment.objects.exists()
        and not offer.event.places.not_free(NOW).exists()
        and not DBTaskResult.objects.exists()
    )


def test_sale_without_a_till_is_refused():
    offer = make_offer()

    with pytest.raises(ShiftClosed, match="Open your till"):
        sell(offer)

    assert nothing_happened(offer)


def test_sale_into_a_closed_till_is_refused(shift):
    offer = make_offer()
    services.close_shift(shift=shift, counted_cash=Decimal("100.00"), counted_cards=Decimal("0.00"), now=NOW)

    with pytest.raises(ShiftClosed):
        sell(offer, shift=shift)

    assert nothing_happened(offer)


def test_sale_for_too_little_cash_is_refused(shift):
    offer = make_offer()

    with pytest.raises(PaymentFailed, match=r"€30\.00 is less than €40\.00"):
        sell(offer, shift=shift, given=Decimal("30.00"))

    assert nothing_happened(offer)


def test_sale_at_another_price_than_the_customer_was_told_is_refused(shift):
    offer = make_offer()

    with pytest.raises(PriceDiffers, match=r"€40\.00 now, not €35\.00"):
        sell(offer, shift=shift, expected=Decimal("35.00"))

    assert nothing_happened(offer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"event_date": NOW - timedelta(minutes=1)}, "already begun"),
        ({"status": "cancelled"}, "cancelled"),
        ({"published_at": None}, "not on sale yet"),
    ],
)
def test_sale_of_an_event_that_cannot_be_booked_is_refused(shift, changes, words):
    offer = make_offer()
    Event.objects.filter(pk=offer.event_id).update(**changes)

    with pytest.raises(SalesClosed, match=words):
        sell(offer, shift=shift)

    assert nothing_happened(offer)


def test_sale_of_more_than_is_left_is_refused(shift):
    offer = make_offer(3)

    with pytest.raises(PlacesTaken) as refusal:
        sell(offer, 4, shift=shift)

    assert refusal.value.left == {offer.pk: 3}
    assert nothing_happened(offer)


def test_sale_of_nothing_is_refused(shift):
    with pytest.raises(SelectionInvalid):
        sell(make_offer(), 0, shift=shift)


def test_sale_that_is_pressed_twice_sells_once(shift):
    offer, claim = make_offer(), uuid.uuid4()

    first = sell(offer, 2, shift=shift, claim=claim)
    second = sell(offer, 2, shift=shift, claim=claim)

    assert first == second
    assert (Booking.objects.count(), Payment.objects.count()) == (1, 1)
    assert findings(NOW) == []


def test_sale_of_the_last_places_that_is_pressed_twice_sells_once(shift):
    offer, claim = make_offer(2), uuid.uuid4()

    first = sell(offer, 2, shift=shift, claim=claim)

    assert sell(offer, 2, shift=shift, claim=claim) == first


# Discounts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "discount", "total"),
    [
        (Discount("student", percent=Decimal(10)), "10.00", "89.97"),
        (Discount("student", percent=Decimal("12.5")), "12.50", "87.47"),
        (Discount("wet seat", amount=Decimal("5.00")), "5.00", "94.97"),
        (Discount("wet seat", amount=Decimal("99.96")), "99.96", "0.01"),
    ],
)
def test_discount_is_exact_and_divided_over_the_tickets(shift, off, discount, total):
    offer = make_offer(price=Decimal("33.32"))
    dearer = OfferFactory(event=offer.event, label="Balcony", price=Decimal("33.33"), capacity=5)
    from ticketing.services import open_sales

    open_sales(event=offer.event, now=NOW - timedelta(days=1))

    booking = services.sell(
        event=offer.event,
        offers=[offer, dearer],
        selection=Selection({offer.pk: 2, dearer.pk: 1}),
        tender=Tender("cash", shift),
        now=NOW,
        actor="bob",
        off=off,
    )

    booking.refresh_from_db()
    tickets = list(booking.tickets.all())
    assert (str(booking.discount), str(booking.total_price)) == (discount, total)
    assert sum(ticket.discount for ticket in tickets) == booking.discount
    assert all(0 <= ticket.discount <= ticket.price for ticket in tickets)
    assert booking.payments.get().amount == booking.total_price
    assert findings(NOW) == []


def test_discount_is_written_down_with_its_reason(shift):
    booking = sell(make_offer(), shift=shift, off=Discount("student", percent=Decimal(10)))

    line = booking.activities.get(verb="discount")
    assert (line.actor, line.channel) == ("bob", "box_office")
    assert line.detail == {"discount": "4.00", "reason": "student", "percent": "10"}


@pytest.mark.parametrize(
    "off",
    [
        Discount("all", amount=Decimal("40.00")),
        Discount("more", amount=Decimal("40.01")),
        Discount("nothing", amount=Decimal("0.00")),
        Discount("nothing", percent=Decimal(0)),
        Discount("next to nothing", percent=Decimal("0.01")),
        Discount("all", percent=Decimal(100)),
        Discount("negative", amount=Decimal("-1.00")),
    ],
)
def test_discount_of_nothing_or_everything_is_refused(shift, off):
    offer = make_offer()

    with pytest.raises(DiscountRefused):
        sell(offer, shift=shift, off=off)

    assert nothing_happened(offer)


def test_discount_beside_a_promo_code_is_refused(shift):
    PromoCodeFactory(code="SPRING")
    offer = make_offer()

    with pytest.raises(DiscountRefused, match="either the code or a discount"):
        sell(offer, shift=shift, promo_code="spring", off=Discount("student", percent=Decimal(10)))

    assert nothing_happened(offer)


def test_discount_of_a_confirmed_booking_is_refused(shift):
    booking = sell(make_offer(), shift=shift)

    with pytest.raises(TransitionRefused):
        services.discount(booking=booking, discount=Discount("late", percent=Decimal(10)), now=NOW, actor="bob")


def test_promo_code_counts_at_the_counter_too(shift):
    code = PromoCodeFactory(code="SPRING", max_uses=1)
    offer = make_offer()

    booking = sell(offer, shift=shift, promo_code="spring")

    code.refresh_from_db()
    assert (booking.total_price, code.uses) == (Decimal("36.00"), 1)
    with pytest.raises(PromoCodeRefused):
        sell(offer, shift=shift, promo_code="spring")


# What was reserved --------------------------------------------------------------------------------


def test_reservation_is_paid_at_the_counter(shift):
    booking = checked_out(make_offer(), 2)

    booking = services.take_payment(
        booking=booking, tender=Tender("cash", shift, Decimal("100.00")), now=NOW, actor="bob"
    )

    booking.refresh_from_db()
    assert (booking.status, booking.channel) == ("confirmed", "web")
    assert booking.activities.get(verb="cash").detail == {"given": "100.00", "change": "20.00"}
    assert booking.payments.get().shift == shift
    assert findings(NOW) == []


def test_reservation_whose_places_are_gone_takes_no_money(shift):
    booking = checked_out(make_offer(2), 2)
    outrun(booking)

    with pytest.raises(HoldLapsed):
        services.take_payment(booking=booking, tender=Tender("cash", shift), now=LAPSED, actor="bob")

    assert payments_of(booking) == []


def test_reservation_is_paid_once(shift):
    booking = checked_out(make_offer())
    services.take_payment(booking=booking, tender=Tender("cash", shift), now=NOW, actor="bob")

    with pytest.raises(TransitionRefused):
        services.take_payment(
            booking=Booking.objects.get(pk=booking.pk), tender=Tender("cash", shift), now=NOW, actor="eve"
        )

    assert Payment.objects.count() == 1


def test_reservation_needs_a_till():
    with pytest.raises(ShiftClosed):
        services.take_payment(booking=checked_out(make_offer()), tender=Tender("cash"), now=NOW, actor="bob")

    assert not Ticket.objects.valid().exists()


def test_other_peoples_holds_are_not_sold(shift):
    offer = make_seated_offer(rows=1, seats=2)
    first, _ = seat_ids(offer)
    hold(offer, seats=[first])

    with pytest.raises(PlacesTaken):
        sell(offer, shift=shift, seats=[first])
