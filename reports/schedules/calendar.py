"""When something that is sent regularly is due, on a clock that may be put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.models import ScheduledReport

Every = ScheduledReport.Every


def next_due(every: str, hour: int, after: datetime, tz: ZoneInfo) -> datetime:
    """Return the first moment after ``after`` at which the clock in ``tz`` shows that hour, on a day that suits.

    Weeks begin on Monday, months on the first. An hour that the clock leaves out in spring comes as the next one; of
    the two that it shows in autumn, the first counts. So there is one such moment on each day that suits.
    """
    day = after.astimezone(tz).date() - timedelta(days=1)
    while True:
        due = datetime.combine(day, time(hour), tz).astimezone(UTC)
        if due > after and _suits(every, day):
            return due
        day += timedelta(days=1)


def _suits(every: str, day: date) -> bool:
    if every == Every.WEEK:
        return day.weekday() == 0
    return every == Every.DAY or day.day == 1
