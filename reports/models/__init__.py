"""What reports keep: settlements that were signed, and reports that are sent by themselves."""

from .schedule import ScheduledReport
from .settlement import Settlement, SettlementTerms

__all__ = ["ScheduledReport", "Settlement", "SettlementTerms"]
