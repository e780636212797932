"""Keep places for somebody by name, give out of them, and put them on sale again in one action.

The places of a named hold carry its claim until it expires, as those of a booking do: nothing has to run for them to be
free again. Locks are taken in one order: the hold, then its places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import uuid4

from django.db.models import Q

from events.models import Event
from events.services import record

from . import house_stock, stock
from .errors import NamedHoldEnded, SalesClosed, SelectionInvalid
from .models import NamedHold, Place
from .signals import places_returned
from .transactions import atomic


@atomic
def hold_for(
    *,
    event: Event,
    name: str,
    kind: str,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    expires_at: datetime,
    note: str = "",
    now: datetime,
    by: str,
) -> NamedHold:
    """Keep free places for ``name`` until ``expires_at``: all of them, or none. Drafts have places, too.

    Raises:
        SalesClosed: the event is cancelled, over, or has begun.
        SelectionInvalid: nothing is asked for, something of another event, or until a moment that has passed.
        PlacesTaken: some are held, sold or blocked.
    """
    if event.status != Event.Status.ACTIVE or event.is_past(now):
        raise SalesClosed("This event has begun or is cancelled: there is nothing to keep places for.")
    _check_end(expires_at, now)
    claim = uuid4()
    places = house_stock.move(
        event=event,
        seats=seats,
        quantities=quantities,
        source=house_stock.free(now),
        wanted="free",
        claim=claim,
        until=expires_at,
    )
    named_hold = NamedHold.objects.create(
        event=event,
        name=name,
        kind=kind,
        note=note,
        claim=claim,
        quantity=len(places),
        created_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    record(event, "hold", now=now, by=by, places=places, named_hold=name, until=expires_at.isoformat())
    return named_hold


@atomic
def release(*, named_hold: NamedHold, now: datetime, by: str) -> int:
    """Put what is left of a hold on sale again, at once. Returns how many places these are.

    Raises:
        NamedHoldEnded: it has been released before, or has expired.
    """
    fresh = _lock(named_hold, now)
    places = list(_left(fresh, now).values_list("pk", flat=True))
    stock.release(claim=fresh.claim, now=now)
    fresh.released_at = now
    fresh.save(update_fields=["released_at"])
    record(fresh.event, "release", now=now, by=by, places=places, named_hold=fresh.name)
    places_returned.send(sender=Event, event=fresh.event, now=now)
    return len(places)


@atomic
def extend_until(*, named_hold: NamedHold, expires_at: datetime, now: datetime, by: str) -> NamedHold:
    """Keep what is left of a hold until another moment, later or sooner.

    Raises:
        NamedHoldEnded: it has been released, or has expired.
        SelectionInvalid: that moment has passed.
    """
    _check_end(expires_at, now)
    fresh = _lock(named_hold, now)
    places = list(_left(fresh, now).select_for_update(no_key=True).values_list("pk", flat=True))
    Place.objects.filter(pk__in=places).update(free_from=expires_at)
    fresh.expires_at = expires_at
    fresh.save(update_fields=["expires_at"])
    record(
        fresh.event,
        "hold until",
        now=now,
        by=by,
        places=places,
        named_hold=fresh.name,
        until=expires_at.isoformat(),
    )
    return fresh


@atomic
def take_out_of(
    *,
    named_hold: NamedHold,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    now: datetime,
) -> list[int]:
    """Free some places of a hold, so that the caller sells or gives them away in the same transaction.

    Until that has ended, nobody else can take them. Returns their ids. The caller writes the history.

    Raises:
        NamedHoldEnded: it has been released, or has expired.
        SelectionInvalid: nothing is asked for, or something of another event.
        PlacesTaken: the hold does not have these places.
    """
    fresh = _lock(named_hold, now)
    return house_stock.move(
        event=fresh.event,
        seats=seats,
        quantities=quantities,
        source=house_stock.claimed(fresh.claim, now),
        wanted=f"kept for {fresh.name}",
        claim=None,
        until=now,
    )


@atomic
def put_on_sale(
    *,
    named_hold: NamedHold,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    now: datetime,
    by: str,
) -> int:
    """Put some places of a hold on sale again; it keeps the others. Returns how many these are.

    Raises:
        NamedHoldEnded, SelectionInvalid, PlacesTaken: see :func:`take_out_of`.
    """
    places = take_out_of(named_hold=named_hold, seats=seats, quantities=quantities, now=now)
    record(named_hold.event, "release", now=now, by=by, places=places, named_hold=named_hold.name)
    places_returned.send(sender=Event, event=named_hold.event, now=now)
    return len(places)


def _lock(named_hold: NamedHold, now: datetime) -> NamedHold:
    rows = NamedHold.objects.select_for_update(of=("self",), no_key=True).select_related("event")
    fresh = rows.get(pk=named_hold.pk)
    if not fresh.is_live(now):
        how = "been released already" if fresh.released_at else "expired"
        raise NamedHoldEnded(f"The hold for {fresh.name} has {how}.")
    return fresh


def _left(named_hold: NamedHold, now: datetime):
    """The places that a hold still has, in the order in which they are locked."""
    places = Place.objects.filter(house_stock.claimed(named_hold.claim, now))
    return places.annotate(is_seat=Q(seat__isnull=False)).order_by("is_seat", "offer_id", "pk")


def _check_end(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise SelectionInvalid("Keep places until a moment that is still to come.")
