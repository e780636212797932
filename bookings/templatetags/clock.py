"""``{{ seconds|clock }}``: a time that is left, as a stop-watch shows it."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def clock(seconds: int) -> str:
    """Write seconds as minutes and seconds: ``9:41``."""
    return f"{seconds // 60}:{seconds % 60:02}"
