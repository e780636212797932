"""Why a booking cannot be made or changed, in words fit for a customer."""

from decimal import Decimal


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


class StillAvailable(BookingError):
    """Nobody need wait: there are places left."""

    code = "still_available"


class NothingToOffer(BookingError):
    """There are no places for somebody who waits."""

    code = "nothing_to_offer"


class CancellationRefused(BookingError):
    """The event's policy does not let the customer cancel, or not any more."""

    code = "cancellation_refused"


class PriceDiffers(BookingError):
    """What was paid for an exchange is not the difference. ``difference`` is: above zero to pay, below to give back."""

    code = "price_differs"

    def __init__(self, message: str, difference: Decimal) -> None:
        super().__init__(message)
        self.difference = difference


class ExchangeRefused(BookingError):
    """The event's policy does not let the customer exchange or pass on tickets, or not any more."""

    code = "exchange_refused"


class RefundRefused(BookingError):
    """The sum to give back is negative, or more than was paid."""

    code = "refund_refused"


class ShiftClosed(BookingError):
    """Money cannot go through a drawer that has been counted."""

    code = "shift_closed"


class ErasureRefused(BookingError):
    """A customer cannot be forgotten yet. ``reasons`` are sentences; the message is all of them."""

    code = "erasure_refused"

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class DiscountRefused(BookingError):
    """The discount takes off nothing, or everything, or there is a promo code already."""

    code = "discount_refused"


class TillError(BookingError):
    """The till says no: it is open already, there is no such money in it, or its count does not add up."""

    code = "till_error"


class NoteMissing(TillError):
    """What was counted differs from what is expected, and nobody says why."""

    code = "note_missing"


class WebhookRefused(BookingError):
    """The webhook is not in a state for this."""

    code = "webhook_refused"
