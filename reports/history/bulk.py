"""Write very many rows: by COPY on PostgreSQL, whose indexes and foreign keys are made anew afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model

from bookings.models import Activity, Booking, LedgerLine, Payment, Scan, Ticket
from ticketing.models import Place

from .rows import ActivityRow, BookingRow, LineRow, PaymentRow, PlaceRow, ScanRow, TicketRow

ROWS: dict[type[Model], type] = {
    Place: PlaceRow,
    Booking: BookingRow,
    Ticket: TicketRow,
    Scan: ScanRow,
    Payment: PaymentRow,
    Activity: ActivityRow,
    LedgerLine: LineRow,
}
"""The tables in the order in which they are written."""

BATCH = 2_000
MEMORY = "512MB"
"""For the making of an index."""


def next_id(model: type[Model]) -> int:
    return (model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def write(model: type[Model], rows: Iterable[Any]) -> None:
    """Write rows, whose ids their maker has chosen."""
    columns = [field.name for field in fields(ROWS[model])]
    values = map(attrgetter(*columns), rows)
    if connection.vendor == "postgresql":
        _copy(model._meta.db_table, columns, values)
    else:
        model._base_manager.bulk_create(
            [model(**dict(zip(columns, row, strict=True))) for row in values], batch_size=BATCH
        )


def _copy(table: str, columns: list[str], rows: Iterable[tuple]) -> None:
    if "detail" in columns:
        detail = columns.index("detail")
        rows = ((*row[:detail], json.dumps(row[detail]), *row[detail + 1 :]) for row in rows)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def renumber() -> None:
    """Let the database go on counting after the last id that was chosen here."""
    statements = connection.ops.sequence_reset_sql(no_style(), list(ROWS))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def without_indexes() -> Iterator[None]:
    """Take indexes and foreign keys off the tables, and make them anew at the end: that checks all rows at once.

    Within a transaction, so that they are back whatever happens. Primary keys and checks stay. SQLite keeps all.
    """
    if connection.vendor != "postgresql":
        yield
        return
    tables = [model._meta.db_table for model in ROWS]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
        constraints, indexes = _find_constraints(cursor, tables), _find_indexes(cursor, tables)
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _find_constraints(cursor, tables: list[str]) -> list[tuple[str, str, str]]:
    """Unique constraints before foreign keys; keys that other tables refer to stay."""
    cursor.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype IN ('u', 'f') AND conrelid::regclass::text = ANY(%s) ORDER BY contype DESC, conname
        """,
        [tables],
    )
    return cursor.fetchall()


def _find_indexes(cursor, tables: list[str]) -> list[tuple[str, str]]:
    """Indexes that belong to no constraint."""
    cursor.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid::regclass::text = ANY(%s)
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
        """,
        [tables],
    )
    return cursor.fetchall()


def clean_up() -> None:
    """Let the planner know what is there now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")
