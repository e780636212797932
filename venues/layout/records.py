"""Reading JSON that people wrote: every complaint says where, and what is expected there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from venues.errors import LayoutInvalid

Choice = TypeVar("Choice", bound=StrEnum)


class Record:
    """A JSON object of which the names are known. ``where`` is its own place in the whole."""

    def __init__(self, data: object, *, where: str = "", names: Iterable[str], required: Iterable[str] = ()) -> None:
        if not isinstance(data, dict):
            raise LayoutInvalid(where, f"expected an object, {{…}}, not {show(data)}.")
        self.data = data
        self.where = where
        names = tuple(names)
        for name in data:
            if name not in names:
                raise LayoutInvalid(self.at(name), f"is not known here; the names are {', '.join(names)}.")
        for name in required:
            if name not in data:
                raise LayoutInvalid(self.at(name), "is missing.")

    def at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def get(self, name: str, default: object = None) -> object:
        return self.data.get(name, default)

    def choice(self, name: str, choices: type[Choice], default: Choice) -> Choice:
        value = self.get(name, default)
        if value not in list(choices):
            raise LayoutInvalid(self.at(name), f"expected {' or '.join(choices)}, not {show(value)}.")
        return choices(value)

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        return integer(self.get(name, default), self.at(name), low, high)

    def length(self, name: str, default: float | None, high: float) -> float | None:
        """Read a number above nothing; ``default`` if the name is absent."""
        if name not in self.data:
            return default
        value = self.data[name]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or (isinstance(value, float) and not math.isfinite(value)):
            raise LayoutInvalid(self.at(name), f"expected a number, not {show(value)}.")
        if not 0 < value <= high:
            raise LayoutInvalid(self.at(name), f"expected a number above 0, at most {high:,}, not {show(value)}.")
        return float(value)

    def steps(self, name: str, high: int) -> tuple[int, ...]:
        """Read a list of whole numbers, each larger than the one before."""
        values = self.items(name)
        for index, value in enumerate(values):
            integer(value, f"{self.at(name)}[{index}]", 1, high)
            if index and value <= values[index - 1]:
                raise LayoutInvalid(f"{self.at(name)}[{index}]", "each number is larger than the one before.")
        return tuple(values)

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.items(name)
        for index, value in enumerate(values):
            if not isinstance(value, str) or not value:
                raise LayoutInvalid(f"{self.at(name)}[{index}]", f"expected a text in quotes, not {show(value)}.")
        return tuple(values)

    def items(self, name: str) -> list:
        value = self.get(name, [])
        if not isinstance(value, list):
            raise LayoutInvalid(self.at(name), f"expected a list, […], not {show(value)}.")
        return value


def integer(value: object, where: str, low: int, high: int) -> int:
    """Check a whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LayoutInvalid(where, f"expected a whole number from {low} to {high:,}, not {show(value)}.")
    return value


def show(value: object) -> str:
    """Write a value for a complaint, no longer than a complaint should be."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
