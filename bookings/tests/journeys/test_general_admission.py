"""A concert without seats: from the home page to the tickets."""

import re
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from bookings.models import Booking
from bookings.tests.sales import payments_of, verbs_of
from ticketing.tests.factories import PromoCodeFactory

from . import steps

EMAIL = "ada.concert@example.org"


def test_from_the_home_page_to_the_pdf(come):
    event = steps.standing_evening("Lanterns over the Danube").event
    PromoCodeFactory(code="LANTERN", percent=10)
    ada = come()

    finds_it(ada, "Lanterns", event)
    ada.page.get_by_role("link", name="Get tickets").first.click()
    ada.sees("Choose your tickets")
    steps.picks(ada, 2)
    ada.sees("Checkout")
    takes_more_time(ada)
    saves_ten_percent(ada)
    steps.says_who(ada, email=EMAIL)
    steps.goes_to_payment(ada)
    steps.pays(ada, steps.DECLINED)
    ada.reads("Your card was declined.")
    ada.sees("Payment", status=402)
    steps.pays(ada)

    booking = steps.has_tickets(ada, event, 2)
    assert booking.customer_email == EMAIL
    assert payments_of(booking) == [("charge", "succeeded", "72.00")]
    assert "extend" in verbs_of(booking)
    pdf = ada.page.request.get(ada.page.get_by_role("link", name="Tickets as PDF").get_attribute("href")).body()
    assert_is_pdf_of(booking, pdf)
    letter_brings_the_tickets(ada, booking)


def finds_it(ada, words, event):
    """Search on the home page, narrow the list down by a filter, and open the event."""
    ada.goes("/")
    ada.sees("What’s on")
    search = ada.page.get_by_role("search", name="Events")
    search.get_by_label("Event, artist, venue or city").fill(words)
    ada.clicks("Search", within=search)
    ada.sees("What’s on")
    ada.page.get_by_label("Category").select_option(label=event.category.name)
    expect(ada.page).to_have_url(re.compile(f"category={event.category.slug}"))
    expect(ada.page.get_by_role("heading", level=2, name="1 event", exact=True)).to_be_visible()
    ada.sees("What’s on")
    ada.clicks(event.name, "link")
    ada.sees(event.name)


def takes_more_time(ada):
    ada.clicks("More time")
    ada.reads("Done: you have more time.")
    ada.sees("Checkout")
    expect(ada.page.get_by_role("button", name="More time")).to_have_count(0)


def saves_ten_percent(ada):
    ada.page.get_by_label("Promo code").fill("NOSUCHCODE")
    ada.clicks("Apply")
    expect(ada.page.locator("#promo-error")).to_be_visible()
    ada.sees("Checkout")
    ada.page.get_by_label("Promo code").fill("lantern")
    ada.clicks("Apply")
    ada.reads("Done: you save €8.00.")
    ada.sees("Checkout")


def assert_is_pdf_of(booking, content):
    reader = PdfReader(BytesIO(content))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == booking.quantity
    assert booking.booking_code in text


def letter_brings_the_tickets(ada, booking):
    """Read the confirmation in the demo's mailbox, with the tickets and the date attached."""
    letter = steps.gets_letter(EMAIL, booking.event.name)
    names = [name for _, name in letter.attachments]
    assert names == [f"tickets-{booking.booking_code}.pdf", f"{booking.booking_code}.ics"]
    ada.goes("/demo/mail/")
    ada.sees("Mailbox")
    ada.page.get_by_role("link", name=letter.subject, exact=True).first.click()
    ada.sees(letter.subject)
    saved = ada.saves(names[0])
    assert_is_pdf_of(booking, saved.path().read_bytes())


def test_double_click_makes_one_booking(come):
    event = steps.standing_evening("Twice in a Hurry").event
    ada = come()

    steps.opens_picker(ada, event)
    ada.clicks("One Standard ticket more")
    ada.page.get_by_role("button", name="Continue", exact=True).filter(visible=True).last.dblclick()
    ada.sees("Checkout")

    assert Booking.objects.filter(event=event).count() == 1


def test_hold_survives_reload_back_and_a_second_tab(come):
    event = steps.standing_evening("The Patient Tab").event
    ada = come()

    steps.opens_picker(ada, event)
    steps.picks(ada, 3)
    ada.sees("Checkout")
    ada.page.reload()
    ada.sees("Checkout")
    ada.page.go_back()
    ada.sees("Choose your tickets")
    ada.page.reload()
    ada.reads("You are holding 3 tickets")
    ada.sees("Choose your tickets")
    ada.clicks("Continue with these", "link")
    ada.sees("Checkout")

    assert Booking.objects.filter(event=event).count() == 1
