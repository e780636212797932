"""What reports keep: sums of the ledger, signed settlements, and reports that are sent by themselves."""

from .schedule import ScheduledReport
from .settlement import Settlement, SettlementTerms
from .sums import Fold, HourSum, MonthSum

__all__ = ["Fold", "HourSum", "MonthSum", "ScheduledReport", "Settlement", "SettlementTerms"]
