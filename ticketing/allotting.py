"""Many claims at a time: what an import sells, in a handful of statements however many there are.

The rules of the stock hold here as everywhere: a place is sold to one claim, only if it is free, and places are locked
in the one order (see :mod:`ticketing.stock`). What is not asked is whether the event and its offers are on sale: what
was sold elsewhere has been sold, be it long ago.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from . import stock
from .errors import PlacesTaken, SelectionInvalid
from .models import Offer, Place
from .stock import NOT_OF_THIS_EVENT, Claimed

BATCH = 2_000


@dataclass(frozen=True)
class Wanted:
    """What one claim is to get of an event: standing places by offer id, and seats by id."""

    claim: UUID
    event_id: int
    quantities: Mapping[int, int] = field(default_factory=dict)
    seats: tuple[int, ...] = ()


def allot_many(wanted: Sequence[Wanted], now: datetime) -> dict[UUID, list[Claimed]]:
    """Sell places to many claims: all of them, or none. Runs inside the caller's transaction.

    Raises:
        SelectionInvalid: a seat is not part of the event.
        PlacesTaken: there are too few places, or a seat is not free.
    """
    spare = _lock_standing(wanted, now)
    seats = _lock_seats(wanted)
    rows: dict[UUID, list[Claimed]] = {}
    for one in wanted:
        standing = [
            Claimed(spare[offer_id].pop(), offer_id)
            for offer_id, count in sorted(one.quantities.items())
            for _ in range(count)
        ]
        rows[one.claim] = [*standing, *(seats[one.event_id, seat] for seat in one.seats)]
    stock.sell({row.place_id: claim for claim, claimed in rows.items() for row in claimed}, now)
    return rows


def _lock_standing(wanted: Iterable[Wanted], now: datetime) -> dict[int, list[int]]:
    """Lock as many free standing places of each offer as are wanted. Returns their ids, the last one first."""
    counts: Counter[int] = Counter()
    for one in wanted:
        counts.update(one.quantities)
    spare = {}
    for offer_id, count in sorted(counts.items()):
        free = Place.objects.free(now).filter(offer=offer_id, seat__isnull=True).order_by("pk").select_for_update()
        spare[offer_id] = list(free.values_list("pk", flat=True)[:count])[::-1]
        if len(spare[offer_id]) < count:
            name = Offer.objects.select_related("ticket_type").get(pk=offer_id).name
            raise PlacesTaken(f"{name}: only {len(spare[offer_id]):,} places are left.")
    return spare


def _lock_seats(wanted: Iterable[Wanted]) -> dict[tuple[int, int], Claimed]:
    """Find the places of the wanted seats and lock them, by event and seat."""
    by_event: dict[int, set[int]] = defaultdict(set)
    for one in wanted:
        by_event[one.event_id].update(one.seats)
    found = {}
    for event_id, seats in by_event.items():
        for batch in _batches(sorted(seats)):
            places = Place.objects.filter(event=event_id, seat__in=batch).values_list("seat_id", "pk", "offer_id")
            found |= {(event_id, seat): Claimed(pk, offer_id) for seat, pk, offer_id in places}
    if len(found) < sum(map(len, by_event.values())):
        raise SelectionInvalid(NOT_OF_THIS_EVENT)
    for batch in _batches(sorted(found.values(), key=lambda row: (row.offer_id, row.place_id))):
        places = Place.objects.filter(pk__in=[row.place_id for row in batch]).order_by("offer", "pk")
        list(places.select_for_update().values_list("pk"))
    return found


def _batches(rows: Sequence) -> Iterable[Sequence]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
