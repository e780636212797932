"""Waiting for a sold-out evening: join the list, somebody cancels, a letter comes, the places are taken."""

import re

from playwright.sync_api import expect

from . import steps
from .visitor import PHONE


def joins(visitor, event, *, name, email, quantity="1"):
    visitor.goes(event.get_absolute_url())
    visitor.sees(event.name)
    visitor.clicks("Join the waiting list", "link")
    visitor.sees("Join the waiting list")
    visitor.fills({"Full name": name, "E-mail address": email, "How many tickets": quantity})
    visitor.clicks("Join the waiting list")


def test_places_that_come_back_reach_the_next_in_line(come):
    event = steps.standing_evening("The Long Queue", capacity=2).event
    booking = steps.sold(event.offers.get(), 2, email="buyer@example.org")
    ada, grace = come(size=PHONE), come()

    joins(ada, event, name="", email="ada.waits@example.org")
    ada.sees("Join the waiting list", status=422)
    ada.fills({"Full name": "Ada Lovelace", "How many tickets": "2"})
    ada.clicks("Join the waiting list")
    ada.sees("You are on the list")
    joins(grace, event, name="Grace Hopper", email="grace.waits@example.org")
    grace.sees("You are on the list")
    grace.goes(link_in(steps.gets_letter("grace.waits@example.org", "waiting list"), "/waiting-list/"))
    grace.sees("Waiting list")
    grace.reads("You are number 2 in line")

    buyer = come()
    buyer.goes(f"{booking.get_absolute_url()}cancel/")
    buyer.sees("Cancel tickets")
    buyer.page.get_by_role("button", name=re.compile("^Cancel 2 tickets")).click()
    buyer.sees(event.name)

    letter = steps.gets_letter("ada.waits@example.org", "yours until")
    ada.goes(link_in(letter, "/checkout/"))
    ada.sees("Checkout")
    expect(ada.page.get_by_label("Full name")).to_have_value("Ada Lovelace")
    ada.page.get_by_label("I agree to the terms of sale").check()
    steps.goes_to_payment(ada)
    steps.pays(ada)
    steps.has_tickets(ada, event, 2)
    ada.goes(link_in(letter, "/waiting-list/"))
    ada.sees("Waiting list")
    ada.reads("You have your tickets")

    grace.goes(grace.page.url)
    grace.sees("Waiting list")
    grace.reads("You are the next in line")
    grace.clicks("Leave the waiting list")
    grace.sees("Waiting list")
    grace.reads("You are not on the list any more")


def link_in(letter, part):
    return re.search(rf"https?://\S*{part}\S*", letter.text)[0]
