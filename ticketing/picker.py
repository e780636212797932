"""What the picker shows: live stock per offer and section, the seats of one section, and what is picked so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.forms import BoundField

from events.models import Event
from venues.models import Seat

from .availability import Availability
from .forms import SelectionForm
from .models import FOREVER, Offer, Place
from .money import ZERO
from .price_list import OfferState, offer_state
from .seating import name_seats, notes

OTHER_DATES = 4
FEW_ROWS = 3
"""So many rows are all unfolded."""

PICKABLE = (OfferState.AVAILABLE, OfferState.FEW_LEFT)


@dataclass(frozen=True)
class Line:
    """The standing places of one offer, and the field that says how many of them."""

    offer: Offer
    stock: Availability
    state: OfferState
    limit: int
    field: BoundField

    @property
    def can_be_picked(self) -> bool:
        return self.state in PICKABLE


@dataclass(frozen=True)
class SectionLine:
    """A seated section: what can be picked in it, at which prices."""

    pk: int
    name: str
    offers: tuple[Offer, ...]
    stock: Availability
    state: OfferState
    is_open: bool

    @property
    def free(self) -> int:
        return self.stock.free if self.state in PICKABLE else 0

    @property
    def prices(self) -> list[Decimal]:
        return sorted({offer.price for offer in self.offers})


@dataclass(frozen=True)
class SeatChoice:
    """One seat to tick. ``claim`` is that of whoever holds it now; ``tone`` numbers its price in the legend."""

    place: int
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
    """A row of the open section. ``is_open`` unfolds it."""

    name: str
    seats: tuple[SeatChoice, ...]
    is_open: bool

    @property
    def free(self) -> int:
        return sum(choice.is_free for choice in self.seats)

    @property
    def prices(self) -> list[Decimal]:
        return sorted({choice.offer.price for choice in self.seats})


@dataclass(frozen=True)
class Picker:
    """Everything that one view of the picker shows.

    ``rows`` are those of the open section, ``elsewhere`` the ticked seats that are not in it.
    """

    lines: list[Line]
    sections: list[SectionLine]
    seated_offers: list[Offer]
    rows: list[Row]
    elsewhere: list[SeatChoice]

    @property
    def section(self) -> SectionLine | None:
        return next((section for section in self.sections if section.is_open), None)

    @property
    def chosen(self) -> list[SeatChoice]:
        """The ticked seats that can be had, in the order of the room."""
        here = [choice for row in self.rows for choice in row.seats]
        chosen = [choice for choice in here + self.elsewhere if choice.is_ticked and choice.is_free]
        return sorted(chosen, key=lambda choice: choice.seat.section.order)

    @property
    def chosen_names(self) -> list[str]:
        return name_seats(choice.seat for choice in self.chosen)

    @property
    def chosen_price(self) -> Decimal:
        return sum((choice.offer.price for choice in self.chosen), ZERO)

    @property
    def free(self) -> int:
        """How many places can be picked now."""
        return sum(line.stock.free for line in self.lines if line.can_be_picked) + sum(
            section.free for section in self.sections
        )

    @property
    def held(self) -> int:
        """How many places of offers on sale somebody holds."""
        return sum(part.stock.held for part in [*self.lines, *self.sections] if part.state == OfferState.SOLD_OUT)

    @property
    def is_sold_out(self) -> bool:
        return any(part.state == OfferState.SOLD_OUT for part in [*self.lines, *self.sections])


def read_picker(form: SelectionForm, *, section: str, ticked: Iterable[int]) -> Picker:
    """Read the picker of a form's event, with these places ticked and, if ``section`` names one, a section open.

    At most two queries.
    """
    stocks = _stocks(form.event, form.now)
    seated = {offer_id for offer_id, where in stocks if where}
    lines = [
        _line(offer, stocks.get((offer.pk, None), Availability()), form)
        for offer in form.offers
        if (offer.pk, None) in stocks or offer.pk not in seated
    ]
    sections = _sections(form, stocks, section)
    open_section = next((line.pk for line in sections if line.is_open), None)
    seated_offers = [offer for offer in form.offers if offer.pk in seated]
    choices = _choices(form, seated_offers, open_section, frozenset(ticked))
    rows = _rows([choice for choice in choices if choice.seat.section_id == open_section])
    elsewhere = [choice for choice in choices if choice.seat.section_id != open_section]
    return Picker(lines, sections, seated_offers, rows, elsewhere)


class _Where(NamedTuple):
    """A section, in the order of the plan."""

    order: int
    name: str
    pk: int


Stocks = dict[tuple[int, _Where | None], Availability]
"""Stock by offer id and section; standing places have none."""


def _stocks(event: Event, now: datetime) -> Stocks:
    """Count the stock of an event. One query."""
    rows = (
        Place.objects.filter(event=event)
        .order_by()
        .values_list("offer_id", "seat__section__order", "seat__section__name", "seat__section_id")
        .annotate(
            capacity=Count("pk"),
            free=Count("pk", filter=Q(free_from__lte=now)),
            held=Count("pk", filter=Q(free_from__gt=now, free_from__lt=FOREVER)),
        )
    )
    return {
        (offer_id, _Where(order, name, section) if section else None): Availability(
            capacity=capacity, free=free, held=held
        )
        for offer_id, order, name, section, capacity, free, held in rows
    }


def _line(offer: Offer, stock: Availability, form: SelectionForm) -> Line:
    limit = min(form.event.max_tickets_per_booking, stock.free)
    field = form.quantity_field(offer)
    field.field.widget.attrs |= {"max": limit, "data-price": str(offer.price), "data-name": offer.name}
    return Line(offer, stock, offer_state(offer, stock, form.now), limit, field)


def _sections(form: SelectionForm, stocks: Stocks, wanted: str) -> list[SectionLine]:
    by_section: dict[_Where, dict[Offer, Availability]] = {}
    for offer in form.offers:
        for (offer_id, where), stock in stocks.items():
            if where and offer_id == offer.pk:
                by_section.setdefault(where, {})[offer] = stock
    return [
        _section(where, by_section[where], form.now, is_open=len(by_section) == 1 or str(where.pk) == wanted)
        for where in sorted(by_section)
    ]


def _section(where: _Where, stocks: dict[Offer, Availability], now: datetime, *, is_open: bool) -> SectionLine:
    on_sale = {offer: stock for offer, stock in stocks.items() if offer.is_on_sale(now)} or stocks
    stock = Availability(
        capacity=sum(stock.capacity for stock in on_sale.values()),
        held=sum(stock.held for stock in on_sale.values()),
        free=sum(stock.free for stock in on_sale.values()),
    )
    state = offer_state(next(iter(on_sale)), stock, now)
    return SectionLine(where.pk, where.name, tuple(stocks), stock, state, is_open)


def _choices(
    form: SelectionForm, offers: Iterable[Offer], section: int | None, ticked: frozenset[int]
) -> list[SeatChoice]:
    """Read the seats of a section, and the ticked ones elsewhere. One query at most."""
    if section is None and not ticked:
        return []
    places = (
        Place.objects.filter(Q(seat__section=section) | Q(pk__in=ticked), event=form.event, seat__isnull=False)
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
                place=place.pk,
                seat=place.seat,
                offer=offer,
                tone=tone,
                claim=None if is_free else place.claim,
                is_free=is_free and offer.is_on_sale(form.now),
                is_ticked=place.pk in ticked,
                has_gap_before=_is_behind_gap(choices[-1].seat if choices else None, place.seat),
            )
        )
    return choices


def _rows(choices: Iterable[SeatChoice]) -> list[Row]:
    by_row = groupby(choices, key=lambda choice: (choice.seat.row_index, choice.seat.row))
    rows = [(name, tuple(seats)) for (_, name), seats in by_row]
    return [Row(name, seats, len(rows) <= FEW_ROWS or any(seat.is_ticked for seat in seats)) for name, seats in rows]


def _is_behind_gap(before: Seat | None, seat: Seat) -> bool:
    """Whether an aisle divides two seats that follow each other in a row."""
    return before is not None and before.row_index == seat.row_index and seat.position - before.position > 1


def other_dates(event: Event, now: datetime) -> list[Event]:
    """The next bookable dates of the same production."""
    if event.production_id is None:
        return []
    same = Event.objects.bookable(now).filter(production=event.production_id).exclude(pk=event.pk)
    return list(same.select_related("venue").order_by("event_date")[:OTHER_DATES])
