"""From JSON to a layout, and back."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from string import ascii_uppercase

from venues.errors import LayoutInvalid

from .free import FreeLayout, dump_free, parse_free
from .model import (
    MAX_LABEL,
    MAX_LENGTH,
    MAX_ROWS,
    MAX_SEATS_IN_ROW,
    Align,
    Area,
    Layout,
    Numbering,
    Origin,
    Parity,
    Rows,
    Side,
)
from .placing import slots
from .records import Record, integer, show

_LENGTHS = ("aisle_width", "seat_spacing", "row_spacing", "radius")
_NAMES = ("gaps", "wheelchair", "companion", "restricted_view")


def parse(data: object) -> Layout | FreeLayout:
    """Read the layout of a seated section.

    Raises:
        LayoutInvalid: says where, and what is expected there.
    """
    if isinstance(data, dict) and "free" in data:
        return parse_free(data)
    record = Record(data, names=[field.name for field in fields(Layout)], required=("rows", "seats"))
    rows = _parse_rows(record)
    layout = Layout(
        rows=rows,
        seats=_parse_seats(record, rows.count),
        numbering=_parse_numbering(record),
        align=record.choice("align", Align, Layout.align),
        aisles=record.steps("aisles", MAX_SEATS_IN_ROW),
        cross_aisles=record.steps("cross_aisles", MAX_ROWS),
        **{name: record.length(name, getattr(Layout, name), MAX_LENGTH) for name in _LENGTHS},
        **{name: record.texts(name) for name in _NAMES},
    )
    _check_aisles(layout)
    _check_names(layout)
    _check_bend(layout)
    return layout


def parse_area(data: object) -> Area | None:
    """Read the ground of a standing section; None where nothing is said of it.

    Raises:
        LayoutInvalid: says where, and what is expected there.
    """
    if data == {}:
        return None
    record = Record(data, names=("width", "depth"), required=("width", "depth"))
    return Area(width=record.length("width", None, MAX_LENGTH), depth=record.length("depth", None, MAX_LENGTH))


def dump(layout: Layout | FreeLayout) -> dict:
    """Write a layout as the JSON that :func:`parse` reads, leaving out what goes without saying."""
    if isinstance(layout, FreeLayout):
        return dump_free(layout)
    record = {"rows": _dump_rows(layout.rows)}
    record["seats"] = layout.seats[0] if len(set(layout.seats)) == 1 else list(layout.seats)
    if layout.numbering != Layout.numbering:
        record["numbering"] = _dump_numbering(layout.numbering)
    for field in fields(Layout)[3:]:
        value = getattr(layout, field.name)
        if value != field.default:
            record[field.name] = _dump_value(value)
    return record


_LABEL = re.compile(r"[^\s:-]+( [^\s:-]+)*")
_LETTERS = re.compile(r"([A-Z])\1*")


def _parse_rows(record: Record) -> Rows:
    if isinstance(record.get("rows"), list):
        count = integer(len(record.items("rows")), "rows", 1, MAX_ROWS)
        rows = Rows(count=count, names=record.texts("rows"))
    else:
        row = Record(
            record.get("rows"), where="rows", names=("count", "start", "skip", "labelled_from"), required=("count",)
        )
        rows = Rows(
            count=row.integer("count", 1, MAX_ROWS),
            start=_parse_start(row),
            skip=row.texts("skip"),
            labelled_from=row.choice("labelled_from", Side, Side.FRONT),
        )
        if set(ascii_uppercase) <= set(rows.skip):
            raise LayoutInvalid("rows.skip", "leaves no letter.")
    for index, label in enumerate(rows.labels):
        if len(label) > MAX_LABEL or not label.isprintable() or not _LABEL.fullmatch(label):
            raise LayoutInvalid(
                f"rows[{index}]", f"“{label}”: a label has at most {MAX_LABEL} characters, no “-” and no “:”."
            )
        if label in rows.labels[:index]:
            raise LayoutInvalid(f"rows[{index}]", f"“{label}” is there twice.")
    return rows


def _parse_start(record: Record) -> str | int:
    start = record.get("start", "A")
    if isinstance(start, str) and len(start) <= MAX_LABEL and _LETTERS.fullmatch(start):
        return start
    if isinstance(start, int) and not isinstance(start, bool) and 0 <= start <= 10_000:
        return start
    raise LayoutInvalid(record.at("start"), f"expected a letter such as “A” or “AA”, or a number, not {show(start)}.")


def _parse_seats(record: Record, rows: int) -> tuple[int, ...]:
    seats = record.get("seats")
    if not isinstance(seats, list):
        return (integer(seats, "seats", 1, MAX_SEATS_IN_ROW),) * rows
    if len(seats) != rows:
        raise LayoutInvalid("seats", f"has {len(seats)} numbers for {rows} rows.")
    return tuple(integer(count, f"seats[{index}]", 1, MAX_SEATS_IN_ROW) for index, count in enumerate(seats))


def _parse_numbering(record: Record) -> Numbering:
    inner = Record(record.get("numbering", {}), where="numbering", names=("from", "numbers", "start"))
    origin = inner.choice("from", Origin, Origin.LEFT)
    parity = inner.choice("numbers", Parity, Parity.ALL)
    if origin is Origin.CENTRE and parity is not Parity.ALL:
        raise LayoutInvalid("numbering.numbers", "from the centre, odd numbers go left and even ones right already.")
    start = inner.integer("start", 0, 100_000, default=parity.first)
    if parity is not Parity.ALL and start % 2 != parity.first % 2:
        raise LayoutInvalid("numbering.start", f"expected an {parity} number, not {start}.")
    return Numbering(origin, parity, start)


def _dump_rows(rows: Rows) -> dict | list:
    if rows.names:
        return list(rows.names)
    record: dict = {"count": rows.count, "start": rows.start}
    if rows.skip:
        record["skip"] = list(rows.skip)
    if rows.labelled_from is not Rows.labelled_from:
        record["labelled_from"] = rows.labelled_from.value
    return record


def _dump_value(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Align):
        return value.value
    return int(value) if value == int(value) else value


def _dump_numbering(numbering: Numbering) -> dict:
    record = {"from": numbering.origin.value, "numbers": numbering.parity.value, "start": numbering.start}
    plain = {"from": Origin.LEFT, "numbers": Parity.ALL, "start": numbering.parity.first}
    return {name: value for name, value in record.items() if value != plain[name]}


def _check_aisles(layout: Layout) -> None:
    for name, last, what in (
        ("aisles", layout.widest, "slot of the widest row"),
        ("cross_aisles", layout.rows.count, "row"),
    ):
        for index, after in enumerate(getattr(layout, name)):
            if after >= last:
                raise LayoutInvalid(f"{name}[{index}]", f"expected at most {last - 1}: {last} is the last {what}.")


def _check_names(layout: Layout) -> None:
    for name in _NAMES:
        if len(getattr(layout, name)) > sum(layout.seats):
            raise LayoutInvalid(name, "has more names than there are seats.")
    _, wheelchair, companion, _ = (layout.named(name) for name in _NAMES)
    if both := sorted(wheelchair & companion):
        row, number = both[0]
        raise LayoutInvalid("companion", f"row {row}, seat {number} is a wheelchair place already.")
    if not layout.capacity:
        raise LayoutInvalid("gaps", "leave no seat.")


def _check_bend(layout: Layout) -> None:
    if layout.radius is None:
        return
    for index, (label, numbers) in enumerate(layout.numbers.items()):
        reach = max(abs(along) for _, along in slots(layout, len(numbers)))
        if reach >= math.pi * (layout.radius + layout.depth(index)):
            raise LayoutInvalid("radius", f"is so small that row {label} meets its own end.")
