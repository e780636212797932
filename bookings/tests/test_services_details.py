"""Who books, with which promo code, and whether they just have."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import TransitionRefused
from bookings.models import Booking
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, seat_ids, sold, verbs_of
from ticketing.errors import PromoCodeRefused
from ticketing.models import PromoCode
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def apply(booking, code, now=NOW):
    return services.apply_promo_code(booking=booking, code=str(code), now=now)


def ended(status):
    """Make a booking that is not pending any more."""
    booking = sold(make_offer())
    if status == "cancelled":
        booking = services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")
    return booking


# Details --------------------------------------------------------------------------------------


def test_set_details_notes_who_the_customer_is():
    booking = hold(make_offer())

    services.set_details(booking=booking, name="Ada Lovelace", email="ada@example.org", phone="+43 1 234", now=NOW)

    fresh = Booking.objects.get(pk=booking.pk)
    assert (fresh.customer_name, fresh.customer_email, fresh.customer_phone) == (
        "Ada Lovelace",
        "ada@example.org",
        "+43 1 234",
    )


@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_set_details_is_refused_unless_pending(status):
    booking = ended(status)

    with pytest.raises(TransitionRefused) as refusal:
        services.set_details(booking=booking, name="Eve", email="eve@example.org", now=NOW)

    booking.refresh_from_db()
    assert refusal.value.message == "This booking can no longer be changed here."
    assert booking.customer_name == "Ada Lovelace"


# Duplicates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG"])
@pytest.mark.parametrize("make", [sold, checked_out])
def test_find_twin_notices_the_same_again(make, email):
    offer = make_offer()
    first = make(offer, 2)

    twin = services.find_twin(checked_out(offer, 2, email=email), NOW)

    assert twin == first


def test_find_twin_looks_at_the_tickets_that_are_valid():
    offer = make_seated_offer()
    first = sold(offer, seats=seat_ids(offer)[:2])
    services.exchange(booking=first, offers=[offer], selection=Selection(seats=tuple(seat_ids(offer)[2:4])), now=NOW)

    twin = services.find_twin(checked_out(offer, seats=seat_ids(offer)[4:6]), NOW)

    assert twin == first


@pytest.mark.parametrize(
    "different",
    [
        lambda offer: checked_out(offer, 2, email="eve@example.org"),
        lambda offer: checked_out(offer, 1),
        lambda offer: checked_out(make_offer(), 2),
        lambda offer: services.cancel(booking=sold(offer, 2), reason="staff", now=NOW, actor="grace"),
        lambda offer: checked_out(offer, 2, now=NOW - 2 * timedelta(minutes=11)),  # lapsed
        lambda offer: sold(offer, 2, now=NOW - timedelta(minutes=31)),
    ],
)
def test_find_twin_lets_pass_what_is_different(different):
    offer = make_offer()
    different(offer)

    assert services.find_twin(checked_out(offer, 2), NOW) is None


def test_find_twin_lets_other_ticket_types_pass():
    offer = make_offer()
    other = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"))
    open_sales(event=offer.event, now=NOW)
    sold(other, 2)

    assert services.find_twin(checked_out(offer, 2), NOW) is None


def test_find_twin_cannot_tell_without_an_address():
    offer = make_offer()
    pay(hold(offer, channel="box_office"))

    assert services.find_twin(hold(offer, channel="box_office"), NOW) is None


# Promo codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "discount", "total"),
    [
        ({"percent": 10}, "12.00", "108.00"),
        ({"percent": 100}, "120.00", "0.00"),
        ({"percent": None, "amount": Decimal("25.00")}, "25.00", "95.00"),
        ({"percent": None, "amount": Decimal("500.00")}, "120.00", "0.00"),
    ],
)
def test_promo_code_takes_its_share_off(code, discount, total):
    booking = apply(hold(make_offer(), 3), PromoCodeFactory(**code))

    booking.refresh_from_db()
    assert (str(booking.discount), str(booking.total_price)) == (discount, total)
    assert str(booking.subtotal) == "120.00"
    assert sum(booking.tickets.values_list("discount", flat=True)) == booking.discount
    assert verbs_of(booking) == ["hold", "promo code"]


def test_promo_code_is_found_in_any_case_and_amid_spaces():
    PromoCodeFactory(code="Summer")

    booking = apply(hold(make_offer()), "  sUMMER ")

    assert booking.promo_code.code == "Summer"


def test_promo_code_replaces_the_one_before():
    booking = apply(hold(make_offer()), PromoCodeFactory(percent=50))

    booking = apply(booking, PromoCodeFactory(percent=10))

    assert booking.total_price == Decimal("36.00")


def test_promo_code_can_be_removed():
    booking = apply(hold(make_offer(), 2), PromoCodeFactory())

    booking = services.remove_promo_code(booking=booking, now=NOW)

    booking.refresh_from_db()
    assert (booking.promo_code, booking.discount, booking.total_price) == (None, 0, Decimal("80.00"))
    assert list(booking.tickets.values_list("discount", flat=True)) == [0, 0]
    assert verbs_of(booking) == ["hold", "promo code", "promo code removed"]


def test_promo_code_that_is_not_there_is_removed_without_a_trace():
    booking = services.remove_promo_code(booking=hold(make_offer()), now=NOW)

    assert verbs_of(booking) == ["hold"]


def test_promo_code_covers_the_offers_that_it_names():
    offer = make_offer()
    economy = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"), price=Decimal("20.00"))
    open_sales(event=offer.event, now=NOW)
    promo = PromoCodeFactory(percent=50)
    promo.offers.add(economy)
    booking = services.hold(
        event=offer.event, offers=[offer, economy], selection=Selection({offer.pk: 1, economy.pk: 1}), now=NOW
    )

    booking = apply(booking, promo)

    assert booking.discount == Decimal("10.00")
    assert dict(booking.tickets.values_list("offer", "discount")) == {offer.pk: 0, economy.pk: Decimal("10.00")}


REFUSED = {
    "unknown": ({}, "NONSENSE", "There is no promo code “NONSENSE”."),
    "not yet": ({"valid_from": NOW + HOUR}, "CODE", "The code CODE is not valid yet."),
    "no longer": ({"valid_until": NOW}, "CODE", "The code CODE is no longer valid."),
    "used up": ({"max_uses": 1, "uses": 1}, "CODE", "The code CODE has been used up."),
}


@pytest.mark.parametrize(("terms", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_promo_code_is_refused(terms, code, message):
    PromoCodeFactory(code="CODE", **terms)
    booking = hold(make_offer())

    with pytest.raises(PromoCodeRefused) as refusal:
        apply(booking, code)

    booking.refresh_from_db()
    assert refusal.value.message == message
    assert (booking.promo_code, booking.total_price) == (None, Decimal("40.00"))


def test_promo_code_of_another_event_is_refused():
    promo = PromoCodeFactory(code="CODE")
    promo.events.add(make_offer().event)

    with pytest.raises(PromoCodeRefused) as refusal:
        apply(hold(make_offer()), promo)

    assert refusal.value.message == "The code CODE is not for this event."


@pytest.mark.parametrize("price", [0, 40])
def test_promo_code_that_takes_nothing_off_is_refused(price):
    promo = PromoCodeFactory(code="CODE")
    if price:
        promo.offers.add(make_offer())
    booking = hold(make_offer(price=Decimal(price)))

    with pytest.raises(PromoCodeRefused) as refusal:
        apply(booking, promo)

    booking.refresh_from_db()
    assert refusal.value.message == "The code CODE is not for these tickets."
    assert booking.promo_code is None


@pytest.mark.parametrize("verb", [services.apply_promo_code, services.remove_promo_code])
@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_promo_codes_are_for_pending_bookings(verb, status):
    booking = ended(status)
    more = {"code": PromoCodeFactory().code} if verb is services.apply_promo_code else {}

    with pytest.raises(TransitionRefused):
        verb(booking=booking, now=NOW, **more)


def test_promo_code_is_kept_for_a_live_hold():
    offer, promo = make_offer(), PromoCodeFactory(max_uses=1)
    apply(hold(offer), promo)

    with pytest.raises(PromoCodeRefused):
        apply(hold(offer), promo)

    assert apply(hold(offer, now=LAPSED), promo, LAPSED).total_price == Decimal("36.00")


def test_promo_code_can_be_applied_twice_to_the_same_booking():
    promo = PromoCodeFactory(max_uses=1)
    booking = apply(hold(make_offer()), promo)

    assert apply(booking, promo).total_price == Decimal("36.00")


def test_promo_code_counts_uses_and_takes_them_back():
    offer, promo = make_offer(), PromoCodeFactory(max_uses=1)
    booking = pay(apply(checked_out(offer), promo))
    used = PromoCode.objects.get().uses

    services.cancel(booking=booking, reason="staff", now=NOW, actor="grace")

    assert (used, PromoCode.objects.get().uses) == (1, 0)
    assert apply(hold(offer), promo).discount == Decimal("4.00")
