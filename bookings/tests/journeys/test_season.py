"""A season is set up in one form, and the public sees it; one evening is cancelled, and its bookings with it."""

from playwright.sync_api import expect

from bookings.models import Booking
from events.models import Event
from ticketing.models import Offer
from ticketing.tests.factories import TicketTypeFactory
from venues.tests.factories import SeatingPlanFactory, SectionFactory, make_seats

from . import steps
from .test_staff import logs_in

TITLE = "The Lighthouse Keepers"
FORM = "Set up a season"


def playhouse():
    """A house with stalls of twelve seats and a gallery of six."""
    plan = SeatingPlanFactory(venue__name="Lighthouse Playhouse", venue__city="Vienna", name="Main stage")
    for name, rows in (("Stalls", 2), ("Gallery", 1)):
        make_seats(SectionFactory(plan=plan, name=name), rows=rows, seats=6)
    return plan


def fills_season(visitor) -> None:
    """Fill in everything but the offers: every Saturday and Sunday evening, but not the last one."""
    page = visitor.page
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_category").select_option(index=1)
    page.locator("#id_since").fill("2031-03-03")
    page.locator("#id_until").fill("2031-03-16")
    page.locator("#id_left_out").fill("2031-03-16")
    for day in (5, 6):
        page.locator(f"#id_weekly-0-days_{day}").check()


def test_season_in_one_form_and_one_of_its_evenings_cancelled(come, house):
    plan = playhouse()
    TicketTypeFactory()
    bernadette, ada = come(), come()

    logs_in(bernadette, house, "manager")
    bernadette.goes("/admin/events/event/")
    bernadette.looks()
    bernadette.clicks("Set up a season", "link")
    bernadette.sees(FORM)
    page = bernadette.page
    page.locator("#id_venue").select_option(label=str(plan.venue))
    expect(page.locator("#id_seating_plan option")).to_have_count(2)
    page.locator("#id_seating_plan").select_option(label="Main stage")
    bernadette.reads("Stalls · 12 seats")
    bernadette.looks()

    # What is missing is said beside the field, and nothing is lost.
    fills_season(bernadette)
    page.locator("#id_offers-0-ticket_type").select_option(label="Standard")
    page.locator("#id_offers-0-price").fill("30")
    page.get_by_role("group", name="Offer 1").get_by_label("Stalls").check()
    page.locator("#id_offers-1-ticket_type").select_option(label="Standard")
    page.locator("#id_offers-1-label").fill("Gallery")
    page.get_by_role("group", name="Offer 2").get_by_label("Gallery · 6 seats").check()
    bernadette.clicks("Look at it first")
    bernadette.reads("This field is required.")
    bernadette.sees(FORM, status=422)
    expect(page.locator("#id_title")).to_have_value(TITLE)

    page.locator("#id_weekly-0-times").fill("19:30")
    bernadette.clicks("Look at it first")
    bernadette.reads(f"3 events of “{TITLE}”")
    bernadette.sees(FORM)
    assert not Event.objects.filter(name=TITLE).exists()
    bernadette.clicks("Make all 3 events")
    bernadette.reads("3 events have been made.")
    bernadette.looks()
    events = list(Event.objects.filter(name=TITLE).order_by("event_date"))
    assert [event.places.count() for event in events] == [18, 18, 18]

    # The public sees them, and one evening is sold.
    ada.goes(events[0].production.get_absolute_url())
    ada.sees(TITLE)
    for event in events:
        expect(ada.page.locator(f"a[href='{event.get_absolute_url()}']").first).to_be_visible()
    offer = Offer.objects.get(event=events[0], label="")
    steps.sold(offer, 2, email="ada.season@example.org")

    # It is cancelled.
    bernadette.goes(f"/admin/events/event/{events[0].pk}/change/")
    bernadette.looks()
    page.locator("form.actions-of-row button[value=cancel_event]").click()
    bernadette.sees("Cancel the event")
    bernadette.reads("€60.00")
    page.locator("#id_message").fill("The lighthouse is dark tonight.")
    bernadette.clicks("Cancel the event for good")
    bernadette.reads("1 of 1")
    bernadette.reads("That is all.")
    bernadette.looks()

    booking = Booking.objects.get(event=events[0])
    assert (booking.status, booking.cancellation_reason) == ("cancelled", "event")
    letter = steps.gets_letter("ada.season@example.org", "Cancelled:")
    assert "The lighthouse is dark tonight." in letter.text
