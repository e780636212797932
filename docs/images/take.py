"""Take the pictures of the README and of the demo's rooms, from a demo that is running: ``make pictures``."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
LARGEST = 400_000  # bytes

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
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main(sys.argv[1])
