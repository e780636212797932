"""The picker: live numbers, every state in words, and choices that survive."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from events.models import Event
from events.tests.factories import EventFactory, ProductionFactory
from ticketing.models import FOREVER, Place
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.models import Seat
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db


def visit(client, offer, query=""):
    """Open the picker as a list. (The map: test_map.py.)"""
    address = reverse("ticketing:picker", args=[offer.event.slug]) + query
    return client.get(f"{address}{'&' if query else '?'}view=list")


def picker(client, offer, query=""):
    return visit(client, offer, query).context["picker"]


def take(offer, count):
    """Sell the first places of an offer."""
    places = offer.places.order_by("pk").values_list("pk", flat=True)[:count]
    Place.objects.filter(pk__in=list(places)).update(free_from=FOREVER)


def seat_ids(offer, *numbers, row="A"):
    return [offer.places.get(seat__row=row, seat__number=str(number)).seat_id for number in numbers]


def add_section(offer, name, **kwargs):
    """Add a section of one row, sold by the same offer."""
    section = SectionFactory(plan=offer.event.seating_plan, name=name, order=1)
    make_seats(section, rows=1, seats=4)
    offer.sections.add(section)
    open_sales(event=offer.event, now=timezone.now() - timedelta(hours=1))
    return section


# Quantities -----------------------------------------------------------------------------------


def test_picker_shows_each_offer_with_a_field_for_its_number(client):
    offer = make_offer()

    response = visit(client, offer)

    assertContains(response, "€40.00")
    assertContains(response, f'name="quantity-{offer.pk}" value="0"')
    assertContains(response, 'max="10"')
    assert [line.offer for line in response.context["picker"].lines] == [offer]


def test_picker_asks_for_no_more_than_what_is_left(client):
    offer = make_offer(capacity=12)
    take(offer, 9)

    response = visit(client, offer)

    assertContains(response, "Only 3 left")
    assertContains(response, 'max="3"')


def test_picker_says_when_an_offer_goes_on_sale(client):
    offer = make_offer()
    later = OfferFactory(event=offer.event, label="Late", on_sale_at=timezone.now() + timedelta(days=3))
    open_sales(event=offer.event, now=timezone.now())

    response = visit(client, offer)

    assertContains(response, "On sale from ")
    assertNotContains(response, f'name="quantity-{later.pk}"')


def test_picker_says_that_sales_have_ended(client):
    offer = make_offer()
    OfferFactory(event=offer.event, label="Early bird", off_sale_at=timezone.now() - timedelta(days=1))

    assertContains(visit(client, offer), "Sales have ended")


def test_picker_escapes_names(client):
    offer = make_offer(ticket_type=TicketTypeFactory(name="<b>VIP</b>"))

    assertContains(visit(client, offer), "&lt;b&gt;VIP&lt;/b&gt;")


def test_picker_makes_a_new_claim_each_time(client):
    offer = make_offer()

    first, second = (visit(client, offer).context["form"].claim for _ in range(2))

    assert first != second


def test_picker_is_not_cached(client):
    response = visit(client, make_offer())

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


# Seats ----------------------------------------------------------------------------------------


def test_picker_opens_the_only_section(client):
    offer = make_seated_offer(rows=2, seats=3)

    rows = picker(client, offer).rows

    assert [(row.name, [choice.seat.number for choice in row.seats]) for row in rows] == [
        ("A", ["1", "2", "3"]),
        ("B", ["1", "2", "3"]),
    ]


def test_seat_is_labelled_with_all_that_matters(client):
    offer = make_seated_offer(rows=1, seats=1)
    Seat.objects.update(is_accessible=True)

    response = visit(client, offer)

    assertContains(response, '<span class="visually-hidden">Stalls, row A, seat </span>1')
    assertContains(response, '<span class="visually-hidden">, €40.00, wheelchair place</span>')


def test_taken_seat_cannot_be_ticked(client):
    offer = make_seated_offer(rows=1, seats=2)
    take(offer, 1)

    response = visit(client, offer)

    assertContains(response, " disabled>", count=1)
    assertContains(response, ", €40.00, taken</span>", count=1)


def test_aisle_is_a_gap(client):
    offer = make_seated_offer(rows=1, seats=4)
    Seat.objects.filter(number="3").update(position=5)
    Seat.objects.filter(number="4").update(position=6)

    gaps = [choice.seat.number for choice in picker(client, offer).rows[0].seats if choice.has_gap_before]

    assert gaps == ["3"]


def test_one_of_several_sections_opens_on_request(client):
    offer = make_seated_offer()
    section = add_section(offer, "Balcony")

    closed, opened = picker(client, offer), picker(client, offer, f"?section={section.pk}")

    assert (closed.section, closed.rows) == (None, [])
    assert (opened.section.name, len(opened.rows)) == ("Balcony", 1)


@pytest.mark.parametrize("section", ["x", "-1", "0", "9" * 40, "%00", "&section=1"])
def test_section_that_does_not_exist_is_ignored(client, section):
    offer = make_seated_offer()
    add_section(offer, "Balcony")

    assert visit(client, offer, f"?section={section}").status_code == 200


def test_seats_stay_chosen_while_another_section_is_open(client):
    offer = make_seated_offer()
    section = add_section(offer, "Balcony")
    first, second = seat_ids(offer, 3, 4, row="B")

    shown = picker(client, offer, f"?section={section.pk}&seat={first}&seat={second}")

    assert [choice.seat.pk for choice in shown.elsewhere] == [first, second]
    assert shown.chosen_names == ["Stalls, row B, seats 3, 4"]
    assert shown.chosen_price == 80


def test_seats_of_another_event_are_not_shown(client):
    offer, other = make_seated_offer(), make_seated_offer()

    shown = picker(client, offer, f"?seat={seat_ids(other, 1)[0]}")

    assert (shown.chosen, shown.elsewhere) == ([], [])


def test_standing_and_seats_can_be_picked_together(client):
    offer = make_seated_offer()
    standing = OfferFactory(event=offer.event, label="Standing", price=15)
    open_sales(event=offer.event, now=timezone.now() - timedelta(hours=1))

    shown = picker(client, offer)

    assert [line.offer for line in shown.lines] == [standing]
    assert [section.name for section in shown.sections] == ["Stalls"]


def test_large_section_shows_one_row_at_a_time(client, monkeypatch):
    monkeypatch.setattr("ticketing.picker.LARGE", 10)
    offer = make_seated_offer(rows=3, seats=4)
    far = seat_ids(offer, 2, row="C")[0]

    folded, unfolded = picker(client, offer, f"?seat={far}"), picker(client, offer, f"?row=1&seat={far}")

    assert [(row.name, row.free, row.seats) for row in folded.rows] == [("A", 4, []), ("B", 4, []), ("C", 4, [])]
    assert [len(row.seats) for row in unfolded.rows] == [0, 4, 0]
    assert [choice.seat.pk for choice in unfolded.elsewhere] == [far]
    assert folded.chosen_names == unfolded.chosen_names == ["Stalls, row C, seat 2"]


def test_section_with_two_prices_says_both(client):
    offer = make_seated_offer(rows=2, seats=3)
    dear = OfferFactory(event=offer.event, label="Front", price=90)
    offer.places.filter(seat__row="A").update(offer=dear)

    shown = picker(client, offer)

    assert [(line.name, line.prices, line.free) for line in shown.sections] == [("Stalls", [40, 90], 6)]
    assert [(row.name, row.prices) for row in shown.rows] == [("A", [90]), ("B", [40])]
    assert [[choice.tone for choice in row.seats] for row in shown.rows] == [[1, 1, 1], [2, 2, 2]]


# Best places ----------------------------------------------------------------------------------


def test_best_places_are_proposed_and_ticked(client):
    offer = make_seated_offer(rows=2, seats=4)

    response = visit(client, offer, f"?party=4&offer={offer.pk}")

    assertContains(response, "We suggest Stalls, row A, seats 1, 2, 3, 4")
    assertContains(response, " checked>", count=4)


def test_best_places_say_when_there_are_none(client):
    offer = make_seated_offer(rows=1, seats=3)

    assertContains(visit(client, offer, "?party=4"), "We cannot seat 4 of you together or in neighbouring rows")


@pytest.mark.parametrize(
    "query", ["?party=0", "?party=x", "?party=99", "?party=", "?party=2&offer=x", "?party=2&offer=7"]
)
def test_best_places_refuse_nonsense(client, query):
    response = visit(client, make_seated_offer(), query)

    assert response.status_code == 200
    assert response.context["proposal"] == ()
    assertContains(response, 'class="invalid-feedback d-block" id="party-error"')


# When nothing can be picked --------------------------------------------------------------------


def test_sold_out_event_shows_other_dates(client):
    production = ProductionFactory()
    offer = make_offer(capacity=2, event__production=production)
    take(offer, 2)
    other = EventFactory(production=production)

    response = visit(client, offer)

    assertContains(response, "<h2>Sold out</h2>")
    assertContains(response, other.get_absolute_url())
    assertNotContains(response, 'id="picker"')


def test_sold_out_event_tells_of_places_that_are_only_held(client):
    offer = make_offer(capacity=2)
    offer.places.update(free_from=timezone.now() + timedelta(minutes=5))

    assertContains(visit(client, offer), "2 places are in other people’s baskets right now.")


def test_event_whose_offers_are_all_to_come_is_not_called_sold_out(client):
    offer = make_offer(on_sale_at=timezone.now() + timedelta(days=3))

    response = visit(client, offer)

    assertContains(response, "Nothing on sale at the moment")
    assertContains(response, "On sale from ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "cancelled"}, "This event has been cancelled, so it can no longer be booked."),
        (
            {"event_date": timezone.now() - timedelta(hours=1)},
            "This event has already begun, so it can no longer be booked.",
        ),
        ({"status": "completed"}, "This event has already begun, so it can no longer be booked."),
    ],
)
def test_event_that_cannot_be_booked_says_why(client, changes, message):
    offer = make_offer()
    Event.objects.update(**changes)

    response = visit(client, offer)

    assertContains(response, message)
    assertContains(response, reverse("events:list"))


def test_draft_is_not_found(client):
    offer = make_offer(event__published_at=None)

    assert visit(client, offer).status_code == 404
