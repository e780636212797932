"""The box office's first page: what is on, one field that finds everything, and a list for the door on paper."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from events.models import Event

from . import steps
from .test_staff import logs_in
from .visitor import PHONE


def put_on_today(event: Event) -> None:
    """Let an event begin as soon as may be: today, or just after midnight."""
    Event.objects.filter(pk=event.pk).update(event_date=timezone.now() + timedelta(minutes=5), doors_at=None)


def test_box_office_sees_the_day_and_finds_a_booking_by_one_field(come, house):
    offer = steps.seated_evening("Tonight at the Office")
    booking = steps.sold(offer, 2, email="ada.tonight@example.org")
    Booking.objects.filter(pk=booking.pk).update(customer_name="Ada Tonightly")
    put_on_today(offer.event)
    bernadette = come()
    page = bernadette.page

    logs_in(bernadette, house, "box_office")
    line = page.locator("article", has_text="Tonight at the Office")
    expect(line).to_contain_text("22")
    page.locator("body").press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("tonightly")
    page.keyboard.press("Enter")
    bernadette.sees("“tonightly”")
    bernadette.reads("1 booking")
    page.locator("#find").fill(booking.booking_code.lower())
    page.locator("#find").press("Enter")
    page.wait_for_url("**/bookings/booking/*/change/")
    bernadette.looks()

    bernadette.goes("/admin/")
    bernadette.looks()
    line.get_by_role("link", name="Attendees").click()
    bernadette.sees("Attendees")
    expect(page.locator(".attendee-list tbody tr")).to_have_count(2)


def test_slash_is_a_letter_where_somebody_types(come, house):
    bernadette = come()

    logs_in(bernadette, house, "box_office")
    bernadette.goes("/admin/bookings/booking/")
    bernadette.looks()
    bernadette.page.locator("#searchbar").press("/")

    expect(bernadette.page.locator("#searchbar")).to_have_value("/")


def test_day_on_a_phone_without_javascript(come, house):
    steps.standing_evening("Small Screen Evening")
    tunde = come(size=PHONE, is_phone=True, has_javascript=False)

    logs_in(tunde, house, "door")
    tunde.page.locator("#find").fill("small screen")
    tunde.page.locator("#find").press("Enter")
    tunde.sees("“small screen”")
    tunde.reads("Small Screen Evening")
    tunde.page.locator("#find").fill("nobody at all")
    tunde.page.locator("#find").press("Enter")
    tunde.sees("“nobody at all”")
    tunde.reads("Nothing found.")
