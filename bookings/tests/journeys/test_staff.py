"""Behind the counter: a member of staff finds a booking and cancels it, and puts a new event on sale."""

from playwright.sync_api import expect

from events.tests.factories import EventFactory
from ticketing.tests.factories import TicketTypeFactory

from . import steps


def logs_in(visitor, house, username):
    visitor.goes("/admin/")
    visitor.looks()
    visitor.fills({"Username": username, "Password": house.passwords[username]})
    visitor.clicks("Log in")
    expect(visitor.page.get_by_role("button", name="Log out")).to_be_visible()
    visitor.looks()


def test_box_office_finds_and_cancels_a_booking(come, house):
    email = "ada.phones@example.org"
    booking = steps.sold(steps.standing_evening("The Wrong Tuesday"), 2, email=email)
    bernadette = come()

    logs_in(bernadette, house, "box_office")
    bernadette.clicks("Bookings", "link", within=bernadette.page.locator("#content-main .model-booking"))
    bernadette.looks()
    bernadette.page.locator("#searchbar").fill(email)
    bernadette.page.locator("#searchbar").press("Enter")
    bernadette.page.wait_for_url("**q=**")
    bernadette.looks()
    bernadette.clicks(booking.booking_code, "link", exact=False)
    bernadette.page.wait_for_url("**/change/**")
    bernadette.looks()
    bernadette.clicks("Cancel…", "link")
    bernadette.page.wait_for_url("**/cancel/")
    bernadette.looks()
    bernadette.fills({"Reason": "Wrong Tuesday"})
    bernadette.clicks("Show what will happen")
    bernadette.reads("What will happen")
    bernadette.looks()
    bernadette.clicks("Cancel 2 tickets")
    bernadette.page.wait_for_url("**/change/**")
    bernadette.looks()

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == ("cancelled", "staff")
    assert "cancelled" in steps.gets_letter(email, "is cancelled").subject


def test_box_office_puts_an_event_on_sale_and_a_customer_buys(come, house):
    event = EventFactory(name="Hot off the Press", venue__name="The Press Room")
    TicketTypeFactory()
    bernadette, ada = come(), come()

    ada.goes(event.get_absolute_url())
    ada.sees(event.name)
    ada.reads("Prices and the first day of sales have not been announced.")
    logs_in(bernadette, house, "box_office")
    bernadette.goes(f"/admin/events/event/{event.pk}/change/")
    bernadette.looks()
    bernadette.page.get_by_role("button", name="Add another Offer").click()
    bernadette.page.locator("#id_offers-0-ticket_type").select_option(label="Standard")
    bernadette.page.locator("#id_offers-0-price").fill("25")
    bernadette.page.locator("#id_offers-0-capacity").fill("12")
    bernadette.looks()
    bernadette.page.get_by_role("button", name="Save and continue editing").click()
    bernadette.reads("was changed successfully")
    bernadette.looks()
    bernadette.page.locator("form.actions-of-row button[value=open_sales]").click()
    bernadette.reads("12 places are ready for sale")
    bernadette.looks()

    steps.opens_picker(ada, event)
    steps.picks(ada, 1)
    ada.sees("Checkout")
    assert str(steps.booking_of(ada).total_price) == "25.00"
