"""Who may see which report, and which figures of it."""

from __future__ import annotations

from django.contrib.auth.models import User

from .figures import REPORTS
from .report import Column, Report, Section

DASHBOARD = "reports.view_sales"
REVENUE = "reports.view_revenue"
"""Without it, columns of money are left out, and charts and sentences that name amounts."""


def reports_for(user: User) -> list[Report]:
    """The reports that somebody may open, in the order of the menu."""
    return [report for report in REPORTS if user.has_perm(report.permission)]


def sees_revenue(user: User) -> bool:
    return user.has_perm(REVENUE)


def columns_for(section: Section, user: User) -> tuple[Column, ...]:
    """The columns of a section that somebody may see."""
    if sees_revenue(user):
        return section.columns
    return tuple(column for column in section.columns if not column.reveals_money)
