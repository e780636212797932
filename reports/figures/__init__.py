"""Every report of the house, in the order of the menu. One module each: its rows, columns, charts and sentences."""

from __future__ import annotations

from reports.report import Report

from . import revenue

REPORTS: tuple[Report, ...] = (revenue.REPORT,)
