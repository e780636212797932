"""From a layout to seats on the plan."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .model import Align, Layout

if TYPE_CHECKING:
    from .free import FreeLayout


@dataclass(frozen=True)
class Geometry:
    """Where a section stands on its plan; ``rotation`` in degrees, clockwise."""

    x: float = 0.0
    y: float = 0.0
    rotation: float = 0.0

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Carry a point of the section over to the plan."""
        angle = math.radians(self.rotation)
        cos, sin = math.cos(angle), math.sin(angle)
        # Adding zero turns -0.0 into 0.0.
        return round(self.x + x * cos - y * sin, 3) + 0.0, round(self.y + x * sin + y * cos, 3) + 0.0


@dataclass(frozen=True)
class SeatSpec:
    """One seat as it is to be. The fields are those of :class:`venues.models.Seat`."""

    row: str
    number: str
    row_index: int
    position: int
    x: float
    y: float
    is_accessible: bool = False
    is_companion: bool = False
    has_restricted_view: bool = False


def seats(geometry: Geometry, layout: Layout | FreeLayout) -> list[SeatSpec]:
    """Make the seats of a section, row by row from the front, each row from the left."""
    if not isinstance(layout, Layout):
        return layout.specs(geometry)
    gaps, wheelchair, companion, restricted = (
        layout.named(field) for field in ("gaps", "wheelchair", "companion", "restricted_view")
    )
    specs = []
    for row_index, (row, numbers) in enumerate(layout.numbers.items()):
        for number, (position, along) in zip(numbers, slots(layout, len(numbers)), strict=True):
            seat = (row, number)
            if seat in gaps:
                continue
            x, y = geometry.place(*_bend(layout, along, layout.depth(row_index)))
            flags = (seat in wheelchair, seat in companion, seat in restricted)
            specs.append(SeatSpec(row, str(number), row_index, position, x, y, *flags))
    return specs


def slots(layout: Layout, count: int) -> Iterator[tuple[int, float]]:
    """Give the position of each slot of a row of ``count``, and its distance from the middle along the row."""
    spare = layout.widest - count
    offset = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: float(spare)}[layout.align]
    # Where a row is shifted by half a slot, an aisle gives way outwards, so that rows stay symmetrical.
    cuts = [(math.floor if aisle <= layout.widest / 2 else math.ceil)(aisle - offset) for aisle in layout.aisles]
    length = (layout.widest - 1) * layout.seat_spacing + len(layout.aisles) * layout.aisle_width
    for slot in range(count):
        passed = bisect_right(cuts, slot)
        along = (offset + slot) * layout.seat_spacing + passed * layout.aisle_width - length / 2
        yield int(offset) + slot + passed, along


def _bend(layout: Layout, along: float, depth: float) -> tuple[float, float]:
    """Lay a straight row around the point that lies ``radius`` before the front row, keeping distances along it."""
    if layout.radius is None:
        return along, depth
    radius = layout.radius + depth
    angle = along / radius
    return radius * math.sin(angle), radius * math.cos(angle) - layout.radius
