"""What reports do when something happens in a room below."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from bookings.signals import tidied

from . import services
from .folding import fold


@receiver(tidied)
def send_due_reports(sender: type, now: datetime, **kwargs) -> str:
    """Let the queue send the reports whose time has come."""
    return f"Reports that are sent by themselves: {services.send_due(now=now):,} were due."


@receiver(tidied)
def fold_ledger(sender: type, now: datetime, **kwargs) -> str:
    """Add what was sold meanwhile to the sums of the ledger."""
    return f"Sums of the ledger: {fold(now):,} lines added."
