"""Settlements of events for their promoters: figures, pages, and the sheet to print."""
