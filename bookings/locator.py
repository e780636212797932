"""Where the places of a booking are in their room: what its page and its printed tickets draw, and say in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.text import get_text_list

from events.models import Event
from venues.drawing import MARGIN, Box, Drawing, draw, section_box
from venues.models import SeatingPlan, Section
from venues.rooms import Room, RoomSeat, RoomSection, room_of

from .models import Ticket

DOTS = 1_500
"""So many seats are drawn as dots, at most: more would weigh more than they tell."""
LABELS = 30
"""A label is this part of the drawing high: legible on a phone, and on paper."""
LETTER = 0.54
"""How wide a letter is, in parts of its height."""


@dataclass(frozen=True)
class Label:
    """A name on the drawing; ``y`` is its baseline, ``x`` its middle."""

    text: str
    x: float
    y: float
    size: float
    kind: str = ""
    """``own`` (where the booking's places are), ``lit`` (on the dark ground of the focus), or neither."""

    @property
    def width(self) -> float:
        return len(self.text) * self.size * LETTER

    def touches(self, other: Label) -> bool:
        apart = abs(self.x - other.x) * 2 >= self.width + other.width
        return not apart and abs(self.y - other.y) < 1.2 * self.size


@dataclass(frozen=True)
class Outline:
    """The ground of a section or a standing area, as an SVG polygon has it."""

    points: str
    is_own: bool


@dataclass(frozen=True)
class Locator:
    """The room of an event with the places of a booking in it. Lengths are seat widths, as on the plan."""

    view: Box
    drawing: Drawing
    outlines: tuple[Outline, ...]
    labels: tuple[Label, ...]
    dots: str
    seats: tuple[RoomSeat, ...]
    halos: tuple[Box, ...]
    radius: float
    focus: str
    words: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Say what the drawing shows, for those who do not see it."""
        return f"The room from above, with the {self.focus.lower()} and your places marked. {' '.join(self.words)}"


@dataclass(frozen=True)
class Found:
    """A seat, and where it belongs in its room."""

    section: RoomSection
    row: int
    seat: RoomSeat


def locate(event: Event, tickets: Iterable[Ticket]) -> Locator | None:
    """Find the places of these tickets, fetched with their places and offers, in the room of their event.

    None where there is no room, or nothing in it to point at. Asks the database nothing once the room is known, but
    for the areas of standing places.
    """
    if event.seating_plan is None:
        return None
    room, tickets = room_of(event.seating_plan), list(tickets)
    seats = _seats_of(room)
    found = [seats[ticket.place.seat_id] for ticket in tickets if ticket.place.seat_id in seats]
    found.sort(key=lambda it: (room.sections.index(it.section), it.row, it.seat.position))
    areas = _areas({ticket.offer_id for ticket in tickets if ticket.place.seat_id is None})
    if not found and not areas:
        return None
    return _draw(room, event.seating_plan, found, areas)


def _areas(offers: set[int]) -> dict[int, str]:
    """Read the standing areas of these offers: names by id."""
    if not offers:
        return {}
    sections = Section.objects.filter(offers__in=offers, standing_capacity__isnull=False)
    return dict(sections.order_by("order", "pk").values_list("pk", "name"))


@lru_cache(maxsize=16)
def _seats_of(room: Room) -> dict[int, Found]:
    return {
        seat.pk: Found(section, number, seat)
        for section in room.sections
        for number, row in enumerate(section.rows, start=1)
        for seat in row
    }


def _draw(room: Room, plan: SeatingPlan, found: list[Found], areas: dict[int, str]) -> Locator:
    drawing = draw(room)
    size = label_size(drawing)
    radius = max(0.42, size * 0.3)
    own = {it.section.pk for it in found} | areas.keys()
    shapes = [*drawing.shapes, *drawing.areas]
    labels = tuple(name_grounds(room, drawing, found, own, size))
    return Locator(
        view=make_room(drawing.box, labels),
        drawing=drawing,
        outlines=tuple(Outline(shape.points, shape.section_id in own) for shape in shapes),
        labels=labels,
        dots=_dots(room, frozenset(it.section.pk for it in found)),
        seats=tuple(it.seat for it in found),
        halos=tuple(_halos(found, radius)),
        radius=radius,
        focus=plan.get_focus_display(),
        words=tuple(_words(room, plan, found, areas)),
    )


def label_size(drawing: Drawing) -> float:
    """How high a name is written, in seat widths."""
    return max(drawing.box.width, drawing.box.height) / LABELS


def make_room(box: Box, labels: Sequence[Label]) -> Box:
    """Make the view so high that the highest label is in it."""
    top = min(box.y, *(label.y - 1.1 * label.size for label in labels))
    return Box(box.x, top, box.width, box.height + box.y - top)


@lru_cache(maxsize=64)
def _dots(room: Room, sections: frozenset[int]) -> str:
    """Draw seats as the points of one SVG path: of these sections, or of the whole room where it is small."""
    drawn = room.sections if room.seat_count <= DOTS // 2 else [it for it in room.sections if it.pk in sections]
    seats = [seat for section in drawn for row in section.rows for seat in row]
    return "".join(f"M{seat.x:g} {seat.y:g}h0" for seat in seats) if len(seats) <= DOTS else ""


def _halos(found: Sequence[Found], radius: float) -> Iterable[Box]:
    """Put a frame around the seats of each section, so that they are seen in a stadium, too."""
    groups: dict[int, list[RoomSeat]] = {}
    for it in found:
        groups.setdefault(it.section.pk, []).append(it.seat)
    pad = 2.2 * radius
    for seats in groups.values():
        xs, ys = [seat.x for seat in seats], [seat.y for seat in seats]
        yield Box(min(xs) - pad, min(ys) - pad, max(xs) - min(xs) + 2 * pad, max(ys) - min(ys) + 2 * pad)


# Labels -------------------------------------------------------------------------------------------


def name_grounds(room: Room, drawing: Drawing, found: Sequence[Found], own: set[int], size: float) -> list[Label]:
    """Name the focus, the booking's own sections, and those of the others that have room for their names."""
    grounds = {section.pk: _ground(section) for section in room.sections}
    grounds |= {area.pk: _around(area.corners) for area in room.areas}
    named = [name_focus(room, drawing, size)]
    shapes = [*drawing.shapes, *drawing.areas]
    for shape in sorted(shapes, key=lambda shape: shape.section_id not in own):
        ground, is_own = grounds[shape.section_id], shape.section_id in own
        marked = [it.seat for it in found if it.section.pk == shape.section_id]
        label = Label(shape.name, shape.label_x, shape.label_y + 0.35 * size, size, "own" if is_own else "")
        if marked:
            label = _aside(label, ground, marked)
        fits = label.width <= ground.width * 0.9 and ground.height >= size * 0.7
        if (is_own or fits) and not any(label.touches(other) for other in named):
            named.append(_inside(label, drawing.box))
    return named


def name_focus(room: Room, drawing: Drawing, size: float) -> Label:
    """Write what everybody looks at in its middle, or above it where it is too flat."""
    focus, text = drawing.focus, SeatingPlan.Focus(room.focus).label
    middle = focus.y + focus.height / 2 + 0.35 * size
    above = focus.y - 0.4 * size
    x, fits = focus.x + focus.width / 2, focus.height > 1.4 * size
    return Label(text, x, middle, size, "lit") if fits else Label(text, x, above, size)


def _aside(label: Label, ground: Box, marked: Sequence[RoomSeat]) -> Label:
    """Write a name in the middle of its section, or, where that would hide marked seats, outside, far from them."""
    size, half = label.size, label.width / 2
    hides = any(abs(seat.x - label.x) < half + size and abs(seat.y - label.y + 0.35 * size) < size for seat in marked)
    if not hides and half * 2 < ground.width:
        return label
    top, bottom = ground.y - 0.9 * size, ground.y + ground.height + 1.6 * size
    middle = sum(seat.y for seat in marked) / len(marked)
    return replace(label, y=top if middle - ground.y > ground.height / 2 else bottom)


def _inside(label: Label, box: Box) -> Label:
    half = label.width / 2
    x = min(max(label.x, box.x + half), box.x + box.width - half) if 2 * half < box.width else box.x + box.width / 2
    y = min(max(label.y, box.y + label.size), box.y + box.height - 0.3 * label.size)
    return replace(label, x=x, y=y)


def _ground(section: RoomSection) -> Box:
    box = section_box(section)
    return Box(box.x + MARGIN, box.y + MARGIN, box.width - 2 * MARGIN, box.height - 2 * MARGIN)


def _around(corners: Sequence[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


# Words --------------------------------------------------------------------------------------------


def _words(room: Room, plan: SeatingPlan, found: Sequence[Found], areas: dict[int, str]) -> Iterable[str]:
    """Tell the way, row by row: how far from the focus, and on which side."""
    rows: dict[tuple[int, int], list[Found]] = {}
    for it in found:
        rows.setdefault((it.section.pk, it.row), []).append(it)
    focus = plan.get_focus_display().lower()
    for group in rows.values():
        first = group[0]
        noun = "seat" if len(group) == 1 else "seats"
        numbers = ", ".join(sorted((it.seat.number for it in group), key=lambda number: (len(number), number)))
        name = f"{first.section.name}, row {first.seat.row}, {noun} {numbers}"
        of = f"row {first.row} of {len(first.section.rows)} from the {focus}"
        yield f"{name}: {of}{_side(room, [it.seat for it in group], focus)}."
    if areas:
        yield f"{get_text_list(list(areas.values()), 'or')}: standing, choose your place when you come."


def _side(room: Room, seats: Sequence[RoomSeat], focus: str) -> str:
    """Say on which side seats are of those who look at a stage or a screen; around a pitch there is none."""
    if room.focus not in (SeatingPlan.Focus.STAGE, SeatingPlan.Focus.SCREEN):
        return ""
    off = sum(seat.x for seat in seats) / len(seats) - room.focus_x
    if abs(off) < 0.08 * draw(room).box.width:
        return ", in the middle"
    return f", on the {'left' if off < 0 else 'right'} as you face the {focus}"
