"""Behind the counter: other seats for cash, a part of the money back, and the story of the seat."""

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from bookings.tests.factories import ShiftFactory
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory
from venues.tests.factories import SectionFactory, make_seats

from . import steps
from .test_staff import logs_in
from .visitor import PHONE


def has_a_shift(username):
    user = User.objects.get(username=username)
    return user.shifts.filter(closed_at=None).first() or ShiftFactory(user=user)


def seat_of(offer, row, number):
    return offer.places.get(seat__row=row, seat__number=number)


def test_box_office_exchanges_seats_and_takes_the_difference_in_cash(come, house):
    offer = steps.seated_evening("The Better Seats")
    balcony = SectionFactory(plan=offer.event.seating_plan, name="Balcony")
    make_seats(balcony, rows=1, seats=6)
    cheap = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"), price=25, capacity=6)
    cheap.sections.add(balcony)
    open_sales(event=offer.event, now=timezone.now())
    given_back, place = seat_of(cheap, "A", "1"), seat_of(offer, "B", "3")
    booking = steps.sold(cheap, 1, email="ada.upgrades@example.org", seats=[given_back.seat_id])
    shift = has_a_shift("box_office")
    bernadette = come()

    logs_in(bernadette, house, "box_office")
    bernadette.goes(f"/admin/bookings/booking/{booking.pk}/change/")
    bernadette.looks()
    bernadette.clicks("Exchange…", "link")
    bernadette.page.wait_for_url("**/exchange/")
    bernadette.looks()
    before = bernadette.page.locator("#map").bounding_box()["height"]
    bernadette.clicks("Zoom in")
    assert bernadette.page.locator("#map").bounding_box()["height"] > before
    bernadette.clicks("Fit")
    bernadette.page.locator(f"input[name=seat][value='{given_back.seat_id}']").first.uncheck()
    bernadette.page.locator(f"#map use[data-seat='{place.seat_id}']").click()
    bernadette.page.get_by_label("Cash").check()
    bernadette.clicks("Show what it costs")
    bernadette.reads("Take €15.00 in cash.")
    bernadette.looks()
    bernadette.clicks("€15.00 taken: exchange")
    bernadette.reads(f"{booking} exchanged, €15.00 taken.")
    bernadette.looks()

    booking.refresh_from_db()
    charge = booking.payments.latest("pk")
    assert (booking.total_price, booking.tickets.valid().get().place) == (40, place)
    assert (charge.provider, charge.amount, charge.shift) == ("cash", 15, shift)

    bernadette.clicks(str(place), "link")
    bernadette.page.wait_for_url("**/story/")
    bernadette.reads(f"Sold in an exchange to {booking} (Ada Lovelace)")
    bernadette.looks()


def test_box_office_gives_a_part_back_for_one_of_three_tickets(come, house):
    email = "ada.returns@example.org"
    offer = steps.seated_evening("The Half Refund")
    seats = [seat_of(offer, "A", number).seat_id for number in ("1", "2", "3")]
    booking = steps.sold(offer, 3, email=email, seats=seats)
    bernadette = come(size=PHONE)

    logs_in(bernadette, house, "box_office")
    bernadette.goes(f"/admin/bookings/booking/{booking.pk}/change/")
    bernadette.looks()
    bernadette.clicks("Cancel…", "link")
    bernadette.page.wait_for_url("**/cancel/")
    bernadette.looks()
    for seat in ("seat 2", "seat 3"):
        bernadette.page.get_by_label(f"Stalls, row A, {seat}, Standard, €40.00").uncheck()
    bernadette.page.get_by_label("A part").check()
    bernadette.clicks("Show what will happen")
    bernadette.reads("Say how much.")
    bernadette.looks(status=422)
    bernadette.fills({"How much": "12.50", "Reason": "Came too late"})
    bernadette.clicks("Show what will happen")
    bernadette.reads("€27.50 is kept by the house.")
    bernadette.looks()
    bernadette.clicks("Cancel 1 ticket")
    bernadette.reads(f"{booking}: 1 ticket cancelled.")
    bernadette.looks()

    booking.refresh_from_db()
    assert (booking.quantity, str(booking.total_price), str(booking.retained)) == (2, "80.00", "27.50")
    assert steps.gets_letter(email, "")

    bernadette.goes(f"/admin/ticketing/place/find/?event={offer.event_id}")
    bernadette.sees("Why is a seat taken?")
    bernadette.fills({"Seat or ticket": "A1"})
    bernadette.clicks("Tell me why")
    bernadette.page.wait_for_url("**/story/")
    expect(bernadette.page.get_by_text("Free since")).to_be_visible()
    bernadette.reads(f"Given back by {booking} (Ada Lovelace): ticket cancelled")
    bernadette.looks()
