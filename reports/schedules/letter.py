"""The letter that brings a report."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from bookings.mail import absolute, single_line, write_letter
from reports.models import ScheduledReport
from reports.periods import describe
from reports.scope import Scope

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(
    schedule: ScheduledReport, scope: Scope, *, content: bytes | None, name: str, link: str
) -> EmailMultiAlternatives:
    """Write the letter with a report: ``content`` is attached as the file ``name``; else ``link`` leads to it."""
    period = describe(scope.period)
    context = {
        "schedule": schedule,
        "report": single_line(schedule.name),
        "period": period,
        "link": link,
        "file": name,
        "schedules": absolute(reverse("reports:schedules")),
    }
    message = write_letter("report", schedule.recipients[0], f"{schedule.name}, {period}", context)
    message.to = list(schedule.recipients)
    if content is not None:
        message.attach(name, content, TYPES[schedule.form])
    return message
