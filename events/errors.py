"""Why an event cannot be changed, in words fit for whoever tries."""


class EventError(Exception):
    """A rule of the event's life says no. ``message`` is shown as it is."""

    code = "event_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EventClosed(EventError):
    """The event has been cancelled or is over, so this can no longer be done to it."""

    code = "event_closed"


class DateRefused(EventError):
    """The event cannot be moved to that moment."""

    code = "date_refused"


class VenueRefused(EventError):
    """The event cannot be moved to that venue."""

    code = "venue_refused"
