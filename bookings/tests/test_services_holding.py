"""Hold, change, extend, revive, abandon."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from bookings import services
from bookings.errors import HoldLapsed, TransitionRefused
from bookings.models import Booking, Ticket
from bookings.tests.sales import (
    LAPSED,
    NOW,
    checked_out,
    hold,
    outrun,
    pay,
    places_of,
    seat_ids,
    seats_of,
    sold,
    verbs_of,
)
from events.models import Event
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import FOREVER, Offer, Place
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def left(offer, now=NOW):
    return availability(offer.event, now)[offer.pk].free


def change(booking, offer, quantity=1, *, seats=(), now=NOW):
    return services.change(
        booking=booking,
        event=offer.event,
        offers=list(offer.event.offers.all()),
        selection=Selection(seats=tuple(seats)) if seats else Selection({offer.pk: quantity}),
        now=now,
    )


# Hold -----------------------------------------------------------------------------------------


def test_hold_makes_a_pending_booking_with_held_tickets():
    offer = make_offer(5)

    booking = hold(offer, 2)

    booking.refresh_from_db()
    assert (booking.status, booking.quantity, booking.total_price) == ("pending", 2, Decimal("80.00"))
    assert (booking.booking_date, booking.expires_at) == (NOW, NOW + timedelta(minutes=10))
    assert list(booking.tickets.values_list("status", "price", "discount")) == [("held", 40, 0), ("held", 40, 0)]
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=5, held=2, free=3)
    assert verbs_of(booking) == ["hold"]


def test_hold_lasts_as_long_as_the_setting_says(settings):
    settings.HOLD_MINUTES = 3

    booking = hold(make_offer())

    assert booking.expires_at == NOW + timedelta(minutes=3)


def test_hold_mixes_ticket_types_and_seats():
    seated = make_seated_offer(rows=1, seats=2, price=Decimal("55.50"))
    floor = OfferFactory(
        event=seated.event, ticket_type=TicketTypeFactory(name="Floor"), price=Decimal("20.25"), capacity=5
    )
    open_sales(event=seated.event, now=NOW)

    booking = services.hold(
        event=seated.event, offers=[seated, floor], selection=Selection({floor.pk: 2}, (seat_ids(seated)[0],)), now=NOW
    )

    assert (booking.quantity, booking.total_price) == (3, Decimal("96.00"))


def test_hold_of_free_tickets_costs_nothing():
    booking = hold(make_offer(price=Decimal(0)), 2)

    assert booking.total_price == Decimal("0.00")


def test_hold_that_is_refused_leaves_nothing_behind():
    offer = make_offer(3)

    with pytest.raises(PlacesTaken):
        hold(offer, 4)

    assert left(offer) == 3
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("quantity", [1, 10])
def test_hold_takes_few_statements(quantity, django_assert_num_queries):
    offer = make_offer(20)
    offers = list(offer.event.offers.select_related("ticket_type"))
    selection = Selection({offer.pk: quantity})

    with django_assert_num_queries(7):
        services.hold(event=offer.event, offers=offers, selection=selection, now=NOW)


def test_hold_finds_another_code_when_one_is_taken(monkeypatch):
    offer = make_offer()
    codes = iter(["BK-20261122-AAAAAA", "BK-20261122-AAAAAA", "BK-20261122-CCCCCC"])
    monkeypatch.setattr("bookings.services.holding.make_booking_code", lambda now: next(codes))

    first, second = hold(offer), hold(offer)

    assert [first.booking_code, second.booking_code] == ["BK-20261122-AAAAAA", "BK-20261122-CCCCCC"]
    assert left(offer) == 18


def test_hold_gives_up_when_every_code_is_taken(monkeypatch):
    offer = make_offer()
    monkeypatch.setattr("bookings.services.holding.make_booking_code", lambda now: "BK-20261122-AAAAAA")
    hold(offer)

    with pytest.raises(RuntimeError):
        hold(offer)

    assert left(offer) == 19


# The second click -----------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [4, 2])
def test_second_click_returns_the_same_booking(capacity):
    offer, intention = make_offer(capacity), uuid4()
    first = hold(offer, 2, claim=intention)

    second = hold(offer, 2, claim=intention)

    assert second == first
    assert left(offer) == capacity - 2
    assert verbs_of(first) == ["hold"]


def test_second_click_on_seats_is_not_told_that_somebody_was_faster():
    offer, intention = make_seated_offer(), uuid4()
    seats = seat_ids(offer)[:2]
    first = hold(offer, seats=seats, claim=intention)

    second = hold(offer, seats=reversed(seats), claim=intention)

    assert second == first
    assert verbs_of(first) == ["hold"]


def test_second_click_by_number_on_chosen_seats_returns_the_same_booking():
    offer, intention = make_seated_offer(), uuid4()
    first = hold(offer, seats=seat_ids(offer)[:2], claim=intention)

    second = hold(offer, 2, claim=intention)

    assert second == first
    assert verbs_of(first) == ["hold"]


def test_same_intention_with_another_selection_changes_the_booking():
    offer, intention = make_offer(5), uuid4()
    first = hold(offer, 2, claim=intention)

    second = hold(offer, 5, claim=intention)

    assert second == first
    assert (second.quantity, left(offer)) == (5, 0)
    assert verbs_of(first) == ["hold", "change"]


def test_same_intention_with_more_beside_the_same_seats_changes_the_booking():
    offer, intention = make_seated_offer(rows=1, seats=4), uuid4()
    seats = tuple(seat_ids(offer)[:2])
    hold(offer, seats=seats, claim=intention)

    second = services.hold(
        event=offer.event, offers=[offer], selection=Selection({offer.pk: 1}, seats), now=NOW, claim=intention
    )

    assert second.quantity == 3


def test_same_intention_uses_a_lapsed_hold_again():
    offer, intention = make_offer(5), uuid4()
    first = hold(offer, 2, claim=intention)

    second = hold(offer, 2, claim=intention, now=LAPSED)

    assert second == first
    assert second.expires_at == LAPSED + timedelta(minutes=10)
    assert left(offer, LAPSED) == 3


def test_same_intention_after_paying_makes_one_more_booking():
    offer, intention = make_offer(5), uuid4()
    first = pay(checked_out(offer, 2, claim=intention))

    second, third = hold(offer, 2, claim=intention), hold(offer, 2, claim=intention)

    assert second != first
    assert third == second
    assert left(offer) == 1


def test_same_intention_at_another_event_leaves_the_booking_alone():
    offer, other, intention = make_offer(5), make_offer(5), uuid4()
    first = hold(offer, 2, claim=intention)

    second = hold(other, 1, claim=intention)

    assert (second.event, second.quantity) == (other.event, 1)
    assert (left(offer), left(other)) == (3, 4)
    assert verbs_of(first) == ["hold"]


# Change ---------------------------------------------------------------------------------------


def test_change_holds_other_places_for_the_rest_of_the_time():
    offer = make_offer(5)
    booking = hold(offer, 2)

    changed = change(booking, offer, 5, now=NOW + timedelta(minutes=4))

    assert (changed.quantity, changed.total_price) == (5, Decimal("200.00"))
    assert changed.expires_at == NOW + timedelta(minutes=10)
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=5, held=5)
    assert verbs_of(booking) == ["hold", "change"]


def test_change_counts_ones_own_seats_as_free():
    offer = make_seated_offer(rows=1, seats=3)
    first, second, third = seat_ids(offer)
    booking = hold(offer, seats=[first, second])

    change(booking, offer, seats=[second, third])

    assert seats_of(booking) == [second, third]
    assert left(offer) == 1


def test_change_that_is_refused_keeps_what_was_held():
    offer = make_offer(5)
    booking = hold(offer, 2)
    hold(offer, 2)

    with pytest.raises(PlacesTaken) as refusal:
        change(booking, offer, 4)

    booking.refresh_from_db()
    assert refusal.value.left == {offer.pk: 3}
    assert (booking.quantity, booking.tickets.count()) == (2, 2)
    assert availability(offer.event, NOW)[offer.pk] == Availability(capacity=5, held=4, free=1)


def test_change_costs_todays_prices_less_the_promo_code():
    offer = make_offer(5)
    booking = services.apply_promo_code(booking=hold(offer, 2), code=PromoCodeFactory(percent=10).code, now=NOW)
    Offer.objects.filter(pk=offer.pk).update(price=Decimal("50.00"))

    changed = change(booking, offer, 3)

    assert (changed.discount, changed.total_price) == (Decimal("15.00"), Decimal("135.00"))


def test_change_starts_a_lapsed_hold_anew():
    offer = make_offer(5)
    booking = hold(offer, 2)

    changed = change(booking, offer, 3, now=LAPSED)

    assert changed.expires_at == LAPSED + timedelta(minutes=10)
    assert left(offer, LAPSED) == 2


def test_change_of_a_lapsed_hold_loses_a_promo_code_that_somebody_else_uses():
    offer, code = make_offer(5), PromoCodeFactory(max_uses=1).code
    booking = services.apply_promo_code(booking=hold(offer, 2), code=code, now=NOW)
    services.apply_promo_code(booking=hold(offer, now=LAPSED), code=code, now=LAPSED)

    changed = change(booking, offer, 3, now=LAPSED)

    assert (changed.promo_code, changed.discount, changed.total_price) == (None, 0, Decimal("120.00"))
    assert verbs_of(changed)[-1] == "promo code removed"


def test_change_is_refused_for_another_event():
    booking, other = hold(make_offer()), make_offer()

    with pytest.raises(SelectionInvalid) as refusal:
        change(booking, other)

    assert refusal.value.message == "This booking is for another event."


@pytest.mark.parametrize("verb", ["change", "extend", "revive", "abandon"])
@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_what_is_not_pending_is_held_no_more(verb, status):
    offer = make_offer()
    booking = sold(offer)
    if status == "cancelled":
        booking = services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")
    call = {
        "change": lambda: change(booking, offer),
        "extend": lambda: services.extend(booking=booking, now=NOW),
        "revive": lambda: services.revive(booking=booking, now=NOW),
        "abandon": lambda: services.abandon(booking=booking, now=NOW),
    }[verb]

    with pytest.raises(TransitionRefused) as refusal:
        call()

    assert refusal.value.message == f"This booking is already {status}."


# Extend ---------------------------------------------------------------------------------------


def test_extend_adds_as_much_time_again():
    offer = make_offer(2)
    booking = hold(offer, 2)
    later = NOW + timedelta(minutes=4)

    extended = services.extend(booking=booking, now=later)

    assert (extended.expires_at, extended.extended_at) == (NOW + timedelta(minutes=20), later)
    assert left(offer, LAPSED) == 0


def test_extend_works_once():
    booking = hold(make_offer())
    services.extend(booking=booking, now=NOW)

    with pytest.raises(TransitionRefused) as refusal:
        services.extend(booking=booking, now=NOW)

    assert refusal.value.message == "The time can be extended only once. Please finish your booking."


def test_extend_comes_too_late():
    booking = hold(make_offer())

    with pytest.raises(HoldLapsed) as refusal:
        services.extend(booking=booking, now=LAPSED)

    assert refusal.value.message == "Your time had run out before it could be extended."


# Revive ---------------------------------------------------------------------------------------


def test_revive_leaves_a_live_hold_as_it_is():
    booking = hold(make_offer())

    revived = services.revive(booking=booking, now=NOW)

    assert revived.expires_at == booking.expires_at
    assert verbs_of(booking) == ["hold"]


def test_revive_holds_the_same_places_again():
    offer = make_seated_offer()
    booking = hold(offer, seats=seat_ids(offer)[:2])

    revived = services.revive(booking=booking, now=LAPSED)

    assert revived.expires_at == LAPSED + timedelta(minutes=10)
    assert seats_of(revived) == seat_ids(offer)[:2]
    assert left(offer, LAPSED) == offer.capacity - 2


def test_revive_takes_equal_standing_places_at_the_price_as_it_was():
    offer = make_offer(4)
    booking = hold(offer, 2)
    others = outrun(booking)
    Offer.objects.filter(pk=offer.pk).update(price=Decimal("99.00"))

    revived = services.revive(booking=booking, now=LAPSED)

    assert (revived.quantity, revived.total_price) == (2, Decimal("80.00"))
    assert set(places_of(revived)) & set(places_of(others)) == set()
    assert left(offer, LAPSED) == 1


def test_revive_gets_seats_back_that_somebody_had_and_let_go():
    offer = make_seated_offer()
    seat = seat_ids(offer)[0]
    booking = hold(offer, seats=[seat])
    services.abandon(booking=hold(offer, seats=[seat], now=LAPSED), now=LAPSED)

    revived = services.revive(booking=booking, now=LAPSED)

    assert seats_of(revived) == [seat]
    assert Place.objects.get(seat=seat).claim == booking.claim


def test_revive_does_not_replace_a_seat_by_another():
    offer = make_seated_offer()
    seat = seat_ids(offer)[0]
    booking = hold(offer, seats=[seat])
    hold(offer, seats=[seat], now=LAPSED)

    with pytest.raises(HoldLapsed) as refusal:
        services.revive(booking=booking, now=LAPSED)

    assert refusal.value.message == (
        "Your time had run out. Somebody was faster: Stalls, row A, seat 1 has just been taken."
    )


def test_revive_says_when_all_is_sold_out():
    offer = make_offer(2)
    booking = hold(offer, 2)
    outrun(booking)

    with pytest.raises(HoldLapsed) as refusal:
        services.revive(booking=booking, now=LAPSED)

    assert refusal.value.message == (
        "Your time had run out. Sorry, there are not enough tickets. Standard: only 1 left."
    )


@pytest.mark.parametrize(
    ("event", "offer"), [({"status": "cancelled"}, {}), ({"event_date": NOW}, {}), ({}, {"off_sale_at": NOW})]
)
def test_revive_is_refused_once_sales_are_closed(event, offer):
    made = make_offer()
    booking = hold(made)
    Event.objects.filter(pk=made.event.pk).update(**event)
    Offer.objects.filter(pk=made.pk).update(**offer)

    with pytest.raises(SalesClosed):
        services.revive(booking=booking, now=LAPSED)


def test_revive_with_other_places_obeys_a_limit_that_was_lowered():
    offer = make_offer(5)
    booking = hold(offer, 2)
    Place.objects.filter(pk=places_of(booking)[0]).update(free_from=FOREVER, claim=None)
    Event.objects.filter(pk=offer.event.pk).update(max_tickets_per_booking=1)

    with pytest.raises(SelectionInvalid) as refusal:
        services.revive(booking=booking, now=LAPSED)

    assert refusal.value.message == "You can book at most 1 ticket at a time."


def test_revive_loses_a_promo_code_that_somebody_else_uses():
    offer, code = make_offer(5), PromoCodeFactory(max_uses=1).code
    booking = services.apply_promo_code(booking=hold(offer), code=code, now=NOW)
    other = services.apply_promo_code(booking=hold(offer, now=LAPSED), code=code, now=LAPSED)

    revived = services.revive(booking=booking, now=LAPSED)

    assert (revived.promo_code, revived.total_price) == (None, Decimal("40.00"))
    assert other.total_price == Decimal("36.00")


# Abandon --------------------------------------------------------------------------------------


def test_abandon_lets_the_places_go_at_once():
    offer = make_offer(2)
    booking = hold(offer, 2)

    services.abandon(booking=booking, now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason, booking.cancelled_at) == ("cancelled", "abandoned", NOW)
    assert list(booking.tickets.values_list("status", flat=True)) == [Ticket.Status.VOID, Ticket.Status.VOID]
    assert left(offer) == 2
