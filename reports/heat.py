"""The room of one event with how well it sells: each seat's state, and how full each section is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bookings.locator import Label, label_size, make_room, name_focus, name_grounds
from bookings.seat_map import WHOLE, MapSection, State, read_sections
from events.models import Event
from venues.drawing import Box, Drawing, draw, section_box
from venues.rooms import Room, RoomSection, room_of

from .figures.occupancy import SectionRow

STEPS = 5
"""So many colours there are for how full a section is."""

STATES = (State.SOLD, State.HELD, State.KEPT, State.BLOCKED, State.FREE)
"""What the legend of the seats explains and counts."""


@dataclass(frozen=True)
class Ground:
    """A section as an SVG polygon; ``step`` is the colour of its ``row``, None where nothing is sold."""

    section_id: int
    name: str
    points: str
    row: SectionRow | None

    @property
    def step(self) -> int | None:
        """Fifths, the last of them with all that is sold out."""
        if not self.row or not self.row.capacity:
            return None
        return min(self.row.sold * STEPS // self.row.capacity, STEPS - 1)

    @property
    def words(self) -> str:
        return f"{self.row.sold:,} of {self.row.capacity:,} sold" if self.row else "not on sale"


@dataclass(frozen=True)
class HeatMap:
    """What is drawn of a room: its ``grounds``, or the seats of ``sections``, within ``view``."""

    room: Room
    section: RoomSection | None
    view: Box
    drawing: Drawing
    focus: Label | None
    labels: list[tuple[Label, int | None]]
    grounds: list[Ground]
    sections: list[MapSection]

    @property
    def has_seats(self) -> bool:
        """Whether seats are drawn, or else sections."""
        return bool(self.sections)

    @property
    def is_large(self) -> bool:
        """Whether its seats are drawn section by section only."""
        return self.room.seat_count > WHOLE

    @property
    def legend(self) -> list[tuple[str, int]]:
        """How many of the seats that are drawn are in each state."""
        counts: Counter[State] = Counter()
        for section in self.sections:
            counts.update(section.counts)
        return [(state.value, counts[state]) for state in STATES]

    @property
    def scale(self) -> list[tuple[int, str]]:
        """What each colour of a section means."""
        return [(step, name_step(step)) for step in range(STEPS)]


def name_step(step: int) -> str:
    width = 100 // STEPS
    return f"{step * width}–{(step + 1) * width}%"


def read_heat(event: Event, rows: Iterable[SectionRow], *, section: str, by_seat: bool, now: datetime) -> HeatMap:
    """Draw the room of an event, whose sections have sold what ``rows`` say.

    Seats are drawn where they are asked for, of one ``section`` (its id) or of all; those of a large room, section by
    section. Two queries once the room is known; none without seats.
    """
    room = room_of(event.seating_plan)
    chosen = next((part for part in room.sections if str(part.pk) == section), None)
    drawing = draw(room)
    found = {row.section_id: row for row in rows}
    with_seats = chosen is not None or (by_seat and room.seat_count <= WHOLE)
    shown = [chosen] if chosen else room.sections
    sections = _read_seats(event, shown, now) if with_seats else []
    grounds = [
        Ground(shape.section_id, shape.name, shape.points, found.get(shape.section_id)) for shape in drawing.shapes
    ]
    steps = {ground.name: ground.step for ground in grounds}
    labels = name_grounds(room, drawing, [], set(), label_size(drawing))
    return HeatMap(
        room=room,
        section=chosen,
        view=section_box(chosen) if chosen else make_room(drawing.box, labels),
        drawing=drawing,
        focus=name_focus(room, drawing, 1.1),
        labels=[(label, steps.get(label.text)) for label in labels],
        grounds=grounds,
        sections=sections,
    )


def _read_seats(event: Event, sections: Iterable[RoomSection], now: datetime) -> list[MapSection]:
    holds = list(event.named_holds.live(now))
    return read_sections(event, list(sections), now, with_bookings=False, holds=holds)
