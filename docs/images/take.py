"""Take the pictures of the README, the rooms and the guides, from a demo that is running: ``make pictures``."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import box_office
from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
LARGEST, LARGEST_PAGE = 400_000, 150_000  # bytes

ROOMS = {
    "theatre": "/productions/the-importance-of-being-earnest/",
    "cinema": "/productions/the-cartographers-daughter/",
    "arena": "/venues/the-o2/",
    "stadium": "/productions/the-wanderers-at-home/",
}
"""Pages that lead to an event whose seat map is taken, by the name of the picture."""

TICKETS = "() => [...document.querySelectorAll('main a[href^=\"/events/\"]')].map(link => link.pathname + 'tickets/')"


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-GB")
        page.goto(url, wait_until="networkidle")
        save("home", page.screenshot())
        for name, way in ROOMS.items():
            save(f"map-{name}", take_map(page, url.rstrip("/"), way))
        box_office.take(browser, url, save_page)
        browser.close()


def take_map(page: Page, url: str, way: str) -> bytes:
    """Take the map of the first event on a page that has one."""
    page.goto(url + way)
    for address in page.evaluate(TICKETS):
        page.goto(url + address, wait_until="networkidle")
        if page.locator("#seats").count():
            return page.locator("#seats").screenshot()
    sys.exit(f"No event on {url}{way} shows a map.")


def save(name: str, screenshot: bytes) -> None:
    path = HERE / f"{name}.png"
    picture = Image.open(BytesIO(screenshot)).convert("RGB")
    # 256 colours are enough for the eye, if they are mixed: a third of the bytes.
    palette = picture.quantize(256)
    picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    check_size(path, LARGEST)


def save_page(name: str, screenshot: bytes) -> None:
    """Save a page of flat colours: few of them, unmixed, tell all that there is."""
    path = HERE / f"{name}.png"
    picture = Image.open(BytesIO(screenshot)).convert("RGB")
    picture.quantize(200, dither=Image.Dither.NONE).save(path, optimize=True)
    check_size(path, LARGEST_PAGE)


def check_size(path: Path, largest: int) -> None:
    if path.stat().st_size > largest:
        sys.exit(f"{path} is larger than {largest:,} bytes.")


if __name__ == "__main__":
    main(sys.argv[1])
