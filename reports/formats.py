"""How figures are written: for people on a page, and for machines in files."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, to_locale

from ticketing.money import format_money
from venues.neutral import neutralise

from .report import Kind

NOTHING = "–"
"""What a page shows where there is no figure."""

NUMERIC = {Kind.COUNT, Kind.MONEY, Kind.SHARE, Kind.NUMBER}
DATES = {Kind.DAY, Kind.MOMENT}


def for_people(value: Any, kind: Kind) -> str:
    """Write a figure as people read it: ``€1,234.50``, ``12.5%``, ``Fri 27 Nov 2026``."""
    if value is None or value == "":
        return NOTHING
    match kind:
        case Kind.COUNT:
            return format_decimal(value, locale=_locale())
        case Kind.MONEY:
            return format_money(value)
        case Kind.SHARE:
            return format_percent(value, "#,##0.0%", locale=_locale())
        case Kind.NUMBER:
            return format_decimal(value, "#,##0.0#", locale=_locale())
        case Kind.DAY:
            return format_date(value, "D j M Y")
        case Kind.MOMENT:
            return format_date(value, "j M Y, H:i")
        case _:
            return str(value)


def for_files(value: Any) -> object:
    """Write a figure as programs read it: plain numbers, ISO dates, moments with their zone, harmless texts."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case int():
            return value
        case _:
            return neutralise(str(value))


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)
