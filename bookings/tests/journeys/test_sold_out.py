"""Two people, one place: whoever is slower is told so, and what to do."""

import re

from playwright.sync_api import expect

from . import steps
from .visitor import PHONE


def test_sold_out_while_you_looked(come):
    event = steps.standing_evening("The Last Two Chairs", capacity=2).event
    ada, grace = come(), come(size=PHONE)

    for visitor in (ada, grace):
        steps.opens_picker(visitor, event)
    steps.picks(ada, 2)
    ada.sees("Checkout")
    steps.picks(grace, 1)
    grace.reads(re.compile("(Sold out|Gone) while you looked"))
    grace.sees("Choose your tickets", status=409)
    grace.reads("2 are only held, and may come back within minutes.")

    ada.clicks("Let go of the tickets")
    ada.sees("Choose your tickets")
    ada.reads("We have let your tickets go.")
    steps.opens_picker(grace, event)
    steps.picks(grace, 1)
    grace.sees("Checkout")


def test_seat_that_somebody_takes_leaves_the_basket_at_once(come):
    offer = steps.seated_evening("Musical Chairs")
    ada, grace = come(), come()

    for visitor in (ada, grace):
        steps.opens_picker(visitor, offer.event)
        for number in (4, 5):
            visitor.page.get_by_label(f"Stalls, row B, seat {number},").check()
    ada.page.get_by_label("Stalls, row B, seat 5,").uncheck()
    steps.continues(ada)
    ada.sees("Checkout")
    grace.reads("Somebody else has just taken Stalls, row B, seat 4. Everything else stays chosen.")
    expect(grace.page.get_by_label("Stalls, row B, seat 4,")).to_be_disabled()
    expect(grace.page.get_by_label("Stalls, row B, seat 5,")).to_be_checked()
    grace.looks()


def test_seat_taken_while_you_looked(come):
    offer = steps.seated_evening("One Seat, Two Minds")
    ada, grace = come(), come(has_javascript=False)

    for visitor in (ada, grace):
        steps.opens_picker(visitor, offer.event)
        visitor.page.get_by_label("Stalls, row B, seat 4,").check()
    steps.continues(ada)
    ada.sees("Checkout")
    steps.continues(grace)
    grace.reads(re.compile("(Sold out|Gone) while you looked"))
    grace.sees("Choose your tickets", status=409)
    expect(grace.page.get_by_label("Stalls, row B, seat 4,")).to_be_disabled()
    grace.page.get_by_role("button", name=re.compile("^Take Stalls, row B, seat [35] instead$")).click()
    grace.sees("Checkout")


def test_sold_out_before_you_came(come):
    event = steps.standing_evening("Gone in a Minute", capacity=1).event
    steps.sold(event.offers.get(), 1, email="grace@example.org")
    ada = come(size=PHONE)

    ada.goes(event.get_absolute_url())
    ada.sees(event.name)
    ada.reads("Sold out")
    ada.goes(f"{event.get_absolute_url()}tickets/")
    ada.sees("Choose your tickets")
    ada.reads("Places come back when a booking is cancelled")
