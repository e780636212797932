"""Best places for a party: which seats to propose when a customer only says how many.

The ranking, first what matters most:

1. *Together.* Side by side in one row, without an aisle between.
2. *Nobody left alone.* No single free seat stays behind at either end of the party.
3. *A good view.* Seats with a restricted view come last.
4. *Near.* The smaller the sum of the squared distances to the plan's focus, the better; equal ones are decided by
   section, row and position, so that the same state always gives the same answer.

A party that no row can take together is split into the fewest groups, one each in neighbouring rows of one section, of
sizes as equal as the rows allow, and never with one person alone. Wheelchair places and their companion seats are not
proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from events.models import Event

from .models import Offer, Place

RESTRICTED = 1_000_000.0
"""What a restricted view adds to a seat's cost: more than any distance inside a stadium."""


@dataclass(frozen=True)
class Spot:
    """A free seat. ``cost`` is its squared distance to the focus, in seat widths."""

    place: int
    position: int
    cost: float


Run = tuple[Spot, ...]
"""Free seats side by side, from the first to the last of them."""


@dataclass(frozen=True, order=True)
class Window:
    """A part of a run that a party could take; the smallest is the best."""

    leaves_single: bool
    cost: float
    section: tuple[int, int]
    row: int
    first: int
    places: tuple[int, ...]


def best_places(event: Event, quantity: int, *, now: datetime, offer_id: int | None = None) -> tuple[int, ...]:
    """Return the ids of the best free places for ``quantity`` people, or nothing if they cannot be seated decently.

    Only offers on sale are looked at, or the one that is named.
    """
    if quantity < 1:
        return ()
    rows = _free_runs(event, now, offer_id)
    together = min((window for at, runs in rows.items() for window in _windows(at, runs, quantity)), default=None)
    return together.places if together else _split(rows, quantity)


RowKey = tuple[tuple[int, int], int]
"""A row: its section's (order, id), and the row's index."""


def _free_runs(event: Event, now: datetime, offer_id: int | None) -> dict[RowKey, list[Run]]:
    """Read the free seats of the offers on sale, row by row, divided wherever two are not neighbours."""
    offers = Offer.objects.filter(event=event).on_sale(now)
    if offer_id is not None:
        offers = offers.filter(pk=offer_id)
    seats = (
        Place.objects.free(now)
        .filter(event=event, offer__in=offers, seat__is_accessible=False, seat__is_companion=False)
        .annotate(
            dx=F("seat__x") - F("seat__section__plan__focus_x"), dy=F("seat__y") - F("seat__section__plan__focus_y")
        )
        .order_by("seat__section__order", "seat__section_id", "seat__row_index", "seat__position")
        .values_list(
            "pk",
            "seat__section__order",
            "seat__section_id",
            "seat__row_index",
            "seat__position",
            "seat__has_restricted_view",
            "dx",
            "dy",
        )
    )
    rows: dict[RowKey, list[list[Spot]]] = defaultdict(list)
    for place, order, section, row, position, restricted, dx, dy in seats:
        runs = rows[(order, section), row]
        spot = Spot(place, position, dx * dx + dy * dy + RESTRICTED * restricted)
        if runs and runs[-1][-1].position == position - 1:
            runs[-1].append(spot)
        else:
            runs.append([spot])
    return {at: [tuple(run) for run in runs] for at, runs in rows.items()}


def _windows(at: RowKey, runs: Iterable[Run], quantity: int) -> Iterator[Window]:
    """Every way to seat ``quantity`` people side by side in one row."""
    section, row = at
    for run in runs:
        for start in range(len(run) - quantity + 1):
            chosen = run[start : start + quantity]
            yield Window(
                leaves_single=start == 1 or len(run) - start - quantity == 1,
                cost=sum(spot.cost for spot in chosen),
                section=section,
                row=row,
                first=chosen[0].position,
                places=tuple(spot.place for spot in chosen),
            )


def _split(rows: dict[RowKey, list[Run]], quantity: int) -> tuple[int, ...]:
    """Seat a party in the fewest groups of two or more, one each in neighbouring rows of one section."""
    for groups in range(2, quantity // 2 + 1):
        seatings = (
            seating
            for section, row in rows
            if (seating := _seat_in_rows(rows, section, range(row, row + groups), quantity))
        )
        if best := min(seatings, default=None):
            return best[-1]
    return ()


def _seat_in_rows(
    rows: dict[RowKey, list[Run]], section: tuple[int, int], indexes: range, quantity: int
) -> tuple[int, float, RowKey, tuple[int, ...]] | None:
    """Seat a party in these rows: (single seats left behind, cost, first row, places); None if they cannot take it."""
    at = [(section, index) for index in indexes]
    room = [max((len(run) for run in rows.get(key, ())), default=0) for key in at]
    sizes = _share_out(quantity, room)
    if sizes is None:
        return None
    windows = [min(_windows(key, rows[key], size)) for key, size in zip(at, sizes, strict=True)]
    places = tuple(place for window in windows for place in window.places)
    return sum(window.leaves_single for window in windows), sum(window.cost for window in windows), at[0], places


def _share_out(quantity: int, room: list[int]) -> list[int] | None:
    """Divide a party over rows that have ``room``, as equally as they allow and two people at least in each."""
    if min(room) < 2 or sum(room) < quantity or quantity < 2 * len(room):
        return None
    sizes = [2] * len(room)
    for _ in range(quantity - 2 * len(room)):
        smallest = min((size, index) for index, size in enumerate(sizes) if size < room[index])
        sizes[smallest[1]] += 1
    return sizes
