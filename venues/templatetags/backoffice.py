"""``{% load backoffice %}``: the order of things in the admin."""

from __future__ import annotations

from django import template

register = template.Library()

ROOMS = ("bookings", "ticketing", "events", "venues", "auth")
"""What the staff of a venue open most often comes first; what only operators need comes last."""

TABLES = (
    "Booking",
    "Ticket",
    "Payment",
    "Activity",
    "Event",
    "Production",
    "Offer",
    "PromoCode",
    "Venue",
    "SeatingPlan",
)
"""The same within a room; the others follow by name."""


@register.filter
def in_house_order(app_list: list[dict]) -> list[dict]:
    """Sort the admin's apps as a house works: bookings before plumbing."""
    rooms = sorted(app_list, key=lambda app: _rank(app["app_label"], ROOMS))
    return [
        {**app, "models": sorted(app["models"], key=lambda table: _rank(table["object_name"], TABLES))} for app in rooms
    ]


def _rank(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)
