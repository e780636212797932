"""Operations on what can be sold: ticket types, events with their offers, what is left, the map of the seats."""

from . import availability, events, occupancy
from .ticket_types import router

__all__ = ["availability", "events", "occupancy", "router"]
