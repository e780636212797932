"""What is not free at an event right now, in one small document that every viewer of its map shares.

However many people watch, a process (or all of them, where they share a cache) reads the stock at most once in
:data:`FRESH_FOR`; meanwhile everybody gets the last document.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.core.cache import cache
from django.db.models import Count, Q

from events.models import Event
from venues.rooms import Room, room_of

from .models import Place

FRESH_FOR = timedelta(seconds=1)
KEPT_FOR = timedelta(minutes=5)
BUSY_FOR = timedelta(seconds=5)


@dataclass(frozen=True)
class LiveDocument:
    """What is not free, as JSON: ``{"room": version, "taken": bits, "left": {offer: places}}``.

    ``taken`` is the base64 of a bit set over the seats of the room in their order (the first seat is the lowest bit of
    the first byte); ``left`` counts the free standing places of each offer that has any places of this kind.
    """

    at: datetime
    etag: str
    body: bytes


def live_document(event_id: int, *, now: datetime) -> LiveDocument:
    """Return the document of an event, at most a second old unless somebody else is just making a new one.

    Raises:
        Event.DoesNotExist: there is no such event, or it is not published.
    """
    key = f"live:{event_id}"
    document: LiveDocument | None = cache.get(key)
    if document and document.at + FRESH_FOR > now:
        return document
    if document and not cache.add(f"{key}:busy", True, BUSY_FOR.total_seconds()):
        return document
    event = Event.objects.published(now).select_related("seating_plan").get(pk=event_id)
    document = _make(event, now)
    cache.set(key, document, KEPT_FOR.total_seconds())
    cache.delete(f"{key}:busy")
    return document


def _make(event: Event, now: datetime) -> LiveDocument:
    room = room_of(event.seating_plan) if event.seating_plan else None
    body = json.dumps(
        {
            "room": room.version if room else None,
            "taken": base64.b64encode(_taken_bits(event, room, now)).decode() if room else "",
            "left": _standing_left(event, now),
        },
        separators=(",", ":"),
    ).encode()
    return LiveDocument(now, hashlib.sha256(body).hexdigest()[:16], body)


def _taken_bits(event: Event, room: Room, now: datetime) -> bytes:
    numbers = seat_numbers(room)
    bits = bytearray((len(numbers) + 7) // 8)
    taken = Place.objects.filter(event=event, seat__isnull=False).not_free(now)
    for seat in taken.order_by().values_list("seat_id", flat=True):
        if seat in numbers:  # the room may have got seats since it was read
            byte, bit = divmod(numbers[seat], 8)
            bits[byte] |= 1 << bit
    return bytes(bits)


def _standing_left(event: Event, now: datetime) -> dict[int, int]:
    standing = Place.objects.filter(event=event, seat__isnull=True).order_by()
    free = Count("pk", filter=Q(free_from__lte=now))
    return dict(standing.values("offer_id").annotate(free=free).values_list("offer_id", "free"))


@lru_cache(maxsize=16)
def seat_numbers(room: Room) -> dict[int, int]:
    """Number the seats of a room in their order, by id: the position of a seat's bit in the document."""
    seats = (seat.pk for section in room.sections for row in section.rows for seat in row)
    return {seat: number for number, seat in enumerate(seats)}
