"""Columns that several reports have, and where they lead."""

from __future__ import annotations

from .report import Column, Kind, Row


def to_event(row: Row) -> str:
    return f"?event={row.event_slug}"


def to_venue(row: Row) -> str:
    return f"?venue={row.venue_slug}"


EVENT = Column("event", "Event", link=to_event)
VENUE = Column("venue", "Venue")
EACH_VENUE = Column("venue", "Venue", link=to_venue)
BEGINS = Column("begins", "Begins", Kind.MOMENT, "On the clock of its venue.")


def events_column(about: str) -> Column:
    return Column("events", "Events", Kind.COUNT, about, is_added_up=True)
