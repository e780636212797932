"""Transactions that survive a deadlock.

Places are locked in one order (see :mod:`ticketing.stock`), so that there should be none. If two transactions wait for
each other nevertheless, PostgreSQL rolls one of them back; nothing of it has happened, so it can simply run again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 3
ROLLED_BACK = ("40001", "40P01")
"""SQLSTATE of what PostgreSQL rolls back to resolve a conflict: serialization_failure and deadlock_detected."""


def atomic(function: Callable[P, T]) -> Callable[P, T]:
    """Run ``function`` in a transaction, and again if the database has rolled it back to resolve a conflict.

    Inside another transaction it is a part of that one, which alone can be run again as a whole. So the function must
    read afresh whatever it decides on.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(0 if connection.in_atomic_block else RETRIES):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in ROLLED_BACK:
                    raise
        with transaction.atomic():
            return function(*args, **kwargs)

    return run
