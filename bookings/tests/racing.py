"""Races: many threads, each with a connection of its own, let loose at the same moment."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection

from bookings.errors import BookingError
from ticketing.errors import TicketingError

REFUSALS = (BookingError, TicketingError)
SPARE = 10
"""Connections that are left for others."""

PATIENCE = 30
"""For so many seconds a thread waits for a connection, should others have taken those that were to spare."""


def free_connections() -> int:
    """Count the connections that one process of the tests may take."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int - count(*) FROM pg_stat_activity")
        free = cursor.fetchone()[0] - SPARE
    return free // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def connect() -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def race(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions at once and return what each returned or raised, in their order.

    All threads are connected before the first one runs. If the server has fewer connections to spare, that many start
    together, and the others follow as soon as one is through.
    """
    outcomes: list[Any] = [None] * len(actions)
    if not actions:
        return outcomes
    width = min(len(actions), max(2, free_connections()))
    course, line = threading.BoundedSemaphore(width), threading.Barrier(width)
    runners = itertools.count(1)

    def run(index: int) -> None:
        with course:
            try:
                is_in_front = next(runners) <= width
                connect()
                if is_in_front:
                    line.wait(PATIENCE)
                outcomes[index] = actions[index]()
            except Exception as error:
                outcomes[index] = error
            finally:
                connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def tally(outcomes: list[Any]) -> Counter[str]:
    """Count what came out, by the name of its class."""
    return Counter(type(outcome).__name__ for outcome in outcomes)


def crashes(outcomes: list[Any]) -> list[Exception]:
    """Return the errors that no rule explains."""
    return [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, REFUSALS)]


def deadlocks() -> int:
    """Count the deadlocks that the database has had to break so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
