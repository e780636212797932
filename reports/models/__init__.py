"""What reports keep: settlements that were signed, and reports that are sent by themselves."""

from .settlement import Settlement, SettlementTerms

__all__ = ["Settlement", "SettlementTerms"]
