"""The admin of events: categories, productions, the dates at which they are staged, and their history."""

from . import activities, productions
from .events import EventAdmin

__all__ = ["EventAdmin", "activities", "productions"]
