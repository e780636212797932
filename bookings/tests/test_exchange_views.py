"""Exchanging by oneself: one's own places count, the difference is seen first, and nothing happens twice."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import services
from bookings.models import Booking, Ticket
from bookings.tests.sales import pay, payments_of, seat_ids
from bookings.tests.visits import checked_out, hold, sold, url
from events.models import Event
from events.tests.factories import ProductionFactory
from ticketing.models import FOREVER
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def two_offers(price="60.00", **kwargs):
    """Put standing places at 40.00 on sale, and others of the same event at another price."""
    cheap = make_offer(**kwargs)
    dear = OfferFactory(event=cheap.event, ticket_type=TicketTypeFactory(name="VIP"), price=Decimal(price), capacity=20)
    open_sales(event=cheap.event, now=timezone.now() - timedelta(hours=1))
    return cheap, dear


def two_dates(**kwargs):
    """Put two dates of one production on sale, with seats, at 40.00 and at this price."""
    production = ProductionFactory(title="Hamlet")
    return [make_seated_offer(event__production=production, **each) for each in ({}, kwargs)]


def step(name, booking, event=None):
    return reverse(f"bookings:{name}", args=[booking.key, (event or booking.event).slug])


def pick(client, booking, event=None, **data):
    return client.post(step("exchange_picker", booking, event), data)


def review(client, booking, event=None, **data):
    return client.get(step("exchange_review", booking, event), data)


def agree(client, booking, event=None, *, difference, **data):
    return client.post(step("exchange_review", booking, event), {"difference": difference} | data)


def seats_of(booking):
    return sorted(booking.tickets.valid().values_list("place__seat", flat=True))


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


# Which date ------------------------------------------------------------------------------------------


def test_dates_of_the_production_are_offered(client):
    here, there = two_dates(price="50.00")
    booking = sold(here, 2)

    response = client.get(url("exchange", booking))

    assertContains(response, step("exchange_picker", booking))
    assertContains(response, step("exchange_picker", booking, there.event))
    assertContains(response, "From €50.00")


def test_date_that_is_sold_out_is_said_to_be(client):
    here, there = two_dates()
    there.places.update(free_from=FOREVER)

    response = client.get(url("exchange", sold(here)))

    assertContains(response, "Sold out")


def test_without_other_dates_the_picker_comes_at_once(client):
    booking = sold(make_seated_offer())

    assertRedirects(client.get(url("exchange", booking)), step("exchange_picker", booking))


def test_where_all_is_alike_there_is_nothing_to_choose(client):
    response = client.get(url("exchange", sold(make_offer())))

    assertContains(response, "There is nothing else to choose", status_code=409)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exchange_hours": None}, "Tickets for this event cannot be exchanged."),
        ({"event_date": timezone.now() + timedelta(hours=23)}, "It is too late to exchange these tickets."),
    ],
)
def test_policy_is_kept_on_every_page(client, changes, reason):
    offer = make_seated_offer()
    booking = sold(offer, 1)
    other = seat_ids(offer)[-1]
    Event.objects.update(**changes)

    assertContains(client.get(url("exchange", booking)), reason, status_code=409)
    assertContains(client.get(url("booking", booking)), reason)
    for response in (
        client.get(step("exchange_picker", booking)),
        pick(client, booking, seat=other),
        review(client, booking, seat=other),
        agree(client, booking, difference="0.00", seat=other),
    ):
        assert response["Location"] == url("exchange", booking)
    assert other not in seats_of(booking)


def test_used_ticket_is_not_exchanged(client):
    booking = sold(make_seated_offer(), 2)
    Ticket.objects.filter(pk=booking.tickets.first().pk).update(checked_in_at=timezone.now())

    assertContains(client.get(url("exchange", booking)), "has been used already", status_code=409)


def test_ticket_that_was_passed_on_is_not_taken_from_its_holder(client):
    offer = make_seated_offer()
    booking = sold(offer, 2)
    services.pass_on(ticket=booking.tickets.first(), name="Grace", email="grace@example.org", now=timezone.now())

    assertContains(client.get(url("exchange", booking)), "has been passed on", status_code=409)
    response = agree(client, booking, difference="0.00", seat=seat_ids(offer)[-2:])
    assert response["Location"] == url("exchange", booking)


def test_event_of_another_production_is_not_found(client):
    here, _ = two_dates()
    booking, elsewhere = sold(here), make_seated_offer()

    assert client.get(step("exchange_picker", booking, elsewhere.event)).status_code == 404
    assert client.get(step("exchange_picker", sold(elsewhere), here.event)).status_code == 404


def test_draft_of_the_production_is_not_found(client):
    here, there = two_dates()
    Event.objects.filter(pk=there.event_id).update(published_at=None)

    assert client.get(step("exchange_picker", sold(here), there.event)).status_code == 404


def test_date_that_was_cancelled_meanwhile_says_so(client):
    here, there = two_dates()
    booking = sold(here)
    Event.objects.filter(pk=there.event_id).update(status="cancelled")

    response = client.get(step("exchange_picker", booking, there.event), follow=True)

    assertContains(response, "This event has been cancelled")


# Which places ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["map", "list"])
def test_own_seats_are_ticked_where_all_is_sold(client, view):
    offer = make_seated_offer(rows=1, seats=4)
    booking = sold(offer, seats=seat_ids(offer)[:2])
    sold(offer, seats=seat_ids(offer)[2:], email="eve@example.org")

    query = {"view": view, "seat": seat_ids(offer)[:2], "section": offer.sections.get().pk} if view == "list" else {}
    response = client.get(step("exchange_picker", booking), query)

    assertContains(response, ", yours", count=2)
    assert [choice.seat.pk for choice in response.context["picker"].chosen] == seat_ids(offer)[:2]
    assert response.context["picker"].free == 2


def test_own_standing_places_are_filled_in_and_count_as_free(client):
    cheap, _ = two_offers()
    booking = sold(cheap, 2)
    cheap.places.filter(claim__isnull=True).update(free_from=FOREVER)

    response = client.get(step("exchange_picker", booking))

    assertContains(response, f'name="quantity-{cheap.pk}" value="2"')
    assertContains(response, "Only 2 left")


def test_places_cost_what_was_paid_for_the_same(client):
    cheap, _ = two_offers()
    booking = sold(cheap, 2)
    cheap.price = Decimal("45.00")
    cheap.save()

    assertContains(client.get(step("exchange_picker", booking)), 'data-price="40.00"')


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_tickets_is_refused(client, count):
    offer = make_seated_offer()
    booking = sold(offer, 2)

    response = pick(client, booking, seat=seat_ids(offer)[-count:], anyway=1)

    assertContains(response, "You are exchanging 2 tickets: choose just as many.", status_code=422)
    assert response.context["errand"].quantity == 2


def test_own_places_again_are_no_exchange(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=seat_ids(offer)[:2])

    response = pick(client, booking, seat=seat_ids(offer)[:2])

    assertContains(response, "These are the places that the booking has already.", status_code=422)


def test_seat_of_another_event_is_refused(client):
    booking = sold(make_seated_offer(), 1)

    response = pick(client, booking, seat=seat_ids(make_seated_offer())[0])

    assertContains(response, "One of the chosen seats is not part of this event.", status_code=422)


def test_single_seat_is_pointed_out_and_may_be_left(client):
    offer = make_seated_offer(rows=2, seats=3)
    row_a, row_b = seat_ids(offer)[:3], seat_ids(offer)[3:]
    booking = sold(offer, seats=row_a[:2])

    told = pick(client, booking, seat=row_b[:2])
    accepted = pick(client, booking, seat=row_b[:2], anyway=1)

    assertContains(told, "Take these seats anyway", status_code=422)
    assert accepted.status_code == 302


def test_single_seat_is_refused_to_the_last_where_the_event_says_so(client):
    offer = make_seated_offer(rows=2, seats=4, event__refuses_single_seats=True)
    row_a, row_b = seat_ids(offer)[:4], seat_ids(offer)[4:]
    booking = sold(offer, seats=row_a[:2])

    response = agree(client, booking, difference="0.00", seat=row_b[1:3])

    assertContains(response, "sold without such gaps", status_code=422)
    assert seats_of(booking) == row_a[:2]


def test_opening_a_section_keeps_what_is_chosen(client):
    offer = make_seated_offer()
    booking = sold(offer, 1)

    response = pick(client, booking, seat=seat_ids(offer)[5], open=77)

    address = urlsplit(response["Location"])
    assert address.path == step("exchange_picker", booking)
    assert parse_qs(address.query) == {"section": ["77"], "seat": [str(seat_ids(offer)[5])]}


def test_best_seats_are_found_with_ones_own_among_them(client):
    offer = make_seated_offer(rows=1, seats=4)
    booking = sold(offer, seats=seat_ids(offer)[:2])
    sold(offer, seats=seat_ids(offer)[2:], email="eve@example.org")

    response = client.get(step("exchange_picker", booking), {"party": 2})

    assert list(response.context["proposal"]) == seat_ids(offer)[:2]


# At which difference ---------------------------------------------------------------------------------


def test_summary_says_what_changes_and_changes_nothing(client):
    offer = make_seated_offer()
    before, after = seat_ids(offer)[:2], [seat_ids(offer)[1], seat_ids(offer)[2]]
    booking = sold(offer, seats=before)

    response = client.get(pick(client, booking, seat=after, anyway=1)["Location"])

    assert [line.seats for line in response.context["before"]] == [["Stalls, row A, seat 1"]]
    assert [line.seats for line in response.context["after"]] == [["Stalls, row A, seat 3"]]
    assert [line.seats for line in response.context["kept"]] == [["Stalls, row A, seat 2"]]
    assertContains(response, "Nothing to pay")
    assert seats_of(booking) == before


def test_equal_places_are_exchanged_at_once(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=seat_ids(offer)[:2])
    kept = booking.tickets.get(place__seat=seat_ids(offer)[1])

    response = agree(client, booking, difference="0.00", seat=seat_ids(offer)[1:3])

    assertRedirects(response, f"{url('booking', booking)}?exchanged=1")
    assert seats_of(booking) == seat_ids(offer)[1:3]
    assert booking.tickets.valid().filter(code=kept.code).exists()
    assert payments_of(booking) == [("charge", "succeeded", "80.00")]
    assertContains(client.get(response["Location"]), "Exchanged! We have sent the new tickets to ada@example.org.")


def test_exchange_posted_twice_is_done_once(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=seat_ids(offer)[:1])
    answers = [agree(client, booking, difference="0.00", seat=seat_ids(offer)[7]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert booking.activities.filter(verb="exchange").count() == 1


def test_cheaper_places_give_money_back(client):
    cheap, dear = two_offers()
    booking = sold(dear, 2)
    chosen = {f"quantity-{cheap.pk}": 1, f"quantity-{dear.pk}": 1}

    told = review(client, booking, **chosen)
    agree(client, booking, difference="-20.00", **chosen)

    assertContains(told, "Exchange and get €20.00 back")
    assert payments_of(booking) == [("charge", "succeeded", "120.00"), ("refund", "pending", "20.00")]
    assert (fresh(booking).total_price, fresh(booking).quantity) == (100, 2)


def test_price_that_has_changed_is_shown_before_it_counts(client):
    cheap, dear = two_offers()
    booking = sold(dear, 1)
    cheap.price = Decimal("30.00")
    cheap.save()

    response = agree(client, booking, difference="-20.00", **{f"quantity-{cheap.pk}": 1})

    assertContains(response, "The price has changed meanwhile.", status_code=409)
    assertContains(response, "Exchange and get €30.00 back", status_code=409)
    assert fresh(booking).total_price == 60


def test_seats_that_go_between_summary_and_agreement_are_named(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=seat_ids(offer)[:2])
    hold(offer, seats=[seat_ids(offer)[5]])

    response = agree(client, booking, difference="0.00", seat=seat_ids(offer)[4:6])

    assertContains(response, "Somebody was faster: Stalls, row A, seat 6 has just been taken.", status_code=409)
    assertContains(response, "your tickets are still yours", status_code=409)
    assertContains(response, f'action="{step("exchange_picker", booking)}"', status_code=409)
    assert seats_of(booking) == seat_ids(offer)[:2]


def test_summary_of_seats_that_are_gone_leads_back_to_the_picker(client):
    offer = make_seated_offer()
    booking = sold(offer, seats=seat_ids(offer)[:1])
    hold(offer, seats=[seat_ids(offer)[5]])

    response = review(client, booking, seat=seat_ids(offer)[5])

    assert response["Location"] == f"{step('exchange_picker', booking)}?seat={seat_ids(offer)[5]}"


def test_summary_of_nonsense_leads_back_to_the_picker(client):
    booking = sold(make_seated_offer(), 2)

    assert review(client, booking, seat="x")["Location"].startswith(step("exchange_picker", booking))


def test_promo_code_is_taken_off_the_new_price(client):
    PromoCodeFactory(code="HALF", percent=50)
    cheap, dear = two_offers()
    booking = services.apply_promo_code(booking=checked_out(dear, 1), code="HALF", now=timezone.now())
    booking = pay(booking, now=timezone.now())

    response = review(client, booking, **{f"quantity-{cheap.pk}": 1})

    assertContains(response, "Discount HALF on the new total")
    assertContains(response, "Exchange and get €10.00 back")


# Another date ----------------------------------------------------------------------------------------


def test_another_date_makes_a_booking_that_replaces_this_one(client):
    here, there = two_dates(price="30.00")
    booking = sold(here, 2)
    chosen = seat_ids(there)[:2]

    told = review(client, booking, there.event, seat=chosen)
    response = agree(client, booking, there.event, difference="-20.00", seat=chosen)

    after = Booking.objects.get(replaces=booking)
    assertContains(told, "You get back")
    assertRedirects(response, f"{url('booking', after)}?exchanged=1")
    assert (fresh(booking).status, seats_of(after)) == ("cancelled", chosen)
    assertContains(client.get(url("booking", booking)), f"Booking {after.booking_code} has taken their place.")
    assertContains(client.get(url("booking", booking)), "Taken along to the new booking")
    assertContains(client.get(url("booking", after)), url("booking", booking))
    assertContains(client.get(url("booking", after)), "Brought along from the booking before")


def test_another_date_posted_twice_leads_to_the_new_booking(client):
    here, there = two_dates()
    booking = sold(here, 1)
    for _ in range(2):
        response = agree(client, booking, there.event, difference="0.00", seat=seat_ids(there)[0])

    assert response["Location"].startswith(url("booking", Booking.objects.get(replaces=booking)))
    assert Booking.objects.count() == 2


def test_promo_code_that_is_not_for_the_new_date_is_said_to_be_lost(client):
    here, there = two_dates()
    PromoCodeFactory(code="HERE", percent=50).events.add(here.event)
    booking = services.apply_promo_code(booking=checked_out(here, 1), code="HERE", now=timezone.now())
    booking = pay(booking, now=timezone.now())

    response = review(client, booking, there.event, seat=seat_ids(there)[0])

    assertContains(response, "Your promo code HERE is not for the new date")
    assertContains(response, "Continue to payment · €20.00")


def test_other_date_shows_nothing_as_ones_own(client):
    here, there = two_dates()

    response = client.get(step("exchange_picker", sold(here, 2), there.event))

    assertContains(response, "Choose 2 tickets instead of yours")
    assertNotContains(response, ", yours")
