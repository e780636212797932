"""The e-mails that were written about a booking, as the queue remembers them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from inspect import signature

from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from bookings import tasks

from .lines import Kind, Line

NAMES = {
    "send_confirmation": "Tickets",
    "send_cancellation": "Cancellation",
    "send_new_date": "New date",
    "send_change": "Booking changed",
    "send_passed_on": "Ticket passed on",
    "send_address_change": "New address",
}


@cache
def senders(first: str) -> dict[str, str]:
    """Return the tasks that write about what their first argument names ("booking_id"): their names by their paths."""
    found = {}
    for name, task in vars(tasks).items():
        if isinstance(task, Task) and name.startswith("send_") and next(iter(signature(task.func).parameters)) == first:
            found[task.module_path] = NAMES.get(name) or name.removeprefix("send_").replace("_", " ").capitalize()
    return found


def letters(booking_id: int, tickets: Collection[int] = ()) -> list[Line]:
    """List the e-mails about a booking and about its tickets: queued, sent, or failed. One query."""
    about_booking, about_ticket = senders("booking_id"), senders("ticket_id")
    asked = Q(task_path__in=list(about_booking), args_kwargs__args__0=booking_id)
    if about_ticket and tickets:
        asked |= Q(task_path__in=list(about_ticket), args_kwargs__args__0__in=list(tickets))
    rows = list(DBTaskResult.objects.filter(asked).order_by("enqueued_at"))
    names = about_booking | about_ticket
    return [_line(names[row.task_path], row, rows) for row in rows]


def _line(name: str, row: DBTaskResult, rows: Iterable[DBTaskResult]) -> Line:
    attempt = _attempt(row)
    detail = f"attempt {attempt}" if attempt > 1 else ""
    match row.status:
        case TaskResultStatus.READY:
            what, at = "is queued", row.enqueued_at
        case TaskResultStatus.RUNNING:
            what, at = "is being sent", row.started_at
        case TaskResultStatus.FAILED:
            what, at = "has failed and is given up", row.finished_at
            detail = ", ".join(filter(None, [detail, row.exception_class_path.rpartition(".")[2]]))
        case _:
            what, at = ("was not sent, and is tried again" if _was_retried(row, rows) else "sent"), row.finished_at
    is_bad = row.status == TaskResultStatus.FAILED or what.startswith("was not")
    return Line(at, f"E-mail “{name}” {what}", Kind.LETTER, "Marquee", detail=detail, is_bad=is_bad)


def _attempt(row: DBTaskResult) -> int:
    return row.args_kwargs["kwargs"].get("attempt", 1)


def _was_retried(row: DBTaskResult, rows: Iterable[DBTaskResult]) -> bool:
    """Whether a task that ended well did so by queueing its next attempt (see ``bookings.tasks.persistent``)."""
    return any(
        other.task_path == row.task_path
        and other.args_kwargs["args"] == row.args_kwargs["args"]
        and _attempt(other) == _attempt(row) + 1
        and row.started_at <= other.enqueued_at <= row.finished_at
        for other in rows
    )
