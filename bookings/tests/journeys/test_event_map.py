"""Behind the counter, on the map of an event: block seats, keep some for the press, release, give some away."""

from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from ticketing.availability import availability

from . import steps
from .test_staff import logs_in


def seat(visitor, row, number):
    """Find a seat on the drawing."""
    return visitor.page.locator(f"#map [data-row='{row}'] use[data-number='{number}']")


def acts(visitor, button, done):
    visitor.page.get_by_role("button", name=button, exact=True).click()
    visitor.reads(done)
    visitor.looks()


def test_box_office_blocks_keeps_releases_and_gives_seats(come, house):
    offer = steps.seated_evening("Hands Off My Seat")
    event = offer.event
    bernadette, eve = come(), come()

    def stock():
        found = availability(event, timezone.now())[offer.pk]
        return found.free, found.held, found.kept, found.blocked, found.sold

    for visitor in (bernadette, eve):
        logs_in(visitor, house, "box_office")
        visitor.goes(f"/admin/events/event/{event.pk}/map/")
        visitor.looks()

    seat(bernadette, "A", 1).click()
    seat(bernadette, "A", 3).click(modifiers=["Shift"])
    bernadette.reads("3 free: Stalls, row A, seat 1; Stalls, row A, seat 2; Stalls, row A, seat 3.")
    expect(bernadette.page.get_by_role("button", name="Release", exact=True)).to_be_disabled()
    bernadette.fills({"Reason": "Camera"})
    acts(bernadette, "Block", "Blocked: Stalls, row A, seats 1–3.")
    assert stock() == (21, 0, 0, 3, 0)

    seat(bernadette, "B", 1).click()
    seat(bernadette, "B", 4).click(modifiers=["Shift"])
    bernadette.fills({"For whom": "The Herald"})
    bernadette.page.get_by_label("Kind").select_option(label="Press")
    acts(bernadette, "Keep", "Kept for The Herald: Stalls, row B, seats 1–4.")
    assert stock() == (17, 4, 4, 3, 0)
    expect(seat(bernadette, "B", 2)).to_have_class("s-kept")

    expect(seat(eve, "B", 2)).to_have_class("s-kept")  # the page that was open follows
    eve.reads("The Herald")
    eve.looks()
    seat(eve, "B", 2).click()
    eve.reads("1 kept: Stalls, row B, seat 2.")
    eve.fills({"Reason": "Review", "For whom": "Critic"})
    acts(eve, "Give tickets", "given to Critic")
    assert stock() == (17, 3, 3, 3, 1)
    assert Booking.objects.get(event=event).total_price == 0

    seat(bernadette, "A", 2).click()
    acts(bernadette, "Release", "On sale again: Stalls, row A, seat 2.")

    bernadette.clicks("The Herald", "link")
    bernadette.page.wait_for_url("**/namedhold/**")
    bernadette.looks()
    bernadette.page.locator("form.actions-of-row button[value=release]").click()
    bernadette.page.wait_for_url("**/act/")
    bernadette.looks()
    bernadette.page.locator("form .submit-row input.default").click()
    bernadette.reads("3 places are on sale again")
    bernadette.looks()
    assert stock() == (21, 0, 0, 2, 1)


def test_standing_places_are_kept_by_number(come, house):
    offer = steps.standing_evening("Hands Off My Floor")
    bernadette = come(size=(390, 844))

    logs_in(bernadette, house, "box_office")
    bernadette.goes(f"/admin/events/event/{offer.event_id}/map/")
    bernadette.looks()
    bernadette.page.get_by_label("Number of Standard places").fill("6")
    bernadette.fills({"For whom": "The promoter"})
    bernadette.page.get_by_label("Kind").select_option(label="Promoter")
    acts(bernadette, "Keep", "Kept for The promoter: 6 × Standard.")
    assert availability(offer.event, timezone.now())[offer.pk].kept == 6

    bernadette.page.get_by_label("Number of Standard places").fill("2")
    bernadette.page.get_by_label("Standing places come from").select_option(label="The promoter (promoter)")
    acts(bernadette, "Release", "On sale again: 2 × Standard.")
    assert availability(offer.event, timezone.now())[offer.pk].kept == 4
