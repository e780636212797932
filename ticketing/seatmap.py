"""The seat map: a room as it is drawn for one event, with what can be picked in it.

What depends on the room alone (where a seat is, what it is called) is in :mod:`venues.markup`; an event adds prices and
what is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils.safestring import SafeString

from venues.drawing import Box, Drawing, Point, draw, section_box
from venues.markup import UNIT, label_of, outlines, scale_box, scale_points, write_seats
from venues.models import Seat, SeatingPlan, Section
from venues.rooms import Room, RoomSeat, RoomSection, room_of

from .forms import SelectionForm
from .live import seat_numbers
from .models import Offer, Place
from .money import format_money
from .picker import Picker, SeatChoice, SectionLine
from .price_list import OfferState

LARGE = 2_600
"""From more seats on, a room is shown by section, and a section's seats only when it is entered."""


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
        words += ", yours" if is_mine else "" if state.is_free else ", taken"
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

    ``choices`` are the ticked seats; ``elsewhere`` those in sections whose seats are not shown, with their numbers in
    the live document.
    """

    room: Room
    box: Box
    view: Box
    focus: Box
    sections: list[MapSection]
    areas: list[MapArea]
    choices: list[SeatChoice]
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
        return round(min(self.focus.width / 8, self.focus.height * 3 / 5))

    @property
    def focus_name(self) -> str:
        return SeatingPlan.Focus(self.room.focus).label


def read_map(
    form: SelectionForm, picker: Picker, *, section: str, ticked: Iterable[int], claim: UUID | None = None
) -> SeatMap | None:
    """Read the map of a form's event, whose stock ``picker`` has counted; None if it has no seats.

    A large room opens where the first of the ticked seats is. One query once the room is known, and one more if it has
    standing areas.
    """
    if not picker.sections:
        return None
    room, ticked = room_of(form.event.seating_plan), frozenset(ticked)
    is_large = room.seat_count > LARGE
    homes = [part.pk for part in room.sections for row in part.rows for seat in row if seat.pk in ticked]
    if is_large and not section and homes:
        section = str(homes[0])
    shown = {part.pk for part in room.sections if not is_large or str(part.pk) == section}
    states = _read_states(form, picker, shown, ticked, claim)
    sections = [
        _draw_section(room, part, picker, ticked, states if part.pk in shown else None, section)
        for part in room.sections
    ]
    drawing, choices = draw(room), _choices(room, states, ticked)
    box, numbers = scale_box(drawing.box), seat_numbers(room)
    return SeatMap(
        room=room,
        box=box,
        view=next((part.box for part in sections if part.is_open), box),
        focus=scale_box(drawing.focus),
        sections=sections,
        areas=_areas(picker, drawing),
        choices=choices,
        elsewhere=[(choice, numbers[choice.seat.pk]) for choice in choices if choice.seat.section_id not in shown],
    )


def _choices(room: Room, states: dict[int, SeatState], ticked: frozenset[int]) -> list[SeatChoice]:
    """List the ticked seats in the order of the room."""
    return [
        SeatChoice(
            seat=_as_seat(part, order, seat),
            offer=states[seat.pk].offer,
            tone=states[seat.pk].tone,
            claim=states[seat.pk].claim,
            is_free=states[seat.pk].is_free,
            is_ticked=True,
            has_gap_before=False,
        )
        for order, part in enumerate(room.sections)
        for row in part.rows
        for seat in row
        if seat.pk in ticked and seat.pk in states
    ]


def _as_seat(part: RoomSection, order: int, seat: RoomSeat) -> Seat:
    """Make the seat as the database has it, as far as it is shown."""
    return Seat(
        pk=seat.pk,
        section=Section(pk=part.pk, name=part.name, order=order),
        row=seat.row,
        number=seat.number,
        row_index=seat.row_index,
        position=seat.position,
        is_accessible=seat.is_accessible,
        is_companion=seat.is_companion,
        has_restricted_view=seat.has_restricted_view,
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
        points=outlines(room)[part.pk],
        label=label_of(part, is_large=room.seat_count > LARGE),
        first=seat_numbers(room)[part.rows[0][0].pk],
        size=sum(len(row) for row in part.rows),
        line=line,
        tone=picker.seated_offers.index(line.offer) + 1 if line else 0,
        states=states,
        ticked=ticked,
        is_open=str(part.pk) == opened,
        box=scale_box(section_box(part)),
    )


def _read_states(
    form: SelectionForm, picker: Picker, sections: set[int], ticked: frozenset[int], mine: UUID | None
) -> dict[int, SeatState]:
    """Read what the event makes of the seats of these sections, and of the ticked ones. One query."""
    tones = {offer.pk: (offer, tone) for tone, offer in enumerate(picker.seated_offers, start=1)}
    on_sale = {offer_id: offer.is_on_sale(form.now) for offer_id, (offer, _) in tones.items()}
    wanted = Q(seat__section__in=sections) | Q(seat__in=ticked)
    places = Place.objects.filter(wanted, event=form.event, seat__isnull=False).order_by()
    states = {}
    for seat, offer_id, free_from, claim in places.values_list("seat_id", "offer_id", "free_from", "claim"):
        is_free = free_from <= form.now
        can_be_had = (is_free and on_sale[offer_id]) or (mine is not None and claim == mine)
        states[seat] = SeatState(*tones[offer_id], can_be_had, None if is_free else claim)
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
                points=scale_points(shape.points),
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


def _notes(seat: RoomSeat) -> str:
    special = [
        (", wheelchair place", seat.is_accessible),
        (", companion seat", seat.is_companion),
        (", restricted view", seat.has_restricted_view),
    ]
    return "".join(words for words, holds in special if holds)
