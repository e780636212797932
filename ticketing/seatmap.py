"""The seat map: a room as it is drawn for one event, with what can be picked in it.

What depends on the room alone (where a seat is, what it is called) is written once for each version of the room; an
event adds prices and what is taken. Seats are written here, not in a template, because there are thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import atan2, degrees, hypot
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from venues.drawing import Box, Drawing, Point, draw, section_box
from venues.models import SeatingPlan
from venues.rooms import Room, RoomSeat, RoomSection, room_of

from .forms import SelectionForm
from .live import seat_numbers
from .models import Offer, Place
from .money import format_money
from .picker import Picker, SeatChoice, SectionLine
from .price_list import OfferState

UNIT = 20
"""Units of the drawing to the width of a seat: browsers draw form fields badly at sizes near one."""

LARGE = 2_600
"""From more seats on, a room is shown by section, and a section's seats only when it is entered."""

SMOOTH = 0.2
"""An outline may leave out a point that is no further (in seat widths) from the line without it."""


@dataclass(frozen=True)
class SeatState:
    """What an event makes of a seat. ``claim`` is that of whoever holds it now, if anybody does."""

    offer: Offer
    tone: int
    is_free: bool
    claim: UUID | None


@dataclass(frozen=True)
class MapSection:
    """A section as it is drawn. ``line`` is None where nothing is sold.

    ``first`` is the number of its first seat in the live document.
    """

    room: Room
    section: RoomSection
    points: str
    label: Point
    first: int
    size: int
    line: SectionLine | None
    tone: int
    states: dict[int, SeatState] | None
    ticked: frozenset[int]
    is_open: bool
    box: Box

    @property
    def is_shown(self) -> bool:
        """Whether its seats are on the page; else they are asked for when it is entered."""
        return self.states is not None

    @property
    def shade(self) -> int:
        """How full it is, from 0 (sold out) to 4 (nearly empty)."""
        if not self.line or not self.line.free:
            return 0
        return 1 + min(3, int(4 * self.line.free / max(self.line.stock.capacity, 1)))

    @property
    def can_be_picked(self) -> bool:
        return self.line is not None and self.line.state not in (OfferState.LATER, OfferState.ENDED)

    @property
    def offer(self) -> Offer | None:
        return self.line.offer if self.line else None

    def seats(self, claim: UUID | None) -> SafeString:
        """Write the seats. ``claim`` is the viewer's: what it holds can be picked."""
        return write_seats(self.room, self.section, lambda seat: self._ending(seat, claim))

    def _ending(self, seat: RoomSeat, claim: UUID | None) -> str:
        state = self.states.get(seat.pk)
        if state is None:
            return ', not on sale" disabled data-off'
        is_mine = claim is not None and state.claim == claim
        words = f", {_price(state.offer.price)}{_notes(seat)}"
        words += ", held by you" if is_mine else "" if state.is_free else ", taken"
        attributes = f' class="tone-{state.tone}" data-price="{state.offer.price}"' if state.tone != self.tone else ""
        attributes += " data-mine" if is_mine else ""
        if not (state.is_free or is_mine):
            return f'{words}"{attributes} disabled'
        return f'{words}"{attributes}{" checked" if seat.pk in self.ticked else ""}'


@dataclass(frozen=True)
class MapArea:
    """A standing section as it is drawn, and the field that says how many of its places."""

    name: str
    points: str
    label: Point
    tone: int
    field_id: str
    state: str


@dataclass(frozen=True)
class SeatMap:
    """A room with everything that is drawn of it. ``view`` is what is seen of it at first.

    ``elsewhere`` are the ticked seats in sections whose seats are not shown, with their numbers in the live document.
    """

    room: Room
    box: Box
    view: Box
    focus: Box
    sections: list[MapSection]
    areas: list[MapArea]
    elsewhere: list[tuple[SeatChoice, int]]

    @property
    def is_large(self) -> bool:
        return self.room.seat_count > LARGE

    @property
    def open(self) -> MapSection | None:
        return next((section for section in self.sections if section.is_open), None)

    @property
    def has_wheelchair_places(self) -> bool:
        return any(seat.is_accessible for part in self.sections for row in part.section.rows for seat in row)

    @property
    def name_size(self) -> int:
        """How large the names of sections are, in units: the room is shown whole, whatever its size."""
        return round(max(self.box.width, self.box.height) / 45)

    @property
    def focus_size(self) -> int:
        """How large the name of the focus is, in units."""
        return round(min(self.focus.width / 8, self.focus.height * 0.6))

    @property
    def focus_name(self) -> str:
        return SeatingPlan.Focus(self.room.focus).label


def read_map(form: SelectionForm, picker: Picker, *, section: str, ticked: Iterable[int]) -> SeatMap | None:
    """Read the map of a form's event, whose stock ``picker`` has counted; None if it has no seats.

    Two queries at most once the room is known. A large room opens where the first of the ticked seats is.
    """
    if not picker.sections:
        return None
    room = room_of(form.event.seating_plan)
    is_large = room.seat_count > LARGE
    if is_large and not section and picker.chosen:
        section = str(picker.chosen[0].seat.section_id)
    shown = {part.pk for part in room.sections if not is_large or str(part.pk) == section}
    states = _read_states(form, picker, shown)
    sections = [
        _draw_section(room, part, picker, frozenset(ticked), states if part.pk in shown else None, section)
        for part in room.sections
    ]
    drawing = draw(room)
    box = _scale_box(drawing.box)
    return SeatMap(
        room=room,
        box=box,
        view=next((part.box for part in sections if part.is_open), box),
        focus=_scale_box(drawing.focus),
        sections=sections,
        areas=_areas(picker, drawing),
        elsewhere=[
            (choice, seat_numbers(room)[choice.seat.pk])
            for choice in picker.elsewhere
            if choice.seat.section_id not in shown and choice.is_ticked
        ],
    )


def _draw_section(
    room: Room,
    part: RoomSection,
    picker: Picker,
    ticked: frozenset[int],
    states: dict[int, SeatState] | None,
    opened: str,
) -> MapSection:
    line = next((line for line in picker.sections if line.pk == part.pk), None)
    return MapSection(
        room=room,
        section=part,
        points=_outline(room)[part.pk],
        label=_label(part, is_large=room.seat_count > LARGE),
        first=seat_numbers(room)[part.rows[0][0].pk],
        size=sum(len(row) for row in part.rows),
        line=line,
        tone=picker.seated_offers.index(line.offer) + 1 if line else 0,
        states=states,
        ticked=ticked,
        is_open=str(part.pk) == opened,
        box=_scale_box(section_box(part)),
    )


def _read_states(form: SelectionForm, picker: Picker, sections: set[int]) -> dict[int, SeatState]:
    """Read what the event makes of the seats of these sections. One query."""
    tones = {offer.pk: (offer, tone) for tone, offer in enumerate(picker.seated_offers, start=1)}
    on_sale = {offer_id: offer.is_on_sale(form.now) for offer_id, (offer, _) in tones.items()}
    places = Place.objects.filter(event=form.event, seat__section__in=sections).order_by()
    states = {}
    for seat, offer_id, free_from, claim in places.values_list("seat_id", "offer_id", "free_from", "claim"):
        is_free = free_from <= form.now
        states[seat] = SeatState(*tones[offer_id], is_free and on_sale[offer_id], None if is_free else claim)
    return states


def _areas(picker: Picker, drawing: Drawing) -> list[MapArea]:
    """Draw the standing areas, each beside the offer that owns it."""
    lines = {line.offer.pk: line for line in picker.lines}
    tones = len(picker.seated_offers)
    owners: dict[int, int] = {}
    if drawing.areas:
        owns = Offer.sections.through.objects.filter(offer__in=lines)
        owners = dict(owns.values_list("section_id", "offer_id"))
    areas = []
    for shape in drawing.areas:
        line = lines.get(owners.get(shape.section_id))
        tone = tones + 1 + list(lines).index(line.offer.pk) if line else 0
        areas.append(
            MapArea(
                name=shape.name,
                points=_write_points(_read_points(shape.points)),
                label=(round(shape.label_x * UNIT), round(shape.label_y * UNIT)),
                tone=tone,
                field_id=line.field.id_for_label if line and line.can_be_picked else "",
                state=_area_state(line),
            )
        )
    return areas


def _area_state(line) -> str:
    if line is None:
        return "not on sale"
    return f"{_price(line.offer.price)}, {line.stock.free} left" if line.can_be_picked else "sold out"


def _price(price: Decimal) -> str:
    return format_money(price) if price else "free of charge"


# Seats ----------------------------------------------------------------------------------------


def write_seats(room: Room, section: RoomSection, ending=None) -> SafeString:
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


def _notes(seat: RoomSeat) -> str:
    special = [
        (", wheelchair place", seat.is_accessible),
        (", companion seat", seat.is_companion),
        (", restricted view", seat.has_restricted_view),
    ]
    return "".join(words for words, holds in special if holds)


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


# Outlines -------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _outline(room: Room) -> dict[int, str]:
    return {shape.section_id: _write_points(_smooth(_read_points(shape.points))) for shape in draw(room).shapes}


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


def _label(section: RoomSection, *, is_large: bool) -> Point:
    """Where a section's name stands: in its middle where no seats are shown, else behind its last row."""
    front, back = section.rows[0], section.rows[-1]
    if is_large:
        back = section.rows[len(section.rows) // 2]
        return round(back[len(back) // 2].x * UNIT), round(back[len(back) // 2].y * UNIT)
    (x1, y1), (x2, y2) = _middle(front), _middle(back)
    length = hypot(x2 - x1, y2 - y1)
    away = ((x2 - x1) / length, (y2 - y1) / length) if length else (0, 1)
    return round((x2 + 1.5 * away[0]) * UNIT), round((y2 + 1.5 * away[1]) * UNIT)


def _middle(row: tuple[RoomSeat, ...]) -> Point:
    seat = row[len(row) // 2]
    return (row[0].x + row[-1].x) / 2 if len(row) > 2 else seat.x, seat.y


def _scale_box(box: Box) -> Box:
    return Box(*(round(length * UNIT) for length in (box.x, box.y, box.width, box.height)))
