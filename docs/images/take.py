"""Take the picture of the front page that the README shows, from a demo that is running: ``make pictures``."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
LARGEST = 400_000  # bytes


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-GB")
        page.goto(url, wait_until="networkidle")
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        browser.close()
    path = HERE / "home.png"
    # 256 colours are enough for the eye, if they are mixed: a third of the bytes.
    palette = picture.quantize(256)
    picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main(sys.argv[1])
