"""Find a place of an event by what somebody says: "C12", "Stalls C 12", a ticket's code."""

from __future__ import annotations

import re

from django.db.models import QuerySet

from events.models import Event
from ticketing.models import Place
from venues.rooms import Room, RoomSeat, RoomSection, room_of

MOST = 20
"""So many places are offered to choose from."""

FILLERS = {"row", "seat", "seats", "section", "place", "standing", "no", "nr"}


def find_places(event: Event, words: str) -> QuerySet[Place]:
    """Find the places of an event that ``words`` may mean; none if there are none. Fetch the event with its plan."""
    places = Place.objects.filter(event=event).select_related("seat__section", "offer__ticket_type").order_by("pk")
    if by_ticket := places.filter(tickets__code=words.strip().upper()).distinct():
        return by_ticket
    seats = find_seats(room_of(event.seating_plan), words) if event.seating_plan else []
    if seats:
        return places.filter(seat__in=[seat.pk for _, seat in seats[:MOST]])
    given = _words(words)
    is_number = len(given) == 1 and given[0].isascii() and given[0].isdecimal() and len(given[0]) < 19
    return places.filter(pk=given[0], seat__isnull=True) if is_number else places.none()


def find_seats(room: Room, words: str) -> list[tuple[RoomSection, RoomSeat]]:
    """Find the seats of a room that ``words`` may mean: a section's beginning, if they say one, the row, the number."""
    given = _words(words)
    return [
        (section, seat)
        for section in room.sections
        for row in section.rows
        for seat in row
        if given and _is_meant(section, seat, given)
    ]


def _is_meant(section: RoomSection, seat: RoomSeat, given: list[str]) -> bool:
    row, number = _letters(seat.row), _letters(seat.number)
    said = "".join(given)
    if not said.endswith(row + number) or (len(given) > 1 and given[-1] not in (number, row + number)):
        return False
    return _letters(section.name).startswith(said.removesuffix(row + number))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if word not in FILLERS]


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w", text.casefold()))
