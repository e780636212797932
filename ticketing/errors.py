"""Why something cannot be sold, in words fit for a customer."""


class TicketingError(Exception):
    """A rule of the stock says no. ``message`` is shown to the customer as it is."""

    code = "ticketing_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SalesClosed(TicketingError):
    """The event, or the offer, is not for sale now."""

    code = "sales_closed"


class PlacesTaken(TicketingError):
    """There are fewer places left than asked for.

    ``left`` is the number of free places per offer id (empty when seats were named); ``taken`` are the ids of the
    named seats that are no longer free.
    """

    code = "places_taken"

    def __init__(self, message: str, *, left: dict[int, int] | None = None, taken: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.left = left or {}
        self.taken = taken


class SelectionInvalid(TicketingError):
    """What was asked for makes no sense: nothing, too much, or something of another event."""

    code = "selection_invalid"


class SingleSeatLeft(TicketingError):
    """The choice leaves ``seats`` (ids) empty on their own. Unless ``is_final``, it can be had all the same."""

    code = "single_seat_left"

    def __init__(self, message: str, *, seats: tuple[int, ...], is_final: bool) -> None:
        super().__init__(message)
        self.seats = seats
        self.is_final = is_final


class PromoCodeRefused(TicketingError):
    """The code does not exist, does not cover this booking, is not valid now, or is used up."""

    code = "promo_code_refused"


class NamedHoldEnded(TicketingError):
    """The hold has been released, or has expired: it keeps nothing any more."""

    code = "named_hold_ended"


class StockInUse(TicketingError):
    """Places that are held or sold cannot be taken away."""

    code = "stock_in_use"
