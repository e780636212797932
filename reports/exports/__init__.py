"""Exports: long lists for accountants, promoters and spreadsheets, as CSV and XLSX.

Names of columns never change, new ones are added at the end. ``docs/reports.md`` lists them.
"""

from __future__ import annotations

from . import bookings, customers, ledger, payments, settlements, tickets
from .export import Export, visible_columns

__all__ = ["EXPORTS", "Export", "visible_columns"]

EXPORTS: tuple[Export, ...] = (
    bookings.EXPORT,
    tickets.EXPORT,
    ledger.EXPORT,
    payments.EXPORT,
    customers.EXPORT,
    settlements.EXPORT,
)
