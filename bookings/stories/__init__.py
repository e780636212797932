"""Stories: who did what, when, from where, to one booking or to one place. Nothing is written here."""

from .bookings import booking_story
from .details import put
from .finding import find_places
from .lines import Kind, Line, Sight
from .places import PlaceStory, place_story

__all__ = ["Kind", "Line", "PlaceStory", "Sight", "booking_story", "find_places", "place_story", "put"]
