"""What customers change by themselves: dearer seats with a payment, a ticket passed on, one of three given back."""

import re
from decimal import Decimal

from playwright.sync_api import expect

from bookings.tests import sales
from bookings.tests.sales import payments_of, seat_ids
from events.tests.factories import ProductionFactory
from ticketing.tests.factories import make_seated_offer

from . import steps
from .test_seated import seats_of
from .visitor import PHONE


def seat(visitor, row, number):
    return visitor.page.get_by_label(f"Stalls, row {row}, seat {number},")


def path_of(letter, house):
    return re.search(rf"{re.escape(house.url)}((?:/bookings|/tickets)/\S+)", letter.text)[1]


def test_exchange_for_dearer_seats_of_another_date(come, house):
    email = "ada.exchanges@example.org"
    production = ProductionFactory(title="The Winter Ferry")
    here = steps.seated_evening("The Winter Ferry", event__production=production)
    there = make_seated_offer(event__name="The Winter Ferry", event__production=production, price=Decimal("55.00"))
    booking = steps.sold(here, 2, email=email, seats=seat_ids(here)[:2])
    ada = come(size=PHONE)

    ada.goes(booking.get_absolute_url())
    ada.sees("The Winter Ferry")
    ada.clicks("Exchange tickets", "link")
    ada.sees("Exchange tickets")
    ada.page.locator(f'a[href$="{there.event.slug}/"].change-title').click()
    ada.sees("Exchange tickets")
    seat(ada, "B", 4).check()
    seat(ada, "B", 5).check()
    ada.reads("€30.00 more")
    steps.continues(ada)
    ada.sees("Exchange these tickets?")
    ada.clicks("Continue to payment · €30.00")
    ada.sees("Payment")
    steps.pays(ada, steps.DECLINED)
    ada.sees("Payment", status=402)
    steps.pays(ada)
    ada.sees("The Winter Ferry")
    ada.reads("Exchanged! We have sent the new tickets")

    after = steps.booking_of(ada)
    assert after.replaces == booking
    assert seats_of(after) == [("B", "4"), ("B", "5")]
    ada.goes(booking.get_absolute_url())
    ada.sees("The Winter Ferry")
    ada.reads("Exchanged for another date")
    letter = steps.gets_letter(email, "Exchanged")
    assert "You have paid €30.00 for the difference." in letter.text


def test_exchange_where_all_is_sold_and_only_ones_own_are_left(come):
    offer = make_seated_offer(event__name="Full House", rows=1, seats=6)
    booking = steps.sold(offer, 1, email="ada.full@example.org", seats=seat_ids(offer)[:1])
    steps.sold(offer, 1, email="eve@example.org", seats=seat_ids(offer)[2:])
    ada = come(has_javascript=False)

    ada.goes(booking.get_absolute_url())
    ada.sees("Full House")
    ada.clicks("Exchange tickets", "link")
    ada.sees("Exchange tickets")
    expect(seat(ada, "A", 1)).to_be_checked()
    expect(seat(ada, "A", 3)).to_be_disabled()
    seat(ada, "A", 1).uncheck()
    seat(ada, "A", 2).check()
    steps.continues(ada)
    if ada.page.get_by_role("button", name="Take these seats anyway").count():
        ada.sees("Exchange tickets", status=422)
        ada.clicks("Take these seats anyway")
    ada.sees("Exchange these tickets?")
    ada.clicks("Exchange now")
    ada.sees("Full House")
    ada.reads("Exchanged!")

    assert seats_of(booking) == [("A", "2")]


def test_ticket_is_passed_on_and_its_new_page_opens(come, house):
    booking = steps.sold(steps.seated_evening("A Gift"), 2, email="ada.gives@example.org")
    ada, grace = come(size=PHONE), come(size=PHONE)

    ada.goes(booking.get_absolute_url())
    ada.sees("A Gift")
    ada.clicks("Pass on ticket 1", "link")
    ada.sees("Pass on a ticket")
    ada.clicks("Pass it on")
    ada.sees("Pass on a ticket", status=422)
    ada.fills({"Their full name": "Grace Hopper", "Their e-mail address": "grace.gets@example.org"})
    ada.clicks("Pass it on")
    ada.sees("A Gift")
    ada.reads("Grace Hopper has this ticket")

    link = path_of(steps.gets_letter("grace.gets@example.org", "Your ticket"), house)
    steps.gets_letter("ada.gives@example.org", "Passed on")
    grace.goes(link)
    grace.sees("A Gift")
    grace.reads("Ticket of Grace Hopper")
    assert grace.saves("Add to calendar").suggested_filename.endswith(".ics")
    grace.clicks("Pass on this ticket", "link")
    grace.sees("Pass on a ticket")
    grace.fills({"Their full name": "Bo Diddley", "Their e-mail address": "bo.gets@example.org"})
    grace.clicks("Pass it on")
    grace.sees("A Gift", status=410)
    grace.reads("This ticket is no longer valid")


def test_one_of_three_is_given_back(come):
    booking = steps.sold(steps.seated_evening("Two Is Company"), 3, email="ada.three@example.org")
    ada, eve = come(size=PHONE), come(has_javascript=False)

    ada.goes(booking.get_absolute_url())
    ada.sees("Two Is Company")
    ada.clicks("Cancel tickets", "link")
    ada.sees("Cancel tickets")
    for box in ada.page.get_by_role("checkbox").all()[1:]:
        box.uncheck()
    ada.looks()
    ada.clicks("Cancel 1 ticket and get €40.00 back")
    ada.sees("Two Is Company")
    ada.reads("1 ticket is cancelled. The others stay valid.")
    expect(ada.page.locator("article.stub")).to_have_count(2)

    eve.goes(f"{booking.get_absolute_url()}cancel/")
    eve.sees("Cancel tickets")
    eve.page.get_by_role("checkbox").first.uncheck()
    eve.clicks("Cancel 2 tickets and get €80.00 back")
    eve.sees("Cancel tickets")
    eve.clicks("Cancel 1 ticket and get €40.00 back")
    eve.sees("Two Is Company")
    assert payments_of(booking)[1:3] == [("refund", "pending", "40.00"), ("refund", "succeeded", "40.00")]
    assert sales.seats_of(booking) == seat_ids(booking.tickets.first().offer)[:3]


def test_name_and_address_are_corrected(come):
    booking = steps.sold(steps.standing_evening("Typing Errors"), 1, email="ada.tpyo@example.org")
    ada = come(size=PHONE)

    ada.goes(booking.get_absolute_url())
    ada.sees("Typing Errors")
    ada.clicks("Correct name or address", "link")
    ada.sees("Correct name or address")
    ada.fills({"E-mail address": "ada.typo@example.org"})
    ada.clicks("Save")
    ada.sees("Typing Errors")
    ada.reads("both addresses are told")
    ada.clicks("Send the tickets again")
    ada.sees("Typing Errors")

    steps.gets_letter("ada.typo@example.org", "now has this address")
    steps.gets_letter("ada.tpyo@example.org", "has another address")
    steps.gets_letter("ada.typo@example.org", "Your ticket for")
