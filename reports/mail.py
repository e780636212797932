"""The letter that brings a report."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from bookings.mail import absolute, single_line, write_letter

from .models import ScheduledReport
from .periods import describe
from .scope import Scope

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report(
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
    letter = write_letter("report", schedule.recipients[0], f"{schedule.name}, {period}", context)
    letter.to = list(schedule.recipients)
    if content is not None:
        letter.attach(name, content, TYPES[schedule.form])
    return letter
