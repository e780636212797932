"""What a layout says: labels, numbers, aisles, and which seats are special."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import count as counting
from itertools import islice

from venues.errors import LayoutInvalid

MAX_ROWS = 200
MAX_SEATS_IN_ROW = 500
MAX_LABEL = 10
"""A row's label is no longer than its column in the database."""
MAX_LENGTH = 10_000


class Origin(StrEnum):
    """Where the numbers of a row begin. From the centre: 1 in the middle, odd to the left, even to the right."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


class Parity(StrEnum):
    """Which numbers are used: many old houses have the odd ones on one side and the even on the other."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"

    @property
    def first(self) -> int:
        return 2 if self is Parity.EVEN else 1


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Side(StrEnum):
    """At which end of the section the first label is."""

    FRONT = "front"
    BACK = "back"


@dataclass(frozen=True)
class Rows:
    """The labels of the rows: counted from ``start``, a letter or a number, or ``names`` one by one.

    Z is followed by AA and BB. A letter in ``skip`` is left out doubled, too.
    """

    count: int
    start: str | int = "A"
    skip: tuple[str, ...] = ()
    labelled_from: Side = Side.FRONT
    names: tuple[str, ...] = ()

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """One label per row, from the front."""
        labels = self.names or tuple(islice(self._series(), self.count))
        return labels[::-1] if self.labelled_from is Side.BACK else labels

    def _series(self) -> Iterator[str]:
        if isinstance(self.start, int):
            yield from (label for number in counting(self.start) if (label := str(number)) not in self.skip)
        else:
            first = ord(self.start[0]) - ord("A") + 26 * (len(self.start) - 1)
            for index in counting(first):
                letter = chr(ord("A") + index % 26)
                label = letter * (index // 26 + 1)
                if letter not in self.skip and label not in self.skip:
                    yield label


@dataclass(frozen=True)
class Numbering:
    """The numbers of the seats in a row."""

    origin: Origin = Origin.LEFT
    parity: Parity = Parity.ALL
    start: int = 1

    def numbers(self, count: int) -> list[int]:
        """One number per slot, from the left."""
        middle = (count - 1) // 2
        ranks = {
            Origin.LEFT: lambda slot: slot,
            Origin.RIGHT: lambda slot: count - 1 - slot,
            Origin.CENTRE: lambda slot: 2 * (middle - slot) if slot <= middle else 2 * (slot - middle) - 1,
        }[self.origin]
        step = 1 if self.parity is Parity.ALL else 2
        return [self.start + step * ranks(slot) for slot in range(count)]


@dataclass(frozen=True)
class Layout:
    """What :func:`parse` understood. ``seats`` counts the slots of each row, gaps included, from the front."""

    rows: Rows
    seats: tuple[int, ...]
    numbering: Numbering = Numbering()
    align: Align = Align.CENTRE
    aisles: tuple[int, ...] = ()
    cross_aisles: tuple[int, ...] = ()
    aisle_width: float = 2.0
    seat_spacing: float = 1.0
    row_spacing: float = 1.8
    radius: float | None = None
    gaps: tuple[str, ...] = ()
    wheelchair: tuple[str, ...] = ()
    companion: tuple[str, ...] = ()
    restricted_view: tuple[str, ...] = ()

    @cached_property
    def widest(self) -> int:
        return max(self.seats)

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """The numbers of each row's slots, from the left, by the row's label."""
        rows = zip(self.rows.labels, self.seats, strict=True)
        return {label: self.numbering.numbers(count) for label, count in rows}

    def named(self, field: str) -> set[tuple[str, int]]:
        """The row and number of each seat that ``gaps``, ``wheelchair``, ``companion`` or ``restricted_view`` names.

        Raises:
            LayoutInvalid: there is no such seat.
        """
        found: set[tuple[str, int]] = set()
        for index, name in enumerate(getattr(self, field)):
            try:
                found |= _named_seats(name, self.numbers)
            except LookupError as error:
                raise LayoutInvalid(f"{field}[{index}]", f"“{name}”: {error.args[0]}") from None
        return found

    @property
    def capacity(self) -> int:
        return sum(self.seats) - len(self.named("gaps"))

    def depth(self, row_index: int) -> float:
        """How far a row lies behind the front row."""
        return row_index * self.row_spacing + bisect_right(self.cross_aisles, row_index) * self.aisle_width


@dataclass(frozen=True)
class Area:
    """The ground of a standing section, in seat widths, behind the section's own point."""

    width: float
    depth: float


_SEAT = re.compile(r"(?:(?P<row>[^:]+):|(?P<letters>[^\d:]+))(?P<number>\d{1,9})")


def _named_seats(name: str, numbers: dict[str, list[int]]) -> set[tuple[str, int]]:
    """Resolve ``C7``, ``C7-C12`` or ``C``. A LookupError says what is wrong with the name."""
    if name in numbers:
        return {(name, number) for number in numbers[name]}
    first, dash, last = name.partition("-")
    row, low = _named_seat(first, numbers)
    if not dash:
        return {(row, low)}
    end_row, high = _named_seat(last, numbers)
    if end_row != row:
        raise LookupError("a range stays within one row.")
    if low > high:
        raise LookupError("a range begins with the lower number.")
    return {(row, number) for number in numbers[row] if low <= number <= high}


def _named_seat(name: str, numbers: dict[str, list[int]]) -> tuple[str, int]:
    match = _SEAT.fullmatch(name)
    if not match:
        raise LookupError("write a seat as C7 (or 3:7), a range as C7-C12, a whole row as C.")
    row, number = match["row"] or match["letters"], int(match["number"])
    if row not in numbers:
        raise LookupError(f"there is no row {row}.")
    if number not in numbers[row]:
        raise LookupError(
            f"row {row} has no seat {number}; its numbers go from {min(numbers[row])} to {max(numbers[row])}."
        )
    return row, number
