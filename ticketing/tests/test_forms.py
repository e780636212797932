"""What customers pick, checked: each mistake has its own words, beside its field."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from ticketing.errors import PlacesTaken
from ticketing.forms import BestSeatsForm, SelectionForm
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def form_for(offer, query="", **kwargs):
    offers = list(offer.event.offers.select_related("ticket_type"))
    return SelectionForm(QueryDict(query), event=offer.event, offers=offers, now=timezone.now(), **kwargs)


def test_selection_reads_quantities_and_places():
    offer = make_offer()

    form = form_for(offer, f"quantity-{offer.pk}=3&seat=7&seat=8&seat=7")

    assert form.is_valid()
    assert form.selection == Selection({offer.pk: 3}, (7, 8))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("-1", "Standard: the number of tickets cannot be negative."),
        ("11", "Standard: you can book at most 10 tickets at a time."),
        ("9" * 5_000, "Standard: enter a number from 0 to 10."),
        ("two", "Standard: enter a number from 0 to 10."),
        ("1.5", "Standard: enter a number from 0 to 10."),
        ("1e3", "Standard: enter a number from 0 to 10."),
        ("\x00", "Standard: enter a number from 0 to 10."),
    ],
)
def test_quantity_that_makes_no_sense_is_refused_beside_its_field(typed, message):
    offer = make_offer()

    form = SelectionForm(
        {f"quantity-{offer.pk}": typed, "seat": []}, event=offer.event, offers=[offer], now=timezone.now()
    )

    assert form.errors == {f"quantity-{offer.pk}": [message]}


@pytest.mark.parametrize("query", ["", "quantity-{}=", "quantity-{}=0"])
def test_nothing_picked_is_refused(query):
    offer = make_offer()

    form = form_for(offer, query.format(offer.pk))

    assert form.errors == {"__all__": ["Choose at least one ticket."]}


def test_more_than_the_limit_over_several_offers_is_refused():
    offer = make_offer()
    other = OfferFactory(event=offer.event, label="Balcony")

    form = form_for(offer, f"quantity-{offer.pk}=6&quantity-{other.pk}=5")

    assert form.errors == {"__all__": ["You can book at most 10 tickets at a time."]}


@pytest.mark.parametrize("name", ["quantity-999999", "quantity-", "quantity-x"])
def test_offer_of_no_or_another_event_is_refused(name):
    offer = make_offer()

    form = form_for(offer, f"{name}=1")

    assert form.errors["__all__"][0] == "One of the chosen tickets is not part of this event."


@pytest.mark.parametrize("place", ["x", "-1", "1.0", "9" * 19, "%00", "²"])
def test_place_that_is_no_number_is_refused(place):
    offer = make_offer()

    form = form_for(offer, f"seat={place}")

    assert form.errors == {"seat": ["One of the chosen seats is not part of this event."]}


@pytest.mark.parametrize(
    ("on_sale_at", "off_sale_at", "message"),
    [
        (timedelta(days=1), None, "Standard tickets are not on sale yet."),
        (None, timedelta(days=-1), "Standard tickets are not on sale any more."),
    ],
)
def test_offer_that_is_not_on_sale_is_refused_beside_its_field(on_sale_at, off_sale_at, message):
    now = timezone.now()
    offer = make_offer(on_sale_at=on_sale_at and now + on_sale_at, off_sale_at=off_sale_at and now + off_sale_at)

    form = form_for(offer, f"quantity-{offer.pk}=1")

    assert form.errors == {f"quantity-{offer.pk}": [message]}


def test_refusal_of_the_stock_says_what_is_left_beside_each_offer():
    offer = make_offer()
    other = OfferFactory(event=offer.event, label="Balcony")
    form = form_for(offer, f"quantity-{offer.pk}=2&quantity-{other.pk}=2")
    form.is_valid()

    form.refuse(PlacesTaken("Sorry.", left={offer.pk: 1, other.pk: 0}))

    assert form.errors == {
        "__all__": ["Sorry."],
        f"quantity-{offer.pk}": ["Only 1 left."],
        f"quantity-{other.pk}": ["Sold out."],
    }


def test_claim_is_kept_while_the_form_comes_back():
    offer = make_offer()
    claim = form_for(offer).claim

    again = form_for(offer, f"claim={claim}")

    assert again.claim == claim


@pytest.mark.parametrize("claim", ["", "x", "1" * 10_000])
def test_claim_that_is_none_is_replaced(claim):
    form = form_for(make_offer(), f"claim={claim}")

    assert form.claim.version == 4


def test_form_of_an_address_keeps_what_makes_sense():
    offer = make_offer()
    query = QueryDict(f"quantity-{offer.pk}=3&quantity-9=x&seat=5&seat=x&seat={'9' * 30}")

    form = SelectionForm.of_query(query, event=offer.event, offers=[offer], now=timezone.now())

    assert form.chosen == (5,)
    assert form.quantity_field(offer).value() == "3"


@pytest.mark.parametrize("party", ["", "0", "-1", "11", "x", "9" * 5_000])
def test_party_must_be_within_the_limit(party):
    form = BestSeatsForm({"party": party}, limit=10, offers=[], sections=[])

    assert form.errors == {"party": ["Enter a number from 1 to 10."]}


def test_party_may_ask_for_a_price():
    offer = make_seated_offer()

    form = BestSeatsForm({"party": "2", "offer": str(offer.pk)}, limit=10, offers=[offer], sections=[(7, "Stalls")])

    assert form.is_valid()
    assert form.cleaned_data == {"party": 2, "offer": offer.pk, "where": None, "wheelchairs": None}
