"""At the door: tickets are scanned twice, forged, read by the camera, and scanned where there is no network."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.documents.qr import QUIET_ZONE, ticket_qr
from bookings.models import Scan, Ticket
from bookings.signing import SIGNED, ticket_payload
from bookings.tests.journeys.conftest import CHROMIUM, FLAGS
from bookings.tests.journeys.visitor import DESK, PHONE, Visitor
from ticketing.tests.factories import make_offer, make_seated_offer

from . import steps
from .house import wait_until

FRAME, MODULE = 480, 8  # pixels

SCANNER = """
(code) => {
  for (const key of [...code, "Enter"]) {
    const event = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
    const goesOn = document.activeElement.dispatchEvent(event);
    if (goesOn && key.length === 1) document.execCommand("insertText", false, key);
  }
}
"""
"""A USB scanner, which types faster than messages from us reach the browser."""


@pytest.fixture(autouse=True)
def _key_of_the_house(running_house, settings):
    """Sign as the server does: it has a SECRET_KEY of its own."""
    settings.SECRET_KEY = (running_house.mail_dir.parent / "secret_key").read_text(encoding="utf-8").strip()


def tonight(name: str, quantity: int = 2, *, seated: bool = False) -> list[Ticket]:
    """Sell tickets of an event whose doors are open."""
    make = make_seated_offer if seated else make_offer
    offer = make(event__name=name, event__event_date=timezone.now() + timedelta(minutes=40))
    booking = steps.sold(offer, quantity, email="ada@example.org")
    return list(booking.tickets.with_details().order_by("place"))


def works_at(visitor: Visitor, house, ticket: Ticket, gate: str) -> None:
    """Log in at a phone, choose the event, and say where one stands."""
    event = ticket.place.event
    visitor.goes("/door/")
    visitor.looks()
    visitor.fills({"Username": "door", "Password": house.passwords["door"]})
    visitor.clicks("Log in")
    visitor.sees("The door")
    visitor.clicks(event.name, "link", exact=False)
    visitor.sees(event.name)
    visitor.reads("signed by this house")
    visitor.fills({"Your gate": gate})


def scans(visitor: Visitor, code: str) -> None:
    """Let a USB scanner type the code and press Enter."""
    visitor.page.get_by_label("Ticket code").fill(code)
    visitor.page.get_by_label("Ticket code").press("Enter")


def is_told(visitor: Visitor, title: str, *texts: str, picture: str = "") -> None:
    """Read the answer, which fills the screen, and go on."""
    answer = visitor.page.get_by_role("dialog", name=title)
    expect(answer).to_be_visible()
    for text in texts:
        expect(answer).to_contain_text(text)
    visitor.looks()
    takes(visitor, picture)
    visitor.clicks("Next", "link")
    expect(answer).to_be_hidden()


def takes(visitor: Visitor, picture: str) -> None:
    """Take a picture for ``docs/door.md``, which shows a phone."""
    if picture and visitor.size == PHONE:
        visitor.takes(f"door-{picture}")


def cuts(visitor: Visitor, is_cut: bool) -> None:
    """Cut the network, or bring it back. That requests fail meanwhile is no mistake."""
    visitor.context.set_offline(is_cut)
    if is_cut:
        visitor.page.remove_listener("requestfailed", visitor._on_failure)
    else:
        expect(visitor.page.get_by_text("Online")).to_be_visible()
        visitor.page.on("requestfailed", visitor._on_failure)


def scans_of(ticket: Ticket) -> list[tuple[str, str, bool]]:
    return list(Scan.objects.filter(ticket=ticket).order_by("pk").values_list("result", "gate", "is_offline"))


@pytest.mark.parametrize(("size", "name"), [(PHONE, "Night Trains"), (DESK, "Day Trains")], ids=["phone", "desk"])
def test_ticket_is_admitted_once(come, house, size, name):
    first, second = tonight(name, seated=True)
    tunde = come(size=size, is_phone=size == PHONE)
    works_at(tunde, house, first, "North")
    takes(tunde, "ready")

    # The cursor is still in the field of the gate, which a scanner does not know.
    tunde.page.evaluate(SCANNER, ticket_payload(first))
    is_told(tunde, "Admitted", "Ada Lovelace", "Stalls, row A, seat 1", picture="admitted")
    expect(tunde.page.get_by_label("Your gate")).to_have_value("North")
    scans(tunde, first.code.lower())
    is_told(tunde, "Already in", "Admitted at", "North", picture="already")
    scans(tunde, ticket_payload(second)[:-3] + "AAA")
    is_told(tunde, "Forged", "not made by us")
    expect(tunde.page.locator("#counts li").first).to_contain_text("1 of 2")
    tunde.fills({"Look up": "lovelace"})
    tunde.clicks("Find")
    expect(tunde.page.get_by_role("heading", name="Found")).to_be_focused()
    takes(tunde, "found")
    tunde.clicks("Admit Ada Lovelace, Stalls, row A, seat 2")
    is_told(tunde, "Admitted", "seat 2")
    tunde.clicks("Undo")
    is_told(tunde, "Taken back")

    assert scans_of(first) == [("admitted", "North", False), ("already", "North", False)]
    assert scans_of(second) == [("admitted", "North", False), ("undone", "North", False)]


def test_door_goes_on_without_a_network(come, house):
    first, second = tonight("The Night the Router Died", seated=True)
    (stranger,) = tonight("Another Night", 1)
    tunde = come(size=PHONE, is_phone=True)
    works_at(tunde, house, first, "North")
    tunde.page.evaluate("navigator.serviceWorker.ready")
    wait_until(lambda: tunde.page.evaluate("caches.open('door-pages').then(pages => pages.keys())"))

    cuts(tunde, True)
    tunde.page.reload()
    tunde.sees("The Night the Router Died")
    tunde.reads("No network")
    scans(tunde, ticket_payload(first))
    is_told(tunde, "Admitted", "Ada Lovelace", "Stalls, row A, seat 1")
    scans(tunde, ticket_payload(first))
    is_told(tunde, "Already in", "North")
    scans(tunde, ticket_payload(stranger))
    is_told(tunde, "Wrong event")
    scans(tunde, ticket_payload(second)[:-3] + "AAA")
    is_told(tunde, "Forged")
    tunde.reads("No network · 4 to send")
    tunde.page.get_by_role("heading", name="Last scans").scroll_into_view_if_needed()
    takes(tunde, "offline")
    assert scans_of(first) == []

    cuts(tunde, False)
    wait_until(lambda: Scan.objects.filter(event=first.place.event_id).count() == 4)
    tunde.looks()

    first.refresh_from_db()
    assert scans_of(first) == [("admitted", "North", True), ("already", "North", True)]
    assert first.checked_in_at is not None
    expect(tunde.page.get_by_role("heading", name="Conflicts")).to_be_hidden()


def test_two_doors_let_the_same_ticket_in_and_hear_of_it(come, house):
    (ticket,) = tonight("Two Doors, One Ticket", 1)
    north, south = come(size=PHONE, is_phone=True), come(size=PHONE, is_phone=True)
    works_at(north, house, ticket, "North")
    works_at(south, house, ticket, "South")

    cuts(north, True)
    scans(north, ticket_payload(ticket))
    is_told(north, "Admitted")
    scans(south, ticket_payload(ticket))
    is_told(south, "Admitted")
    cuts(north, False)

    expect(north.page.get_by_role("heading", name="Conflicts")).to_be_visible()
    north.reads("Already in. Admitted at")
    north.reads("South")
    north.looks()
    north.clicks("I have seen this")
    expect(north.page.get_by_role("heading", name="Conflicts")).to_be_hidden()
    scans(north, ticket_payload(ticket))
    is_told(north, "Already in")
    assert scans_of(ticket)[:2] == [("admitted", "South", False), ("already", "North", True)]


def test_door_works_without_javascript(come, house):
    first, _ = tonight("Plain Forms")
    tunde = come(size=PHONE, is_phone=True, has_javascript=False)
    tunde.goes("/door/")
    tunde.looks()
    tunde.fills({"Username": "door", "Password": house.passwords["door"]})
    tunde.clicks("Log in")
    tunde.sees("The door")
    tunde.clicks("Plain Forms", "link", exact=False)
    tunde.sees("Plain Forms")

    scans(tunde, first.code)
    is_told_plainly(tunde, "Admitted")
    scans(tunde, first.code)
    is_told_plainly(tunde, "Already in")

    assert [result for result, _, _ in scans_of(first)] == ["admitted", "already"]


def is_told_plainly(visitor: Visitor, title: str) -> None:
    expect(visitor.page.get_by_role("dialog", name=title)).to_be_visible()
    visitor.looks()
    visitor.clicks("Next", "link")
    visitor.sees("Plain Forms")


# The camera ---------------------------------------------------------------------------------------


def film(ticket: Ticket, path: Path) -> Path:
    """Film the QR code of a ticket: grey planes of a Y4M file, a second long, which the browser plays for ever."""
    matrix = ticket_qr(ticket_payload(ticket)).matrix
    frame = bytearray(b"\xeb" * FRAME * FRAME)
    start = (FRAME - len(matrix) * MODULE) // 2
    assert start >= QUIET_ZONE * MODULE
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            for y in range(start + row * MODULE, start + (row + 1) * MODULE) if dark else ():
                x = start + column * MODULE
                frame[y * FRAME + x : y * FRAME + x + MODULE] = b"\x10" * MODULE
    colours = b"\x80" * (FRAME * FRAME // 2)
    path.write_bytes(
        f"YUV4MPEG2 W{FRAME} H{FRAME} F10:1 Ip A1:1 C420jpeg\n".encode() + (b"FRAME\n" + bytes(frame) + colours) * 10
    )
    return path


def test_camera_reads_the_ticket(house, browser, tmp_path):
    ticket, _ = tonight("Caught on Camera")
    video = film(ticket, tmp_path / "ticket.y4m")
    assert SIGNED.fullmatch(ticket_payload(ticket))
    flags = [
        *FLAGS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    ]
    filming = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    try:
        tunde = Visitor(filming, house.url, size=PHONE, is_phone=True)
        works_at(tunde, house, ticket, "North")
        tunde.clicks("Scan with the camera")
        expect(tunde.page.get_by_role("dialog", name="Admitted")).to_be_visible()
        tunde.clicks("Next", "link")
        tunde.looks()
        tunde.clicks("Stop the camera")
        tunde.leaves()
    finally:
        filming.close()

    assert scans_of(ticket) == [("admitted", "North", False)]
