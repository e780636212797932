"""``{% ticket_qr ticket %}`` and ``{{ ticket.code|grouped }}``: codes as doors scan and people read them."""

from django import template
from django.utils.safestring import SafeString

from bookings.documents.qr import group, ticket_qr_svg
from bookings.models import Ticket

register = template.Library()


@register.simple_tag
def ticket_qr(ticket: Ticket) -> SafeString:
    """Draw a ticket's QR code inline. Its size is the style sheet's business (``svg.qr``)."""
    return ticket_qr_svg(ticket)


@register.filter
def grouped(code: str) -> str:
    """Write a ticket's code in groups of four."""
    return group(code)
