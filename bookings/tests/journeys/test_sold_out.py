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


def test_seat_taken_while_you_looked(come):
    offer = steps.seated_evening("One Seat, Two Minds")
    ada, grace = come(), come()

    for visitor in (ada, grace):
        steps.opens_picker(visitor, offer.event)
        visitor.page.get_by_label("Stalls, row B, seat 4,").check()
    steps.continues(ada)
    ada.sees("Checkout")
    steps.continues(grace)
    grace.reads(re.compile("(Sold out|Gone) while you looked"))
    grace.sees("Choose your tickets", status=409)
    expect(grace.page.get_by_label("Stalls, row B, seat 4,")).to_be_disabled()
    grace.clicks("Suggest 1 other seat", "link")
    grace.reads("We suggest Stalls, row")
    grace.sees("Choose your tickets")
    steps.continues(grace)
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
