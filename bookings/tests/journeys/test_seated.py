"""A play with seats, on a phone: best places, seats one by one, and what the tickets say."""

from playwright.sync_api import expect

from bookings.tests import sales

from . import steps
from .visitor import PHONE


def seat(visitor, row, number):
    return visitor.page.get_by_label(f"Stalls, row {row}, seat {number},")


def test_from_the_event_to_two_seats(come):
    offer = steps.seated_evening("The Lamplighter’s Daughter")
    steps.sold(offer, 1, email="grace@example.org", seats=sales.seat_ids(offer)[:1])
    ada = come(size=PHONE)

    steps.opens_picker(ada, offer.event)
    expect(seat(ada, "A", 1)).to_be_disabled()
    is_offered_the_best_places(ada)
    chooses_others(ada)
    steps.continues(ada)
    ada.sees("Checkout")
    ada.reads("Stalls, row C, seats 7, 8")
    steps.says_who(ada, email="ada.seated@example.org")
    steps.goes_to_payment(ada)
    steps.pays(ada)

    booking = steps.has_tickets(ada, offer.event, 2)
    assert seats_of(booking) == [("C", "7"), ("C", "8")]
    for number in ("7", "8"):
        stub = ada.page.locator("article.stub").filter(has=ada.page.get_by_text(number, exact=True))
        expect(stub.locator("dl")).to_contain_text("Stalls")


def is_offered_the_best_places(ada):
    ada.page.get_by_label("How many?").fill("3")
    ada.clicks("Find the best seats")
    ada.reads("We suggest Stalls, row")
    ada.sees("Choose your tickets")
    assert ada.page.locator("input[name=seat]:checked").count() == 3


def chooses_others(ada):
    """Untick what was suggested, and tick two seats at the end of the last row."""
    ticked = ada.page.locator("input[name=seat]:checked")
    while ticked.count():
        ticked.first.uncheck()
    for number in (7, 8):
        seat(ada, "C", number).check()
    ada.looks()


def seats_of(booking):
    return list(booking.tickets.valid().order_by("pk").values_list("place__seat__row", "place__seat__number"))


def test_change_of_seats_before_paying(come):
    offer = steps.seated_evening("Second Thoughts")
    ada = come()

    steps.opens_picker(ada, offer.event)
    seat(ada, "B", 2).check()
    steps.continues(ada)
    ada.sees("Checkout")
    ada.reads("Stalls, row B, seat 2")
    ada.clicks("Change tickets", "link")
    ada.sees("Choose your tickets")
    seat(ada, "B", 5).check()
    steps.continues(ada)
    ada.sees("Checkout")

    ada.reads("Stalls, row B, seat 5")
    assert offer.places.filter(claim__isnull=False).count() == 1
