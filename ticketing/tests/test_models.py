"""Ticket types, offers and places."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ticketing.models import FOREVER, Offer, Place
from ticketing.tests.factories import OfferFactory, PlaceFactory, PromoCodeFactory, TicketTypeFactory
from venues.tests.factories import SeatFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("on_sale_at", [None, NOW - SECOND, NOW, NOW + SECOND])
@pytest.mark.parametrize("off_sale_at", [None, NOW, NOW + SECOND, NOW + 2 * SECOND])
def test_is_on_sale_and_on_sale_agree(on_sale_at, off_sale_at):
    if on_sale_at and off_sale_at and off_sale_at <= on_sale_at:
        return
    offer = OfferFactory(on_sale_at=on_sale_at, off_sale_at=off_sale_at)

    is_on_sale = offer.is_on_sale(NOW)

    assert Offer.objects.on_sale(NOW).exists() is is_on_sale
    assert is_on_sale is (on_sale_at != NOW + SECOND and off_sale_at != NOW)


@pytest.mark.parametrize("claim", [None, uuid4()])
@pytest.mark.parametrize(
    ("free_from", "state"),
    [(NOW - SECOND, "free"), (NOW, "free"), (NOW + SECOND, "held"), (FOREVER, "sold or blocked")],
)
def test_a_place_is_in_one_state(free_from, claim, state):
    place = PlaceFactory(free_from=free_from, claim=claim)
    state = ("sold" if claim else "blocked") if state == "sold or blocked" else state

    states = {
        "free": Place.objects.free(NOW),
        "held": Place.objects.held(NOW),
        "sold": Place.objects.sold(),
        "blocked": Place.objects.blocked(),
    }

    assert [name for name, places in states.items() if places.exists()] == [state]
    assert place.is_free(NOW) is (state == "free")


def test_claimed_by_finds_the_places_of_a_claim():
    claim = uuid4()
    place = PlaceFactory(claim=claim)
    PlaceFactory(claim=uuid4())

    assert list(Place.objects.claimed_by(claim)) == [place]


@pytest.mark.parametrize(("label", "name"), [("", "VIP"), ("Early bird", "VIP, Early bird")])
def test_an_offer_is_called_by_its_type_and_label(label, name):
    offer = OfferFactory(ticket_type=TicketTypeFactory(name="VIP"), label=label)

    assert (offer.name, str(offer)) == (name, name)


def test_clean_refuses_a_sales_period_that_ends_before_it_begins():
    with pytest.raises(ValidationError) as refusal:
        Offer(on_sale_at=NOW, off_sale_at=NOW).clean()

    assert list(refusal.value.message_dict) == ["off_sale_at"]


def test_the_dearest_offer_comes_first():
    offer = OfferFactory(price=10)
    dear = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="VIP"), price=90)

    assert list(offer.event.offers.all()) == [dear, offer]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: TicketTypeFactory(name="Economy"), "Economy"),
        (lambda: PromoCodeFactory(code="SUMMER"), "SUMMER"),
        (
            lambda: PlaceFactory(seat=SeatFactory(section__name="Stalls", row="A", number="7")),
            "Stalls, row A, seat 7",
        ),
    ],
)
def test_rows_say_what_they_are(make, text):
    assert str(make()) == text


def test_a_standing_place_is_called_by_its_number():
    place = PlaceFactory()

    assert str(place) == f"standing place {place.pk}"
