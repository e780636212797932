"""Why a room cannot be built or changed, in words fit for the staff who draw it."""


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


class SeatsInUse(VenueError):
    """Seats that an event sells, or has sold, cannot be taken out of the room. ``seats`` are their rows."""

    code = "seats_in_use"

    def __init__(self, message: str, seats) -> None:
        super().__init__(message)
        self.seats = tuple(seats)
