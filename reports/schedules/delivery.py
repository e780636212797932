"""Make a scheduled report and send it: with the file in the letter, or, if that is too large, with a link to it.

The file is made for the moment at which it was due, also when the mail server takes it only hours later. The link is
signed, ends after a while, and opens for members of staff only who may see the report themselves; the file is made
anew for them. So nothing has to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.core import signing
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import slugify

from reports import files
from reports.filters import ScopeFilter
from reports.models import ScheduledReport
from reports.report import Column, Row
from reports.scope import Scope

from . import letter
from .sources import Source, find_source

LIMIT = 5 * 1024 * 1024
"""Larger files, in bytes, are not attached: mail servers refuse them."""
LINK_LIFE = timedelta(days=14)
SALT = "reports.sent"

GONE = "There is no such report any more."
NOT_THEIRS = "Not sent: whoever made this schedule may not see the report any more, or has left."
UNANSWERABLE = "Not sent: what it is narrowed to does not exist any more."


def deliver(schedule: ScheduledReport, due: datetime, *, now: datetime, is_extra: bool = False) -> bool:
    """Send a report for the moment ``due``, once. Returns whether it was sent; if not, its row may say why.

    One that is ``is_extra`` is sent besides: it does not count.
    """
    if not is_extra and (not schedule.is_active or (schedule.sent_for and schedule.sent_for >= due)):
        return False
    source = find_source(schedule.what)
    scope = scope_of(schedule, source, due) if source else None
    if problem := _why_not(schedule, source, scope):
        _note(schedule, problem=problem)
        return False
    columns = source.columns_for(schedule.created_by)
    with TemporaryFile() as file:
        is_whole = write_file(file, schedule.form, source, columns, scope)
        file.seek(0)
        content = file.read() if is_whole else None
        link = "" if is_whole else settings.SITE_URL + reverse("reports:sent", args=[make_token(schedule, due)])
    letter.write(schedule, scope, content=content, name=file_name(schedule, scope), link=link).send()
    _note(schedule, problem="", last_sent_at=now, **({} if is_extra else {"sent_for": due}))
    return True


def _why_not(schedule: ScheduledReport, source: Source | None, scope: Scope | None) -> str:
    if source is None:
        return GONE
    if not source.is_for(schedule.created_by):
        return NOT_THEIRS
    return "" if scope else UNANSWERABLE


def _note(schedule: ScheduledReport, **changes) -> None:
    ScheduledReport.objects.filter(pk=schedule.pk).update(**changes)


def scope_of(schedule: ScheduledReport, source: Source, due: datetime) -> Scope | None:
    """What a schedule asks, as seen from ``due``; None if it cannot be asked any more."""
    query = QueryDict(schedule.query, mutable=True)
    query["period"] = schedule.period
    bar = ScopeFilter(query, now=due, basis=source.basis)
    return bar.scope if bar.form.is_valid() else None


def write_file(
    file: BinaryIO, form: str, source: Source, columns: tuple[Column, ...], scope: Scope, limit: int | None = None
) -> bool:
    """Write a source into a file, up to the limit. Returns whether all of it is in there."""
    limit = limit or LIMIT
    rows = source.rows(scope)
    if form == ScheduledReport.Form.XLSX:
        files.write_xlsx(file, "Report", columns, rows)
        return file.tell() <= limit
    return _write_csv(file, columns, rows, limit)


def _write_csv(file: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row], limit: int) -> bool:
    for lines in files.csv_lines(columns, rows):
        file.write(lines.encode())
        if file.tell() > limit:
            return False
    return True


def file_name(schedule: ScheduledReport, scope: Scope) -> str:
    """``sales-of-yesterday-2026-11-26-2026-11-26.csv``"""
    first, last = scope.period.first, scope.period.last
    return f"{slugify(schedule.name) or 'report'}-{first:%Y-%m-%d}-{last:%Y-%m-%d}.{schedule.form}"


# Links --------------------------------------------------------------------------------------------


def make_token(schedule: ScheduledReport, due: datetime) -> str:
    return signing.dumps([schedule.pk, due.isoformat()], salt=SALT)


def read_token(token: str) -> tuple[int, datetime] | None:
    """Return which schedule a link is of, and for which moment; None if it is forged, or too old."""
    try:
        pk, due = signing.loads(token, salt=SALT, max_age=LINK_LIFE)
    except signing.BadSignature:
        return None
    return pk, datetime.fromisoformat(due)
