"""How the queue is doing: what waits for a worker, and which letters do not get through."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, Min, Q, When
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult, get_date_max

from . import tasks
from .models import Booking
from .tasks import MAIL

REMEMBERED = timedelta(days=14)
"""So long a letter that was given up is shown. The queue itself forgets at about the same time."""
MOST = 50


@dataclass(frozen=True)
class Backlog:
    """What has been due, but not begun. ``oldest`` is how long the first of it has waited."""

    waiting: int
    oldest: timedelta


def backlog(now: datetime) -> Backlog:
    """Count the tasks that wait for a worker. One query."""
    due_at = Case(When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after"))
    ready = DBTaskResult.objects.ready().order_by().aggregate(waiting=Count("pk"), oldest=Min(due_at))
    oldest = now - ready["oldest"] if ready["oldest"] else timedelta()
    return Backlog(ready["waiting"], max(oldest, timedelta()))


def letters_tried_again() -> int:
    """Count the letters that the mail server has not taken so far, and that will be tried again. One query."""
    return DBTaskResult.objects.filter(
        queue_name=MAIL, status=TaskResultStatus.READY, args_kwargs__kwargs__attempt__gt=1
    ).count()


@dataclass(frozen=True)
class Letter:
    """A letter that was given up; its ``kind`` is such as "confirmation", its ``booking`` the one that it was about."""

    kind: str
    to: str
    booking: Booking | None
    at: datetime


def letters_given_up(now: datetime) -> list[Letter]:
    """Return the letters that were given up, newest first, and not sent again since. At most three queries."""
    failed = DBTaskResult.objects.filter(
        queue_name=MAIL, status=TaskResultStatus.FAILED, finished_at__gt=now - REMEMBERED
    )
    rows = list(failed.order_by("-finished_at").defer("traceback")[:MOST])
    again = _sent_since(rows)
    rows = [row for row in rows if again.get(_what(row), row.enqueued_at) <= row.enqueued_at]
    ids = {row.args_kwargs["args"][0] for row in rows if _is_about_booking(row)}
    bookings = Booking.objects.in_bulk(ids) if ids else {}
    return [_letter(row, bookings) for row in {_what(row): row for row in reversed(rows)}.values()][::-1]


def _what(row: DBTaskResult) -> tuple[str, str]:
    return row.task_path, str(row.args_kwargs["args"][:1])


def _sent_since(rows: Iterable[DBTaskResult]) -> dict[tuple[str, str], datetime]:
    """Say when the same letters were last put into the queue again, if they have not failed again."""
    rows = list(rows)
    if not rows:
        return {}
    later = DBTaskResult.objects.filter(
        queue_name=MAIL,
        task_path__in={row.task_path for row in rows},
        enqueued_at__gt=min(row.enqueued_at for row in rows),
    ).exclude(status=TaskResultStatus.FAILED)
    same = Q()
    for first in {str(row.args_kwargs["args"][:1]): row.args_kwargs["args"][:1] for row in rows}.values():
        same |= Q(args_kwargs__args__0=first[0]) if first else Q()
    found = later.filter(same).order_by("enqueued_at").only("task_path", "args_kwargs", "enqueued_at")
    return {_what(row): row.enqueued_at for row in found}


def _is_about_booking(row: DBTaskResult) -> bool:
    """Whether a task's first argument is the id of a booking, as its name in the function says."""
    try:
        found = import_string(row.task_path)
    except ImportError:  # a task of an older version
        return False
    return _first(found) == "booking_id" and bool(row.args_kwargs["args"])


def tasks_about_bookings() -> list[str]:
    """Name the letters whose first argument is the id of a booking."""
    return [it.module_path for it in vars(tasks).values() if isinstance(it, Task) and _first(it) == "booking_id"]


def _first(task: Task) -> str:
    """Name the first argument of a task."""
    return next(iter(inspect.signature(task.func).parameters), "")


def _letter(row: DBTaskResult, bookings: dict[int, Booking]) -> Letter:
    first = row.args_kwargs["args"][0] if row.args_kwargs["args"] else ""
    booking = bookings.get(first) if _is_about_booking(row) else None
    kind = row.task_path.rpartition(".")[2].removeprefix("send_").replace("_", " ")
    return Letter(kind, booking.customer_email if booking else str(first), booking, row.finished_at)
