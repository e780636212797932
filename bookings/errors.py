"""Why a booking cannot be made or changed, in words fit for a customer."""


class BookingError(Exception):
    """A rule of the booking's life says no. ``message`` is shown to the customer as it is."""

    code = "booking_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TransitionRefused(BookingError):
    """The booking's present status does not allow this."""

    code = "transition_refused"


class HoldLapsed(BookingError):
    """The hold has run out and at least one of its places went to somebody else."""

    code = "hold_lapsed"


class DuplicateBooking(BookingError):
    """The same customer has just booked the same. ``twin`` is the earlier booking."""

    code = "duplicate_booking"

    def __init__(self, message: str, twin) -> None:
        super().__init__(message)
        self.twin = twin


class DetailsMissing(BookingError):
    """A booking needs a name and an e-mail address before it can be confirmed."""

    code = "details_missing"


class PaymentFailed(BookingError):
    """The payment was declined, or is not for the sum that is due."""

    code = "payment_failed"


class CancellationRefused(BookingError):
    """The event's policy does not let the customer cancel, or not any more."""

    code = "cancellation_refused"


class PriceDiffers(BookingError):
    """The exchange would change what has been paid."""

    code = "price_differs"
