"""What a booking looks like on paper, in a calendar, and to a scanner."""

from .calendar import booking_calendar
from .pdf import ticket_pdf
from .qr import ticket_qr_svg

__all__ = ["booking_calendar", "ticket_pdf", "ticket_qr_svg"]
