"""The waiting list: who joins, who is served in which order, what becomes of an offer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.errors import NothingToOffer, StillAvailable, TransitionRefused
from bookings.models import Booking, WaitlistEntry
from bookings.tests.factories import WaitlistEntryFactory
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, places_of, seat_ids, seats_of, sold, verbs_of
from bookings.tests.test_budgets import statements
from events.services import cancel_event
from reports.audit import findings
from ticketing import blocking, named_holds
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import Place
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.models import Seat

pytestmark = pytest.mark.django_db

HOURS = timedelta(hours=12)


def sold_out(capacity=4, **kwargs):
    """Make an offer of single bookings, and return it with them."""
    offer = make_offer(capacity, **kwargs)
    return offer, [sold(offer, email=f"buyer{number}@example.org") for number in range(capacity)]


def join(offer, name="Grace", quantity=1, wish=None, now=NOW, **kwargs):
    return services.join_waitlist(
        event=offer.event,
        name=name,
        email=kwargs.pop("email", f"{name.lower()}@example.org"),
        quantity=quantity,
        offer=wish,
        now=now,
        **kwargs,
    )


def give_back(*bookings, now=NOW):
    for booking in bookings:
        services.cancel(booking=booking, reason=Booking.Reason.CUSTOMER, now=now, actor="customer")


def line():
    """Say what has become of everybody who ever waited."""
    return list(WaitlistEntry.objects.order_by("pk").values_list("name", "status"))


def letters():
    tasks = DBTaskResult.objects.filter(task_path="bookings.tasks.send_waitlist_letter").order_by("enqueued_at")
    return [task.args_kwargs["args"][0] for task in tasks]


# Joining ----------------------------------------------------------------------------------------


def test_join_when_sold_out():
    offer, _ = sold_out(1)

    entry = join(offer, "Grace", 2)

    assert (entry.status, entry.quantity, entry.offer, entry.created_at) == ("waiting", 2, None, NOW)
    assert letters() == [entry.pk]


def test_join_while_there_are_tickets_is_refused():
    with pytest.raises(StillAvailable) as refusal:
        join(make_offer(2), quantity=2)

    assert refusal.value.message == "There are still tickets: you can choose them now."


def test_join_for_more_than_is_left():
    offer, _ = sold_out(2)
    OfferFactory(event=offer.event, label="Balcony", capacity=1)
    open_sales(event=offer.event, now=NOW)

    assert join(offer, quantity=2).status == "waiting"


def test_join_for_an_offer_that_is_sold_out_while_others_are_not():
    offer, _ = sold_out(1)
    balcony = OfferFactory(event=offer.event, label="Balcony", capacity=5)
    open_sales(event=offer.event, now=NOW)

    assert join(offer, wish=offer).offer == offer
    with pytest.raises(StillAvailable):
        join(offer, "Ada", wish=balcony)


@pytest.mark.parametrize("email", ["grace@example.org", "GRACE@Example.org", " grace@example.org "])
def test_joining_twice_keeps_the_place_in_the_line_and_sends_the_letter_again(email):
    offer, _ = sold_out(1)
    first = join(offer)

    assert join(offer, quantity=4, email=email) == first
    assert (WaitlistEntry.objects.get().quantity, letters()) == (1, [first.pk, first.pk])


@pytest.mark.parametrize("quantity", [0, -1, 11])
def test_join_for_what_no_booking_may_hold_is_refused(quantity):
    with pytest.raises(SelectionInvalid):
        join(sold_out(1)[0], quantity=quantity)


def test_join_for_an_offer_of_another_event_is_refused():
    with pytest.raises(SelectionInvalid):
        join(sold_out(1)[0], wish=make_offer(1))


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"published_at": None}, {"event_date": NOW}])
def test_join_what_cannot_be_booked_is_refused(change):
    offer, _ = sold_out(1)
    for name, value in change.items():
        setattr(offer.event, name, value)

    with pytest.raises(SalesClosed):
        join(offer)


# The line ---------------------------------------------------------------------------------------


def test_a_returned_place_is_held_for_the_first_in_line():
    offer, (booking, *_) = sold_out()
    grace, _ada = join(offer, "Grace"), join(offer, "Ada", now=NOW + timedelta(seconds=1))
    place = places_of(booking)

    give_back(booking)

    grace.refresh_from_db()
    assert line() == [("Grace", "offered"), ("Ada", "waiting")]
    assert (grace.offered_at, grace.expires_at) == (NOW, NOW + HOURS)
    offered = grace.booking
    assert (offered.customer_name, offered.customer_email, offered.status) == ("Grace", "grace@example.org", "pending")
    assert (offered.channel, offered.expires_at, offered.total_price) == ("web", NOW + HOURS, 40)
    assert (places_of(offered), verbs_of(offered)) == (place, ["offer"])
    assert Place.objects.get(pk=place[0]).free_from == NOW + HOURS
    assert letters()[-1] == grace.pk
    assert findings(NOW) == []


def test_the_public_cannot_have_it():
    offer, (booking, *_) = sold_out()
    join(offer)
    give_back(booking)

    with pytest.raises(PlacesTaken):
        hold(offer, now=NOW)


def test_the_offer_is_booked_like_any_hold():
    offer, (booking, *_) = sold_out()
    entry = join(offer)
    give_back(booking)
    entry.refresh_from_db()

    pay(entry.booking, now=NOW + timedelta(hours=5))

    assert line() == [("Grace", "booked")]
    assert findings(NOW) == []


def test_an_offer_not_taken_in_time_goes_to_the_next_at_once():
    offer, (booking, *_) = sold_out()
    join(offer, "Grace")
    join(offer, "Ada")
    give_back(booking)

    assert services.end_waitlist_offers(now=NOW + HOURS) == 1

    assert line() == [("Grace", "missed"), ("Ada", "offered")]
    assert WaitlistEntry.objects.get(name="Ada").expires_at == NOW + 2 * HOURS
    assert WaitlistEntry.objects.get(name="Grace").booking.cancellation_reason == "lapsed"
    assert findings(NOW + HOURS) == []


def test_the_queue_ends_the_offer_on_time():
    offer, (booking, *_) = sold_out()
    join(offer)

    give_back(booking)

    task = DBTaskResult.objects.get(task_path="bookings.tasks.end_waitlist_offers")
    assert task.run_after == NOW + HOURS


def test_an_offer_that_lives_is_not_ended():
    offer, (booking, *_) = sold_out()
    join(offer)
    give_back(booking)

    assert services.end_waitlist_offers(now=NOW + HOURS - timedelta(seconds=1)) == 0


def test_an_offer_that_is_let_go_goes_to_the_next():
    offer, (booking, *_) = sold_out()
    entry = join(offer, "Grace")
    join(offer, "Ada")
    give_back(booking)
    entry.refresh_from_db()

    services.abandon(booking=entry.booking, now=NOW)

    assert line() == [("Grace", "missed"), ("Ada", "offered")]


@pytest.mark.parametrize("is_offered", [False, True])
def test_leaving_the_list(is_offered):
    offer, (booking, *_) = sold_out()
    entry = join(offer, "Grace")
    if is_offered:
        give_back(booking)
    join(offer, "Ada")

    for _ in range(2):
        services.leave_waitlist(entry=entry, now=NOW, actor="customer")

    assert line() == [("Grace", "left"), ("Ada", "offered" if is_offered else "waiting")]
    assert findings(NOW) == []


def test_leaving_after_booking_changes_nothing():
    offer, (booking, *_) = sold_out()
    entry = join(offer)
    give_back(booking)
    entry.refresh_from_db()
    pay(entry.booking)

    services.leave_waitlist(entry=entry, now=NOW, actor="customer")

    assert line() == [("Grace", "booked")]


def test_a_party_is_passed_over_until_there_are_enough_and_keeps_its_turn():
    offer, (first, second, third, fourth) = sold_out()
    join(offer, "Family", 2)
    join(offer, "Single", 1)
    join(offer, "Other", 1)

    give_back(first)
    assert line() == [("Family", "waiting"), ("Single", "offered"), ("Other", "waiting")]

    services.cancel_tickets(booking=second, tickets=[second.tickets.get().pk], now=NOW, actor="bob")
    assert line() == [("Family", "waiting"), ("Single", "offered"), ("Other", "offered")]

    give_back(third, fourth)
    assert line() == [("Family", "offered"), ("Single", "offered"), ("Other", "offered")]
    assert findings(NOW) == []


def test_places_that_come_back_one_by_one_add_up_for_a_party():
    offer, (first, second, *_) = sold_out()
    join(offer, "Family", 2)

    give_back(first)
    assert line() == [("Family", "waiting")]
    give_back(second)

    assert line() == [("Family", "offered")]


def test_nobody_gets_what_they_do_not_want():
    offer, (booking,) = sold_out(1)
    balcony = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Balcony"), capacity=1)
    open_sales(event=offer.event, now=NOW)
    sold(balcony)
    join(offer, "Picky", wish=balcony)
    join(offer, "Easy")

    give_back(booking)

    assert line() == [("Picky", "waiting"), ("Easy", "offered")]


def test_one_cancelled_group_serves_many():
    offer = make_offer(4)
    group = sold(offer, 4)
    for name in ("A", "B", "C"):
        join(offer, name, 2 if name == "B" else 1)

    give_back(group)

    assert {status for _, status in line()} == {"offered"}
    assert len({place for entry in WaitlistEntry.objects.all() for place in places_of(entry.booking)}) == 4
    assert findings(NOW) == []


def test_a_party_gets_seats_apart_when_there_are_no_others():
    offer = make_seated_offer(rows=2, seats=4)
    seats = seat_ids(offer)
    singles = [sold(offer, seats=[seat]) for seat in seats]
    entry = join(offer, "Pair", 2)
    give_back(singles[0])
    assert line() == [("Pair", "waiting")]
    give_back(singles[5])

    entry.refresh_from_db()
    assert seats_of(entry.booking) == [seats[0], seats[5]]  # apart is better than not at all


def test_a_party_gets_the_best_seats_of_those_that_come_back_together():
    offer = make_seated_offer(rows=2, seats=4)
    seats = seat_ids(offer)
    group = sold(offer, seats=[seats[0], seats[5], seats[6]])
    others = sold(offer, seats=[seat for seat in seats if seat not in seats_of(group)])
    entry = join(offer, "Pair", 2)

    give_back(group)

    entry.refresh_from_db()
    assert seats_of(entry.booking) == seats[5:7]
    assert others.status == "confirmed"


def test_wheelchair_places_are_not_offered():
    offer = make_seated_offer(rows=1, seats=2)
    booking = sold(offer, seats=seat_ids(offer))
    Seat.objects.update(is_accessible=True)
    join(offer)

    give_back(booking)

    assert line() == [("Grace", "waiting")]


def test_the_limit_per_booking_holds():
    offer, bookings = sold_out()
    join(offer, "Family", 4)
    offer.event.max_tickets_per_booking = 3
    offer.event.save()

    give_back(*bookings)

    assert line() == [("Family", "waiting")]


# Wherever places come back ----------------------------------------------------------------------


def test_exchanged_tickets_give_places_back():
    offer, (booking, *_) = sold_out()
    other = make_offer(4)
    join(offer)

    services.exchange(
        booking=booking,
        event=other.event,
        offers=[other],
        selection=Selection({other.pk: 1}),
        now=NOW,
        actor="customer",
    )

    assert line() == [("Grace", "offered")]
    assert findings(NOW) == []


def test_unblocked_places_go_to_the_line():
    offer = make_offer(2)
    blocking.block(event=offer.event, quantities={offer.pk: 2}, reason="Camera", now=NOW, by="bob")
    join(offer)

    blocking.unblock(event=offer.event, quantities={offer.pk: 1}, now=NOW, by="bob")

    assert line() == [("Grace", "offered")]


def keep_all(offer, until):
    return named_holds.hold_for(
        event=offer.event, name="Press", kind="press", quantities={offer.pk: 2}, expires_at=until, now=NOW, by="bob"
    )


def test_a_released_hold_goes_to_the_line():
    offer = make_offer(2)
    named_hold = keep_all(offer, NOW + HOURS)
    join(offer)

    named_holds.release(named_hold=named_hold, now=NOW, by="bob")

    assert line() == [("Grace", "offered")]


def test_an_offer_that_grows_serves_the_line():
    offer, _ = sold_out(1)
    join(offer)
    offer.capacity = 2
    offer.save()

    open_sales(event=offer.event, now=NOW)

    assert line() == [("Grace", "offered")]


@pytest.mark.parametrize("what", ["hold", "named hold"])
def test_what_comes_back_by_time_alone_is_offered_by_tidying(what):
    offer, later = make_offer(2), NOW + timedelta(hours=1)
    if what == "hold":
        hold(offer, 2)
    else:
        keep_all(offer, later)
    join(offer)

    assert services.serve_lines(now=NOW) == 0
    assert services.serve_lines(now=later) == 1

    assert line() == [("Grace", "offered")]
    assert findings(later) == []


def test_nobody_overtakes_the_line_before_it_is_tidied():
    offer = make_offer(2)
    hold(offer, 2)
    join(offer, quantity=2)

    with pytest.raises(PlacesTaken):
        hold(offer, now=LAPSED)

    assert line() == [("Grace", "offered")]


def test_who_holds_something_already_does_not_overtake_either():
    offer = make_offer(3)
    hold(offer, 2)
    mine = hold(offer, 1, now=NOW + timedelta(minutes=5))
    join(offer, quantity=2)

    with pytest.raises(PlacesTaken):
        services.change(booking=mine, event=offer.event, offers=[offer], selection=Selection({offer.pk: 2}), now=LAPSED)


def test_the_box_office_may_sell_over_the_heads_of_the_line():
    offer = make_offer(2)
    hold(offer, 2)
    join(offer)

    assert hold(offer, 2, now=LAPSED, channel="box_office", actor="bob").quantity == 2


# When the event is near, or will not be -----------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "lasts"),
    [(48, 12), (20, 9), (6, 2), (3, 1), (2.9, None), (1, None)],
)
def test_an_offer_is_shorter_when_the_event_is_near(before, lasts):
    offer, (booking, *_) = sold_out(event__event_date=NOW + timedelta(hours=before))
    join(offer)

    give_back(booking)

    ends = WaitlistEntry.objects.get().expires_at
    assert ends == (NOW + timedelta(hours=lasts) if lasts else None)


def test_a_cancelled_event_closes_its_list():
    offer, (booking, *_) = sold_out()
    join(offer, "Grace")
    give_back(booking)
    join(offer, "Ada")

    cancel_event(event=offer.event, now=NOW, by="bob")
    services.cancel_bookings_of_event(event_id=offer.event_id, now=NOW)

    assert line() == [("Grace", "left"), ("Ada", "left")]
    assert findings(NOW) == []


def test_tidying_ends_the_lists_of_what_is_over(capsys):
    offer, _ = sold_out(event__event_date=NOW + timedelta(hours=5))
    join(offer)
    offer.event.event_date = NOW - timedelta(hours=1)
    offer.event.save()

    call_command("tidy")

    assert line() == [("Grace", "left")]
    assert "Waiting lists: 0 offers made, 0 ended, 1 people taken off." in capsys.readouterr().out


# By hand ------------------------------------------------------------------------------------------


def test_the_box_office_serves_somebody_out_of_turn():
    offer, _ = sold_out()
    join(offer, "Grace", 2)
    ada = join(offer, "Ada", 1)
    sold_one = Booking.objects.first()
    WaitlistEntry.objects.update(quantity=2)
    give_back(sold_one)
    WaitlistEntry.objects.update(quantity=1)

    services.offer_places_now(entry=ada, now=NOW)

    assert line() == [("Grace", "waiting"), ("Ada", "offered")]
    with pytest.raises(TransitionRefused):
        services.offer_places_now(entry=ada, now=NOW)


def test_there_may_be_nothing_to_offer():
    offer, _ = sold_out()

    with pytest.raises(NothingToOffer):
        services.offer_places_now(entry=join(offer), now=NOW)


# What it costs ------------------------------------------------------------------------------------


def test_a_cancellation_asks_once_whether_anybody_waits():
    booking = sold(make_offer())
    with statements(12):
        give_back(booking)


def test_a_long_line_that_nothing_fits_costs_no_more_than_a_short_one():
    offer, (booking, *_) = sold_out()
    WaitlistEntryFactory.create_batch(1, event=offer.event, quantity=3)
    for number in range(30):
        WaitlistEntryFactory(event=offer.event, quantity=3, email=f"p{number}@example.org")

    with statements(16):
        give_back(booking)


def test_lapsed_checkout_of_others_is_not_touched():
    offer = make_offer(2)
    booking = checked_out(offer)

    assert services.end_waitlist_offers(now=LAPSED) == 0
    booking.refresh_from_db()
    assert booking.status == "pending"
