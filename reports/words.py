"""How figures are written in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.dateformat import format as format_date

ONE = Decimal(1)
TENTH = Decimal("0.1")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""As ``date.weekday()`` counts them."""


def percent(share: Decimal) -> str:
    """Write a share: ``34%``. What is not quite nothing, or not quite all, is not written as if it were."""
    hundredths = (share * 100).quantize(ONE, rounding=ROUND_HALF_UP)
    if hundredths == 0 and share > 0:
        return "less than 1%"
    if hundredths == 100 and share < 1:
        return "more than 99%"
    return f"{hundredths:f}%"


def begin(words: str) -> str:
    """Begin a sentence with these words."""
    return words[:1].upper() + words[1:]


def evening(event: str, begins: datetime) -> str:
    """Name an event with its date, so that evenings of one name are told apart: ``Gala, 9 Dec``."""
    return f"{event}, {format_date(begins, 'j M')}"


def times(ratio: Decimal) -> str:
    """Write how many times as much something is: ``2.3 ×``."""
    return f"{ratio.quantize(TENTH, rounding=ROUND_HALF_UP):f} ×"


def things(count: int, one: str, many: str = "") -> str:
    """Write a number with its noun: ``1 ticket``, ``1,200 tickets``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """Join words as a sentence does: ``web, box office and API``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
