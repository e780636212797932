"""What the drawing page shows of a document while it is being drawn: seats, gaps and what is wrong."""

from __future__ import annotations

from dataclasses import replace

from .layout import Area, FreeLayout, Geometry, SeatSpec, seats
from .plans import SectionDraft, check_plan


def preview(document: object, only: list[int] | None = None) -> dict:
    """Say what is wrong with a document, how many places each section has, and where.

    Seats are in their section's own frame, so that moving and turning it asks for nothing. ``only`` are the indexes of
    the sections whose seats are wanted; every section counts and is checked.
    """
    _, sections, problems = check_plan(document)
    return {
        "problems": [vars(problem) for problem in problems],
        "sections": [
            _preview_section(section, only is None or index in only) if section else None
            for index, section in enumerate(sections)
        ],
    }


def _preview_section(section: SectionDraft, is_wanted: bool) -> dict:
    record = {"places": section.places}
    if not is_wanted:
        return record
    if section.standing is not None:
        side = round((section.standing / 2) ** 0.5, 1)
        area = section.layout or Area(side, side)
        return record | {"area": [area.width, area.depth]}
    return record | _seats(section)


def _seats(section: SectionDraft) -> dict:
    """Write the rows as a free layout would, and the gaps among them apart."""
    layout, gaps = section.layout, set()
    if not isinstance(layout, FreeLayout):
        gaps = {(row, str(number)) for row, number in layout.named("gaps")}
        layout = replace(layout, gaps=())
    rows: dict[str, list] = {}
    missing = []
    for seat in seats(Geometry(), layout):
        if (seat.row, seat.number) in gaps:
            missing.append([seat.row, seat.number, seat.x, seat.y])
        else:
            rows.setdefault(seat.row, []).append([seat.number, seat.x, seat.y, _flags(seat)])
    return {"rows": list(rows.items()), "gaps": missing}


def _flags(seat: SeatSpec) -> str:
    marks = (seat.is_accessible, seat.is_companion, seat.has_restricted_view)
    return "".join(flag for flag, is_set in zip("wcr", marks, strict=True) if is_set)
