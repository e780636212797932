"""``{% load backoffice %}``: the order of things in the admin."""

from __future__ import annotations

from django import template

register = template.Library()

ROOMS = ("bookings", "ticketing", "events", "venues", "auth")
"""What the staff of a venue open most often comes first; what only operators need comes last."""


@register.filter
def in_house_order(app_list: list[dict]) -> list[dict]:
    """Sort the admin's apps as a house works: bookings before plumbing."""
    rank = {label: index for index, label in enumerate(ROOMS)}
    return sorted(app_list, key=lambda app: rank.get(app["app_label"], len(ROOMS)))
