"""Where the seats are: the drawing of the room on a booking's page and on its tickets."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from bookings.documents.pdf import ticket_pdf
from bookings.locator import DOTS, Locator, locate
from bookings.models import Booking
from bookings.tests.sales import NOW, hold, seat_ids, sold
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.models import Seat, SeatingPlan, Section
from venues.rooms import room_of
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    """Five rows of twenty seats before a stage, whose middle is theirs."""
    offer = make_seated_offer(rows=5, seats=20)
    SeatingPlan.objects.update(focus_x=9.5, focus_y=-4)
    SeatingPlan.objects.all().renew()
    return offer


def located(booking: Booking) -> Locator | None:
    booking = Booking.objects.with_details().get(pk=booking.pk)
    return locate(booking.event, booking.tickets.with_details())


def add_floor(offer):
    """Add a standing area with an offer of its own to the room of an event."""
    SectionFactory(plan=offer.event.seating_plan, name="Floor", standing_capacity=8)
    standing = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Floor"), capacity=8)
    standing.sections.add(Section.objects.get(name="Floor"))
    open_sales(event=offer.event, now=NOW - timedelta(hours=1))
    return standing


def page(client, booking) -> str:
    return client.get(reverse("bookings:booking", args=[booking.key])).content.decode()


def test_locator_marks_the_bookings_seats_and_no_others(offer):
    seats = seat_ids(offer)
    booking = sold(offer, seats=[seats[41], seats[40]])

    locator = located(booking)

    assert [(seat.row, seat.number) for seat in locator.seats] == [("C", "1"), ("C", "2")]
    assert [outline.is_own for outline in locator.outlines] == [True]
    assert [(label.text, label.kind) for label in locator.labels] == [("Stage", "lit"), ("Stalls", "own")]
    assert locator.dots.count("M") == 100


@pytest.mark.parametrize(
    ("numbers", "where"),
    [
        ([1, 2], ", on the left as you face the stage"),
        ([10, 11], ", in the middle"),
        ([20], ", on the right as you face the stage"),
    ],
)
def test_locator_tells_the_way_in_words(offer, numbers, where):
    seats = seat_ids(offer)
    booking = sold(offer, seats=[seats[20 + number - 1] for number in numbers])

    noun = "seat" if len(numbers) == 1 else "seats"
    assert located(booking).words == (
        f"Stalls, row B, {noun} {', '.join(map(str, numbers))}: row 2 of 5 from the stage{where}.",
    )


def test_locator_knows_no_left_and_right_around_a_pitch(offer):
    SeatingPlan.objects.update(focus="pitch")
    booking = sold(offer, seats=seat_ids(offer)[:1])

    assert located(booking).words == ("Stalls, row A, seat 1: row 1 of 5 from the pitch.",)


def test_locator_lights_the_area_of_standing_places(offer):
    booking = sold(add_floor(offer), 2)

    locator = located(booking)

    own = [outline.is_own for outline in locator.outlines]
    assert (locator.seats, own) == ((), [False, True])
    assert locator.words == ("Floor: standing, choose your place when you come.",)


def test_locator_is_left_out_where_there_is_nothing_to_show():
    assert located(sold(make_offer())) is None


def test_locator_draws_no_dots_where_there_are_too_many(offer):
    section = Section.objects.get()
    Seat.objects.bulk_create(
        Seat(section=section, row="Z", number=str(number), row_index=9, position=number, x=number, y=9)
        for number in range(DOTS)
    )
    SeatingPlan.objects.all().renew()

    assert located(sold(offer)).dots == ""


@pytest.mark.parametrize("quantity", [1, 10])
def test_locator_asks_nothing_of_a_known_room(offer, quantity, django_assert_num_queries):
    booking = Booking.objects.with_details().get(pk=sold(offer, quantity).pk)
    tickets = list(booking.tickets.with_details())
    room_of(booking.event.seating_plan)

    with django_assert_num_queries(0):
        assert len(locate(booking.event, tickets).seats) == quantity


def test_booking_page_shows_the_room_and_says_it(client, offer):
    booking = sold(offer, seats=seat_ids(offer)[:2])

    html = page(client, booking)

    words = "Stalls, row A, seats 1, 2: row 1 of 5 from the stage, on the left as you face the stage."
    summary = f"The room from above, with the stage and your places marked. {words}"
    assert re.findall(r'<svg class="locator"[^>]* role="img" aria-label="([^"]*)"', html) == [summary]
    assert html.count(f"<li>{words}</li>") == 1
    assert html.count('class="locator-seat"') == 2


def test_booking_page_writes_html_in_section_names_as_text(client, offer):
    Section.objects.update(name='<img src=x onerror="alert(1)">')
    SeatingPlan.objects.all().renew()

    html = page(client, sold(offer))

    assert "<img src=x" not in html


def test_booking_page_of_a_hold_shows_no_room(client, offer):
    assert 'class="locator"' not in page(client, hold(offer))


def test_booking_page_of_general_admission_shows_no_room(client):
    assert 'class="locator"' not in page(client, sold(make_offer()))


def printed(booking) -> PdfReader:
    booking = Booking.objects.with_details().get(pk=booking.pk)
    return PdfReader(BytesIO(ticket_pdf(booking, booking.tickets.with_details(), now=NOW)))


def test_ticket_pdf_draws_the_room_once_for_all_pages(offer):
    reader = printed(sold(offer, 3))

    headings = [page.extract_text().count("Your seat") for page in reader.pages]
    forms = {
        str(form.idnum)
        for page in reader.pages
        for form in page["/Resources"]["/XObject"].values()
        if hasattr(form, "idnum")
    }
    assert headings == [1, 1, 1]
    assert len(forms) <= 2


def test_ticket_pdf_shows_the_area_of_standing_places(offer):
    (leaf,) = printed(sold(add_floor(offer))).pages

    assert leaf.extract_text().count("Your place") == 1


def test_ticket_pdf_without_a_room_gives_advice_in_its_place():
    (leaf,) = printed(sold(make_offer())).pages

    text = leaf.extract_text()
    assert (text.count("Before you come"), text.count("Your place")) == (1, 0)


def test_ticket_pdf_of_a_large_room_stays_small(offer):
    section = SectionFactory(plan=offer.event.seating_plan, name="Stand")
    make_seats(section, rows=20, seats=100)
    booking = Booking.objects.with_details().get(pk=sold(offer, 10).pk)

    content = ticket_pdf(booking, booking.tickets.with_details(), now=NOW)

    assert len(content) < 120_000
