"""The rules of the specification, each with a test that breaks it.

One heading per line of SPEC.md, "Rules (S)".
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError

from bookings import services
from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from bookings.tests.sales import NOW, checked_out, hold, pay, payments_of, sold
from events.errors import DateRefused
from events.services import reschedule
from events.tests.factories import EventFactory
from ticketing.errors import PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import Offer
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


# total = quantity × price; capacity is checked; overbooking is refused and told what is left ------


@pytest.mark.parametrize("price", ["0.00", "0.01", "33.33", "99999.99"])
@pytest.mark.parametrize("quantity", [1, 2, 10])
def test_total_is_quantity_times_price(quantity, price):
    booking = hold(make_offer(price=Decimal(price)), quantity)

    assert booking.total_price == quantity * Decimal(price)


def test_total_is_what_its_tickets_cost_less_the_discount():
    booking = services.apply_promo_code(
        booking=hold(make_offer(price=Decimal("33.33")), 3), code=PromoCodeFactory(percent=10).code, now=NOW
    )

    assert booking.total_price == 3 * Decimal("33.33") - Decimal("10.00")


def test_capacity_counts_what_is_booked_at_the_event():
    offer = make_offer(10)
    sold(offer, 4)
    hold(offer, 3)

    with pytest.raises(PlacesTaken) as refusal:
        hold(offer, 4)

    assert refusal.value.message == "Sorry, there are not enough tickets. Standard: only 3 left."


def test_capacity_is_free_again_when_bookings_are_cancelled():
    offer = make_offer(4)
    services.cancel(booking=sold(offer, 4), reason="staff", now=NOW, actor="grace")

    assert hold(offer, 4).quantity == 4


def test_capacity_of_the_venue_is_never_exceeded():
    offer = OfferFactory(capacity=60, event__venue=VenueFactory(name="Cellar", capacity=100))
    OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"), capacity=50)

    with pytest.raises(SelectionInvalid) as refusal:
        open_sales(event=offer.event, now=NOW)

    assert refusal.value.message == "The offers add up to 110 places, but Cellar holds 100."
    with pytest.raises(PlacesTaken):
        hold(offer, 1)


def test_overbooking_by_one_is_refused():
    offer = make_offer(10)
    sold(offer, 10)

    with pytest.raises(PlacesTaken) as refusal:
        hold(offer, 1)

    assert refusal.value.message == "Sorry, there are not enough tickets. Standard is sold out."
    assert Booking.objects.count() == 1


# No booking on past, cancelled, completed or unpublished events ---------------------------------

CLOSED = [{"event_date": NOW}, {"status": "cancelled"}, {"status": "completed"}, {"published_at": None}]


@pytest.mark.parametrize("event", CLOSED)
def test_closed_events_cannot_be_held(event):
    offer = make_offer()
    type(offer.event).objects.filter(pk=offer.event.pk).update(**event)
    offer.event.refresh_from_db()

    with pytest.raises(SalesClosed):
        hold(offer)


@pytest.mark.parametrize("event", CLOSED)
def test_closed_events_cannot_be_confirmed(event):
    booking = checked_out(make_offer())
    type(booking.event).objects.filter(pk=booking.event_id).update(**event)

    with pytest.raises(SalesClosed):
        pay(booking)

    assert payments_of(booking) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]


# event_date in the future when created; e-mail format; status values; price and capacity positive --


def test_event_cannot_be_moved_into_the_past():
    with pytest.raises(DateRefused):
        reschedule(event=EventFactory(), event_date=NOW, now=NOW, by="grace")


@pytest.mark.parametrize("email", ["ada", "ada@", "@example.org", "ada@example", "ada example@example.org", "a@b..org"])
def test_email_must_look_like_one(email):
    with pytest.raises(ValidationError) as refusal:
        BookingFactory.build(customer_email=email).full_clean(exclude=["event"])

    assert list(refusal.value.message_dict) == ["customer_email"]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: BookingFactory.build(status="lost"), "status"),
        (lambda: EventFactory.build(status="postponed"), "status"),
        (lambda: OfferFactory.build(capacity=0), "capacity"),
        (lambda: OfferFactory.build(price=Decimal("-0.01")), "price"),
        (lambda: TicketTypeFactory.build(price=Decimal("0.00")), "price"),
        (lambda: VenueFactory.build(capacity=0), "capacity"),
        (lambda: VenueFactory.build(capacity=-1), "capacity"),
        (lambda: VenueFactory.build(time_zone="Mars/Olympus"), "time_zone"),
    ],
)
def test_values_are_checked_beside_their_fields(make, field):
    row = make()

    with pytest.raises(ValidationError) as refusal:
        row.clean_fields(exclude=["event", "venue", "category", "ticket_type"])

    assert list(refusal.value.message_dict) == [field]


# Duplicate bookings noticed --------------------------------------------------------------------


def test_duplicate_is_noticed_and_named():
    offer = make_offer()
    first = sold(offer, 2)

    assert services.find_twin(checked_out(offer, 2), NOW) == first


# Database trouble gives a clear answer and loses nothing ------------------------------------------


@pytest.mark.parametrize("step", ["price_up", "record", "Ticket.objects.bulk_create"])
def test_trouble_while_holding_loses_nothing(monkeypatch, step):
    offer = make_offer(5)
    monkeypatch.setattr(f"bookings.services.holding.{step}", fail)

    with pytest.raises(DatabaseError):
        hold(offer, 2)

    monkeypatch.undo()
    assert Booking.objects.count() == 0
    assert hold(offer, 5).quantity == 5


@pytest.mark.parametrize("step", ["stock.keep", "record_charge", "record", "tasks.send_confirmation.enqueue"])
def test_trouble_while_confirming_leaves_the_booking_to_be_confirmed_again(monkeypatch, step):
    booking = checked_out(make_offer(5), 2)
    with monkeypatch.context() as patch:
        if step == "tasks.send_confirmation.enqueue":
            patch.setattr("django_tasks_db.models.DBTaskResult.objects.create", fail)
        else:
            patch.setattr(f"bookings.services.confirming.{step}", fail)
        with pytest.raises(DatabaseError):
            pay(booking, reference="ch_1")

    confirmed = pay(Booking.objects.get(pk=booking.pk), reference="ch_1")

    assert confirmed.status == "confirmed"
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]


@pytest.mark.parametrize("step", ["stock.release", "refund_surplus", "record"])
def test_trouble_while_cancelling_leaves_the_booking_as_it_was(monkeypatch, step):
    booking = sold(make_offer(5), 2)
    with monkeypatch.context() as patch:
        patch.setattr(f"bookings.services.cancelling.{step}", fail)
        with pytest.raises(DatabaseError):
            services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert set(booking.tickets.values_list("status", flat=True)) == {"valid"}
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]


def fail(*args, **kwargs):
    raise OperationalError("server closed the connection unexpectedly")


# The house's own: the limit per booking, the sales period, the time zone --------------------------


def test_limit_per_booking_is_kept():
    offer = make_offer(50, event__max_tickets_per_booking=6)

    with pytest.raises(SelectionInvalid) as refusal:
        hold(offer, 7)

    assert refusal.value.message == "You can book at most 6 tickets at a time."


@pytest.mark.parametrize(
    ("period", "is_on_sale"),
    [
        ({}, True),
        ({"on_sale_at": NOW}, True),
        ({"on_sale_at": NOW + timedelta(seconds=1)}, False),
        ({"off_sale_at": NOW}, False),
        ({"off_sale_at": NOW + timedelta(seconds=1)}, True),
        ({"on_sale_at": NOW - HOUR, "off_sale_at": NOW + HOUR}, True),
    ],
)
def test_sales_period_is_kept_to_the_second(period, is_on_sale):
    offer = make_offer()
    Offer.objects.filter(pk=offer.pk).update(**period)

    if is_on_sale:
        assert hold(offer).quantity == 1
    else:
        with pytest.raises(SalesClosed):
            hold(offer)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "Europe/Vienna"])
def test_an_event_begins_at_the_same_moment_in_every_zone(zone):
    """What counts is the moment, whatever the clock on the venue's wall shows."""
    offer = make_offer(event__venue__time_zone=zone, event__event_date=NOW + timedelta(seconds=1))
    local = NOW.astimezone(offer.event.venue.tz)

    booking = services.hold(event=offer.event, offers=[offer], selection=Selection({offer.pk: 1}), now=local)

    assert booking.booking_date == NOW
    with pytest.raises(SalesClosed):
        services.hold(
            event=offer.event,
            offers=[offer],
            selection=Selection({offer.pk: 1}),
            now=local + timedelta(seconds=1),
        )
