"""How often the customer's way asks the database: the budgets of the design, the same for one ticket and for ten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.payments import get_provider
from bookings.tests.visits import CARD, check_out, checked_out, hold, pick, sold, url
from events.tests.factories import ProductionFactory
from ticketing.models import FOREVER
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, make_offer, make_seated_offer
from venues.rooms import room_of
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db

TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")

counts = pytest.mark.parametrize("quantity", [1, 10])


@contextmanager
def statements(expected: int) -> Iterator[None]:
    """Count statements, without those that only mark where a transaction begins and ends."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]
    assert len(asked) == expected, "\n".join(asked)


def picker(client, offer, query=""):
    return client.get(reverse("ticketing:picker", args=[offer.event.slug]) + query)


# Picker: at most 6 --------------------------------------------------------------------------------


@pytest.mark.parametrize("offers", [1, 10])
def test_picker_of_quantities(client, offers):
    offer = make_offer()
    for number in range(1, offers):
        OfferFactory(event=offer.event, label=f"Offer {number}")

    with statements(3):
        assert picker(client, offer).status_code == 200


@pytest.mark.parametrize("sections", [1, 10])
def test_picker_of_seats_with_everything_that_it_can_show(client, sections):
    offer = make_seated_offer(rows=4, seats=10)
    for number in range(1, sections):
        section = SectionFactory(plan=offer.event.seating_plan, name=f"Section {number}")
        make_seats(section, rows=2, seats=10)
        offer.sections.add(section)
    open_sales(event=offer.event, now=timezone.now() - timedelta(hours=1))
    pick(client, offer, 2)
    section = offer.sections.first()
    picker(client, offer)  # the room is read once

    with statements(6):
        response = picker(client, offer, f"?party=10&section={section.pk}")

    assert len(response.context["picker"].chosen) == 10


def test_picker_that_is_sold_out(client):
    production = ProductionFactory()
    offer = make_offer(event__production=production)
    make_offer(event__production=production)
    offer.places.update(free_from=FOREVER)

    with statements(5):
        assert len(picker(client, offer).context["other_dates"]) == 1


# Hold: at most 8 ----------------------------------------------------------------------------------


@counts
def test_hold_of_standing_places(client, quantity):
    offer = make_offer()

    with statements(7):
        assert pick(client, offer, quantity).status_code == 302


@counts
def test_hold_of_seats(client, quantity):
    offer = make_seated_offer(rows=2, seats=10)
    seats = list(offer.event.places.values_list("seat", flat=True)[:quantity])

    picker(client, offer)  # the room is read once

    with statements(7):
        assert pick(client, offer, "", seat=seats).status_code == 302


# Checkout: at most 5 to show it ---------------------------------------------------------------------


@counts
def test_checkout_page(client, quantity):
    PromoCodeFactory(code="SPRING")
    booking = hold(make_seated_offer(rows=2, seats=10), quantity)
    services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())

    with statements(2):
        assert client.get(url("checkout", booking)).status_code == 200


@counts
def test_checkout_that_leads_to_the_payment(client, quantity):
    booking = hold(make_offer(), quantity)

    with statements(4):
        assert check_out(client, booking).status_code == 302


# Confirm: at most 10 --------------------------------------------------------------------------------


@counts
def test_payment_confirms(client, quantity):
    address = get_provider().start(checked_out(make_offer(), quantity))

    with statements(8):
        assert client.post(address, CARD).status_code == 302


@counts
def test_payment_confirms_with_a_promo_code(client, quantity):
    PromoCodeFactory(code="SPRING", max_uses=100)
    booking = checked_out(make_offer(), quantity)
    booking = services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())
    address = get_provider().start(booking)

    with statements(9):
        assert client.post(address, CARD).status_code == 302


@counts
def test_card_page(client, quantity):
    address = get_provider().start(checked_out(make_offer(), quantity))

    with statements(1):
        assert client.get(address).status_code == 200


# The booking's page ---------------------------------------------------------------------------------


@counts
def test_booking_page(client, quantity):
    booking = sold(make_seated_offer(rows=2, seats=10), quantity)
    room_of(booking.event.seating_plan)  # read once for all requests

    with statements(4):
        assert client.get(url("booking", booking)).status_code == 200


@counts
def test_pdf(client, quantity):
    booking = sold(make_seated_offer(rows=2, seats=10), quantity)
    room_of(booking.event.seating_plan)  # read once for all requests

    with statements(2):
        assert client.get(url("pdf", booking)).status_code == 200
