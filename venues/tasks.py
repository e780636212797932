"""What the queue does for venues: checks files and imports them.

They are not tried again by themselves: whoever waits for them sees at once what has become of them. A task whose worker
died begins anew, as nothing of it has happened.
"""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from .imports import jobs
from .models import ImportJob


@task(queue_name="default")
def check_import(job_id: int) -> None:
    """Check a file that was uploaded."""
    _run(jobs.check, job_id)


@task(queue_name="default")
def carry_out_import(job_id: int) -> None:
    """Import a file that was found right."""
    _run(jobs.carry_out, job_id)


def _run(work, job_id: int) -> None:
    job = ImportJob.objects.get(pk=job_id)
    try:
        work(job=job, now=timezone.now())
    except Exception:
        jobs.give_up(job=job, now=timezone.now())
        raise
