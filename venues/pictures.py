"""Pictures of rooms: SVG that stands on its own, for pages on which nobody picks a seat.

Presentation attributes only, so that it is drawn under any Content-Security-Policy. All seats of a kind are one path.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list

from .drawing import Drawing, Shape, draw
from .layout import Area, seats
from .models import SeatingPlan
from .plans import PlanDraft, SectionDraft
from .rooms import Room, RoomArea, RoomSeat, RoomSection

SEATS_DRAWN = 4_000
"""A larger room is shown by its sections only: its seats would be dust."""

NAMED = 12
"""So many sections are named in a description, at most."""

INK, PAPER = "#1c1410", "#fffdf8"
GROUND, SEAT, FOCUS = "#f0e4d0", "#94192f", "#3b2b23"
WHEELCHAIR, COMPANION, RESTRICTED = "#1d4f91", "#17603f", "#b07a86"


def draft_room(draft: PlanDraft) -> Room:
    """Make the room that a document describes, without writing anything. A section's key is its index."""
    pairs = list(enumerate(draft.sections))
    return Room(
        plan_id=0,
        version="",
        focus=draft.focus,
        focus_x=draft.focus_x,
        focus_y=draft.focus_y,
        sections=tuple(_draft_section(pk, section) for pk, section in pairs if section.standing is None),
        areas=tuple(_draft_area(pk, section) for pk, section in pairs if section.standing is not None),
    )


@lru_cache(maxsize=32)
def picture(room: Room) -> SafeString:
    """Draw a room as a whole SVG document."""
    drawing = draw(room)
    box = drawing.box
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" aria-hidden="true" font-family="system-ui, sans-serif" '
        'text-anchor="middle">{}{}{}{}</svg>',
        box,
        _focus(room, drawing),
        _grounds(drawing),
        _dots(room) if room.seat_count <= SEATS_DRAWN else "",
        _labels(drawing, font=max(box.width, box.height) / 42, on_top=room.seat_count > SEATS_DRAWN),
    )


def dots(seats: Iterable[RoomSeat]) -> dict[str, str]:
    """Write the SVG path of each kind of seat: round ones are points with round ends, the others outlines."""
    paths: dict[str, list[str]] = {"seat": [], "wheelchair": [], "companion": [], "restricted": []}
    for seat in seats:
        x, y = f"{seat.x:.4g}", f"{seat.y:.4g}"
        if seat.is_accessible:
            paths["wheelchair"].append(f"M{seat.x - 0.4:.4g} {seat.y - 0.4:.4g}h.8v.8h-.8z")
        elif seat.is_companion:
            paths["companion"].append(f"M{x} {seat.y - 0.46:.4g}l.46 .46l-.46 .46l-.46 -.46z")
        else:
            paths["restricted" if seat.has_restricted_view else "seat"].append(f"M{x} {y}h0")
    return {kind: "".join(path) for kind, path in paths.items() if path}


def describe(plan: SeatingPlan) -> str:
    """Say in a sentence what a picture of a plan shows, for those who cannot see it."""
    names = [section.name for section in plan.sections.all()]
    more = [f"{len(names) - NAMED:,} more"] if len(names) > NAMED + 1 else []
    named = get_text_list([*names[:NAMED], *more] if more else names, "and")
    return f"Plan of {plan.name}: a {plan.get_focus_display().lower()}, and the sections {named}."


def _draft_section(pk: int, section: SectionDraft) -> RoomSection:
    rows: dict[int, list[RoomSeat]] = {}
    for spec in seats(section.geometry, section.layout):
        rows.setdefault(spec.row_index, []).append(RoomSeat(pk=0, distance=0, **vars(spec)))
    return RoomSection(pk, section.name, tuple(tuple(row) for row in rows.values()))


def _draft_area(pk: int, section: SectionDraft) -> RoomArea:
    side = (section.standing / 2) ** 0.5
    area = section.layout or Area(side, side)
    corners = ((-area.width / 2, 0), (area.width / 2, 0), (area.width / 2, area.depth), (-area.width / 2, area.depth))
    return RoomArea(pk, section.name, section.standing, tuple(section.geometry.place(x, y) for x, y in corners))


def _focus(room: Room, drawing: Drawing) -> SafeString:
    box = drawing.focus
    label = SeatingPlan.Focus(room.focus).label
    size = min(box.height * 0.6, box.width / 8)
    text = format_html(
        '<text x="{}" y="{}" font-size="{}" font-weight="700" fill="{}">{}</text>',
        *_numbers(box.x + box.width / 2, box.y + box.height / 2 + size * 0.35, size),
        PAPER,
        label,
    )
    rect = format_html('<rect x="{}" y="{}" width="{}" height="{}" rx="1" fill="{}"/>', *_box(box), FOCUS)
    return rect + text


def _grounds(drawing: Drawing) -> SafeString:
    return format_html_join(
        "",
        '<polygon points="{}" fill="{}" stroke="{}" stroke-width="1.6" stroke-linejoin="round"/>',
        ((shape.points, GROUND, GROUND) for shape in (*drawing.areas, *drawing.shapes)),
    )


def _dots(room: Room) -> SafeString:
    paths = dots(seat for section in room.sections for row in section.rows for seat in row)
    styles = {
        "seat": f'stroke="{SEAT}" stroke-width=".74" stroke-linecap="round"',
        "restricted": f'stroke="{RESTRICTED}" stroke-width=".74" stroke-linecap="round"',
        "wheelchair": f'fill="{WHEELCHAIR}"',
        "companion": f'fill="{COMPANION}"',
    }
    return format_html_join("", '<path d="{}" {}/>', ((path, mark_safe(styles[kind])) for kind, path in paths.items()))  # noqa: S308


def _labels(drawing: Drawing, *, font: float, on_top: bool) -> SafeString:
    shapes = (*drawing.areas, *drawing.shapes) if on_top else drawing.areas
    return format_html_join(
        "",
        '<text x="{}" y="{}" font-size="{}" fill="{}">{}</text>',
        (
            (*_numbers(shape.label_x, shape.label_y + font * 0.35, _fit(shape, font)), INK, shape.name)
            for shape in shapes
        ),
    )


def _fit(shape: Shape, font: float) -> float:
    """Make a label no wider than about its section."""
    xs = [float(point.partition(",")[0]) for point in shape.points.split()]
    return min(font, max((max(xs) - min(xs)) / (0.55 * max(len(shape.name), 1)), font / 3))


def _numbers(*values: float) -> list[str]:
    return [f"{value:.2f}" for value in values]


def _box(box) -> list[str]:
    return _numbers(box.x, box.y, box.width, box.height)
