from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.tests.sales import sold
from events.tests.factories import EventFactory
from ticketing.models import Offer, PromoCode
from venues.tests.factories import SeatingPlanFactory, SectionFactory, make_seats
from venues.tests.importing import as_csv, bring, check, counts_of, errors_of

from .factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

COLUMNS = "event ticket_type label price capacity sections on_sale_at off_sale_at"
CODES = "code percent amount valid_from valid_until max_uses max_uses_per_email events offers"


@pytest.fixture
def gala():
    TicketTypeFactory()
    TicketTypeFactory(name="VIP", price=90)
    plan = SeatingPlanFactory(venue__capacity=100, venue__time_zone="Europe/Vienna")
    make_seats(SectionFactory(plan=plan, name="Stalls"), rows=2, seats=5)
    make_seats(SectionFactory(plan=plan, name="Circle"), rows=1, seats=4)
    SectionFactory(plan=plan, name="Floor", standing_capacity=30)
    return EventFactory(slug="gala", venue=plan.venue, seating_plan=plan)


def test_offers_are_made_with_their_sections_and_no_places_yet(gala):
    job = bring(
        "offers",
        as_csv(
            COLUMNS,
            ("gala", "Standard", "", "1.234,50", "", "Stalls; Circle", "2030-01-01 10:00", ""),
            ("gala", "VIP", "Gold", "90", 7, "", "", ""),
        ),
    )

    assert counts_of(job) == (2, 0, 0)
    first, second = Offer.objects.order_by("pk")
    assert (first.price, first.capacity) == (Decimal("1234.50"), 14)
    assert sorted(first.sections.values_list("name", flat=True)) == ["Circle", "Stalls"]
    assert f"{first.on_sale_at:%H:%M %Z}" == "09:00 UTC"
    assert (second.name, second.capacity, second.off_sale_at) == ("VIP, Gold", 7, None)
    assert not gala.places.exists()
    details = [row.detail for row in gala.activities.all()]
    assert details == [
        {"file": "rows.csv", "offer": "Standard", "price": "1234.50", "new": True},
        {"file": "rows.csv", "offer": "VIP, Gold", "price": "90.00", "new": True},
    ]


def test_sales_are_opened_when_asked_for(gala):
    bring("offers", as_csv(COLUMNS, ("gala", "Standard", "", "40", "", "Stalls", "", "")), open_sales=True)

    assert gala.places.count() == 10


def test_places_are_made_to_fit_where_sales_are_open():
    offer = make_offer(20, event__slug="gala")

    job = bring("offers", as_csv("event ticket_type label price capacity", ("gala", "Standard", "", "45,00", 25)))

    assert counts_of(job) == (0, 1, 0)
    offer.refresh_from_db()
    assert (offer.price, offer.places.count()) == (Decimal("45.00"), 25)
    assert offer.event.activities.get(verb="import offers").detail["changed"] == ["price", "capacity"]


def test_sections_move_from_one_offer_to_another(gala):
    offer = OfferFactory(event=gala, capacity=14)
    offer.sections.set(gala.seating_plan.sections.filter(standing_capacity=None))

    job = bring(
        "offers",
        as_csv(
            COLUMNS,
            ("gala", "Standard", "", "40", "", "Stalls", "", ""),
            ("gala", "VIP", "", "90", "", "Circle", "", ""),
        ),
    )

    assert counts_of(job) == (1, 1, 0)
    owned = {
        (offer.name, name) for offer in Offer.objects.all() for name in offer.sections.values_list("name", flat=True)
    }
    assert owned == {("Standard", "Stalls"), ("VIP", "Circle")}


def test_errors_are_listed_by_row_and_column(gala):
    sold(make_offer(20, event__slug="busy"), 5)

    job = check(
        "offers",
        as_csv(
            COLUMNS,
            ("none", "Gold", "", "1.2.3", "x", "", "", ""),
            ("gala", "Standard", "a", "-1", "", "Balcony", "2030-01-02 10:00", "2030-01-01 10:00"),
            ("gala", "Standard", "b", "1", "", "", "", ""),
            ("gala", "Standard", "c", "1", 5, "", "2030-01-02 10:00", "2030-01-01 10:00"),
            ("gala", "Standard", "d", "1", "", "Stalls; Floor", "", ""),
            ("gala", "Standard", "e", "1", "", "Stalls", "", ""),
            ("gala", "Standard", "f", "1", 80, "", "", ""),
            ("busy", "Standard", "", "40", 3, "", "", ""),
            ("busy", "Standard", "", "40", 9, "", "", ""),
        ),
    )

    assert errors_of(job) == [
        (2, "event", "there is no event with the slug “none”."),
        (2, "ticket_type", "there is no ticket type “Gold”."),
        (2, "price", "“1.2.3” is no amount. Write it as 1234.50."),
        (2, "capacity", "“x” is no whole number."),
        (3, "price", "-1.00 is not from 0.00 to 99,999,999.99."),
        (3, "sections", "the event's seating plan has no section “Balcony”."),
        (4, "capacity", "Say how many places there are, or name sections."),
        (5, "off_sale_at", "Sales end after they begin."),
        (6, "sections", "These sections are seated and standing: make an offer for each kind."),
        (7, "sections", "“Stalls” belongs to Standard, d already."),
        (8, "capacity", f"The offers add up to 130 places, but {gala.venue.name} holds 100."),
        (9, "capacity", "5 places are held or have been sold, so there cannot be fewer."),
        (10, "", "This is the same as row 9."),
    ]
    assert Offer.objects.filter(event=gala).count() == 0


def test_an_export_of_offers_can_be_imported_and_changes_nothing(admin_client):
    make_seated_offer(label="=1+1")
    OfferFactory(price="12.30")

    data = admin_client.get(reverse("admin:ticketing_offer_export_xlsx")).content
    job = check("offers", data)

    assert errors_of(job) == []
    assert counts_of(job) == (0, 0, 2)


# Promo codes ----------------------------------------------------------------------------------


def test_promo_codes_are_made_and_changed():
    offer = OfferFactory(event__slug="gala", label="Early")
    PromoCodeFactory(code="spring", percent=10, max_uses=5, uses=3)

    job = bring(
        "promo-codes",
        as_csv(
            CODES,
            ("SPRING", 20, "", "", "", 5, "", "", ""),
            ("SUMMER", "", "5,50", "2030-01-01 00:00", "2030-02-01 00:00", 9, 1, "gala", "gala: Standard, Early"),
        ),
    )

    assert counts_of(job) == (1, 1, 0)
    spring, summer = PromoCode.objects.order_by("pk")
    assert (spring.percent, spring.uses, spring.max_uses) == (20, 3, 5)
    assert (summer.amount, summer.max_uses, summer.max_uses_per_email) == (Decimal("5.50"), 9, 1)
    assert list(summer.events.all()) == [offer.event]
    assert list(summer.offers.all()) == [offer]


def test_promo_codes_lose_their_events_when_the_cell_is_empty_and_keep_them_without_the_column():
    code = PromoCodeFactory(code="SPRING", percent=10)
    code.events.add(EventFactory())

    same = check("promo-codes", as_csv("code percent", ("SPRING", 10)))
    bring("promo-codes", as_csv("code percent events", ("SPRING", 10, "")))

    assert counts_of(same) == (0, 0, 1)
    assert code.events.count() == 0


def test_errors_of_promo_codes_are_listed_by_row_and_column():
    EventFactory(slug="gala")
    OfferFactory(event__slug="ball")
    PromoCodeFactory(code="USED", uses=5)

    job = check(
        "promo-codes",
        as_csv(
            CODES,
            ("", 101, "x", "", "", -1, 0, "none", "ball: VIP"),
            ("BOTH", 10, "5", "2030-02-01 00:00", "2030-01-01 00:00", "", "", "", ""),
            ("MIXED", 10, "", "", "", "", "", "gala", "ball: Standard"),
            ("used", 10, "", "", "", 4, "", "", ""),
            ("Used", 10, "", "", "", "", "", "", ""),
        ),
    )

    assert errors_of(job) == [
        (2, "code", "is missing."),
        (2, "percent", "101 is not from 1 to 100."),
        (2, "amount", "“x” is no amount. Write it as 1234.50."),
        (2, "max_uses", "-1 is less than 0."),
        (2, "max_uses_per_email", "0 is less than 1."),
        (2, "events", "there is no event with the slug “none”."),
        (2, "offers", "there is no offer “ball: VIP”."),
        (3, "percent", "Give either a percentage or an amount."),
        (3, "valid_until", "Validity ends after it begins."),
        (4, "offers", "Some of these offers belong to other events than those of the code."),
        (5, "max_uses", "The code has been used more often than that."),
        (6, "", "This is the same as row 5."),
    ]


def test_an_export_of_promo_codes_can_be_imported_and_changes_nothing(admin_client):
    code = PromoCodeFactory(code="+1+1", percent=None, amount="5.00")
    offer = OfferFactory()
    code.events.add(offer.event)
    code.offers.add(offer)
    PromoCodeFactory()

    data = admin_client.get(reverse("admin:ticketing_promocode_export")).content
    job = check("promo-codes", data)

    assert errors_of(job) == []
    assert counts_of(job) == (0, 0, 2)
