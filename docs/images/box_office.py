"""Take the pictures of the guide for the box office, as members of its staff see it.

They get new passwords for that. What is typed is looked at, hardly ever done: an event of the week is a draft for a
moment, so that there is something to look at, a till is opened, and a few seats are kept.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
LOGIN = re.compile(r"^  (\w+) +([0-9A-Z]{5}(?:-[0-9A-Z]{5}){2}) ", re.MULTILINE)
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds

Save = Callable[[str, bytes], None]

VENUES = b"""name,address,city,capacity
Bush Hall,310 Uxbridge Road,London,400
,12 Quayside,Leeds,250
The Old Forge,4 Mill Lane,Bath,many
Assembly Rooms,Market Square,Derby,0
"""
"""A file to import in which three rows are wrong."""


def take(browser: Browser, url: str, save: Save) -> None:
    passwords = renew_passwords()
    with logged_in(browser, url, "manager", passwords) as page:
        take_events(page, save)
        take_season(page, save)
        take_import(page, save)
        take_map(page, save)
        take_bookings(page, save)
        take_day(page, save)
        take_counter(page, save)
    with logged_in(browser, url, "manager", passwords, phone=True) as page:
        page.goto("/admin/")
        save("office-phone", shoot(page, 844))


def renew_passwords() -> dict[str, str]:
    """Give the staff of the demo new passwords: the old ones were shown once, and are not kept."""
    command = [sys.executable, "manage.py", "demo", "--passwords"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return dict(LOGIN.findall(told))


@contextmanager
def logged_in(
    browser: Browser, url: str, name: str, passwords: dict[str, str], *, phone: bool = False
) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url,
        viewport=PHONE if phone else DESK,
        is_mobile=phone,
        has_touch=phone,
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(passwords[name])
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    yield page
    context.close()


def shoot(page: Page, height: int) -> bytes:
    """Take the upper part of a page, so high; less, if there is no more."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    high = min(height, page.evaluate("document.documentElement.scrollHeight"))
    width = page.viewport_size["width"]
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": high})


def take_day(page: Page, save: Save) -> None:
    """Take the first page with something to look at, and what is found of a seat."""
    page.goto("/admin/")
    event = page.locator(".coming .event-line h3 a").first.get_attribute("href")
    page.goto(event)
    page.get_by_role("button", name="Make a draft again").click()
    page.goto("/admin/")
    save("office-day", shoot(page, 760))
    page.goto(event)
    page.get_by_role("button", name="Publish", exact=True).click()
    page.goto("/admin/search/?q=Middle+E7")
    save("office-search", shoot(page, 620))


def take_counter(page: Page, save: Save) -> None:
    """Take a sale in cash to a hundred, and the till."""
    page.goto("/admin/counter/till/")
    if page.get_by_label("Cash in the drawer").count():
        page.get_by_label("Cash in the drawer").fill("100")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/counter/")
    page.goto("/admin/counter/till/")
    save("office-till", shoot(page, 680))
    page.goto("/admin/counter/")
    page.get_by_role("link", name="The Late Late Shift").first.click()
    page.wait_for_load_state("networkidle")
    page.keyboard.type("2c")
    page.get_by_label("Cash given").fill("100")
    page.locator("[data-change]").filter(has_text="5").wait_for()
    save("office-counter", shoot(page, 520))


def take_season(page: Page, save: Save) -> None:
    """Take the form of a season with what it would make."""
    begins = datetime.now(tz=UTC).date() + timedelta(days=60)
    page.goto("/admin/events/event/season/")
    page.get_by_label("Title").fill("The Winter’s Tale")
    page.get_by_label("Category").select_option(label="Theatre")
    page.locator("#id_venue").select_option(label="Gaiety Theatre, Dublin")
    page.wait_for_load_state("networkidle")
    page.locator("[name=seating_plan]").select_option(label="Proscenium")
    page.locator("[name$='-sections']").first.wait_for()
    page.get_by_label("From", exact=True).fill(f"{begins}")
    page.get_by_label("Until", exact=True).fill(f"{begins + timedelta(days=13)}")
    for day in ("Tue", "Thu", "Fri", "Sat"):
        page.get_by_label(day, exact=True).first.check()
    page.get_by_label("At", exact=True).first.fill("19:30")
    for number, (kind, sections) in enumerate(
        {"VIP": ["Parterre"], "Standard": ["Dress Circle", "Grand Circle"]}.items()
    ):
        page.locator(f"[name$='{number}-ticket_type']").select_option(label=kind)
        for section in sections:
            page.locator(f"label:has([name$='{number}-sections'])", has_text=section).first.click()
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Make all").wait_for()
    save("office-season", shoot(page, 1500))


def take_import(page: Page, save: Save) -> None:
    page.goto("/admin/venues/importjob/new/venues/")
    page.set_input_files("[type=file]", {"name": "venues.csv", "mimeType": "text/csv", "buffer": VENUES})
    page.get_by_role("button", name="Check the file").click()
    page.get_by_text("Nothing has been written").wait_for()
    save("office-import", shoot(page, 480))


def take_map(page: Page, save: Save) -> None:
    """Take the map on which places are kept, with a few more seats chosen."""
    page.goto("/admin/ticketing/namedhold/")
    page.get_by_role("link", name="The Evening Courier").first.click()
    page.locator(".field-event_link a, .field-event a").first.click()
    page.get_by_role("link", name="Seat map").click()
    page.wait_for_load_state("networkidle")
    for seat in page.locator("#map [data-row=G] use.s-free").all()[5:9]:
        seat.click()
    page.get_by_label("For whom").fill("Friends of the house")
    save("office-map", shoot(page, 1180))


def take_events(page: Page, save: Save) -> None:
    """Take what comes before prices change, and before an event is cancelled."""
    page.goto("/admin/events/event/?q=Glass+Orchard")
    event = page.locator("#result_list tbody th a").first.get_attribute("href")
    page.goto(event)
    page.get_by_role("button", name="Change prices").click()
    for field, change in zip(page.locator("table input[type=text]").all(), ("+10%", "14"), strict=False):
        field.fill(change)
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Change").wait_for()
    save("office-prices", shoot(page, 640))
    page.goto(event)
    page.get_by_role("button", name="Cancel the event").click()
    page.get_by_text("What is booked").wait_for()
    save("office-cancel", shoot(page, 900))


def take_bookings(page: Page, save: Save) -> None:
    """Take an exchange for dearer seats, tickets to cancel, and the stories of a booking and of a seat."""
    page.goto("/admin/bookings/booking/?life=confirmed&channel=web&q=Cartographer")
    row = page.locator("#result_list tbody tr").filter(has=page.locator(".field-quantity", has_text="2")).first
    booking = row.locator("th a").get_attribute("href").partition("change/")[0]
    page.goto(f"{booking}exchange/")
    page.wait_for_load_state("networkidle")
    page.locator(".exchange-own input").first.uncheck()
    page.locator("#map [data-section=Premium] use.s-free").nth(38).click()
    page.get_by_role("button", name="Show what it costs").click()
    page.get_by_text("What will happen").wait_for()
    save("office-exchange", shoot(page, 1480))
    page.goto(f"{booking}cancel/")
    page.locator("[name=tickets]").first.uncheck()
    page.get_by_label("Reason").fill("Taken ill")
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_text("This cannot be undone").wait_for()
    save("office-tickets", shoot(page, 760))
    page.goto(f"{booking}story/")
    save("office-story", shoot(page, 640))
    page.goto(f"{booking}change/")
    page.locator("#tickets-group a[href*='/place/']").first.click()
    page.get_by_text("Since it was made").wait_for()
    save("office-seat", shoot(page, 680))
