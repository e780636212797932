"""Somebody at a browser. Every page that they come to is looked at by axe-core, and by us."""

from __future__ import annotations

import os
import re
import time
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Download, Locator, Page, Request, Response, expect

AXE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """
async (tags) => {
  const {violations} = await axe.run(document, {
    runOnly: tags, resultTypes: ["violations"], iframes: false, preload: false,
  });
  return violations.flatMap(({id, help, nodes}) => nodes.map(
    ({target, html, failureSummary}) => `${id}: ${help}\\n  ${target.join(" ")}\\n  ${html}\\n  ${failureSummary}`));
}
"""
IS_AT_REST = """
() => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
  && document.getAnimations().every((one) => !(one instanceof CSSTransition) || one.playState !== "running")
"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PHONE, DESK = (390, 844), (1280, 800)
PICTURES = os.environ.get("PICTURES")
"""A folder for pictures of some steps, which the guides show: ``make pictures`` sets it."""
LARGEST = 150_000  # bytes of a picture
PATIENCE = 30_000
"""Milliseconds that anything may take: a second's work, on a machine that is slow and does other things as well."""


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


class Visitor:
    """A browser of one's own. ``sees`` says which page has been reached, and fails on what is wrong with it.

    Wrong are: what axe-core finds (WCAG 2.2 AA and its best practices), errors in the console or in a script, breaches
    of the Content-Security-Policy, files that do not load, statuses that nobody expected, pages wider than the window.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        size: tuple[int, int] = DESK,
        has_javascript: bool = True,
        is_phone: bool = False,
    ) -> None:
        self.browser, self.url, self.size, self.has_javascript = browser, url, size, has_javascript
        self.context = browser.new_context(
            base_url=url,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=has_javascript,
            has_touch=is_phone,
            is_mobile=is_phone,
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.arrived: list[Response] = []
        """Documents that have come since the last look."""
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.wrong.append(f"A script failed: {error}"))
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # That something has not been loaded is known from its status.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.wrong.append(f"In the console: {message.text}")

    def _on_failure(self, request: Request) -> None:
        # Aborted: the visitor went on before a picture had come, or a file was saved instead of shown.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.failure}: {request.url}")

    def _on_response(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and response.frame == self.page.main_frame:
            if "text/html" in response.headers.get("content-type", "") and not 300 <= response.status < 400:
                self.arrived.append(response)
        elif response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    # What visitors do --------------------------------------------------------------------------

    def goes(self, path: str) -> None:
        """Type an address of this site."""
        self.page.goto(path)

    def clicks(self, name: str, role: str = "button", *, within: Locator | None = None, exact: bool = True) -> None:
        """Click what has this name, on the page or ``within`` a part of it."""
        (within or self.page).get_by_role(role, name=name, exact=exact).click()

    def fills(self, fields: dict[str, str]) -> None:
        """Fill in fields by their labels; a colon or the asterisk of what is required may follow."""
        for label, value in fields.items():
            self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*[*:]?\s*$")).fill(value)

    def reads(self, text: str | re.Pattern[str]) -> None:
        """Find a text on the page, or wait for it."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def saves(self, name: str) -> Download:
        """Click a link and keep the file behind it."""
        with self.page.expect_download() as saved:
            self.page.get_by_role("link", name=name, exact=True).click()
        return saved.value

    def takes(self, name: str, **area: int) -> None:
        """Take a picture of the window, or of an area of it at the page's head, for a guide, if one is wanted."""
        if not PICTURES:
            return
        self.page.wait_for_load_state("networkidle")
        if area:
            self.page.evaluate("window.scrollTo(0, 0)")
        self.page.mouse.move(0, 0)
        picture = Image.open(BytesIO(self.page.screenshot(clip=area or None))).convert("RGB")
        path = Path(PICTURES) / f"{name}.png"
        picture.quantize(220).save(path, optimize=True)
        assert path.stat().st_size <= LARGEST, f"{path} is larger than {LARGEST:,} bytes."

    # What we look at ---------------------------------------------------------------------------

    def sees(self, heading: str | re.Pattern[str], *, status: int = 200) -> None:
        """Be on the page of this heading, which came with this status, and find nothing wrong with it."""
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        self.looks(status=status)

    def looks(self, *, status: int = 200) -> None:
        """Look at the page as it is now, and fail on anything that has gone wrong up to here."""
        self._waits_until_at_rest()
        # A page that scripts change keeps the status that it came with.
        statuses = [response.status for response in self.arrived] or [status]
        where = self.page.url.removeprefix(self.url)
        if statuses != [status]:
            self.wrong.append(f"{where}: expected one page with status {status}, came by {self.visited}")
        if self.page.evaluate(TOO_WIDE):
            self.wrong.append(f"{where} is wider than {self.size[0]} px.")
        self.wrong += [f"{where} at {self.size[0]} px: {violation}" for violation in self._violations()]
        self.arrived.clear()
        self.complains()

    def _waits_until_at_rest(self) -> None:
        """Wait for pictures, and for htmx to have replaced what it dims meanwhile."""
        self.page.wait_for_load_state("load")
        ends = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(IS_AT_REST):
            assert time.monotonic() < ends, f"{self.page.url} does not come to rest."
            self.page.wait_for_timeout(50)

    @property
    def visited(self) -> list[tuple[int, str]]:
        return [(response.status, response.url.removeprefix(self.url)) for response in self.arrived]

    def complains(self) -> None:
        """Fail if anything has been wrong, and say all of it."""
        wrong, self.wrong = self.wrong, []
        assert not wrong, "\n\n".join(wrong)

    def leaves(self) -> None:
        """Close the browser, and fail if a page has been reached that nobody looked at."""
        visited = self.visited
        self.context.close()
        self.complains()
        assert not visited, f"Nobody looked at {visited}."

    def _violations(self) -> list[str]:
        if self.has_javascript:
            return find_violations(self.page)
        return self._violations_of_copy()

    def _violations_of_copy(self) -> list[str]:
        """Let axe-core, which is a script, look at a copy of a page that runs none."""
        content = re.sub(r"<script\b.*?</script>", "", self.page.content(), flags=re.DOTALL)
        with self.browser.new_context(viewport=self.page.viewport_size, reduced_motion="reduce") as context:
            copy = context.new_page()
            copy.route(
                self.page.url.partition("#")[0], lambda route: route.fulfill(body=content, content_type="text/html")
            )
            copy.goto(self.page.url)
            return find_violations(copy)


def find_violations(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    return page.evaluate(LOOK, TAGS)
