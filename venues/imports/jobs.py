"""The services of imports: take a file, check it, start it, carry it out.

A file that has been taken is checked at once, by the queue. What was found right can be started, and is carried out by
the queue: checked once more, outside of any transaction, then written in a single one. So nothing is ever
half-imported, and buyers wait for the writing only.

Progress has to be seen while it is made. While rows are checked, it is a plain write. Inside the one transaction it
would be invisible, so on PostgreSQL it goes through a connection of its own; SQLite, which has one writer, says only
that rows are being written, which takes seconds.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, connection, transaction

from venues.models import ImportJob, ImportJobQuerySet

from . import REGISTRY
from .errors import ImportRefused
from .files import Table, read_table
from .resource import Context, Findings, ImportResource

logger = logging.getLogger(__name__)

KEPT = timedelta(days=2)
"""For so long the rows of a file that was checked are kept for its import: they may be customers' data."""
LISTED = 500
"""So many errors are listed, at most."""
STEPS = 50
"""So often, at most, progress is written."""

State = ImportJob.State

CHANGED = "Nothing was imported: the same rows were changed by somebody else just now. Upload the file again."
BUSY = "Nothing was imported, because the database was too busy. Please try again."
UNFORESEEN = "Nothing was imported: something went wrong that nobody has foreseen. The operators find it in the log."


def receive(
    *, resource: type[ImportResource], file_name: str, data: bytes, options: Mapping[str, bool], by: str, now: datetime
) -> ImportJob:
    """Take a file, and let the queue check it.

    Raises:
        FileRefused: it cannot be read as a whole.
    """
    from venues import tasks

    table = read_table(data, resource.columns(), resource.passed_over)
    notes = [f"The column “{name}” is not known here, so it is left out." for name in table.unknown]
    with transaction.atomic():
        forget(now=now)
        job = ImportJob.objects.create(
            resource=resource.key,
            file_name=file_name[:200],
            header=table.header,
            rows=table.rows,
            options=dict(options),
            total=len(table.rows),
            notes=notes,
            created_by=by,
            created_at=now,
        )
        tasks.check_import.enqueue(job.pk)
    return job


def check(*, job: ImportJob, now: datetime) -> ImportJob:
    """Find out what importing a file would do, and all that is wrong with it. Safe to repeat; writes nothing else."""
    if job.state != State.CHECKING:
        return job
    findings = _resource(job, now).check(_table(job), Meter(job).tick)
    changes = {"state": State.CHECKED, "done": job.total, "checked_at": now, **_summary(findings)}
    if not findings.is_right:
        changes["rows"] = []  # it takes another file
    return _move(job, State.CHECKING, changes)


@transaction.atomic
def start(*, job: ImportJob, now: datetime) -> ImportJob:
    """Let the queue import what was found right.

    Raises:
        ImportRefused: there were errors, or it has been started before, or it was checked too long ago.
    """
    from venues import tasks

    fresh = ImportJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if fresh.state != State.CHECKED:
        raise ImportRefused("This import has been started before.")
    if fresh.error_count:
        raise ImportRefused("A file with errors cannot be imported. Mend it, and upload it again.")
    if not fresh.rows or fresh.checked_at < now - KEPT:
        raise ImportRefused("This file was checked too long ago. Upload it again.")
    fresh = _move(fresh, State.CHECKED, {"state": State.IMPORTING, "done": 0, "problem": ""})
    tasks.carry_out_import.enqueue(fresh.pk)
    return fresh


def carry_out(*, job: ImportJob, now: datetime) -> ImportJob:
    """Import all rows or none. Safe to repeat: it is done once."""
    if job.state != State.IMPORTING:
        return job
    resource = _resource(job, now)
    meter = Meter(job)
    findings = resource.check(_table(job), meter.tick)
    if not findings.is_right:
        problem = "Nothing was imported: something has changed since the file was checked."
        return _fail(job, now, problem, **_summary(findings))
    try:
        with transaction.atomic(), meter.beside():
            resource.write(meter.tick)
            changes = {"state": State.DONE, "done": 2 * job.total, "rows": [], "finished_at": now}
            if not _waiting(job, State.IMPORTING).update(**changes, **_summary(findings)):
                raise DoneElsewhere
    except DoneElsewhere:
        logger.warning("Import %d was carried out by another worker.", job.pk)
    except resource.refusals as refusal:
        return _fail(job, now, f"Nothing was imported. {refusal.message}")
    except IntegrityError:
        logger.warning("Import %d met other writers.", job.pk, exc_info=True)
        return _fail(job, now, CHANGED)
    except OperationalError:
        logger.warning("Import %d: the database was busy.", job.pk, exc_info=True)
        return _move(job, State.IMPORTING, {"state": State.CHECKED, "done": job.total, "problem": BUSY})
    return _reread(job)


def give_up(*, job: ImportJob, now: datetime) -> ImportJob:
    """Say that something has gone wrong that nobody has foreseen."""
    return _fail(job, now, UNFORESEEN)


def forget(*, now: datetime) -> int:
    """Forget the rows of files that were checked and never imported. Returns how many files there were."""
    return ImportJob.objects.forgotten(now - KEPT).update(rows=[])


class DoneElsewhere(Exception):
    """The task has run twice, and the other one was faster: what this one has written is rolled back."""


class Meter:
    """Writes how far a job has come, now and then."""

    def __init__(self, job: ImportJob) -> None:
        self.job, self.done, self.told = job, 0, 0
        self.step = max(100, job.total // STEPS)
        self._connection = connection

    def tick(self, count: int) -> None:
        self.done += count
        if self.done - self.told >= self.step and self._connection:
            self.told = self.done
            table = ImportJob._meta.db_table
            with self._connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET done = %s WHERE id = %s", [self.done, self.job.pk])

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Write through a connection of its own, so that others see it: what goes on here is one transaction."""
        side = connection.copy() if connection.vendor == "postgresql" else None
        self._connection = side
        try:
            yield
        finally:
            self._connection = connection
            if side:
                side.close()


def _resource(job: ImportJob, now: datetime) -> ImportResource:
    context = Context(now=now, actor=job.created_by, file_name=job.file_name, options=job.options)
    return REGISTRY[job.resource](context)


def _table(job: ImportJob) -> Table:
    return Table(job.header, job.rows)


def _summary(findings: Findings) -> dict:
    return {
        "created_count": findings.created,
        "updated_count": findings.updated,
        "skipped_count": findings.skipped,
        "errors": [vars(complaint) for complaint in findings.complaints[:LISTED]],
        "error_count": len(findings.complaints),
    }


def _fail(job: ImportJob, now: datetime, problem: str, **changes) -> ImportJob:
    changes = {"state": State.FAILED, "rows": [], "problem": problem, "finished_at": now, **changes}
    return _move(job, job.state, changes)


def _move(job: ImportJob, state: str, changes: dict) -> ImportJob:
    """Change a job that is still in ``state``; otherwise somebody else has dealt with it."""
    _waiting(job, state).update(**changes)
    return _reread(job)


def _waiting(job: ImportJob, state: str) -> ImportJobQuerySet:
    return ImportJob.objects.filter(pk=job.pk, state=state)


def _reread(job: ImportJob) -> ImportJob:
    return ImportJob.objects.get(pk=job.pk)
