"""What can be done with reports: agree on terms and sign settlements; have reports sent."""

from .scheduling import Wish, pause, resume, schedule_report, send_due, send_now
from .settling import digest, set_terms, sign_settlement, why_not_signed

__all__ = [
    "Wish",
    "digest",
    "pause",
    "resume",
    "schedule_report",
    "send_due",
    "send_now",
    "set_terms",
    "sign_settlement",
    "why_not_signed",
]
