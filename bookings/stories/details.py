"""The details of a line of history, which JSON keeps as texts and numbers, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime

from ticketing.models import Place
from ticketing.money import format_money
from ticketing.seating import name_seats
from venues.backoffice import local_time

SUMS = {
    *("paid", "refunded", "amount", "discount", "retained", "kept", "difference", "due", "total"),
    *("price", "charged", "taken", "off"),
}
"""What services record in the detail of a line of history as a sum of money."""

PLACES = ("places", "instead_of")
"""Where ids of places are recorded. An exchange for another date records the other booking's code instead."""

LISTS = ("tickets", "codes", "seats")
"""What is recorded as a list; other pairs are what something was before, and what it is now."""


def put(detail: Mapping[str, object], tz: ZoneInfo, places: Mapping[int, Place] | None = None) -> str:
    """Write a detail in one line, in the order of its names: ``quantity: 2, until: Sat 3 May 2025, 19:12``.

    Ids of places are written as seats if ``places`` knows them, and left out otherwise.
    """
    parts = []
    for name, value in sorted(detail.items()):  # PostgreSQL keeps no order of its own
        is_places = name in PLACES and isinstance(value, list)
        text = name_places(value, places or {}) if is_places else _show(name, value, tz)
        if text:
            parts.append(f"{name.replace('_', ' ')}: {text}")
    return ", ".join(parts)


def named_places(detail: Mapping[str, object]) -> set[int]:
    """Collect the ids of the places that a detail names."""
    return {pk for name in PLACES if isinstance(detail.get(name), list) for pk in detail[name]}


def name_places(ids: Iterable[int], places: Mapping[int, Place]) -> str:
    """Name places by their ids: seats row by row, standing ones by their number."""
    known = [places[pk] for pk in ids if pk in places]
    seats = [place.seat for place in known if place.seat_id]
    seats.sort(key=lambda seat: (seat.section.order, seat.section_id, seat.row_index, seat.position))
    standing = sum(1 for place in known if not place.seat_id)
    names = name_seats(seats)
    if standing:
        names.append(f"{standing} standing {'place' if standing == 1 else 'places'}")
    return "; ".join(names)


def _show(name: str, value: object, tz: ZoneInfo) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_show(key, inner, tz)}" for key, inner in value.items())
    if isinstance(value, list):
        if len(value) == 2 and name not in LISTS:
            return " → ".join(_show(name, inner, tz) or "–" for inner in value)
        return ", ".join(_show(name, inner, tz) for inner in value)
    if name in SUMS and isinstance(value, str | int):
        try:
            return format_money(Decimal(value))
        except InvalidOperation:
            return str(value)
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    if moment:
        return local_time(moment, tz)
    return "" if value is None else str(value)
