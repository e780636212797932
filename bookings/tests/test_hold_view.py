"""From the picker to the hold: one intention makes one booking, and what is refused comes back filled in."""

import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings.models import Booking
from bookings.tests.visits import hold, pick, sold, url
from events.models import Event
from ticketing.models import FOREVER
from ticketing.tests.factories import OfferFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def held_places(booking):
    return list(booking.tickets.order_by("place_id").values_list("place__seat", flat=True))


def take_all_but(offer, count):
    free = list(offer.places.filter(free_from__lte=timezone.now()).values_list("pk", flat=True))
    offer.places.filter(pk__in=free[count:]).update(free_from=FOREVER)


# One intention, one booking --------------------------------------------------------------------


def test_hold_leads_to_the_checkout(client):
    offer = make_offer()

    response = pick(client, offer, 2)

    booking = Booking.objects.get()
    assert (booking.status, booking.quantity, booking.total_price, booking.channel) == ("pending", 2, 80, "web")
    assertRedirects(response, url("checkout", booking))


def test_hold_takes_the_named_seats(client):
    offer = make_seated_offer()
    places = list(offer.places.order_by("seat").values_list("seat", flat=True)[3:5])

    pick(client, offer, "", seat=places)

    assert held_places(Booking.objects.get()) == places


def test_hold_posted_twice_makes_one_booking(client):
    offer, claim = make_offer(), uuid.uuid4()

    first, second = (pick(client, offer, 2, claim=claim) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_hold_posted_twice_before_the_first_answer_came_makes_one_booking():
    offer, claim = make_offer(), uuid.uuid4()

    first, second = (pick(Client(), offer, 2, claim=claim) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_second_choice_of_a_browser_takes_the_place_of_its_first(client):
    offer = make_offer()
    pick(client, offer, 2)

    pick(client, offer, 3)

    booking = Booking.objects.get()
    assert (booking.quantity, booking.total_price) == (3, 120)


def test_hold_of_a_browser_ends_with_its_payment(client):
    offer = make_offer()
    pick(client, offer, 2)
    Booking.objects.update(
        status="confirmed", confirmed_at=timezone.now(), customer_email="ada@example.org", customer_name="Ada"
    )

    pick(client, offer, 1)

    assert sorted(Booking.objects.values_list("quantity", flat=True)) == [1, 2]


def test_holds_of_two_browsers_are_two_bookings(client):
    offer = make_offer()

    pick(client, offer, 2)
    pick(Client(), offer, 2)

    assert Booking.objects.count() == 2


def test_claim_of_another_event_is_not_found_here(client):
    offer, other, claim = make_offer(), make_offer(), uuid.uuid4()
    pick(client, offer, 2, claim=claim)

    pick(client, other, 1, claim=claim)

    assert {booking.event: booking.quantity for booking in Booking.objects.all()} == {offer.event: 2, other.event: 1}


def test_forged_cookie_holds_nothing(client):
    offer = make_offer()
    booking = hold(offer, 2)
    client.cookies[f"hold-{offer.event_id}"] = f"{booking.key}:forged"

    pick(client, offer, 1)

    assert Booking.objects.count() == 2


def test_cookie_is_signed_and_closed_to_scripts_and_other_events(client):
    offer = make_offer()

    response = pick(client, offer)

    cookie = response.cookies[f"hold-{offer.event_id}"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (offer.event.get_absolute_url(), True, "Lax")


# What the picker shows of it --------------------------------------------------------------------


def test_picker_shows_what_this_browser_holds(client):
    offer = make_offer()
    pick(client, offer, 2)

    response = client.get(reverse("ticketing:picker", args=[offer.event.slug]))

    assertContains(response, "You are holding 2 tickets")
    assertContains(response, "for 10 more minutes")
    assertContains(response, url("checkout", Booking.objects.get()))


def test_picker_lets_own_seats_be_picked_again(client):
    offer = make_seated_offer(rows=1, seats=2)
    pick(client, offer, "", seat=list(offer.places.values_list("seat", flat=True)))

    response = client.get(reverse("ticketing:picker", args=[offer.event.slug]))

    assertContains(response, ", yours", count=2)
    assertNotContains(response, " disabled>")


def test_letting_go_frees_the_places_at_once(client):
    offer = make_offer(capacity=2)
    pick(client, offer, 2)
    booking = Booking.objects.get()

    response = client.post(url("abandon", booking), follow=True)

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == ("cancelled", "abandoned")
    assertContains(response, "We have let your tickets go.")
    assertNotContains(response, "You are holding")
    assert response.context["picker"].free == 2


def test_letting_go_of_a_confirmed_booking_is_refused(client):
    booking = sold(make_offer())

    response = client.post(url("abandon", booking), follow=True)

    assertContains(response, "This booking is already confirmed.")


# Another section ---------------------------------------------------------------------------------


def test_opening_a_section_keeps_what_is_chosen_and_holds_nothing(client):
    offer = make_seated_offer()
    places = list(offer.places.order_by("seat").values_list("seat", flat=True)[:2])

    response = pick(client, offer, 1, seat=places, open=77)

    address = urlsplit(response["Location"])
    assert address.path == reverse("ticketing:picker", args=[offer.event.slug])
    assert parse_qs(address.query) == {
        "section": ["77"],
        "seat": [str(place) for place in places],
        f"quantity-{offer.pk}": ["1"],
    }
    assert Booking.objects.count() == 0


def test_opening_a_row_of_a_large_section_names_both(client):
    offer = make_seated_offer()

    response = pick(client, offer, 0, open="77.12", view="list")

    address = urlsplit(response["Location"])
    assert (parse_qs(address.query), address.fragment) == (
        {"section": ["77"], "row": ["12"], "view": ["list"]},
        "row-12",
    )


# Sold out while you looked -----------------------------------------------------------------------


def test_too_few_left_says_what_is_left_and_keeps_the_rest(client):
    offer = make_offer(capacity=5)
    other = OfferFactory(event=offer.event, label="Balcony")
    take_all_but(offer, 1)

    response = pick(client, offer, 3, **{f"quantity-{other.pk}": "0"})

    assert response.status_code == 409
    assertContains(response, "Gone while you looked", status_code=409)
    assertContains(response, "Standard: only 1 left", status_code=409)
    assert response.context["form"].errors[f"quantity-{offer.pk}"] == ["Only 1 left."]
    assertContains(response, f'name="quantity-{offer.pk}" value="3"', status_code=409)


def test_all_gone_offers_the_way_on(client):
    offer = make_offer(capacity=2)
    take_all_but(offer, 0)

    response = pick(client, offer, 2)

    assertContains(response, "Sold out while you looked", status_code=409)
    assertContains(response, "All places are taken now.", status_code=409)
    assertContains(response, reverse("events:list"), status_code=409)


def test_taken_seat_is_named_and_the_others_stay_ticked(client):
    offer = make_seated_offer(rows=1, seats=4)
    first, second, *_ = offer.places.order_by("seat__position")
    hold(offer, seats=[second.seat_id])

    response = pick(client, offer, "", seat=[first.seat_id, second.seat_id])

    assertContains(response, "Somebody was faster: Stalls, row A, seat 2 has just been taken.", status_code=409)
    assert [choice.seat.pk for choice in response.context["picker"].chosen] == [first.seat_id]
    assertContains(response, "Take Stalls, row A, seat 3 instead", status_code=409)


def test_nearest_seats_instead_are_one_tap_away(client):
    offer = make_seated_offer(rows=1, seats=4)
    first, second, third, _ = offer.places.order_by("seat__position").values_list("seat", flat=True)
    hold(offer, seats=[second])
    refused = pick(client, offer, "", seat=[first, second])

    response = pick(client, offer, "", seat=refused.context["instead"]["seats"])

    assert response.status_code == 302
    assert held_places(Booking.objects.exclude(tickets__place__seat=second).get()) == [first, third]


# Single seats ----------------------------------------------------------------------------------


def leave_one(client, offer, **data):
    """Ask for seats 1 and 2 of three: seat 3 would be left."""
    seats = offer.places.order_by("seat__position").values_list("seat", flat=True)[:2]
    address = reverse("bookings:hold", args=[offer.event.slug])
    return client.post(address, {"claim": uuid.uuid4(), "seat": list(seats)} | data)


def test_single_seat_is_pointed_out_first_and_may_be_left_then(client):
    offer = make_seated_offer(rows=1, seats=3)

    told = leave_one(client, offer)
    booked = leave_one(client, offer, anyway=1)

    assertContains(told, "Your choice leaves Stalls, row A, seat 3 empty on its own", status_code=422)
    assertContains(told, "Book these seats anyway", status_code=422)
    assert len(told.context["picker"].chosen) == 2
    assert booked.status_code == 302


def test_single_seat_is_refused_where_the_event_says_so(client):
    offer = make_seated_offer(rows=2, seats=4, event__refuses_single_seats=True)
    seats = list(offer.places.filter(seat__row="A", seat__number__in=["2", "3"]).values_list("seat", flat=True))

    response = pick(client, offer, "", seat=seats)

    assertContains(response, "sold without such gaps", status_code=422)
    assertNotContains(response, "Book these seats anyway", status_code=422)
    assert Booking.objects.count() == 0


# Map and list ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("pressed", "view"), [("list", ["list"]), ("map", None)])
def test_switching_views_keeps_the_choice(client, pressed, view):
    offer = make_seated_offer()
    seats = list(offer.places.order_by("seat").values_list("seat", flat=True)[:2])

    response = pick(client, offer, 0, seat=seats, show=pressed, view="list")

    query = parse_qs(urlsplit(response["Location"]).query)
    assert (query["seat"], query.get("view")) == ([str(seat) for seat in seats], view)


def test_dropping_a_seat_keeps_the_others(client):
    offer = make_seated_offer()
    first, second = offer.places.order_by("seat").values_list("seat", flat=True)[:2]

    response = pick(client, offer, 0, seat=[first, second], drop=first)

    assert parse_qs(urlsplit(response["Location"]).query) == {"seat": [str(second)]}


def test_two_tabs_for_the_same_seat_make_one_booking_of_it(client):
    offer = make_seated_offer()
    place = offer.places.first().seat_id

    first, second = (pick(visitor, offer, "", seat=place) for visitor in (client, Client()))

    assert (first.status_code, second.status_code) == (302, 409)
    assert Booking.objects.count() == 1


# What cannot be held -----------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["0", "-1", "11", "9" * 5_000, "two", ""])
def test_nonsense_comes_back_with_a_message_and_as_it_was(client, quantity):
    offer = make_offer()

    response = pick(client, offer, quantity)

    assert response.status_code == 422
    assertContains(response, 'role="alert"', status_code=422)
    assertContains(response, f'value="{quantity}"' if quantity else f'name="quantity-{offer.pk}"', status_code=422)
    assert Booking.objects.count() == 0


def test_seat_of_another_event_is_refused(client):
    offer, other = make_seated_offer(), make_seated_offer()

    response = pick(client, offer, "", seat=other.places.first().seat_id)

    assertContains(response, "One of the chosen seats is not part of this event.", status_code=422)
    assert Booking.objects.count() == 0


def test_seat_of_an_offer_that_is_closed_is_refused(client):
    offer = make_seated_offer(on_sale_at=timezone.now() + timedelta(days=1))

    response = pick(client, offer, "", seat=offer.places.first().seat_id)

    assertContains(response, "Standard tickets are not on sale yet.", status_code=422)
    assert Booking.objects.count() == 0


def test_event_that_was_cancelled_meanwhile_says_so(client):
    offer = make_offer()
    Event.objects.update(status="cancelled")

    response = pick(client, offer)

    assertContains(response, "This event has been cancelled", status_code=409)
    assert Booking.objects.count() == 0


def test_tab_that_is_opened_again_after_a_refusal_shows_the_picker(client):
    offer = make_offer()

    response = client.get(reverse("bookings:hold", args=[offer.event.slug]))

    assertRedirects(response, reverse("ticketing:picker", args=[offer.event.slug]))
    assert Booking.objects.count() == 0
