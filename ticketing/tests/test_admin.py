import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from events.tests.factories import CategoryFactory, EventFactory
from ticketing import stock
from ticketing.models import FOREVER, Offer, Place, PromoCode, TicketType
from ticketing.stock import Selection
from ticketing.tests.factories import (
    OfferFactory,
    PlaceFactory,
    PromoCodeFactory,
    TicketTypeFactory,
    make_offer,
    make_seated_offer,
)
from venues.tests.factories import SectionFactory, VenueFactory, make_seats

pytestmark = pytest.mark.django_db


def claim(offer: Offer, quantity: int) -> None:
    now = timezone.now()
    stock.claim(
        event=offer.event,
        offers=[offer],
        selection=Selection({offer.pk: quantity}),
        claim=uuid4(),
        now=now,
        until=now + timedelta(minutes=10),
    )


def offer_data(index: int, offer: Offer | None = None, **changes) -> dict:
    """What the event's page posts for one of its offers."""
    data = {
        "id": offer.pk if offer else "",
        "ticket_type": offer.ticket_type_id if offer else TicketTypeFactory().pk,
        "label": offer.label if offer else "",
        "price": offer.price if offer else "40.00",
        "capacity": offer.capacity if offer else "",
        "sections": [section.pk for section in offer.sections.all()] if offer else [],
    } | changes
    return {f"offers-{index}-{name}": value for name, value in data.items()}


def event_data(event: Event | None, *offers: dict, **changes) -> dict:
    """What the event's page posts, with its offers."""
    event = event or EventFactory.build(category=CategoryFactory(), venue=VenueFactory(), seating_plan=None)
    begins = timezone.localtime(event.event_date, event.venue.tz)
    data = {
        "name": event.name,
        "slug": event.slug,
        "category": event.category_id,
        "production": "",
        "venue": event.venue_id,
        "seating_plan": event.seating_plan_id or "",
        "event_date_0": f"{begins:%Y-%m-%d}",
        "event_date_1": f"{begins:%H:%M:%S}",
        "max_tickets_per_booking": "10",
        "cancellation_hours": "48",
        "offers-TOTAL_FORMS": len(offers),
        "offers-INITIAL_FORMS": sum(bool(offer[f"offers-{index}-id"]) for index, offer in enumerate(offers)),
    }
    for offer in offers:
        data |= offer
    return data | changes


def change(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def offer_errors(response) -> list[dict]:
    (inline,) = response.context["inline_admin_formsets"]
    return [
        {field: list(errors) for field, errors in form.errors.items()} for form in inline.formset.forms if form.errors
    ]


def messages_of(response) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


# Lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "make", "queries"),
    [
        ("tickettype", lambda n: TicketTypeFactory(name=f"Type {n}"), 5),
        ("offer", lambda n: make_offer(capacity=2), 9),
        ("place", lambda n: PlaceFactory(), 5),
        ("promocode", lambda n: PromoCodeFactory(), 4),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(
    admin_client, django_assert_num_queries, table, make, queries, rows
):
    for number in range(rows):
        make(number)

    with django_assert_num_queries(queries):
        response = admin_client.get(reverse(f"admin:ticketing_{table}_changelist"))

    assert response.context["cl"].result_count >= rows


@pytest.mark.parametrize("rows", [1, 3])
def test_event_list_with_its_stock_costs_the_same_for_any_number_of_rows(admin_client, django_assert_num_queries, rows):
    for _ in range(rows):
        make_offer(capacity=3)

    with django_assert_num_queries(9):
        response = admin_client.get(reverse("admin:events_event_changelist"))

    assert response.context["cl"].result_count == rows


def test_event_list_says_how_full_each_event_is(admin_client):
    offer = make_offer(capacity=5)
    claim(offer, 2)
    Place.objects.filter(claim=None).update(free_from=FOREVER)
    EventFactory(name="Empty")

    response = admin_client.get(reverse("admin:events_event_changelist"))

    page = response.content.decode()
    assert '<progress max="5" value="5" aria-hidden="true"></progress>' in page
    assert "<span>0 sold · 2 held · 3 blocked · 0 free</span>" in page
    assert "No places yet" in page


@pytest.mark.parametrize(("state", "count"), [("free", 3), ("held", 2), ("sold", 0), ("blocked", 0), ("", 5)])
def test_place_list_is_filtered_by_state(admin_client, state, count):
    claim(make_offer(capacity=5), 2)

    response = admin_client.get(reverse("admin:ticketing_place_changelist"), {"state": state} if state else {})

    assert response.context["cl"].result_count == count


@pytest.mark.parametrize(("sales", "labels"), [("now", ["now"]), ("later", ["later"]), ("over", ["over"])])
def test_offer_list_is_filtered_by_sales_period(admin_client, sales, labels):
    now = timezone.now()
    OfferFactory(label="now")
    OfferFactory(label="later", on_sale_at=now + timedelta(days=1))
    OfferFactory(label="over", off_sale_at=now - timedelta(days=1))

    response = admin_client.get(reverse("admin:ticketing_offer_changelist"), {"sales": sales})

    assert [offer.label for offer in response.context["cl"].result_list] == labels


@pytest.mark.parametrize(("usable", "codes"), [("yes", ["GOOD"]), ("no", ["OLD"]), ("", ["GOOD", "OLD"])])
def test_promo_code_list_is_filtered_by_state(admin_client, usable, codes):
    PromoCodeFactory(code="GOOD")
    PromoCodeFactory(code="OLD", valid_until=timezone.now())

    response = admin_client.get(reverse("admin:ticketing_promocode_changelist"), {"usable": usable} if usable else {})

    assert [code.code for code in response.context["cl"].result_list] == codes


# The event's page -----------------------------------------------------------------------------


def test_offers_are_made_with_the_event(admin_client):
    data = event_data(None, offer_data(0, capacity="300"), offer_data(1, capacity="20", price="90", label="Front"))

    response = admin_client.post(reverse("admin:events_event_add"), data)

    assert response.status_code == 302
    assert list(Offer.objects.values_list("label", "price", "capacity")) == [
        ("Front", Decimal("90.00"), 20),
        ("", Decimal("40.00"), 300),
    ]


def test_offer_with_sections_gets_its_capacity_from_them(admin_client):
    section = SectionFactory()
    make_seats(section, rows=2, seats=6)
    circle = SectionFactory(plan=section.plan)
    make_seats(circle, rows=3, seats=10)
    event = EventFactory(venue=section.plan.venue, seating_plan=section.plan)

    admin_client.post(change(event), event_data(event, offer_data(0, sections=[section.pk, circle.pk])))

    offer = event.offers.get()
    assert offer.capacity == 42
    assert set(offer.sections.all()) == {section, circle}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, [{"capacity": ["Say how many places there are, or choose sections."]}]),
        ({"capacity": "-3"}, [{"capacity": ["Ensure this value is greater than or equal to 0."]}]),
        ({"capacity": "5", "price": "-1"}, [{"price": ["Ensure this value is greater than or equal to 0.00."]}]),
        ({"capacity": "5", "price": "ten"}, [{"price": ["Enter a number."]}]),
        (
            {"capacity": "5", "on_sale_at_0": "2030-01-02", "on_sale_at_1": "10:00"}
            | {"off_sale_at_0": "2030-01-02", "off_sale_at_1": "09:00"},
            [{"off_sale_at": ["Sales end after they begin."]}],
        ),
        ({"capacity": "1001"}, [{"capacity": ["The offers add up to 1,001 places, but Opera holds 1,000."]}]),
    ],
)
def test_offer_that_breaks_a_rule_is_refused_beside_the_field(admin_client, changes, errors):
    event = EventFactory(venue__name="Opera")

    response = admin_client.post(change(event), event_data(event, offer_data(0, **changes)))

    assert offer_errors(response) == errors
    assert Offer.objects.count() == 0


def test_offer_on_a_section_of_another_plan_is_refused(admin_client):
    foreign = SectionFactory(name="Balcony")
    make_seats(foreign, rows=1, seats=2)
    event = EventFactory()

    response = admin_client.post(change(event), event_data(event, offer_data(0, sections=[foreign.pk])))

    assert offer_errors(response) == [{"sections": ["“Balcony” is not part of the event's seating plan."]}]


def test_section_without_seats_cannot_be_sold(admin_client):
    section = SectionFactory()
    event = EventFactory(venue=section.plan.venue, seating_plan=section.plan)

    response = admin_client.post(change(event), event_data(event, offer_data(0, sections=[section.pk])))

    assert offer_errors(response) == [
        {"sections": ["These sections have no seats yet. Make them first, on the plan's page."]}
    ]


def test_section_cannot_be_in_two_offers(admin_client):
    offer = make_seated_offer(rows=1, seats=3)
    other = offer_data(1, sections=[offer.sections.get().pk], label="Late")

    response = admin_client.post(change(offer.event), event_data(offer.event, offer_data(0, offer), other))

    assert offer_errors(response) == [{"sections": ["“Stalls” belongs to Standard already."]}]


def test_two_offers_of_the_same_name_are_refused(admin_client):
    data = event_data(None, offer_data(0, capacity="10"), offer_data(1, capacity="10"))

    response = admin_client.post(reverse("admin:events_event_add"), data)

    (inline,) = response.context["inline_admin_formsets"]
    assert len(inline.formset.non_form_errors()) == 1
    assert Event.objects.count() == 0


def test_offer_times_are_on_the_clock_of_the_venue(admin_client):
    event = EventFactory(venue__time_zone="Asia/Kolkata")
    times = {"on_sale_at_0": "2030-01-02", "on_sale_at_1": "10:00"}

    admin_client.post(change(event), event_data(event, offer_data(0, capacity="10", **times)))

    assert event.offers.get().on_sale_at == datetime(2030, 1, 2, 4, 30, tzinfo=UTC)


def test_offer_that_grows_after_sales_were_opened_gets_its_places(admin_client):
    offer = make_offer(capacity=10)

    admin_client.post(change(offer.event), event_data(offer.event, offer_data(0, offer, capacity="12")))

    assert offer.places.count() == 12


def test_offer_that_is_saved_before_sales_are_opened_gets_no_places(admin_client):
    offer = OfferFactory(capacity=10)

    admin_client.post(change(offer.event), event_data(offer.event, offer_data(0, offer, capacity="12")))

    assert offer.places.count() == 0


def test_offer_cannot_shrink_below_what_is_held(admin_client):
    offer = make_offer(capacity=10)
    claim(offer, 4)

    response = admin_client.post(change(offer.event), event_data(offer.event, offer_data(0, offer, capacity="3")))

    assert offer_errors(response) == [{"capacity": ["4 places are held or have been sold, so there cannot be fewer."]}]
    assert offer.places.count() == 10


def test_offer_without_sales_is_deleted_with_its_places(admin_client):
    offer = make_offer(capacity=10)

    admin_client.post(change(offer.event), event_data(offer.event, offer_data(0, offer, DELETE="on")))

    assert Offer.objects.count() == Place.objects.count() == 0


def test_room_of_an_event_is_fixed_once_its_places_are_made(admin_client):
    event = make_offer(capacity=2).event

    response = admin_client.get(change(event))

    fields = response.context["adminform"].form.fields
    assert {"venue", "seating_plan"} & fields.keys() == set()


@pytest.mark.parametrize("offers", [1, 3])
def test_event_page_costs_the_same_for_any_number_of_offers(admin_client, django_assert_num_queries, offers):
    event = make_seated_offer(rows=1, seats=2).event
    for number in range(offers - 1):
        section = SectionFactory(plan=event.seating_plan, name=f"Part {number}")
        OfferFactory(event=event, label=f"{number}").sections.add(section)

    ContentType.objects.get_for_model(Event)  # looked up once per process

    with django_assert_num_queries(15):
        admin_client.get(change(event))


# Opening sales --------------------------------------------------------------------------------


def test_open_sales_makes_the_places_and_says_how_many(admin_client):
    offer = OfferFactory(capacity=25)
    url = reverse("admin:events_event_act", args=[offer.event.pk])

    response = admin_client.post(url, {"action": "open_sales"}, follow=True)

    assert messages_of(response) == [("success", f"{offer.event}: 25 places are ready for sale.")]
    assert offer.places.count() == 25


def test_open_sales_shows_each_refusal_with_its_reason(admin_client):
    ready, empty = OfferFactory(capacity=5).event, EventFactory()
    data = {"action": "open_sales", "_selected_action": [ready.pk, empty.pk]}

    response = admin_client.post(reverse("admin:events_event_changelist"), data, follow=True)

    assert messages_of(response) == [
        ("success", f"{ready}: 5 places are ready for sale."),
        ("error", f"{empty}: Add at least one offer first."),
    ]


# Pages of their own ---------------------------------------------------------------------------


def test_offer_page_compares_with_the_other_offers(admin_client):
    offer = OfferFactory(capacity=900, event__venue__name="Opera")
    data = {"event": offer.event.pk, "ticket_type": TicketTypeFactory(name="VIP").pk, "price": "90", "capacity": "101"}

    response = admin_client.post(reverse("admin:ticketing_offer_add"), data)

    assert response.context["adminform"].form.errors == {
        "capacity": ["The offers add up to 1,001 places, but Opera holds 1,000."]
    }


def test_offer_page_fits_the_stock(admin_client):
    offer = make_offer(capacity=10)
    data = {"ticket_type": offer.ticket_type_id, "label": "", "price": "35.00", "capacity": "11"}

    admin_client.post(change(offer), data)

    offer.refresh_from_db()
    assert (offer.price, offer.capacity, offer.places.count()) == (Decimal("35.00"), 11, 11)


def test_offers_are_found_with_their_event(admin_client):
    offer = OfferFactory(event__name="Gala")
    query = {"app_label": "ticketing", "model_name": "promocode", "field_name": "offers", "term": "gala"}

    response = admin_client.get(reverse("admin:ticketing_offer_autocomplete"), query)

    assert json.loads(response.content)["results"] == [{"id": str(offer.pk), "text": f"{offer.event}: Standard"}]


def test_places_cannot_be_written(admin_client):
    place = PlaceFactory()

    assert admin_client.get(change(place)).status_code == 200
    assert admin_client.post(change(place), {}).status_code == 403
    assert admin_client.get(reverse("admin:ticketing_place_add")).status_code == 403
    assert admin_client.get(reverse("admin:ticketing_place_delete", args=[place.pk])).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "summer"}, "code"),
        ({"percent": ""}, "percent"),
        ({"amount": "5"}, "percent"),
        ({"percent": "101"}, "percent"),
        ({"percent": "0"}, "percent"),
    ],
)
def test_promo_code_that_breaks_a_rule_is_refused_beside_the_field(admin_client, changes, field):
    PromoCodeFactory(code="SUMMER")
    data = {"code": "WINTER", "percent": "10", "amount": ""} | changes

    response = admin_client.post(reverse("admin:ticketing_promocode_add"), data)

    assert list(response.context["adminform"].form.errors) == [field]


def test_promo_code_for_offers_of_other_events_is_refused(admin_client):
    offer, event = OfferFactory(), EventFactory()
    data = {"code": "WINTER", "percent": "10", "events": [event.pk], "offers": [offer.pk]}

    response = admin_client.post(reverse("admin:ticketing_promocode_add"), data)

    assert list(response.context["adminform"].form.errors) == ["offers"]


def test_promo_code_change_leaves_the_count_of_uses_alone(admin_client):
    code = PromoCodeFactory(uses=3, max_uses=10)

    admin_client.post(change(code), {"code": code.code, "percent": "25", "max_uses": "10", "uses": "0"})

    code.refresh_from_db()
    assert (code.percent, code.uses) == (25, 3)


def test_promo_code_cannot_be_limited_below_its_uses(admin_client):
    code = PromoCodeFactory(uses=3)

    response = admin_client.post(change(code), {"code": code.code, "percent": "10", "max_uses": "2"})

    assert list(response.context["adminform"].form.errors) == ["max_uses"]


def test_ticket_type_price_must_be_positive(admin_client):
    response = admin_client.post(reverse("admin:ticketing_tickettype_add"), {"name": "Gift", "price": "0"})

    assert list(response.context["adminform"].form.errors) == ["price"]
    assert TicketType.objects.count() == 0


def test_ticket_type_that_is_offered_cannot_be_deleted(admin_client):
    ticket_type = OfferFactory().ticket_type

    page = admin_client.get(reverse("admin:ticketing_tickettype_delete", args=[ticket_type.pk]))

    assert page.context["protected"] == ["1 offer"]


def test_promo_code_offers_are_named_with_their_event(admin_client):
    offer = OfferFactory(event__name="Gala")
    code = PromoCode.objects.create(code="GALA", percent=10)
    code.offers.add(offer)

    page = admin_client.get(change(code)).content.decode()

    assert f'<option value="{offer.pk}" selected>{offer.event}: Standard</option>' in page


def test_seats_that_are_sold_stay_and_the_refusal_is_shown(admin_client):
    section = make_seated_offer(rows=2, seats=4).sections.get()
    section.layout = {"rows": {"count": 1}, "seats": 4}
    section.save()

    response = admin_client.post(
        reverse("admin:venues_section_act", args=[section.pk]), {"action": "build_seats"}, follow=True
    )

    (message,) = response.context["messages"]
    assert "these seats have to stay" in str(message)
    assert section.seats.count() == 8


def test_open_sales_is_offered_until_the_places_are_there(admin_client):
    fresh, opened = OfferFactory().event, make_offer(5).event

    names = [
        {button["name"] for button in admin_client.get(change(event)).context["buttons"]} for event in (fresh, opened)
    ]

    assert ["open_sales" in each for each in names] == [True, False]


def test_validity_of_a_promo_code_is_written_on_the_clock_of_24_hours(admin_client):
    PromoCodeFactory(valid_until=datetime(2030, 5, 1, 21, 5, tzinfo=UTC))

    response = admin_client.get(reverse("admin:ticketing_promocode_changelist"))

    assert "1 May 2030, 21:05" in response.text
