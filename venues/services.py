"""Writes of this room: making the seats of a section from its layout."""

from __future__ import annotations

from dataclasses import fields

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.text import get_text_list

from .errors import SeatsInUse
from .layout import Geometry, SeatSpec, parse, seats
from .models import Seat, SeatingPlan, Section

BATCH = 2_000
NAMED = 8
"""So many seats are named in a complaint, at most."""

_KEY = ("row", "number")
_DETAILS = tuple(field.name for field in fields(SeatSpec) if field.name not in _KEY)
_OUT_OF_THE_WAY = 10_000
"""Added to the rows of seats that move, so that none meets another on its way."""


@transaction.atomic
def build_seats(*, section: Section) -> int:
    """Make the seats of a section what its layout and its place on the plan say. Returns how many there are.

    A seat is known by its row and number: one that stays keeps its identity, and what has been sold of it, even
    where it moves. A standing section has none. Safe to repeat.

    Raises:
        LayoutInvalid: the layout makes no sense.
        SeatsInUse: a seat that the layout no longer has is part of an event's stock.
    """
    section = Section.objects.select_for_update(of=("self",)).get(pk=section.pk)
    wanted = {(spec.row, spec.number): spec for spec in _specs(section)}
    present = {(seat.row, seat.number): seat for seat in section.seats.all()}
    surplus = [seat for key, seat in present.items() if key not in wanted]
    _remove(surplus)
    changed = [key for key, spec in wanted.items() if key not in present or _differs(present[key], spec)]
    _step_aside([present[key].pk for key in changed if key in present])
    Seat.objects.bulk_create(
        [Seat(section=section, **vars(wanted[key])) for key in changed],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=("section", *_KEY),
        update_fields=_DETAILS,
    )
    if changed or surplus:
        SeatingPlan.objects.filter(sections=section).renew()
    return len(wanted)


def _specs(section: Section) -> list[SeatSpec]:
    if section.is_standing:
        return []
    return seats(Geometry(section.x, section.y, section.rotation), parse(section.layout))


def _differs(seat: Seat, spec: SeatSpec) -> bool:
    return any(getattr(seat, name) != getattr(spec, name) for name in _DETAILS)


def _step_aside(pks: list[int]) -> None:
    for start in range(0, len(pks), BATCH):
        Seat.objects.filter(pk__in=pks[start : start + BATCH]).update(row_index=F("row_index") + _OUT_OF_THE_WAY)


def _remove(surplus: list[Seat]) -> None:
    for start in range(0, len(surplus), BATCH):
        batch = Seat.objects.filter(pk__in=[seat.pk for seat in surplus[start : start + BATCH]])
        require_unused(batch)
        batch.delete()


def require_unused(seats: QuerySet[Seat]) -> None:
    """Raise SeatsInUse if an event has a place for any of these seats."""
    # The relation is named as a string because its room lies above this one.
    if used := list(seats.filter(places__isnull=False).distinct().select_related("section")):
        raise SeatsInUse(f"Events sell, or have sold, {_names(used)}: these seats have to stay.", used)


def _names(seats: list[Seat]) -> str:
    names = [str(seat) for seat in seats[:NAMED]]
    if len(seats) > NAMED:
        names.append(f"{len(seats) - NAMED} more")
    return get_text_list(names, "and")
