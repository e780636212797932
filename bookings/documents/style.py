"""What the halves of a printed ticket share: greys, labels, paragraphs."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from .art import INK
from .typesetting import BOLD, REGULAR, Face, draw, fit

MUTED = HexColor("#62544a")
HAIRLINE = HexColor("#e2d6c3")


def draw_label(canvas: Canvas, x: float, y: float, text: str) -> None:
    """Name a field, small and quiet."""
    canvas.setFillColor(MUTED)
    draw(canvas, x, y, text, REGULAR, 7.5)


def draw_heading(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(INK)
    draw(canvas, x, y, text, BOLD, 9.5)


def draw_lines(canvas: Canvas, x: float, y: float, lines: list[str], face: Face, size: float) -> float:
    """Draw lines downwards from the baseline ``y``; return the baseline that would follow."""
    canvas.setFillColor(INK)
    for line in lines:
        draw(canvas, x, y, line, face, size)
        y -= size * 1.38
    return y


def draw_paragraph(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    limit: float,
    *,
    lines: int = 3,
    face: Face = REGULAR,
    size: float = 8.5,
) -> float:
    """Draw running text in at most ``lines`` lines of ``size``, or smaller; return the baseline that follows."""
    steps = [(smaller, int(lines * size / smaller)) for smaller in (size, size - 1, size - 2)]
    setting = fit(text, face, limit, steps, balanced=False)
    return draw_lines(canvas, x, y, setting.lines, face, setting.size)
