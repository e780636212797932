"""Races on a real PostgreSQL. Nothing is oversold, nobody is told anything but the truth, nobody waits for ever.

The controls take one lock out and see the same race break.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection

from bookings import services
from bookings.models import Booking, Payment, Ticket
from bookings.tests.racing import crashes, deadlocks, race, tally
from bookings.tests.sales import (
    LAPSED,
    NOW,
    charge_for,
    checked_out,
    hold,
    outrun,
    pay,
    payments_of,
    seat_ids,
    seats_of,
    sold,
)
from events.services import cancel_event
from reports.audit import findings
from ticketing import stock
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken
from ticketing.models import Offer, Place, PromoCode
from ticketing.services import open_sales
from ticketing.stock import Claimed, Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BUYERS = 100
MUCH_LATER = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def _without_deadlocks(request, transactional_db):
    """No race may make the database break a deadlock, even though it would be repeated."""
    before = deadlocks()
    yield
    assert deadlocks() == before


def fresh(booking):
    """Read a booking anew, as each request does."""
    return Booking.objects.get(pk=booking.pk)


def state(offer, now=NOW):
    return availability(offer.event, now)[offer.pk]


# A hundred buyers -----------------------------------------------------------------------------


def fight_for_standing_places():
    offer = make_offer(30)
    outcomes = race(*[partial(checked_out, offer) for _ in range(BUYERS)])
    return offer, outcomes


def fight_for_seats():
    offer = make_seated_offer(rows=1, seats=10)
    seats = seat_ids(offer)
    outcomes = race(*[partial(checked_out, offer, seats=[seats[buyer % 10]]) for buyer in range(BUYERS)])
    return offer, outcomes


FIGHTS = pytest.mark.parametrize(("fight", "capacity"), [(fight_for_standing_places, 30), (fight_for_seats, 10)])


@FIGHTS
def test_hundred_buyers_get_exactly_what_there_is(fight, capacity):
    offer, outcomes = fight()
    held = state(offer)
    winners = [outcome for outcome in outcomes if isinstance(outcome, Booking)]

    confirmed = race(*[partial(pay, winner) for winner in winners])

    assert tally(outcomes) == {"Booking": capacity, "PlacesTaken": BUYERS - capacity}
    assert held == Availability(capacity=capacity, held=capacity)
    assert tally(confirmed) == {"Booking": capacity}
    assert state(offer) == Availability(capacity=capacity, sold=capacity)
    assert findings(NOW) == []


def read_then_write(condition, asked, claim, until):
    """Claim as one would without a second thought: read what is free, then write. No lock, no second look."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, offer_id FROM ticketing_place WHERE {condition}", asked)
        rows = [Claimed(*row) for row in cursor.fetchall()]
        cursor.execute(
            "UPDATE ticketing_place SET free_from = %s, claim = %s WHERE id = ANY(%s)",
            [until, claim, [row.place_id for row in rows]],
        )
    return rows


def first_free_without_lock(wanted, besides, claim, now, until, *, patient):
    ((offer_id, count),) = wanted.items()
    condition = "id IN (SELECT id FROM ticketing_place WHERE offer_id = %s AND free_from <= %s ORDER BY id LIMIT %s)"
    return read_then_write(condition, [offer_id, now, count], claim, until)


def seats_without_lock(event_id, seats, claim, now, until):
    condition = "event_id = %s AND seat_id = ANY(%s) AND free_from <= %s"
    rows = read_then_write(condition, [event_id, list(seats), now], claim, until)
    if len(rows) < len(seats):
        raise PlacesTaken("Somebody was faster.")
    return rows


@pytest.fixture
def lock_taken_out(monkeypatch):
    monkeypatch.setattr(stock, "_claim_first_free", first_free_without_lock)
    monkeypatch.setattr(stock, "_claim_seats", seats_without_lock)


@FIGHTS
def test_control_without_the_lock_more_is_promised_than_there_is(fight, capacity, lock_taken_out):
    offer, outcomes = fight()

    assert tally(outcomes)["Booking"] > Place.objects.held(NOW).count()
    assert "ticket_held" in {finding.check for finding in findings(NOW)}
    assert state(offer).capacity == capacity


@FIGHTS
def test_control_without_lock_and_keep_the_schema_refuses_the_second_ticket(
    fight, capacity, lock_taken_out, monkeypatch
):
    monkeypatch.setattr(stock, "keep", lambda claim, quantity: None)
    _, outcomes = fight()
    promised = [outcome for outcome in outcomes if isinstance(outcome, Booking)]

    confirmed = race(*[partial(pay, booking) for booking in promised])

    places = list(Ticket.objects.valid().values_list("place", flat=True))
    assert len(set(places)) == len(places) <= capacity
    assert tally(confirmed) == {"Booking": len(places), "HoldLapsed": len(promised) - len(places)}
    assert Payment.objects.filter(kind="refund").count() == len(promised) - len(places)


def customer(offers, seed):
    """Make a customer who holds, dawdles, changes, pays late, lets go or cancels, as chance will have it."""
    chance = random.Random(seed)

    def selection(offer):
        if offer.sections.exists() and chance.random() < 0.8:
            return {"seats": chance.sample(seat_ids(offer), chance.randint(1, 2))}
        return {"quantity": chance.randint(1, 3)}

    def shop():
        offer = chance.choice(offers)
        then = NOW + chance.choice([0, 0, 11, 22]) * timedelta(minutes=1)
        booking = checked_out(offer, **selection(offer), now=then)
        later = then + chance.choice([0, 9, 11, 30]) * timedelta(minutes=1)
        end = chance.choice(
            ["pay", "pay", "pay and cancel", "pay and exchange", "abandon", "change", "revive", "lapse"]
        )
        if end == "change":
            choice = selection(offer)
            chosen = (
                Selection(seats=tuple(choice["seats"]))
                if "seats" in choice
                else Selection({offer.pk: choice["quantity"]})
            )
            services.change(booking=booking, event=offer.event, offers=[offer], selection=chosen, now=later)
        if end == "revive":
            services.revive(booking=booking, now=later)
        if end == "abandon":
            services.abandon(booking=booking, now=later)
        if "pay" in end:
            booking = pay(booking, now=later)
        if "cancel" in end:
            services.cancel_as_customer(booking=booking, now=later)
        if "exchange" in end:
            services.exchange(
                booking=booking, offers=[offer], selection=Selection({offer.pk: booking.quantity}), now=later
            )
        return booking

    return shop


def test_hundred_customers_who_cancel_lapse_change_and_come_late_leave_the_house_in_order():
    seated = make_seated_offer(rows=1, seats=10)
    floor = OfferFactory(event=seated.event, ticket_type=TicketTypeFactory(name="Floor"), capacity=30)
    open_sales(event=seated.event, now=NOW - timedelta(days=1))
    offers = list(Offer.objects.select_related("event", "ticket_type").order_by("pk"))

    storm = race(*[customer(offers, seed) for seed in range(BUYERS)])
    after_the_storm = findings(MUCH_LATER)
    left = {offer.pk: state(offer, MUCH_LATER).free for offer in offers}
    rush = race(*[partial(sold, offers[buyer % 2], now=MUCH_LATER) for buyer in range(BUYERS)])

    assert crashes(storm) == []
    assert after_the_storm == []
    assert tally(rush) == Counter({"Booking": sum(left.values()), "PlacesTaken": BUYERS - sum(left.values())})
    assert state(seated, MUCH_LATER) == Availability(capacity=10, sold=10)
    assert state(floor, MUCH_LATER) == Availability(capacity=30, sold=30)
    assert findings(MUCH_LATER) == []


def test_buyers_of_several_tickets_get_all_of_them_or_hear_what_is_left():
    offer = make_offer(30)

    outcomes = race(*[partial(sold, offer, 4) for _ in range(40)])

    assert tally(outcomes) == {"Booking": 7, "PlacesTaken": 33}
    assert state(offer) == Availability(capacity=30, sold=28, free=2)
    assert findings(NOW) == []


def test_buyers_of_two_offers_do_not_wait_for_each_other():
    offer = make_offer(12)
    economy = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"), capacity=12)
    open_sales(event=offer.event, now=NOW - timedelta(days=1))
    offers = list(offer.event.offers.select_related("ticket_type"))

    def both():
        return services.hold(
            event=offer.event, offers=offers, selection=Selection({offer.pk: 1, economy.pk: 1}), now=NOW
        )

    outcomes = race(*[both for _ in range(60)])

    assert tally(outcomes) == {"Booking": 12, "PlacesTaken": 48}
    assert (state(offer), state(economy)) == (Availability(capacity=12, held=12), Availability(capacity=12, held=12))


# Twice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [2, 30])
def test_ten_clicks_make_one_booking(capacity):
    offer, intention = make_offer(capacity), uuid4()

    outcomes = race(*[partial(hold, offer, 2, claim=intention) for _ in range(10)])

    assert [outcome.pk for outcome in outcomes] == [outcomes[0].pk] * 10
    assert state(offer) == Availability(capacity=capacity, held=2, free=capacity - 2)
    assert findings(NOW) == []


def test_ten_clicks_on_seats_make_one_booking():
    offer, intention = make_seated_offer(rows=1, seats=3), uuid4()
    seats = seat_ids(offer)[:2]

    outcomes = race(*[partial(hold, offer, seats=seats, claim=intention) for _ in range(10)])

    assert [outcome.pk for outcome in outcomes] == [outcomes[0].pk] * 10
    assert findings(NOW) == []


def test_same_charge_ten_times_is_one_payment():
    booking = checked_out(make_offer(), 2)
    charge = charge_for(booking)
    webhooks = [partial(services.confirm, booking=fresh(booking), now=NOW, charge=charge) for _ in range(10)]

    outcomes = race(*webhooks)

    assert tally(outcomes) == {"Booking": 10}
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert booking.activities.filter(verb="confirm").count() == 1
    assert findings(NOW) == []


def test_same_late_charge_ten_times_is_one_payment():
    """Late, and its places are gone: each of the ten looks for others."""
    offer = make_offer(4)
    booking = checked_out(offer, 2)
    outrun(booking)
    charge = charge_for(booking)
    webhooks = [partial(services.confirm, booking=fresh(booking), now=LAPSED, charge=charge) for _ in range(10)]

    outcomes = race(*webhooks)

    assert tally(outcomes) == {"Booking": 10}
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assert findings(LAPSED) == []


def test_ten_charges_for_one_booking_are_one_sale_and_nine_refunds():
    booking = checked_out(make_offer(), 2)

    outcomes = race(*[partial(pay, fresh(booking), reference=f"ch_{n}") for n in range(10)])

    assert tally(outcomes) == {"Booking": 1, "TransitionRefused": 9}
    assert Counter(kind for kind, _, _ in payments_of(booking)) == {"charge": 10, "refund": 9}
    assert booking.activities.filter(verb="confirm").count() == 1
    assert findings(NOW) == []


def test_ten_cancellations_are_one_refund():
    booking = sold(make_offer(), 2)

    race(*[partial(services.cancel, booking=fresh(booking), reason="staff", now=NOW, actor="grace") for _ in range(10)])

    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]
    assert findings(NOW) == []


def test_refund_that_two_workers_carry_out_is_answered_once():
    booking = services.cancel(booking=sold(make_offer(), 2), reason="staff", now=NOW, actor="grace")
    refund = booking.payments.get(kind="refund")

    race(*[partial(services.carry_out_refund, refund=refund, now=NOW) for _ in range(5)])

    assert [status for kind, status, _ in payments_of(booking) if kind == "refund"] == ["pending", "succeeded"]
    assert findings(NOW) == []


# Promo codes ----------------------------------------------------------------------------------


def test_forty_customers_share_a_promo_code_for_five():
    offer, promo = make_offer(40), PromoCodeFactory(max_uses=5)
    bookings = [checked_out(offer) for _ in range(40)]

    outcomes = race(
        *[partial(services.apply_promo_code, booking=booking, code=promo.code, now=NOW) for booking in bookings]
    )
    race(*[partial(pay, outcome) for outcome in outcomes if isinstance(outcome, Booking)])

    assert tally(outcomes) == {"Booking": 5, "PromoCodeRefused": 35}
    assert PromoCode.objects.get().uses == 5
    assert findings(NOW) == []


def test_promo_code_that_is_cut_down_while_it_is_paid_with_is_not_used_too_often():
    offer, promo = make_offer(20), PromoCodeFactory()
    bookings = [services.apply_promo_code(booking=checked_out(offer), code=promo.code, now=NOW) for _ in range(20)]
    PromoCode.objects.update(max_uses=5)

    outcomes = race(*[partial(pay, fresh(booking)) for booking in bookings])

    assert tally(outcomes) == {"Booking": 5, "PromoCodeRefused": 15}
    assert PromoCode.objects.get().uses == 5
    assert Payment.objects.filter(kind="refund").count() == 15
    assert findings(NOW) == []


# One against the other ------------------------------------------------------------------------


def test_cancel_against_confirm_ends_in_one_or_the_other():
    offer = make_offer(40)
    bookings = [checked_out(offer) for _ in range(20)]

    outcomes = race(
        *[partial(pay, fresh(booking)) for booking in bookings],
        *[partial(services.cancel, booking=booking, reason="staff", now=NOW, actor="grace") for booking in bookings],
    )

    assert crashes(outcomes) == []
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    assert state(offer) == Availability(capacity=40, free=40)
    assert findings(NOW) == []


def test_tidying_against_late_payments_loses_neither_money_nor_tickets():
    offer = make_offer(20)
    bookings = [checked_out(offer) for _ in range(20)]

    outcomes = race(
        *[partial(pay, fresh(booking), now=MUCH_LATER) for booking in bookings],
        *[partial(services.cancel_lapsed, now=MUCH_LATER) for _ in range(3)],
    )

    confirmed = Booking.objects.filter(status="confirmed").count()
    assert crashes(outcomes) == []
    assert tally(outcomes[:20])["Booking"] == confirmed
    assert Payment.objects.filter(kind="refund").count() == 20 - confirmed
    assert findings(MUCH_LATER) == []


def test_change_against_confirm_sells_what_is_paid():
    offer = make_offer(40)
    bookings = [checked_out(offer, 2) for _ in range(10)]
    selection = Selection({offer.pk: 1})

    outcomes = race(
        *[partial(pay, fresh(booking)) for booking in bookings],
        *[
            partial(services.change, booking=booking, event=offer.event, offers=[offer], selection=selection, now=NOW)
            for booking in bookings
        ],
    )

    assert crashes(outcomes) == []
    assert findings(NOW) == []


def exchange(booking, offer, places, now=NOW):
    return services.exchange(booking=booking, offers=[offer], selection=Selection(seats=tuple(places)), now=now)


def test_swapping_seats_by_exchange_ends_for_both():
    offer = make_seated_offer(rows=1, seats=2)
    first, second = seat_ids(offer)
    pairs = [sold(offer, seats=[first]), sold(offer, seats=[second])]

    outcomes = race(
        *[partial(exchange, fresh(pairs[0]), offer, [second]) for _ in range(5)],
        *[partial(exchange, fresh(pairs[1]), offer, [first]) for _ in range(5)],
    )

    assert tally(outcomes) == {"PlacesTaken": 10}
    assert [seats_of(booking) for booking in pairs] == [[first], [second]]
    assert findings(NOW) == []


def test_exchanges_and_buyers_fight_for_the_same_seats():
    offer = make_seated_offer(rows=2, seats=10)
    seats = seat_ids(offer)
    owners = [sold(offer, seats=[seat]) for seat in seats[:10]]

    outcomes = race(
        *[partial(exchange, fresh(owner), offer, [seats[10 + n % 5]]) for n, owner in enumerate(owners)],
        *[partial(sold, offer, seats=seats[10 + n % 5 : 12 + n % 5]) for n in range(30)],
    )

    assert crashes(outcomes) == []
    assert findings(NOW) == []


def test_customers_who_swap_lapsed_seats_do_not_wait_for_each_other():
    offer = make_seated_offer(rows=4, seats=10)
    seats = seat_ids(offer)
    bookings = [checked_out(offer, seats=[seat]) for seat in seats]
    wishes = [seats[n ^ 1] for n in range(len(seats))]

    outcomes = race(
        *[
            partial(
                services.change,
                booking=booking,
                event=offer.event,
                offers=[offer],
                selection=Selection(seats=(wish,)),
                now=LAPSED,
            )
            for booking, wish in zip(bookings, wishes, strict=True)
        ]
    )

    assert crashes(outcomes) == []
    assert state(offer, LAPSED).held == tally(outcomes)["Booking"]
    assert findings(LAPSED) == []


def test_lapsed_customers_who_come_back_at_once_share_what_is_left():
    offer = make_offer(20)
    bookings = [checked_out(offer, 2) for _ in range(10)]
    outrun(*bookings[:8])

    outcomes = race(*[partial(services.revive, booking=booking, now=LAPSED) for booking in bookings])

    assert crashes(outcomes) == []
    assert tally(outcomes)["Booking"] * 2 == state(offer, LAPSED).held
    assert findings(LAPSED) == []


def test_event_that_is_cancelled_while_tickets_are_bought_leaves_nobody_behind():
    offer = make_offer(30)
    bookings = [checked_out(offer) for _ in range(20)]

    outcomes = race(
        *[partial(pay, fresh(booking)) for booking in bookings],
        *[partial(sold, offer) for _ in range(10)],
        partial(cancel_event, event=offer.event, now=NOW, by="grace"),
    )
    services.cancel_bookings_of_event(event_id=offer.event.pk, now=NOW)
    services.cancel_bookings_of_cancelled_events(now=NOW)

    assert crashes(outcomes) == []
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    assert sum(Payment.objects.filter(kind="charge").values_list("amount", flat=True)) == sum(
        Payment.objects.filter(kind="refund").values_list("amount", flat=True)
    )
    assert findings(NOW) == []


def test_sales_that_are_opened_again_while_places_are_bought_stay_in_order():
    offer = make_offer(40, event__venue__capacity=100)
    Offer.objects.update(capacity=10, price=Decimal("40.00"))

    outcomes = race(
        *[partial(sold, offer) for _ in range(30)],
        *[partial(open_sales, event=offer.event, now=NOW) for _ in range(3)],
        *[partial(sold, offer) for _ in range(30)],
    )
    Offer.objects.update(capacity=max(10, state(offer).sold))
    open_sales(event=offer.event, now=NOW)

    assert crashes(outcomes) == []
    assert findings(NOW) == []
