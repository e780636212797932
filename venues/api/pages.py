"""Lists in parts: by number where a table is small, by cursor where it grows for ever.

Each list runs two statements for its rows, whatever their number: one counts, one reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

from .problems import invalid_field

T = TypeVar("T")
U = TypeVar("U")

MOST = 100
USUAL = 25
DEEPEST = 1_000_000


class Part(Schema):
    """Which part of a list is asked for."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="So many items at most.")
    offset: int = Field(0, ge=0, le=DEEPEST, description="So many items are left out before them.")


class CursorPart(Schema):
    """Which part of a long list is asked for."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="So many items at most.")
    cursor: str | None = Field(
        None, max_length=500, description="Where to go on: part of the addresses in `next` and `previous`."
    )


@dataclass(frozen=True)
class Found(Generic[T]):
    """A part of a list, and the addresses of its neighbours."""

    items: list[T]
    count: int
    next: str | None = None
    previous: str | None = None

    def shown(self, show: Callable[[T], U]) -> Found[U]:
        """Return the same part with each item as ``show`` makes it."""
        return replace(self, items=[show(item) for item in self.items])


def paginate(request: HttpRequest, rows: QuerySet, part: Part) -> Found:
    """Return a part of ``rows``, whose order must be total. Two queries."""
    count = rows.order_by().count()
    items = list(rows[part.offset : part.offset + part.limit]) if part.offset < count else []
    following, before = part.offset + part.limit, max(0, part.offset - part.limit)
    return Found(
        items,
        count,
        next=_address(request, offset=following) if following < count else None,
        previous=_address(request, offset=before or None) if part.offset else None,
    )


def paginate_by_cursor(request: HttpRequest, rows: QuerySet, part: CursorPart, order: Sequence[str]) -> Found:
    """Return a part of a long list in ``order``: names of fields that are never empty, the last of them unique.

    ``("-booking_date", "-pk")``: all ascending, or all descending. Rows that come or go meanwhile move nothing. Moments
    must have been written by us, not by the database (``db_default``): SQLite writes those in another form.
    Two queries.
    """
    place = _read_cursor(request, part.cursor, rows, order) if part.cursor else None
    is_back = bool(place and place[0])
    running = [_turned(name) for name in order] if is_back else list(order)
    found = rows.order_by(*running)
    if place:
        found = found.filter(_beyond(running, place[1]))
    items = list(found[: part.limit + 1])
    has_more, items = len(items) > part.limit, items[: part.limit]
    if is_back:
        items.reverse()
    has_next, has_previous = (bool(items), has_more) if is_back else (has_more, place is not None and bool(items))
    return Found(
        items,
        rows.order_by().count(),
        next=_address(request, cursor=_write_cursor(request, items[-1], order, is_back=False)) if has_next else None,
        previous=_address(request, cursor=_write_cursor(request, items[0], order, is_back=True))
        if has_previous
        else None,
    )


def _address(request: HttpRequest, **changes: object) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    text = query.urlencode()
    return request.build_absolute_uri(f"{request.path}?{text}" if text else request.path)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Iterable[str], values: Sequence[Any]) -> Q:
    """Rows after the one that has ``values``, in ``order``."""
    beyond, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.removeprefix("-")
        lookup = f"{field}__lt" if name.startswith("-") else f"{field}__gt"
        beyond |= equal & Q(**{lookup: value})
        equal &= Q(**{field: value})
    return beyond


def _write_cursor(request: HttpRequest, row: Model, order: Sequence[str], *, is_back: bool) -> str:
    """Write down where to go on. Signed, so that what comes back is what was handed out, for the same list."""
    values = [_plain(getattr(row, name.removeprefix("-"))) for name in order]
    return signing.dumps([is_back, *values], salt=f"cursor:{request.path}")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read_cursor(request: HttpRequest, cursor: str, rows: QuerySet, order: Sequence[str]) -> tuple[bool, list[Any]]:
    """Read where to go on: whether backwards, and the values of the row that is the last one known."""
    try:
        is_back, *values = signing.loads(cursor, salt=f"cursor:{request.path}")
    except signing.BadSignature as error:
        raise invalid_field("cursor", "This cursor is none of ours, or belongs to another list.") from error
    meta = rows.model._meta
    names = [name.removeprefix("-") for name in order]
    fields = [meta.pk if name == "pk" else meta.get_field(name) for name in names]
    return is_back, [field.to_python(value) for field, value in zip(fields, values, strict=True)]
