"""Other prices for many events: for what is sold from now on."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.tests import sales
from ticketing.models import Offer
from ticketing.repricing import PriceRefused, offers_by_name, read_change, reprice
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer

NOW = timezone.now()


@pytest.mark.parametrize(
    ("text", "price", "step", "new"),
    [
        ("45", "40", "0.01", "45.00"),
        ("45,50", "40", "5", "45.50"),
        ("+2.50", "40", "0.01", "42.50"),
        ("-5", "40", "0.01", "35.00"),
        ("−50", "40", "0.01", "0.00"),
        ("+10%", "12.55", "0.01", "13.81"),
        ("+10%", "12.55", "0.50", "14.00"),
        ("-10 %", "12.55", "1", "11.00"),
        ("+12.5%", "40", "5", "45.00"),
    ],
)
def test_change_is_read_and_applied(text, price, step, new):
    assert read_change(text, Decimal(step)).apply(Decimal(price)) == Decimal(new)


@pytest.mark.parametrize("text", ["", "cheap", "10%", "4 5", "1e3", "+", "45.505", "-5-5"])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(PriceRefused):
        read_change(text)


@pytest.mark.django_db
def test_new_price_holds_for_new_sales_only():
    offer = make_offer()
    held, sold = sales.checked_out(offer, 2), sales.sold(offer)

    changed = reprice(changes={offer.pk: (Decimal("40.00"), Decimal("55.00"))}, now=NOW, by="ada")

    held.refresh_from_db()
    sold.refresh_from_db()
    offer.refresh_from_db()
    assert changed == 1
    assert (held.total_price, sold.total_price) == (80, 40)
    assert sales.sold(Offer.objects.get()).total_price == 55
    line = offer.event.activities.last()
    assert (line.verb, line.actor, line.detail) == ("change price", "ada", {"Standard": ["40.00", "55.00"]})


@pytest.mark.django_db
def test_price_that_somebody_has_changed_meanwhile_is_left_with_all_others():
    first, second = OfferFactory(), OfferFactory(price=50)
    changes = {it.pk: (Decimal("40.00"), Decimal("45.00")) for it in (first, second)}

    with pytest.raises(PriceRefused, match="has been changed meanwhile"):
        reprice(changes=changes, now=NOW, by="ada")

    first.refresh_from_db()
    assert first.price == 40


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 4])
def test_offers_are_grouped_by_name_in_one_query(count, django_assert_num_queries):
    events = [OfferFactory(price=40 + number).event for number in range(count)]
    OfferFactory(event=events[0], ticket_type=TicketTypeFactory(name="VIP"), price=90)

    with django_assert_num_queries(1):
        found = offers_by_name(events)

    assert {name: len(offers) for name, offers in found.items()} == {"VIP": 1, "Standard": count}


# The page -------------------------------------------------------------------------------------


def page(*events) -> str:
    return f"{reverse('admin:events_event_reprice')}?events={','.join(str(event.pk) for event in events)}"


@pytest.mark.django_db
def test_page_shows_old_and_new_before_it_changes_anything(admin_client):
    offers = [OfferFactory(), OfferFactory(price=50)]
    url = page(*(offer.event for offer in offers))
    data = {"price-0": "+10%", "step": "0.50"}

    preview = admin_client.post(url, data | {"do": "look"})
    prices = [offer.price for offer in Offer.objects.order_by("pk")]
    response = admin_client.post(url, data | {"do": "it", "seal": preview.context["seal"]}, follow=True)

    assert sorted(row[-2:] for row in preview.context["rows"]) == [(40, 44), (50, 55)]
    assert prices == [40, 50]
    assert [offer.price for offer in Offer.objects.order_by("pk")] == [44, 55]
    assert [str(message) for message in response.context["messages"]] == ["The prices of 2 events have been changed."]


@pytest.mark.django_db
def test_page_asks_again_when_a_price_has_changed_meanwhile(admin_client):
    offer = OfferFactory()
    data = {"price-0": "+10%", "step": "0.01"}
    seal = admin_client.post(page(offer.event), data | {"do": "look"}).context["seal"]
    Offer.objects.update(price=60)

    response = admin_client.post(page(offer.event), data | {"do": "it", "seal": seal})

    assert [str(message) for message in response.context["messages"]] == [
        "Something has changed meanwhile. Please look again."
    ]
    assert Offer.objects.get().price == 60


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({"price-0": "dear"}, ["price-0"]),
        ({"price-0": "99999999", "price-1": "+99999999"}, ["price-0", "price-1"]),
        ({}, ["__all__"]),
        ({"price-0": "40"}, ["__all__"]),
        ({"price-0": "45", "step": "7"}, ["step"]),
    ],
)
def test_page_says_what_is_wrong_beside_the_field(admin_client, data, fields):
    event = OfferFactory().event
    OfferFactory(event=event, label="Late", price=30)
    if data.get("price-1"):
        Offer.objects.update(price=99_999_999)
        data = {name: f"+{text}".replace("++", "+") for name, text in data.items()}

    response = admin_client.post(page(event), {"step": "0.01", "do": "look"} | data)

    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == fields


@pytest.mark.django_db
def test_action_leads_to_the_page_with_the_chosen_events(admin_client):
    events = [OfferFactory().event, OfferFactory().event]
    data = {"action": "reprice", "_selected_action": [event.pk for event in events]}

    response = admin_client.post(reverse("admin:events_event_changelist"), data)

    assert admin_client.get(response.url).context["events"] == sorted(events, key=lambda event: event.event_date)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?events=", "?events=x,-1,²", "?events=99999999999999999999", "?events=999999"])
def test_page_about_no_events_is_not_found(admin_client, query):
    assert admin_client.get(reverse("admin:events_event_reprice") + query).status_code == 404
