"""One moment of the database, for all that a report reads: its figures tie although sales go on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

BEGIN = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL jit = off;
    SET LOCAL work_mem = '64MB';
"""
"""On PostgreSQL. To compile a query takes longer than any query of a report should; and some add up hundreds of
thousands of rows, which is to happen in memory."""


@contextmanager
def snapshot() -> Iterator[None]:
    """Read the database as it was at one moment, in a transaction that can write nothing and keeps nobody waiting.

    PostgreSQL takes the moment at the first statement (REPEATABLE READ), SQLite at the first read: the transaction is
    a deferred one there, because the usual IMMEDIATE would take the one writer's lock.

    Inside another transaction, such as a test's or an outer snapshot, it is a part of that one: a snapshot cannot begin
    when something has been read already.
    """
    if connection.in_atomic_block:
        yield
        return
    begin = _begin_on_sqlite if connection.vendor == "sqlite" else _begin_on_postgresql
    with begin():
        yield


@contextmanager
def _begin_on_postgresql() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(BEGIN)
        yield


@contextmanager
def _begin_on_sqlite() -> Iterator[None]:
    connection.ensure_connection()  # which sets the mode
    usual = connection.transaction_mode
    connection.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            connection.transaction_mode = usual
            with _query_only():
                yield
    finally:
        connection.transaction_mode = usual


@contextmanager
def _query_only() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            cursor.execute("PRAGMA query_only = OFF")
