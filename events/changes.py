"""What has changed about a row, in words: for the history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.utils import timezone


def snapshot(row: models.Model, fields: Iterable[str]) -> dict[str, str]:
    """Write down what some fields of a row hold, by the names that people read. Moments are written in UTC."""
    return {str(row._meta.get_field(name).verbose_name): _write(row, name) for name in fields}


def differences(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """Compare two snapshots: ``[from, to]`` for whatever is not the same."""
    return {name: [before[name], text] for name, text in after.items() if before[name] != text}


def _write(row: models.Model, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return timezone.localtime(value, timezone.get_default_timezone()).isoformat()
    return "" if value is None else str(value)
