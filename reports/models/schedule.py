"""Reports that are sent by e-mail, by themselves."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from reports.periods import Preset


class ScheduledReportQuerySet(models.QuerySet["ScheduledReport"]):
    def due(self, now: datetime) -> ScheduledReportQuerySet:
        """Those whose time has come, the longest overdue first."""
        return self.filter(is_active=True, next_at__lte=now).order_by("next_at", "pk")


class ScheduledReport(models.Model):
    """A section of a report, or an export, that is sent to some people every day, week or month.

    ``what`` is the key of a source (see ``reports.schedules.sources``), ``query`` what was asked of the filter bar,
    without the period; ``period`` is one that moves along, as seen from the moment at which it is due. It shows what
    whoever made it may see, and is not sent while they may not see it: ``problem`` says so. ``sent_for`` is the last
    moment for which it was sent.
    """

    class Every(models.TextChoices):
        DAY = "day", "Every day"
        WEEK = "week", "Every Monday"
        MONTH = "month", "On the first of every month"

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    name = models.CharField(max_length=120)
    what = models.CharField(max_length=80)
    query = models.CharField(max_length=500, blank=True)
    period = models.CharField(max_length=12)
    form = models.CharField("file", max_length=4, choices=Form, default=Form.CSV)
    every = models.CharField(max_length=5, choices=Every, default=Every.DAY)
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    recipients = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="scheduled_reports"
    )
    created_at = models.DateTimeField()
    is_active = models.BooleanField("active", default=True)
    next_at = models.DateTimeField()
    last_sent_at = models.DateTimeField(null=True, blank=True)
    sent_for = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects = ScheduledReportQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(name="scheduled_report_due", fields=["next_at"], condition=Q(is_active=True))]
        constraints = [
            models.CheckConstraint(name="scheduled_report_hour_sane", condition=Q(hour__lte=23)),
            models.CheckConstraint(
                name="scheduled_report_every_known", condition=Q(every__in=["day", "week", "month"])
            ),
            models.CheckConstraint(name="scheduled_report_form_known", condition=Q(form__in=["csv", "xlsx"])),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def period_words(self) -> str:
        """Which days it shows: ``Last month``."""
        return dict(Preset.choices).get(self.period, self.period)
