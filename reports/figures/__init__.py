"""Every report of the house, in the order of the menu. One module each: its rows, columns, charts and sentences."""

from __future__ import annotations

from reports.report import Report

from . import (
    admissions,
    availability,
    customers,
    demand,
    occupancy,
    pace,
    popular,
    revenue,
    status,
    ticket_types,
    timing,
)

REPORTS: tuple[Report, ...] = (
    revenue.REPORT,
    availability.REPORT,
    pace.REPORT,
    occupancy.REPORT,
    popular.REPORT,
    ticket_types.REPORT,
    timing.REPORT,
    demand.REPORT,
    status.REPORT,
    admissions.REPORT,
    customers.REPORT,
)
