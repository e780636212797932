"""What reports keep: daily sums of the ledger, signed settlements, and reports that are sent by themselves."""

from .day_sum import DaySum, Fold
from .schedule import ScheduledReport
from .settlement import Settlement, SettlementTerms

__all__ = ["DaySum", "Fold", "ScheduledReport", "Settlement", "SettlementTerms"]
