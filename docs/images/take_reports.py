"""Take the pictures of the managers' guide, from a demo that is running: ``take_reports.py <address> <password>``."""

from __future__ import annotations

import sys

from playwright.sync_api import Page, sync_playwright
from take import save

PICTURES = {
    "reports-dashboard": ("/reports/", 900),
    "reports-revenue": ("/reports/revenue/", 900),
}
"""Pages, and how much of each is shown, in pixels, by the name of the picture."""


def main(url: str, password: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-GB")
        log_in(page, url.rstrip("/"), password)
        for name, (address, height) in PICTURES.items():
            page.set_viewport_size({"width": 1280, "height": height})
            page.goto(url.rstrip("/") + address, wait_until="networkidle")
            save(name, page.screenshot())
        take_people(page, url.rstrip("/"))
        browser.close()


def take_people(page: Page, url: str) -> None:
    """Take the newest customer, and the settlement of the first event that is over."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{url}/reports/exports/bookings/")
    email = page.locator(".people-preview tbody td").filter(has_text="@").first.inner_text()
    page.goto(f"{url}/reports/customers/")
    page.get_by_label("One customer’s history").fill(email)
    page.locator(".reports-find button").click()
    page.wait_for_load_state("networkidle")
    save("reports-customer", page.screenshot())
    page.goto(f"{url}/reports/settlements/")
    page.locator("#settlements tbody th a").first.click()
    page.set_viewport_size({"width": 1280, "height": 1290})
    page.wait_for_load_state("networkidle")
    save("reports-settlement", page.screenshot())


def log_in(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/admin/")
    page.get_by_label("Username").fill("manager")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state()


if __name__ == "__main__":
    main(*sys.argv[1:])
