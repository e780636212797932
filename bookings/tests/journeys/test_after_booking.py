"""With tickets in hand: finding them again, giving them back, and the history of an address."""

import re

from playwright.sync_api import expect

from bookings.models import Booking
from bookings.tests.sales import payments_of

from . import steps
from .visitor import PHONE


def link_of(letter, house):
    """Return the path that a letter's link leads to."""
    return re.search(rf"{re.escape(house.url)}(/bookings/\S+)", letter.text)[1]


def test_find_by_code_and_cancel_with_refund(come, house):
    email = "ada.finds@example.org"
    booking = steps.sold(steps.standing_evening("A Change of Heart"), 2, email=email)
    ada = come(size=PHONE)

    ada.goes("/bookings/find/")
    ada.sees("Find my booking")
    ada.fills({"Booking code": booking.booking_code.lower(), "E-mail address": email})
    ada.clicks("Send me the link")
    ada.sees("Look into your mailbox")
    ada.goes(link_of(steps.gets_letter(email, f"Your booking {booking.booking_code}"), house))
    ada.sees(booking.event.name)
    ada.clicks("Cancel tickets", "link")
    ada.sees("Cancel tickets")
    ada.clicks("Cancel 2 tickets and get €80.00 back")
    ada.sees(booking.event.name)
    ada.reads("Your booking is cancelled.")
    ada.reads("You get €80.00 back, the way you paid.")

    letter = steps.gets_letter(email, "is cancelled")
    assert "€80.00" in letter.text
    steps.wait_until(lambda: len(payments_of(booking)) == 3)
    assert payments_of(booking)[1:] == [("refund", "pending", "80.00"), ("refund", "succeeded", "80.00")]
    assert booking.event.places.filter(claim__isnull=False).count() == 0


def test_find_says_the_same_when_there_is_nothing(come):
    ada = come()

    ada.goes("/bookings/find/")
    ada.sees("Find my booking")
    ada.clicks("Send me the link")
    ada.sees("Find my booking", status=422)
    ada.fills({"Booking code": "BK-20200101-AAAAAA", "E-mail address": "nobody@example.org"})
    ada.clicks("Send me the link")
    ada.sees("Look into your mailbox")
    ada.reads("is on the way to that address")


def test_sign_in_by_link_shows_the_history(come, house):
    email = "ada.history@example.org"
    first = steps.sold(steps.standing_evening("Once upon a Quay"), 1, email=email)
    second = steps.sold(steps.seated_evening("And Then Again"), 2, email=email)
    ada, eve = come(size=PHONE), come()

    ada.goes("/bookings/mine/")
    ada.sees("My bookings")
    ada.fills({"E-mail address": email.upper()})
    ada.clicks("Send me the link")
    ada.sees("Look into your mailbox")
    link = link_of(steps.gets_letter(email, "Your bookings at"), house)
    eve.goes(f"{link[:-2]}x/")
    eve.sees("This link is no longer valid", status=410)
    ada.goes(link)
    ada.sees("Welcome back")
    ada.clicks("Show my bookings")
    ada.sees("My bookings")
    expect(ada.page.get_by_role("heading", level=3)).to_have_text([first.event.name, second.event.name])
    ada.clicks(second.event.name, "link")
    ada.sees(second.event.name)
    ada.goes("/bookings/mine/")
    ada.sees("My bookings")
    ada.clicks("Sign out")
    ada.sees("My bookings")
    ada.reads("You are signed out.")

    assert Booking.objects.of_customer(email).count() == 2
