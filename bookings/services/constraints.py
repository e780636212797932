"""Tell which rule of the schema a write has broken."""

from __future__ import annotations

from django.db import IntegrityError


def violates(error: IntegrityError, constraint: str, sqlite_column: str) -> bool:
    """Whether ``error`` is about this unique constraint: PostgreSQL says its name, SQLite its columns."""
    return constraint in str(error) or sqlite_column in str(error)
