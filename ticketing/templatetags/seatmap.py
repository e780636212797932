"""``{% map_seats section hold %}``: the seats of a section of the map, as their viewer may pick them."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from ticketing.seatmap import MapSection

register = template.Library()


@register.simple_tag
def map_seats(section: MapSection, hold) -> SafeString:
    """Write the seats. ``hold`` is what the viewer holds already (anything with a claim), or None."""
    return section.seats(hold.claim if hold else None)
