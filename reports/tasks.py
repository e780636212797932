"""What the queue does for reports."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from bookings.tasks import MAIL, persistent

from .models import ScheduledReport
from .schedules import delivery


@persistent(MAIL)
def send_report(schedule_id: int, due: str, is_extra: bool = False) -> None:
    """Send a scheduled report for the moment ``due`` (in ISO format); nothing if it was deleted, or sent already."""
    schedule = ScheduledReport.objects.select_related("created_by").filter(pk=schedule_id).first()
    if schedule:
        delivery.deliver(schedule, datetime.fromisoformat(due), now=timezone.now(), is_extra=is_extra)
