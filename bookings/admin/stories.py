"""What the pages of stories share: lines by day, each with a link if one may follow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.contrib.admin.utils import quote
from django.contrib.auth import get_permission_codename
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from bookings.models import Ticket
from bookings.stories import Line


@dataclass(frozen=True)
class Row:
    """A line as its page shows it: the time on the venue's clock, and where the line leads."""

    moment: datetime
    line: Line
    url: str

    @property
    def time(self) -> str:
        return f"{self.moment:%H:%M}"

    @property
    def seconds(self) -> str:
        return f"{self.moment:%S}"

    @property
    def stamp(self) -> str:
        return self.moment.isoformat(timespec="seconds")


def by_day(lines: Iterable[Line], tz: ZoneInfo, request: HttpRequest) -> list[tuple[str, list[Row]]]:
    """Group lines by the day on the venue's clock."""
    told = [Row(timezone.localtime(line.at, tz), line, _url(line.link, request)) for line in lines]
    return [(date_format(day, "D j M Y"), list(rows)) for day, rows in groupby(told, key=lambda row: row.moment.date())]


def _url(row: models.Model | None, request: HttpRequest) -> str:
    if row is None:
        return ""
    opts = row._meta
    if not request.user.has_perm(f"{opts.app_label}.{get_permission_codename('view', opts)}"):
        return ""
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[quote(row.pk)])


def place_url(ticket: Ticket) -> str:
    """Where the story of a ticket's place is told."""
    return reverse("admin:ticketing_place_story", args=[ticket.place_id])
