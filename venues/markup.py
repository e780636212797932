"""A room as an SVG's markup: outlines of sections, and seats as checkboxes. An event adds what depends on it.

Seats are written here, not in a template, because there are thousands of them; and once for each version of a room.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import atan2, degrees, hypot

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .drawing import Box, Point, draw
from .rooms import Room, RoomSeat, RoomSection

UNIT = 20
"""Units of the drawing to the width of a seat: browsers draw form fields badly at sizes near one."""

SMOOTH = 0.2
"""An outline may leave out a point that is no further (in seat widths) from the line without it."""


def write_seats(room: Room, section: RoomSection, ending: Callable[[RoomSeat], str] | None = None) -> SafeString:
    """Write the seats of a section, row by row. ``ending`` says what follows a seat's name: by default, nothing."""
    parts = []
    for label, seats in _drawn_rows(room, section.pk):
        parts.append(label)
        for opening, seat in seats:
            parts += (opening, ending(seat) if ending else '"', "></foreignObject>")
        parts.append("</g>")
    return mark_safe("".join(parts))  # noqa: S308 (names are escaped where they come in)


@lru_cache(maxsize=256)
def _drawn_rows(room: Room, section_id: int) -> list[tuple[str, list[tuple[str, RoomSeat]]]]:
    """Draw the rows of a section: their beginnings, and each seat up to its name."""
    section = next(part for part in room.sections if part.pk == section_id)
    return [_drawn_row(section, row) for row in section.rows]


def _drawn_row(section: RoomSection, row: tuple[RoomSeat, ...]) -> tuple[str, list[tuple[str, RoomSeat]]]:
    name = escape(row[0].row)
    labels = "".join(f'<text x="{x:.0f}" y="{y:.0f}">{name}</text>' for x, y in _row_ends(row))
    group = f'<g data-row="{name}"><g class="map-rows" aria-hidden="true">{labels}</g>'
    return group, [(_drawn_seat(section, row, index), seat) for index, seat in enumerate(row)]


def _drawn_seat(section: RoomSection, row: tuple[RoomSeat, ...], index: int) -> str:
    seat = row[index]
    before, after = row[max(index - 1, 0)], row[min(index + 1, len(row) - 1)]
    angle = degrees(atan2(after.y - before.y, after.x - before.x)) if before is not after else 0
    angle = round((angle + 90) % 180 - 90)  # never upside down
    turn = f"rotate({angle})" if angle else ""
    gap = " data-gap" if index and seat.position - row[index - 1].position > 1 else ""
    kind = _kind(seat)
    return (
        f'<foreignObject transform="translate({seat.x * UNIT:.0f} {seat.y * UNIT:.0f}){turn}"'
        f' x="-10" y="-10" width="20" height="20"><input type="checkbox" name="seat" value="{seat.pk}"'
        f' data-n="{escape(seat.number)}"{gap}{kind} aria-label="{escape(section.name)}, row {escape(seat.row)},'
        f" seat {escape(seat.number)}"
    )


def _kind(seat: RoomSeat) -> str:
    kinds = [("wheelchair", seat.is_accessible), ("companion", seat.is_companion), ("view", seat.has_restricted_view)]
    return "".join(f" data-{name}" for name, holds in kinds if holds)


def _row_ends(row: tuple[RoomSeat, ...]) -> list[Point]:
    """Where a row's name stands: a little beyond either end."""
    first, last = row[0], row[-1]
    dx, dy = last.x - first.x, last.y - first.y
    length = hypot(dx, dy) or 1
    along = (dx / length, dy / length) if len(row) > 1 else (1, 0)
    return [
        ((first.x - 1.1 * along[0]) * UNIT, (first.y - 1.1 * along[1]) * UNIT),
        ((last.x + 1.1 * along[0]) * UNIT, (last.y + 1.1 * along[1]) * UNIT),
    ]


@lru_cache(maxsize=16)
def outlines(room: Room) -> dict[int, str]:
    """Outline the seated sections: the points of a polygon by section id."""
    return {shape.section_id: _write_points(_smooth(_read_points(shape.points))) for shape in draw(room).shapes}


def scale_points(points: str) -> str:
    """Turn a polygon's points from seat widths into units."""
    return _write_points(_read_points(points))


def _read_points(points: str) -> list[Point]:
    return [tuple(map(float, pair.split(","))) for pair in points.split()]


def _write_points(points: list[Point]) -> str:
    return " ".join(f"{x * UNIT:.0f},{y * UNIT:.0f}" for x, y in points)


def _smooth(points: list[Point]) -> list[Point]:
    """Leave out points that are hardly off the line between those that stay."""
    kept = [points[0]]
    anchor = 0
    for index in range(1, len(points) - 1):
        line = points[anchor], points[index + 1]
        if any(_distance(point, *line) > SMOOTH for point in points[anchor + 1 : index + 1]):
            kept.append(points[index])
            anchor = index
    return [*kept, points[-1]]


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = hypot(x2 - x1, y2 - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length if length else hypot(x - x1, y - y1)


def label_of(section: RoomSection, *, is_large: bool) -> Point:
    """Where a section's name stands: in its middle where no seats are shown, else behind its last row."""
    front, back = section.rows[0], section.rows[-1]
    if is_large:
        back = section.rows[len(section.rows) // 2]
        return round(back[len(back) // 2].x * UNIT), round(back[len(back) // 2].y * UNIT)
    (x1, y1), (x2, y2) = _middle(front), _middle(back)
    length = hypot(x2 - x1, y2 - y1)
    away = ((x2 - x1) / length, (y2 - y1) / length) if length else (0, 1)
    return round((x2 + 2 * away[0]) * UNIT), round((y2 + 2 * away[1]) * UNIT)


def _middle(row: tuple[RoomSeat, ...]) -> Point:
    seat = row[len(row) // 2]
    return (row[0].x + row[-1].x) / 2 if len(row) > 2 else seat.x, seat.y


def scale_box(box: Box) -> Box:
    """Turn seat widths into units."""
    return Box(*(round(length * UNIT) for length in (box.x, box.y, box.width, box.height)))
