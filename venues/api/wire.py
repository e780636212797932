"""JSON as the API reads and writes it: money is a number with two decimals, written and read without rounding."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

_MARK = secrets.token_hex(8)
"""Stands before a number that Python's encoder cannot write; nobody outside of this process knows it."""
_MARKED = re.compile(rf'"{_MARK}(-?[0-9.]+)"')


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}"
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, date | UUID):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")


def write_json(data: object, *, indent: int | None = None) -> str:
    """Write ``data``; a ``Decimal`` as the number that it is, so that 12.30 stays 12.30."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(data, default=_default, ensure_ascii=False, separators=separators, allow_nan=False, indent=indent)
    return _MARKED.sub(r"\1", text)


def write_moment(moment: datetime) -> str:
    """Write a moment with its zone: ``Z`` for UTC, the offset of any other."""
    text = moment.replace(microsecond=0).isoformat()
    return f"{text.removesuffix('+00:00')}Z" if moment.tzinfo is UTC else text


def read_json(body: bytes) -> object:
    """Read a document; its numbers with decimals as ``Decimal``.

    Raises:
        ValueError: it is none, or has in it what no database takes: half characters, or the character NUL.
    """
    try:
        data = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
        is_takeable = all("\x00" not in text and text.encode() is not None for text in _texts(data))
    except (ValueError, RecursionError) as error:  # both decoding errors are ValueErrors
        raise ValueError("The body is not a JSON document in UTF-8.") from error
    if not is_takeable:
        raise ValueError("Texts cannot contain the character NUL.")
    return data


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> str:
        return write_json(data)


class JSONParser(Parser):
    def parse_body(self, request: HttpRequest) -> object:
        return read_json(request.body)
