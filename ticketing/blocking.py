"""Take places out of sale and put them back, with a line in the event's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from events.models import Event
from events.services import record

from . import house_stock
from .models import FOREVER
from .signals import places_returned
from .transactions import atomic


@atomic
def block(
    *,
    event: Event,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    reason: str,
    now: datetime,
    by: str,
) -> int:
    """Take free places out of sale until they are unblocked: all of them, or none. Returns how many these are.

    A lapsed hold loses them, as it would to any other buyer.

    Raises:
        SelectionInvalid, PlacesTaken: see :func:`ticketing.house_stock.move`.
    """
    places = house_stock.move(
        event=event,
        seats=seats,
        quantities=quantities,
        source=house_stock.free(now),
        wanted="free",
        claim=None,
        until=FOREVER,
    )
    record(event, "block", now=now, by=by, places=places, reason=reason)
    return len(places)


@atomic
def unblock(
    *,
    event: Event,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    reason: str = "",
    now: datetime,
    by: str,
) -> int:
    """Put blocked places on sale again: all of them, or none. Returns how many these are.

    Whoever waits for places of the event comes before the public.

    Raises:
        SelectionInvalid, PlacesTaken: see :func:`ticketing.house_stock.move`.
    """
    places = house_stock.move(
        event=event,
        seats=seats,
        quantities=quantities,
        source=house_stock.BLOCKED,
        wanted="blocked",
        claim=None,
        until=now,
    )
    record(event, "unblock", now=now, by=by, places=places, reason=reason)
    places_returned.send(sender=Event, event=event, now=now)
    return len(places)
