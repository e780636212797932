"""What the house does with its stock beside selling it: by seats, and by numbers of standing places.

Like :mod:`ticketing.stock`, every function runs inside the caller's transaction, which must be rolled back when one
raises, and locks places in the same order. All of what is asked for is moved, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from events.models import Event

from .errors import PlacesTaken, SelectionInvalid
from .models import FOREVER, Offer, Place
from .stock import BIGGEST_ID, NOT_OF_THIS_EVENT, not_as_wanted

BLOCKED = Q(free_from=FOREVER, claim__isnull=True)

MOST_STANDING = 10_000
"""So many standing places are moved at a time, at most."""


def free(now: datetime) -> Q:
    return Q(free_from__lte=now)


def claimed(claim: UUID, now: datetime) -> Q:
    """Places that ``claim`` still holds."""
    return Q(claim=claim, free_from__gt=now)


def move(
    *,
    event: Event,
    seats: Iterable[int] = (),
    quantities: Mapping[int, int] | None = None,
    source: Q,
    wanted: str,
    claim: UUID | None,
    until: datetime,
) -> list[int]:
    """Move places that meet ``source`` (``wanted`` says it in a word) to ``claim`` until ``until``. Returns their ids.

    ``quantities`` are numbers of standing places by offer id; ``seats`` are ids of seats of the plan.

    Raises:
        SelectionInvalid: nothing is asked for, or something of another event.
        PlacesTaken: there are not as many, or a seat is not as wanted; says how many there are, and names the seats.
    """
    seats = tuple(dict.fromkeys(seats))
    numbers = {offer: count for offer, count in sorted((quantities or {}).items()) if count}
    if not seats and not numbers:
        raise SelectionInvalid("Choose at least one place.")
    if not all(0 < seat <= BIGGEST_ID for seat in seats) or not all(0 < offer <= BIGGEST_ID for offer in numbers):
        raise SelectionInvalid(NOT_OF_THIS_EVENT)
    if not all(0 < count <= MOST_STANDING for count in numbers.values()):
        raise SelectionInvalid(f"Choose between 1 and {MOST_STANDING:,} standing places.")
    places = [place for offer, count in numbers.items() for place in _standing(event, offer, count, source, wanted)]
    if seats:
        places += _seated(event, seats, source, wanted)
    Place.objects.filter(pk__in=places).update(free_from=until, claim=claim)
    return places


def _standing(event: Event, offer_id: int, count: int, source: Q, wanted: str) -> list[int]:
    """Lock so many standing places, the lowest ids first."""
    rows = Place.objects.filter(source, event=event, offer=offer_id, seat__isnull=True).order_by("pk")
    for _ in range(2):  # rows that somebody else has taken while we waited for them are missing the first time
        found = list(rows.select_for_update(no_key=True).values_list("pk", flat=True)[:count])
        if len(found) == count:
            return found
    offer = Offer.objects.select_related("ticket_type").filter(pk=offer_id, event=event).first()
    if offer is None:
        raise SelectionInvalid("One of the chosen tickets is not part of this event.")
    raise PlacesTaken(
        f"Nothing was changed, because {offer.name} has only {len(found):,} standing places that are {wanted}.",
        left={offer.pk: len(found)},
    )


def _seated(event: Event, seats: tuple[int, ...], source: Q, wanted: str) -> list[int]:
    rows = Place.objects.filter(source, event=event, seat__in=seats).order_by("offer_id", "pk")
    found = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    if len(found) < len(seats):
        raise not_as_wanted(event, seats, set(found), wanted)
    return found
