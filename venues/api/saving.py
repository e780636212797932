"""Save what was given, or say beside which field it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.db import IntegrityError, models, transaction

Row = TypeVar("Row", bound=models.Model)


def save(row: Row, changes: Mapping[str, object] | None = None) -> Row:
    """Check a row as its forms would, with ``changes`` made to it, and save it.

    Raises:
        ValidationError: a field is wrong, or its value belongs to another row already.
    """
    for name, value in (changes or {}).items():
        setattr(row, name, value)
    row.full_clean()
    try:
        with transaction.atomic():
            row.save(update_fields=None if row._state.adding else list(changes or {}))
    except IntegrityError:
        row.full_clean()  # somebody has taken its name a moment before, and is seen by now
        raise
    return row
