"""The room on a printed ticket: drawn once per file, with the ticket's own seat marked on each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from bookings.locator import Label, Locator
from bookings.models import Ticket

from .art import INK, WHITE, readable
from .style import MUTED
from .typesetting import BOLD, REGULAR, clean, draw, width

if TYPE_CHECKING:
    from .pdf import Page

GROUND = HexColor("#efe6d6")
OWN_GROUND = HexColor("#ffdc93")
DOT = HexColor("#a8937a")
TEXT = 6.2
"""The height of a name, in points, at most."""
FORM = "room"


class Frame:
    """Where on the page the room is drawn: at the top of a box, in its middle, as large as fits."""

    def __init__(self, locator: Locator, x: float, y: float, wide: float, high: float) -> None:
        view = locator.view
        self.scale = min(wide / view.width, high / view.height)
        self.left = x + (wide - view.width * self.scale) / 2 - view.x * self.scale
        self.top = y + high + view.y * self.scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Turn a point of the plan into one of the page, on which y grows upwards."""
        return self.left + x * self.scale, self.top - y * self.scale


def prepare_room(page: Page, frame: Frame) -> None:
    """Draw what all tickets have in common as a form: grounds, focus, seats of the own sections, names."""
    canvas, locator = page.canvas, page.locator
    canvas.beginForm(FORM)
    canvas.setLineJoin(1)
    canvas.setLineWidth(1.3 * frame.scale)
    for outline in locator.outlines:
        _draw_polygon(canvas, frame, outline.points, OWN_GROUND if outline.is_own else GROUND)
    focus = locator.drawing.focus
    canvas.setFillColor(INK)
    canvas.roundRect(
        *frame.at(focus.x, focus.y + focus.height),
        focus.width * frame.scale,
        focus.height * frame.scale,
        0.5 * frame.scale,
        stroke=0,
        fill=1,
    )
    _draw_dots(canvas, frame, locator.dots)
    for label in locator.labels:
        _draw_label(canvas, frame, label)
    canvas.endForm()


def draw_marks(page: Page, ticket: Ticket, frame: Frame) -> None:
    """Draw the room, the booking's seats in it, and the ticket's own seat as the one that counts."""
    canvas, locator = page.canvas, page.locator
    canvas.doForm(FORM)
    own = [seat for seat in locator.seats if seat.pk == ticket.place.seat_id]
    radius = max(locator.radius * frame.scale, 1.1)
    canvas.setStrokeColor(WHITE)
    canvas.setLineWidth(0.4)
    for seat in locator.seats:
        _draw_disc(canvas, frame.at(seat.x, seat.y), radius, MUTED)
    colour = readable(page.palette.base)
    for seat in own:
        middle = frame.at(seat.x, seat.y)
        _draw_disc(canvas, middle, radius * 1.5, INK)
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(1.3)
        canvas.circle(*middle, max(radius * 3, 5), stroke=1, fill=0)


def _draw_polygon(canvas: Canvas, frame: Frame, points: str, colour: Color) -> None:
    corners = [frame.at(*map(float, point.split(","))) for point in points.split()]
    path = canvas.beginPath()
    path.moveTo(*corners[0])
    for corner in corners[1:]:
        path.lineTo(*corner)
    path.close()
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    canvas.drawPath(path, stroke=1, fill=1)


def _draw_dots(canvas: Canvas, frame: Frame, dots: str) -> None:
    """Draw the seats of an SVG path of points: strokes of no length with round ends."""
    canvas.setLineCap(1)
    canvas.setStrokeColor(DOT)
    canvas.setLineWidth(0.42 * frame.scale)
    path = canvas.beginPath()
    for dot in dots.split("M")[1:]:
        x, y = frame.at(*map(float, dot.removesuffix("h0").split()))
        path.moveTo(x, y)
        path.lineTo(x, y)
    if dots:
        canvas.drawPath(path, stroke=1, fill=0)


def _draw_label(canvas: Canvas, frame: Frame, label: Label) -> None:
    face, text = (BOLD if label.kind == "own" else REGULAR), clean(label.text)
    size = min(TEXT, max(label.size * frame.scale, 4.4))
    x, y = frame.at(label.x, label.y)
    half = width(text, face, size) / 2
    if label.kind == "own":
        canvas.setFillColor(OWN_GROUND)
        canvas.rect(x - half - 1, y - 0.25 * size, 2 * half + 2, 1.05 * size, stroke=0, fill=1)
    canvas.setFillColor({"own": INK, "lit": WHITE}.get(label.kind, MUTED))
    draw(canvas, x, y, text, face, size, align="center")


def _draw_disc(canvas: Canvas, middle: tuple[float, float], radius: float, colour: Color) -> None:
    canvas.setFillColor(colour)
    canvas.circle(*middle, radius, stroke=1, fill=1)
