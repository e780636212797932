"""Tickets to print or to show on a phone: one A4 page each, to be folded once across.

The upper half is the ticket, the lower half (``leaflet``) is what the visitor needs to know. Text is drawn, never
parsed, and shrinks or wraps until it fits.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from bookings.locator import Locator, locate
from bookings.models import Booking, Ticket
from bookings.signing import ticket_payload
from events.models import Event
from ticketing.money import format_money

from . import art, qr, typesetting
from .art import INK, WHITE
from .leaflet import draw_leaflet, prepare_leaflet
from .style import HAIRLINE, MUTED, draw_label
from .typesetting import BOLD, DISPLAY, REGULAR, clean, draw, fit
from .when import clock, day, end_of

LEFT, RIGHT, TOP = 12 * mm, 198 * mm, 285 * mm
FOLD = A4[1] / 2
PANEL = 232 * mm
"""Where the art panel ends and the white of the ticket begins."""
BOTTOM = 158 * mm
TEAR = 139 * mm
"""Where the stub with the QR code begins."""
ROUND = 4 * mm
TILE = 17.6667 * mm
TITLE_STEPS = [(42, 1), (36, 2), (30, 2), (26, 3), (22, 3), (19, 4), (16, 5), (13, 6), (11, 7), (9.5, 8)]


@dataclass(frozen=True)
class Page:
    """What every part of a page needs."""

    canvas: Canvas
    booking: Booking
    palette: art.Palette
    now: datetime
    locator: Locator | None
    """Where the places are, if the event has a room that is known."""

    @property
    def event(self) -> Event:
        return self.booking.event


def ticket_pdf(booking: Booking, tickets: Iterable[Ticket], *, now: datetime) -> bytes:
    """Make the PDF of these tickets of a booking, a page each.

    Fetch the booking and its tickets ``with_details()``: nothing more is queried here, but for what
    :func:`bookings.locator.locate` asks about the room. A ticket that is not valid says so and has no code to scan.
    """
    tickets = list(tickets)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, lang=settings.LANGUAGE_CODE)
    colours = art.palette(booking.event.category.colour)
    page = Page(canvas, booking, colours, now, locate(booking.event, tickets))
    _describe(page, len(tickets))
    _prepare_panel(page)
    prepare_leaflet(page)
    for number, ticket in enumerate(tickets, start=1):
        canvas.bookmarkPage(ticket.code)
        canvas.addOutlineEntry(f"Ticket {number}: {_place_in_words(ticket)}", ticket.code)
        _draw_ticket(page, ticket, number, len(tickets))
        _draw_fold(canvas)
        draw_leaflet(page, ticket)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _describe(page: Page, count: int) -> None:
    """Fill in what a viewer shows about the file."""
    noun = "Ticket" if count == 1 else "Tickets"
    page.canvas.setTitle(clean(f"{noun} {page.booking.booking_code}: {page.event.name}"))
    page.canvas.setAuthor(settings.SITE_NAME)
    page.canvas.setSubject(clean(f"{page.event.venue.name}, {day(page.event, page.event.event_date)}"))
    page.canvas.setCreator(settings.SITE_NAME)
    page.canvas.setViewerPreference("DisplayDocTitle", "true")


def _place_in_words(ticket: Ticket) -> str:
    return clean(str(ticket.place.seat) if ticket.place.seat else ticket.offer.name)


def _prepare_panel(page: Page) -> None:
    """Draw the event's panel once, as a form that every page shows."""
    canvas, colours, event = page.canvas, page.palette, page.event
    canvas.beginForm("panel")
    path = canvas.beginPath()
    path.moveTo(LEFT, PANEL)
    path.lineTo(RIGHT, PANEL)
    path.lineTo(RIGHT, TOP - ROUND)
    path.arcTo(RIGHT - 2 * ROUND, TOP - 2 * ROUND, RIGHT, TOP, 0, 90)
    path.lineTo(LEFT + ROUND, TOP)
    path.arcTo(LEFT, TOP - 2 * ROUND, LEFT + 2 * ROUND, TOP, 90, 90)
    path.close()
    canvas.saveState()
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.setFillColor(colours.base)
    canvas.rect(LEFT, PANEL, RIGHT - LEFT, TOP - PANEL, stroke=0, fill=1)
    columns, rows = 4, 3
    art.draw_composition(canvas, RIGHT - columns * TILE, PANEL, TILE, columns, rows, colours, event.slug)
    canvas.restoreState()
    _draw_title(page, RIGHT - columns * TILE - LEFT - 14 * mm)
    canvas.endForm()


def _draw_title(page: Page, limit: float) -> None:
    canvas, event = page.canvas, page.event
    canvas.setFillColor(page.palette.on_base)
    x, y = LEFT + 7 * mm, TOP - 9.5 * mm
    draw(canvas, x, y, settings.SITE_NAME, DISPLAY, 13)
    draw(canvas, x + limit, y, clean(event.category.name), BOLD, 8.5, align="right")
    setting = fit(event.name, DISPLAY, limit, TITLE_STEPS)
    leading = setting.size * 1.02
    y = PANEL + 7 * mm + leading * (len(setting.lines) - 1)
    for line in setting.lines:
        draw(canvas, x, y, line, DISPLAY, setting.size)
        y -= leading


def _draw_ticket(page: Page, ticket: Ticket, number: int, count: int) -> None:
    page.canvas.doForm("panel")
    _draw_outline(page.canvas)
    _draw_when_and_where(page)
    _draw_place(page, ticket)
    _draw_small_print(page, ticket)
    _draw_stub(page, ticket, number, count)


def _draw_outline(canvas: Canvas) -> None:
    """Draw the ticket's white body: rounded below, with a perforation that ends in two bites."""
    bite = 3 * mm
    path = canvas.beginPath()
    path.moveTo(LEFT, PANEL)
    path.lineTo(LEFT, BOTTOM + ROUND)
    path.arcTo(LEFT, BOTTOM, LEFT + 2 * ROUND, BOTTOM + 2 * ROUND, 180, 90)
    path.lineTo(TEAR - bite, BOTTOM)
    path.arcTo(TEAR - bite, BOTTOM - bite, TEAR + bite, BOTTOM + bite, 180, -180)
    path.lineTo(RIGHT - ROUND, BOTTOM)
    path.arcTo(RIGHT - 2 * ROUND, BOTTOM, RIGHT, BOTTOM + 2 * ROUND, 270, 90)
    path.lineTo(RIGHT, PANEL)
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.9)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setFillColor(WHITE)
    canvas.wedge(TEAR - bite, PANEL - bite, TEAR + bite, PANEL + bite, 0, 180, stroke=0, fill=1)
    canvas.saveState()
    canvas.setLineCap(1)
    canvas.setDash([0.1, 4.2])
    canvas.setLineWidth(1.6)
    canvas.line(TEAR, BOTTOM + bite + 1.2 * mm, TEAR, PANEL - 1.5 * mm)
    canvas.restoreState()


def _draw_when_and_where(page: Page) -> None:
    canvas, event = page.canvas, page.event
    x, limit = LEFT + 7 * mm, TEAR - LEFT - 14 * mm
    when = fit(day(event, event.event_date), DISPLAY, limit - 26 * mm, [(23, 1), (20, 1), (17, 1)])
    y = PANEL - 12.5 * mm
    canvas.setFillColor(INK)
    draw(canvas, x, y, when.lines[0], DISPLAY, when.size)
    canvas.setFillColor(art.readable(page.palette.base))
    draw(canvas, x + limit, y, clock(event, event.event_date), DISPLAY, 23, align="right")
    canvas.setFillColor(INK)
    venue = fit(f"{event.venue.name}, {event.venue.city}", BOLD, limit, [(11, 1), (9.5, 1), (8.5, 2), (7, 3)])
    y -= 6.5 * mm
    for line in venue.lines:
        draw(canvas, x, y, line, BOLD, venue.size)
        y -= venue.size * 1.2
    canvas.setFillColor(MUTED)
    if len(venue.lines) == 1:
        draw(canvas, x, y - 2, _hours(event), REGULAR, 9)


def _hours(event: Event) -> str:
    parts = [f"Doors open at {clock(event, event.doors_at)}"] if event.doors_at else []
    parts.append(
        f"begins at {clock(event, event.event_date)}" if parts else f"Begins at {clock(event, event.event_date)}"
    )
    if end := end_of(event):
        parts.append(f"ends at about {clock(event, end)}")
    return ", ".join(parts)


def _draw_place(page: Page, ticket: Ticket) -> None:
    """Say where to sit, as large as it can be said."""
    canvas, seat = page.canvas, ticket.place.seat
    x, limit, y = LEFT + 7 * mm, TEAR - LEFT - 14 * mm, PANEL - 45.5 * mm
    canvas.setStrokeColor(HAIRLINE)
    canvas.setLineWidth(0.6)
    canvas.line(x, y + 18 * mm, x + limit, y + 18 * mm)
    if seat is None:
        _draw_field(page, x, y, "Ticket", ticket.offer.name, limit * 0.68)
        _draw_field(page, x + limit * 0.72, y, "Place", "Free choice", limit * 0.28, 17)
        return
    _draw_field(page, x, y, "Section", seat.section.name, limit * 0.52)
    _draw_field(page, x + limit * 0.56, y, "Row", seat.row, limit * 0.2)
    _draw_field(page, x + limit * 0.79, y, "Seat", seat.number, limit * 0.21)


def _draw_field(page: Page, x: float, y: float, label: str, value: str, limit: float, largest: float = 34) -> None:
    canvas = page.canvas
    draw_label(canvas, x, y + 12.6 * mm, label)
    canvas.setFillColor(INK)
    setting = fit(value, DISPLAY, limit, [(largest, 1), (28, 1), (22, 1), (17, 2), (13, 2), (10, 3), (8, 4)])
    y += (len(setting.lines) - 1) * setting.size
    for line in setting.lines:
        draw(canvas, x, y, line, DISPLAY, setting.size)
        y -= setting.size


def _draw_small_print(page: Page, ticket: Ticket) -> None:
    canvas = page.canvas
    x, limit, y = LEFT + 7 * mm, TEAR - LEFT - 14 * mm, BOTTOM + 9 * mm
    canvas.setStrokeColor(HAIRLINE)
    canvas.line(x, y + 12 * mm, x + limit, y + 12 * mm)
    holder = ticket.holder_name or page.booking.customer_name or "Bearer"
    _draw_detail(page, x, y, "Holder", holder, limit * 0.41)
    _draw_detail(page, x + limit * 0.45, y, "Ticket" if ticket.place.seat else "Admits", _kind(ticket), limit * 0.25)
    paid = ticket.price - ticket.discount
    price = format_money(paid) if paid or ticket.discount else "Complimentary"
    _draw_detail(page, x + limit * 0.74, y, "Price", price, limit * 0.26)
    if ticket.discount:
        canvas.setFillColor(MUTED)
        note = fit(f"{format_money(ticket.discount)} discount taken off", REGULAR, limit * 0.26, [(7.5, 1), (6, 1)])
        draw(canvas, x + limit * 0.74, y - 0.8 * mm, note.lines[0], REGULAR, note.size)


def _draw_detail(page: Page, x: float, y: float, label: str, value: str, limit: float) -> None:
    draw_label(page.canvas, x, y + 7.6 * mm, label)
    page.canvas.setFillColor(INK)
    setting = fit(value, BOLD, limit, [(10.5, 1), (9, 2), (7.5, 3), (6, 4), (5, 5)])
    y += 3 * mm if len(setting.lines) == 1 else 4.4 * mm
    for line in setting.lines:
        draw(page.canvas, x, y, line, BOLD, setting.size)
        y -= setting.size * 1.12


def _kind(ticket: Ticket) -> str:
    if ticket.place.seat is None:
        return "One person"
    notes = {
        "wheelchair place": ticket.place.seat.is_accessible,
        "companion seat": ticket.place.seat.is_companion,
        "restricted view": ticket.place.seat.has_restricted_view,
    }
    return ", ".join([ticket.offer.name, *(note for note, applies in notes.items() if applies)])


def _draw_stub(page: Page, ticket: Ticket, number: int, count: int) -> None:
    canvas, middle, side = page.canvas, (TEAR + RIGHT) / 2, 38 * mm
    top = PANEL - 14.6 * mm
    canvas.setFillColor(INK)
    draw(canvas, middle, PANEL - 7.4 * mm, page.booking.booking_code, BOLD, 9.5, align="center")
    if ticket.status == Ticket.Status.VALID:
        _draw_qr(canvas, middle - side / 2, top - side, side, ticket_payload(ticket))
    else:
        _draw_invalid(page, middle - side / 2, top - side, side)
    canvas.setFillColor(INK)
    draw(canvas, middle, top - side - 10.4 * mm, qr.group(ticket.code), BOLD, 10.5, align="center")
    canvas.setFillColor(MUTED)
    draw(
        canvas,
        middle,
        top - side - 15 * mm,
        f"Ticket {number} of {count}, to be shown at the door",
        REGULAR,
        7.5,
        align="center",
    )


def _draw_qr(canvas: Canvas, x: float, y: float, side: float, payload: str) -> None:
    """Draw a code as one shape. Nothing is drawn on the four modules around it: its quiet zone."""
    module = side / qr.size(payload)
    path = canvas.beginPath()
    for row, column, length in qr.modules(payload):
        path.rect(x + column * module, y + side - (row + 1) * module, length * module, module)
    canvas.setFillColor(INK)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_invalid(page: Page, x: float, y: float, side: float) -> None:
    canvas = page.canvas
    canvas.setStrokeColor(INK)
    canvas.rect(x, y, side, side, stroke=1, fill=0)
    canvas.setFillColor(INK)
    draw(canvas, x + side / 2, y + side / 2, "Not valid", DISPLAY, 22, align="center")
    draw(canvas, x + side / 2, y + side / 2 - 6 * mm, "This ticket does not admit", REGULAR, 8, align="center")


def _draw_fold(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setStrokeColor(MUTED)
    canvas.setLineWidth(0.5)
    canvas.setDash([1, 3])
    canvas.line(0, FOLD, A4[0], FOLD)
    canvas.restoreState()
    canvas.setFillColor(WHITE)
    label = "Fold here"
    wide = typesetting.width(label, REGULAR, 7) + 4 * mm
    canvas.rect(A4[0] / 2 - wide / 2, FOLD - 2 * mm, wide, 4 * mm, stroke=0, fill=1)
    canvas.setFillColor(MUTED)
    draw(canvas, A4[0] / 2, FOLD - 2.4, label, REGULAR, 7, align="center")
