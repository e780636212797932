"""``{{ seconds|clock }}``: a time that is left, as a stop-watch shows it."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def clock(seconds: int) -> str:
    """Write seconds as minutes and seconds, ``9:41``; what is longer with its hours, ``11:09:41``."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
