"""Import in one line, through the real services: what the tests of imports start from."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from django.utils import timezone

from venues.imports import REGISTRY, jobs
from venues.models import ImportJob

BY = "bernadette"


def as_csv(header: str, *lines: Sequence[object]) -> bytes:
    """Write a file of these columns, named with blanks between them."""
    stream = StringIO()
    writer = csv.writer(stream)
    writer.writerow(header.split())
    writer.writerows(lines)
    return stream.getvalue().encode()


def receive(key: str, data: bytes, *, file_name: str = "rows.csv", **options: bool) -> ImportJob:
    return jobs.receive(
        resource=REGISTRY[key], file_name=file_name, data=data, options=options, by=BY, now=timezone.now()
    )


def check(key: str, data: bytes, **options: bool) -> ImportJob:
    """Upload a file and let it be checked."""
    return jobs.check(job=receive(key, data, **options), now=timezone.now())


def bring(key: str, data: bytes, **options: bool) -> ImportJob:
    """Upload a file that is right, let it be checked, and import it."""
    job = check(key, data, **options)
    assert errors_of(job) == []
    return jobs.carry_out(job=jobs.start(job=job, now=timezone.now()), now=timezone.now())


def errors_of(job: ImportJob) -> list[tuple[int, str, str]]:
    """List what is wrong as row, column and message."""
    return [(error["row"], error["column"], error["message"]) for error in job.errors]


def counts_of(job: ImportJob) -> tuple[int, int, int]:
    """Count what is new, changed, and as it was."""
    return (job.created_count, job.updated_count, job.skipped_count)
