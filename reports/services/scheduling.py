"""Send reports by themselves: make, pause, send now, and hand to the queue what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User

from reports.errors import ScheduleRefused
from reports.models import ScheduledReport
from reports.schedules.calendar import next_due
from reports.schedules.sources import find_source
from ticketing.transactions import atomic


@dataclass(frozen=True)
class Wish:
    """What is to be sent, to whom, how often. ``query`` is that of the filter bar, without the period."""

    name: str
    what: str
    period: str
    form: str
    every: str
    hour: int
    recipients: Sequence[str]
    query: str = ""


def schedule_report(*, wish: Wish, by: User, now: datetime) -> ScheduledReport:
    """Send a report regularly from now on, as whoever asks may see it.

    Raises:
        ScheduleRefused: there is no such report, or they may not see it.
    """
    source = find_source(wish.what)
    if source is None or not source.is_for(by):
        raise ScheduleRefused("You may not see this report, so you cannot have it sent.")
    return ScheduledReport.objects.create(
        **vars(wish) | {"recipients": list(wish.recipients)},
        created_by=by,
        created_at=now,
        next_at=_next(wish.every, wish.hour, now),
    )


def pause(*, schedule: ScheduledReport) -> None:
    """Stop sending, until it is resumed."""
    ScheduledReport.objects.filter(pk=schedule.pk).update(is_active=False)


def resume(*, schedule: ScheduledReport, now: datetime) -> None:
    """Go on sending, from the next time on: what was left out is not made up for."""
    next_at = _next(schedule.every, schedule.hour, now)
    ScheduledReport.objects.filter(pk=schedule.pk, is_active=False).update(is_active=True, next_at=next_at, problem="")


def send_now(*, schedule: ScheduledReport, now: datetime) -> None:
    """Let the queue send it once besides, as it would be if it were due now."""
    from reports import tasks

    tasks.send_report.enqueue(schedule.pk, now.isoformat(), True)


def send_due(*, now: datetime) -> int:
    """Hand what is due to the queue: each due time once, however many ask at the same moment. Returns how many.

    What was missed while nobody asked is sent once, not as often as it was missed.
    """
    return sum(_send_one(schedule, now) for schedule in ScheduledReport.objects.due(now))


@atomic
def _send_one(schedule: ScheduledReport, now: datetime) -> bool:
    from reports import tasks

    next_at = _next(schedule.every, schedule.hour, now)
    mine = ScheduledReport.objects.filter(pk=schedule.pk, is_active=True, next_at=schedule.next_at)
    if not mine.update(next_at=next_at):
        return False  # somebody else was faster
    tasks.send_report.enqueue(schedule.pk, schedule.next_at.isoformat())
    return True


def _next(every: str, hour: int, now: datetime) -> datetime:
    return next_due(every, hour, now, ZoneInfo(settings.TIME_ZONE))
