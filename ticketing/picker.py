"""What the picker shows: live stock per offer and section, the seats of one section, and what is picked so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.db.models import Q
from django.forms import BoundField

from events.models import Event
from venues.models import Seat

from .availability import Availability
from .forms import SelectionForm
from .models import Offer, Place
from .money import ZERO
from .price_list import OfferState, offer_state
from .room import Part, read_parts, total
from .seating import name_seats, notes

OTHER_DATES = 4

FEW_ROWS = 3
"""So many rows are all unfolded."""

LARGE = 1_000
"""A section with more seats than this shows those of one row at a time."""

PICKABLE = (OfferState.AVAILABLE, OfferState.FEW_LEFT)


@dataclass(frozen=True)
class Errand:
    """What a picker is for, when it is for no new booking: other places instead of the ``quantity`` that somebody has.

    It is shown at ``page``, and what is picked is sent there, too. ``owner`` is whatever has the ``claim`` on those
    places, if they are of this event: they may be picked again. ``paid`` is what they cost, ``back`` leads out of it.
    """

    page: str
    back: str
    quantity: int
    paid: Decimal
    owner: object | None = None

    @property
    def claim(self) -> UUID | None:
        return self.owner.claim if self.owner else None


@dataclass(frozen=True)
class Line:
    """The standing places of one offer, and the field that says how many of them."""

    offer: Offer
    stock: Availability
    state: OfferState
    field: BoundField

    @property
    def can_be_picked(self) -> bool:
        return self.state in PICKABLE


@dataclass(frozen=True)
class SectionLine:
    """A seated section: what can be picked in it, at which prices."""

    pk: int
    name: str
    offer: Offer
    prices: list[Decimal]
    stock: Availability
    state: OfferState
    is_open: bool

    @property
    def free(self) -> int:
        return self.stock.free if self.state in PICKABLE else 0


@dataclass(frozen=True)
class SeatChoice:
    """One seat to tick. ``claim`` is that of whoever holds it now; ``tone`` numbers its price in the legend."""

    seat: Seat
    offer: Offer
    tone: int
    claim: UUID | None
    is_free: bool
    is_ticked: bool
    has_gap_before: bool

    @property
    def notes(self) -> list[str]:
        return notes(self.seat)


@dataclass(frozen=True)
class Row:
    """A row of the open section. Its ``seats`` are there if it ``is_shown``."""

    index: int
    name: str
    prices: list[Decimal]
    free: int
    is_shown: bool
    is_unfolded: bool
    seats: list[SeatChoice] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.is_unfolded or any(choice.is_ticked for choice in self.seats)


@dataclass(frozen=True)
class Picker:
    """Everything that one view of the picker shows.

    ``rows`` are those of the open section, ``elsewhere`` the ticked seats that are not among their seats.
    """

    lines: list[Line]
    sections: list[SectionLine]
    seated_offers: list[Offer]
    rows: list[Row]
    elsewhere: list[SeatChoice]
    parts: list[Part]

    @property
    def section(self) -> SectionLine | None:
        return _opened(self.sections)

    @property
    def row(self) -> Row | None:
        """The only row that is shown, in a section that shows one at a time."""
        shown = [row for row in self.rows if row.is_shown]
        return shown[0] if len(shown) == 1 < len(self.rows) else None

    @property
    def chosen(self) -> list[SeatChoice]:
        """The ticked seats that can be had, in the order of the room."""
        here = [choice for row in self.rows for choice in row.seats]
        chosen = [choice for choice in here + self.elsewhere if choice.is_ticked and choice.is_free]
        return sorted(chosen, key=lambda choice: (choice.seat.section.order, choice.seat.row_index))

    @property
    def chosen_names(self) -> list[str]:
        return name_seats(choice.seat for choice in self.chosen)

    @property
    def chosen_price(self) -> Decimal:
        return sum((choice.offer.price for choice in self.chosen), ZERO)

    @property
    def free(self) -> int:
        """How many places can be picked now."""
        return sum(part.stock.free for part in [*self.lines, *self.sections] if part.state in PICKABLE)

    @property
    def held(self) -> int:
        """How many places somebody holds where nothing else is left."""
        return sum(part.stock.held for part in [*self.lines, *self.sections] if part.state == OfferState.SOLD_OUT)

    @property
    def is_sold_out(self) -> bool:
        return any(part.state == OfferState.SOLD_OUT for part in [*self.lines, *self.sections])


def read_picker(
    form: SelectionForm,
    *,
    section: str = "",
    row: str = "",
    ticked: Iterable[int] = (),
    with_rows: bool = True,
    parts: list[Part] | None = None,
    claim: UUID | None = None,
) -> Picker:
    """Read the picker of a form's event, with these seats ticked. What ``claim`` has counts as free.

    ``section`` and ``row`` (by its index) name the seats to show, as an address does: what does not exist is ignored.
    No rows are read where they are shown in another way. At most two queries; one less with the ``parts`` of a picker
    that was read just now.
    """
    parts = read_parts(form.event, form.offers, form.now, claim) if parts is None else parts
    seated_offers = [offer for offer in form.offers if any(part.section and part.offer == offer for part in parts)]
    sections = _sections([part for part in parts if part.section], section, form.now)
    opened = _opened(sections) if with_rows else None
    rows = _rows([part for part in parts if opened and part.section and part.section.pk == opened.pk], row)
    shown = {(opened.pk, row.index, row.name): row for row in rows if row.is_shown}
    elsewhere: list[SeatChoice] = []
    for choice in _choices(form, seated_offers, shown, frozenset(ticked), claim):
        home = shown.get((choice.seat.section_id, choice.seat.row_index, choice.seat.row))
        (home.seats if home else elsewhere).append(choice)
    return Picker(_lines(form, parts), sections, seated_offers, rows, elsewhere, parts)


def _lines(form: SelectionForm, parts: list[Part]) -> list[Line]:
    """Make a line for each offer that has standing places, or no places at all yet."""
    lines = []
    for offer in form.offers:
        of_offer = [part for part in parts if part.offer == offer]
        standing = [part for part in of_offer if not part.section]
        if not standing and of_offer:
            continue
        stock, number = total(standing), form.quantity_field(offer)
        limit = min(form.limit, stock.free)
        number.field.widget.attrs |= {"max": limit, "data-price": str(offer.price), "data-name": offer.name}
        lines.append(Line(offer, stock, offer_state(offer, stock, form.now), number))
    return lines


def _sections(parts: list[Part], wanted: str, now: datetime) -> list[SectionLine]:
    inside = {section: list(group) for section, group in groupby(parts, key=lambda part: part.section)}
    return [
        _section(parts, now, is_open=len(inside) == 1 or str(section.pk) == wanted) for section, parts in inside.items()
    ]


def _section(parts: list[Part], now: datetime, *, is_open: bool) -> SectionLine:
    on_sale = [part for part in parts if part.offer.is_on_sale(now)] or parts
    stock, section = total(on_sale), parts[0].section
    state = offer_state(on_sale[0].offer, stock, now)
    return SectionLine(section.pk, section.name, on_sale[0].offer, _prices(parts), stock, state, is_open)


def _opened(sections: Iterable[SectionLine]) -> SectionLine | None:
    return next((section for section in sections if section.is_open), None)


def _prices(parts: Iterable[Part]) -> list[Decimal]:
    return sorted({part.offer.price for part in parts})


def _rows(parts: list[Part], wanted: str) -> list[Row]:
    """Make the rows of a section, yet without their seats."""
    inside = {row: list(group) for row, group in groupby(parts, key=lambda part: part.row)}
    is_large = total(parts).capacity > LARGE
    return [
        Row(
            index=row.index,
            name=row.name,
            prices=_prices(group),
            free=total(group).free,
            is_shown=not is_large or str(row.index) == wanted,
            is_unfolded=is_large or len(inside) <= FEW_ROWS,
        )
        for row, group in inside.items()
    ]


def _choices(
    form: SelectionForm,
    offers: list[Offer],
    shown: Iterable[tuple[int, int, str]],
    ticked: frozenset[int],
    mine: UUID | None,
) -> list[SeatChoice]:
    """Read the seats of the rows of one section that are shown, and the ticked ones. One query at most."""
    wanted = Q(seat__in=ticked)
    if shown := list(shown):
        wanted |= Q(seat__section=shown[0][0], seat__row_index__in=[index for _, index, _ in shown])
    elif not ticked:
        return []
    places = (
        Place.objects.filter(wanted, event=form.event, seat__isnull=False)
        .select_related("seat__section")
        .order_by("seat__section__order", "seat__section_id", "seat__row_index", "seat__position")
    )
    tones = {offer.pk: (tone, offer) for tone, offer in enumerate(offers, start=1)}
    choices: list[SeatChoice] = []
    for place in places:
        tone, offer = tones[place.offer_id]
        is_free = place.is_free(form.now)
        choices.append(
            SeatChoice(
                seat=place.seat,
                offer=offer,
                tone=tone,
                claim=None if is_free else place.claim,
                is_free=(is_free and offer.is_on_sale(form.now)) or (mine is not None and place.claim == mine),
                is_ticked=place.seat_id in ticked,
                has_gap_before=bool(choices) and _is_gap(choices[-1].seat, place.seat),
            )
        )
    return choices


def _is_gap(seat: Seat, following: Seat) -> bool:
    """Whether an aisle divides two seats of which one follows the other."""
    is_same_row = (seat.section_id, seat.row_index) == (following.section_id, following.row_index)
    return is_same_row and following.position - seat.position > 1


def other_dates(event: Event, now: datetime, *, most: int = OTHER_DATES) -> list[Event]:
    """The next bookable dates of the same production."""
    if event.production_id is None:
        return []
    same = Event.objects.bookable(now).filter(production=event.production_id).exclude(pk=event.pk)
    return list(same.select_related("venue").order_by("event_date")[:most])
