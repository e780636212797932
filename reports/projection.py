"""How many tickets an event will have sold in the end, told from how comparable ones sold.

The method is the ratio method. Each comparable event says how many times as many it had sold in the end as it had so
many days before; that, times what the event in question has sold by now, is one projection. Their median is the
projection, their quartiles (linearly interpolated) are its band: half of all comparable events would end within it.

Days are whole ones on the clocks of the venues, today as far as it has come. Comparable events that had sold nothing
by then say nothing. With fewer than :data:`ENOUGH` left, or before the first ticket is sold, nothing can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

ENOUGH = 3
"""So many comparable events it takes to project anything."""

ONE = Decimal(1)
QUARTERS = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))


class Curve:
    """What was sold of one event, by days before it: returned tickets are taken off on the day they came back."""

    def __init__(self, changes: Iterable[tuple[int, int]]) -> None:
        """``changes`` are tickets by days before the event; days after it (below zero) count as the day itself."""
        by_days: dict[int, int] = {}
        for days, tickets in changes:
            by_days[max(days, 0)] = by_days.get(max(days, 0), 0) + tickets
        self._days = sorted(by_days, reverse=True)
        self._sums = list(accumulate(by_days[days] for days in self._days))

    def __bool__(self) -> bool:
        return self.total > 0

    @property
    def first(self) -> int | None:
        """How many days before the event the first ticket was sold; None if none was."""
        return self._days[0] if self._days else None

    @property
    def total(self) -> int:
        return self._sums[-1] if self._sums else 0

    def by(self, days: int) -> int:
        """How many had been sold by the end of the day that is so many days before the event."""
        low, high = 0, len(self._days)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._days[middle] >= days else (low, middle)
        return self._sums[low - 1] if low else 0


@dataclass(frozen=True)
class Band:
    """A projection, in tickets: half of the comparable events say something from ``low`` to ``high``."""

    low: int
    middle: int
    high: int


def average_by(curves: Sequence[Curve], days: int) -> Decimal | None:
    """How many the curves had sold by then, on average, to one place; None if there are none."""
    if not curves:
        return None
    return (Decimal(sum(curve.by(days) for curve in curves)) / len(curves)).quantize(Decimal("0.1"))


def project(
    sold: int, days: int, curves: Iterable[Curve], *, until: int = 0, capacity: int | None = None
) -> Band | None:
    """Project what an event that has sold ``sold`` so many ``days`` before it will have sold ``until`` days before it.

    Nothing is projected beyond ``capacity``. None: it cannot be told.
    """
    telling = [curve for curve in curves if curve.by(days) > 0]
    if sold <= 0 or len(telling) < ENOUGH:
        return None
    said = sorted(Decimal(sold) * curve.by(until) / curve.by(days) for curve in telling)
    values = (int(quantile(said, part).quantize(ONE, rounding=ROUND_HALF_UP)) for part in QUARTERS)
    return Band(*(value if capacity is None else min(value, capacity) for value in values))


def quantile(values: Sequence[Decimal], part: Decimal) -> Decimal:
    """Interpolate in sorted values: ``part`` 0 is the first, 1 the last."""
    place = part * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
