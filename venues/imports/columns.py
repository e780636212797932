"""Columns: what they are called, what their cells may say, and what they mean. The same ones are exported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from import_export.fields import Field
from import_export.widgets import Widget

YES = ("yes", "y", "true", "1", "x", "ja", "oui", "si", "sí")
NO = ("no", "n", "false", "0", "nein", "non")
SHOWN = 60
"""So much of a cell is quoted in a complaint."""


def quote(text: str) -> str:
    """Quote a cell in a complaint."""
    return f"“{text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}”"


class Cell(Widget):
    """What the cells of a column may say. ``clean`` gets a text that is not empty; ``empty`` stands for one that is.

    Raises:
        ValueError: with what is wrong, to be read after the column's name.
    """

    empty: Any = None

    def clean(self, value: str, row: Mapping | None = None, instance: object = None, **kwargs) -> Any:
        return value

    def render(self, value: object, obj: object = None, **kwargs) -> Any:
        return "" if value is None else value


class Text(Cell):
    empty = ""

    def __init__(self, most: int | None = None) -> None:
        super().__init__()
        self.most = most

    def clean(self, value: str, row=None, instance=None, **kwargs) -> str:
        if self.most and len(value) > self.most:
            raise ValueError(f"has {len(value):,} characters; {self.most:,} are allowed.")
        return value

    def render(self, value: object, obj=None, **kwargs) -> object:
        return "" if value is None else str(value)


LARGEST = 2**31 - 1
"""The largest number that a column of whole numbers holds."""


class Whole(Cell):
    """A whole number."""

    def __init__(self, low: int = 0, high: int = LARGEST) -> None:
        super().__init__()
        self.low, self.high = low, high

    def clean(self, value: str, row=None, instance=None, **kwargs) -> int:
        if not re.fullmatch(r"-?\d{1,15}", value):
            raise ValueError(f"{quote(value)} is no whole number.")
        number = int(value)
        if number < self.low and self.high == LARGEST:
            raise ValueError(f"{number:,} is less than {self.low:,}.")
        if not self.low <= number <= self.high:
            raise ValueError(f"{number:,} is not from {self.low:,} to {self.high:,}.")
        return number


class YesNo(Cell):
    empty = False

    def clean(self, value: str, row=None, instance=None, **kwargs) -> bool:
        if value.lower() in YES:
            return True
        if value.lower() in NO:
            return False
        raise ValueError(f"{quote(value)} is neither yes nor no.")

    def render(self, value: object, obj=None, **kwargs) -> str:
        return "yes" if value else ""


class OneOf(Cell):
    """One of the values of a ``TextChoices``, or its label."""

    def __init__(self, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.values = [value for value, _ in choices]
        self.by_word = {word.lower(): value for value, label in choices for word in (value, label)}

    def clean(self, value: str, row=None, instance=None, **kwargs) -> str:
        if value.lower() not in self.by_word:
            raise ValueError(f"{quote(value)} is not one of {', '.join(self.values)}.")
        return self.by_word[value.lower()]


class Known(Cell):
    """A row of another table, by what people call it. The resource looks them all up beforehand, into ``table``."""

    def __init__(self, noun: str, name: Callable[[Any], str] = str) -> None:
        super().__init__()
        self.noun, self.name = noun, name
        self.table: Mapping[str, Any] = {}

    def clean(self, value: str, row=None, instance=None, **kwargs) -> object:
        if value not in self.table:
            raise ValueError(f"there is no {self.noun} {quote(value)}.")
        return self.table[value]

    def render(self, value: object, obj=None, **kwargs) -> object:
        return "" if value is None else self.name(value)


class Column(Field):
    """A column of a file, for import and export.

    An empty cell empties what it is about, unless that ``keeps`` what it was: then it means "as it is", or, for a new
    row, "as usual". A column that a file does not have leaves everything as it is.
    """

    def __init__(
        self,
        attribute: str,
        cell: Cell,
        *,
        help: str,
        name: str = "",
        example: str = "",
        is_required: bool = False,
        keeps: bool = False,
    ) -> None:
        super().__init__(attribute=attribute, column_name=name or attribute, widget=cell)
        self.help, self.example = help, example
        self.is_required, self.keeps = is_required, keeps

    def read(self, row: Mapping[str, str], instance: object) -> Any:
        """Return what a row's cell means.

        Raises:
            ValueError: it makes no sense.
        """
        text = row[self.column_name]
        if text:
            return self.widget.clean(text, row=row, instance=instance)
        if self.is_required:
            raise ValueError("is missing.")
        return self.widget.empty

    def save(self, instance: object, row: Mapping[str, str], is_m2m: bool = False, **kwargs) -> None:
        if row[self.column_name] or not self.keeps:
            setattr(instance, self.attribute, self.read(row, instance))

    def export(self, instance: object, **kwargs) -> Any:
        return self.widget.render(self.get_value(instance), obj=instance, **kwargs)


class Many(Column):
    """A column that names several rows of another table, with semicolons between them."""

    def read(self, row: Mapping[str, str], instance: object) -> list:
        if self.is_required and not row[self.column_name]:
            raise ValueError("is missing.")
        parts = [part.strip() for part in row[self.column_name].split(";")]
        return list(dict.fromkeys(self.widget.clean(part, row=row, instance=instance) for part in parts if part))

    def save(self, instance: object, row: Mapping[str, str], is_m2m: bool = False, **kwargs) -> None:
        instance.many = {**getattr(instance, "many", {}), self.attribute: self.read(row, instance)}

    def get_value(self, instance: object) -> str:
        chosen = getattr(instance, "many", {}).get(self.attribute)
        if chosen is None:
            chosen = getattr(instance, self.attribute).all() if instance.pk else []
        return "; ".join(sorted(self.widget.name(row) for row in chosen))

    def export(self, instance: object, **kwargs) -> str:
        return self.get_value(instance)


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a row; ``column`` is empty where it is about the row as a whole."""

    row: int
    column: str
    message: str
