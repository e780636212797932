"""How a room is drawn: outlines, labels and the box around it all, for the seat map and the drawing editor.

Lengths are seat widths, as on the plan; the focus is at the top. A drawing depends on the room alone, so it is
made once for each version of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .rooms import Room, RoomSection

MARGIN = 3.0
FOCUS_DEPTH = 4.0
"""How deep a stage is drawn at least."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of a section. ``points`` are those of an SVG polygon around the middles of its outermost seats."""

    section_id: int
    name: str
    points: str
    label_x: float
    label_y: float
    size: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the plan."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle_x(self) -> float:
        return self.x + self.width / 2

    @property
    def middle_y(self) -> float:
        return self.y + self.height / 2

    def __str__(self) -> str:
        return f"{self.x:g} {self.y:g} {self.width:g} {self.height:g}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything about a room that is drawn, but its seats. ``box`` is the SVG's view box."""

    box: Box
    focus: Box
    shapes: tuple[Shape, ...]
    areas: tuple[Shape, ...]


@lru_cache(maxsize=16)
def draw(room: Room) -> Drawing:
    """Draw a room: one shape for each section, the focus in front of them."""
    shapes = tuple(_section_shape(section) for section in room.sections)
    areas = tuple(_shape(area.pk, area.name, area.corners, area.capacity) for area in room.areas)
    points = [(seat.x, seat.y) for section in room.sections for row in section.rows for seat in row]
    points += [corner for area in room.areas for corner in area.corners]
    around = _around(points or [(room.focus_x, room.focus_y)])
    focus = _focus_box(room, around)
    corners = [(focus.x, focus.y), (focus.x + focus.width, focus.y + focus.height)]
    whole = _around([*(points or [(room.focus_x, room.focus_y)]), *corners])
    box = Box(whole.x - MARGIN, whole.y - MARGIN, whole.width + 2 * MARGIN, whole.height + 2 * MARGIN)
    return Drawing(box, focus, shapes, areas)


def section_box(section: RoomSection) -> Box:
    """Return the view box that shows one section."""
    around = _around([(seat.x, seat.y) for row in section.rows for seat in row])
    return Box(around.x - MARGIN, around.y - MARGIN, around.width + 2 * MARGIN, around.height + 2 * MARGIN)


def _section_shape(section: RoomSection) -> Shape:
    """Go around a section: along its front row, down the right ends of its rows, and back the other way."""
    front, *middle = section.rows
    back = middle[-1] if middle else front
    outline = [*front, *(row[-1] for row in middle), *reversed(back), *(row[0] for row in reversed(middle))]
    size = sum(len(row) for row in section.rows)
    return _shape(section.pk, section.name, [(seat.x, seat.y) for seat in outline], size)


def _shape(pk: int, name: str, outline, size: int) -> Shape:
    around = _around(outline)
    points = " ".join(f"{x:g},{y:g}" for x, y in outline)
    return Shape(pk, name, points, around.x + around.width / 2, around.y + around.height / 2, size)


def _focus_box(room: Room, around: Box) -> Box:
    """Draw the focus where it is: a pitch or a ring in the middle of the room, a stage or a screen before it."""
    width = max(around.width * 0.4, 8.0)
    if room.focus in ("pitch", "ring"):
        return Box(room.focus_x - width / 2, room.focus_y - width / 3, width, width * 2 / 3)
    depth = max(FOCUS_DEPTH, width / 8)
    if room.focus == "screen":
        depth /= 4
    return Box(room.focus_x - width / 2, min(room.focus_y, around.y - MARGIN) - depth, width, depth)


def _around(points) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
