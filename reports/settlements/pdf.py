"""The settlement of an event on A4, to be signed and filed. Text is drawn, never parsed, and shrinks until it fits."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from bookings.documents import art
from bookings.documents.style import HAIRLINE, MUTED
from bookings.documents.typesetting import BOLD, DISPLAY, REGULAR, Face, clean, draw, fit
from bookings.documents.when import moment
from bookings.stories.bookings import name_way
from events.models import Event
from reports.models import Settlement

from .figures import Figures, write_money

LEFT, RIGHT, TOP, FOOT = 18 * mm, 192 * mm, 279 * mm, 22 * mm
ROW = 5.6 * mm
GAP = 5 * mm
SIGNING = 34 * mm
"""How much room the signatures take."""
SIZE = 9

Cells = Sequence[str]


class Sheet:
    """A canvas that is written from the top down, and goes on with a new page where there is no more room."""

    def __init__(self, event: Event, title: str) -> None:
        self.event, self.out, self.number = event, io.BytesIO(), 1
        self.canvas = Canvas(self.out, pagesize=A4, pageCompression=1, lang=settings.LANGUAGE_CODE)
        self.canvas.setTitle(clean(title))
        self.canvas.setAuthor(settings.SITE_NAME)
        self.canvas.setCreator(settings.SITE_NAME)
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.y = TOP

    def text(self, x: float, text: str, face: Face = REGULAR, size: float = SIZE, *, align: str = "left") -> None:
        draw(self.canvas, x, self.y, text, face, size, align=align)

    def need(self, height: float) -> None:
        """Begin a new page unless so much room is left on this one."""
        if self.y - height < FOOT:
            self.end_page()
            self.canvas.showPage()
            self.number += 1
            self.y = TOP

    def end_page(self) -> None:
        self.canvas.setFillColor(MUTED)
        draw(self.canvas, LEFT, 12 * mm, clean(f"{settings.SITE_NAME}, {self.event.name}"), REGULAR, 7.5)
        draw(self.canvas, RIGHT, 12 * mm, f"Page {self.number}", REGULAR, 7.5, align="right")

    def line(self, colour: Color = HAIRLINE) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(LEFT, self.y, RIGHT, self.y)

    def finish(self) -> bytes:
        self.end_page()
        self.canvas.save()
        return self.out.getvalue()


def settlement_pdf(event: Event, figures: Figures, signed: Settlement | None, *, now: datetime) -> bytes:
    """Make the sheet with these figures: those that were ``signed``, or, if nothing was, those of ``now``.

    Fetch the event ``with_details()``: nothing is queried here.
    """
    sheet = Sheet(event, f"Settlement: {event.name}")
    _draw_head(sheet, signed, now)
    _draw_tickets(sheet, figures)
    _draw_takings(sheet, figures)
    _draw_payments(sheet, figures)
    _draw_due(sheet, figures)
    _draw_signatures(sheet, signed)
    return sheet.finish()


def _draw_head(sheet: Sheet, signed: Settlement | None, now: datetime) -> None:
    canvas, event = sheet.canvas, sheet.event
    colours = art.palette(event.category.colour)
    canvas.setFillColor(colours.base)
    canvas.rect(0, A4[1] - 7 * mm, A4[0], 7 * mm, stroke=0, fill=1)
    canvas.setFillColor(art.INK)
    sheet.text(LEFT, settings.SITE_NAME, DISPLAY, 13)
    sheet.text(RIGHT, "Settlement", BOLD, 10, align="right")
    setting = fit(event.name, DISPLAY, RIGHT - LEFT, [(26, 1), (21, 2), (17, 3)])
    for text in setting.lines:
        sheet.y -= setting.size * 1.12
        sheet.text(LEFT, text, DISPLAY, setting.size)
    sheet.y -= 6.4 * mm
    where = fit(f"{moment(event, event.event_date)}, {event.venue.name}", REGULAR, RIGHT - LEFT, [(10.5, 1), (8.5, 2)])
    for text in where.lines:
        sheet.text(LEFT, text, REGULAR, where.size)
        sheet.y -= 5 * mm
    canvas.setFillColor(MUTED)
    sheet.text(LEFT, _standing(signed, now), REGULAR, 8.5)
    sheet.y -= 4 * mm


def _standing(signed: Settlement | None, now: datetime) -> str:
    if signed:
        return f"As signed by {signed.signed_by} on {_office(signed.signed_at)} (no. {signed.number})"
    return f"As it stands on {_office(now)}; not signed"


def _office(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y, H:i")


# Tables -------------------------------------------------------------------------------------------


def _draw_table(
    sheet: Sheet, title: str, head: Cells, rows: Iterable[Cells], edges: Sequence[float], total: Cells = ()
) -> None:
    """Draw a table whose first column is text from the left, the others end at ``edges``, in millimetres from it."""
    sheet.need(3 * ROW + GAP)
    sheet.y -= GAP + 3 * mm
    sheet.canvas.setFillColor(art.INK)
    sheet.text(LEFT, title, BOLD, 11)
    sheet.y -= ROW
    if any(head):
        sheet.canvas.setFillColor(MUTED)
        _draw_cells(sheet, head, edges, REGULAR, 7.8)
        sheet.y -= 1.8 * mm
        sheet.line(MUTED)
        sheet.y -= ROW - 1.8 * mm
    for row in rows:
        sheet.need(ROW)
        sheet.canvas.setFillColor(art.INK)
        _draw_cells(sheet, row, edges, REGULAR, SIZE)
        sheet.y -= 1.8 * mm
        sheet.line()
        sheet.y -= ROW - 1.8 * mm
    if total:
        sheet.need(ROW)
        sheet.canvas.setFillColor(art.INK)
        _draw_cells(sheet, total, edges, BOLD, SIZE)
        sheet.y -= ROW


def _draw_cells(sheet: Sheet, cells: Cells, edges: Sequence[float], face: Face, size: float) -> None:
    first, *others = cells
    limit = (edges[0] - 22) * mm if edges else RIGHT - LEFT
    setting = fit(first, face, limit, [(size, 1), (size - 1.5, 1)])
    sheet.text(LEFT, setting.lines[0] if setting.lines else "", face, setting.size)
    for text, edge in zip(others, edges, strict=True):
        sheet.text(LEFT + edge * mm, text, face, size, align="right")


def _draw_tickets(sheet: Sheet, figures: Figures) -> None:
    rows = [
        (
            " ".join(filter(None, [line.ticket_type, line.label])),
            write_money(line.price) if line.price else "comp",
            f"{line.tickets:,}",
            write_money(line.gross),
            write_money(-line.discounts),
            write_money(line.net),
        )
        for line in figures.lines
    ]
    total = (
        "All tickets",
        "",
        f"{figures.tickets:,}",
        write_money(figures.tickets_gross),
        write_money(-figures.tickets_discounts),
        write_money(figures.tickets_net),
    )
    head = ("Ticket type", "Price", "Tickets", "Gross", "Discounts", "Net")
    _draw_table(sheet, "Valid tickets", head, rows, (72, 92, 120, 147, 174), total)


def _draw_takings(sheet: Sheet, figures: Figures) -> None:
    rows = [
        (f"Sold: {figures.sold:,} tickets, at their prices", write_money(figures.gross)),
        ("Discounts", write_money(-figures.discounts)),
        (f"Given back for {figures.returned:,} tickets, and reduced later", write_money(-figures.refunds)),
        ("Exchanges", write_money(figures.exchanges)),
    ]
    if figures.retained:
        rows.append(("In it: retained of the price of cancelled tickets", write_money(figures.retained)))
    _draw_table(
        sheet, "How it came to that", (), rows, (174,), ("Takings, by the ledger", write_money(figures.takings))
    )


def _draw_payments(sheet: Sheet, figures: Figures) -> None:
    rows = [
        (
            name_way(line.provider).capitalize(),
            write_money(line.charges),
            write_money(-line.refunds),
            write_money(-line.pending),
            write_money(line.net),
        )
        for line in figures.payments
    ]
    total = (
        "All payments",
        write_money(figures.charges),
        write_money(-figures.refunded),
        write_money(-figures.pending),
        write_money(figures.paid),
    )
    head = ("Paid", "Came in", "Went back", "To go back", "Stays")
    _draw_table(sheet, "Payments", head, rows, (92, 120, 147, 174), total)
    sheet.canvas.setFillColor(MUTED)
    sign = "=" if figures.is_tied else "is not"
    sheet.text(LEFT, f"Ledger {write_money(figures.takings)} {sign} payments {write_money(figures.paid)}", REGULAR, 8.5)
    sheet.y -= 2 * mm


def _draw_due(sheet: Sheet, figures: Figures) -> None:
    paid = figures.tickets - figures.comps
    rows = [
        ("Takings", write_money(figures.takings)),
        (f"The house keeps {figures.percent:f} % of the takings", write_money(-figures.commission)),
        (f"and {write_money(figures.per_ticket)} for each of {paid:,} paid tickets", write_money(-figures.ticket_fees)),
    ]
    words = "Due to the promoter" if figures.due >= 0 else "Due from the promoter"
    _draw_table(sheet, "Settlement", (), rows, (174,), (words, write_money(abs(figures.due))))


def _draw_signatures(sheet: Sheet, signed: Settlement | None) -> None:
    if signed and signed.note:
        sheet.need(10 * mm)
        sheet.canvas.setFillColor(art.INK)
        note = fit(f"Note: {signed.note}", REGULAR, RIGHT - LEFT, [(8.5, 2), (7.5, 4)], balanced=False)
        sheet.y -= 3 * mm
        for text in note.lines:
            sheet.text(LEFT, text, REGULAR, note.size)
            sheet.y -= 4 * mm
    sheet.need(SIGNING)
    sheet.y -= SIGNING - 8 * mm
    half = (RIGHT - LEFT - 12 * mm) / 2
    for x, who in ((LEFT, "For the house"), (LEFT + half + 12 * mm, "For the promoter")):
        sheet.canvas.setStrokeColor(art.INK)
        sheet.canvas.setLineWidth(0.6)
        sheet.canvas.line(x, sheet.y, x + half, sheet.y)
        sheet.canvas.setFillColor(MUTED)
        draw(sheet.canvas, x, sheet.y - 4 * mm, f"{who}: place, date, signature", REGULAR, 7.8)
