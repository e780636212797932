"""Transactions that survive a deadlock, for everybody who locks places: see :mod:`venues.transactions`."""

from venues.transactions import RETRIES, ROLLED_BACK, atomic

__all__ = ["RETRIES", "ROLLED_BACK", "atomic"]
