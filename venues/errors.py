"""Why a room cannot be built or changed, in words fit for the staff who draw it."""

from __future__ import annotations

from dataclasses import dataclass


class VenueError(Exception):
    """A rule of the room says no. ``message`` is shown to staff as it is."""

    code = "venue_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LayoutInvalid(VenueError):
    """The layout cannot be read. ``where`` is the field at fault, such as ``seats[3]``."""

    code = "layout_invalid"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.where = where
        self.reason = reason


@dataclass(frozen=True)
class Problem:
    """Something in a plan's document that cannot be. ``where`` is the field; ``section`` its section's index."""

    where: str
    reason: str
    section: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" if self.where else self.reason


class PlanInvalid(VenueError):
    """A plan's document cannot be read. ``problems`` has all that is wrong, one per section at most."""

    code = "plan_invalid"
    SHOWN = 5

    def __init__(self, *problems: Problem) -> None:
        shown = " ".join(str(problem) for problem in problems[: self.SHOWN])
        more = len(problems) - self.SHOWN
        super().__init__(f"{shown} And {more:,} more." if more > 0 else shown)
        self.problems = problems


class PlanChanged(VenueError):
    """Somebody else has saved the plan since it was read."""

    code = "plan_changed"


class SectionsInUse(VenueError):
    """Sections that are on sale cannot be taken out of the room, nor become something else."""

    code = "sections_in_use"


class SeatsInUse(VenueError):
    """Seats that an event sells, or has sold, cannot be taken out of the room. ``seats`` are their rows."""

    code = "seats_in_use"

    def __init__(self, message: str, seats) -> None:
        super().__init__(message)
        self.seats = tuple(seats)
