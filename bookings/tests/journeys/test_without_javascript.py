"""The first journey again, on a phone that runs no scripts."""

from playwright.sync_api import expect

from ticketing.tests.factories import PromoCodeFactory

from . import steps
from .visitor import PHONE


def test_from_the_home_page_to_the_pdf_without_javascript(come):
    event = steps.standing_evening("Candles, No Electricity").event
    PromoCodeFactory(code="CANDLE", percent=10)
    ada = come(size=PHONE, has_javascript=False)

    finds_it(ada, event)
    ada.page.get_by_role("link", name="Get tickets").filter(visible=True).first.click()
    ada.sees("Choose your tickets")
    ada.page.get_by_label("Standard: number of tickets").fill("2")
    steps.continues(ada)
    ada.sees("Checkout")
    ada.fills({"Full name": "Ada Lovelace"})
    ada.clicks("More time")
    ada.sees("Checkout")
    ada.reads("Done: you have more time.")
    ada.page.get_by_label("Promo code").fill("CANDLE")
    ada.clicks("Apply")
    ada.sees("Checkout")
    ada.reads("Done: you save €8.00.")
    expect(ada.page.get_by_label("Full name")).to_have_value("Ada Lovelace")
    steps.says_who(ada, email="ada.candle@example.org")
    steps.goes_to_payment(ada)
    steps.pays(ada, steps.DECLINED)
    ada.sees("Payment", status=402)
    steps.pays(ada)

    booking = steps.has_tickets(ada, event, 2)
    assert str(booking.total_price) == "72.00"
    pdf = ada.page.request.get(ada.page.get_by_role("link", name="Tickets as PDF").get_attribute("href"))
    assert pdf.body().startswith(b"%PDF-")


def finds_it(ada, event):
    ada.goes("/")
    ada.sees("What’s on")
    search = ada.page.get_by_role("search", name="Events")
    search.get_by_label("Event, artist, venue or city").fill("Candles")
    ada.clicks("Search", within=search)
    ada.sees("What’s on")
    ada.page.get_by_text("Search and filter").click()
    ada.page.get_by_label("Category").select_option(label=event.category.name)
    ada.clicks("Show events")
    ada.sees("What’s on")
    ada.clicks(event.name, "link")
    ada.sees(event.name)


def test_seats_without_javascript(come):
    offer = steps.seated_evening("Rows by Lamplight")
    ada = come(size=PHONE, has_javascript=False)

    steps.opens_picker(ada, offer.event)
    ada.page.get_by_label("How many?").fill("2")
    ada.clicks("Find the best seats")
    ada.sees("Choose your tickets")
    ada.reads("We suggest Stalls, row")
    steps.continues(ada)
    ada.sees("Checkout")
    ada.reads("Stalls, row")
