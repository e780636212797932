"""What is done to bookings and events, in words for staff."""

from __future__ import annotations

from bookings.models import Booking
from events.history import History

DONE_TO_BOOKING = {
    "hold": "Places held",
    "offer": "Returned places held for the next in line",
    "import": "Brought along from another system",
    "discount": "Discount given at the counter",
    "change": "Other places held instead",
    "extend": "Hold extended",
    "revive": "Hold that had lapsed made anew",
    "details": "Customer’s details corrected",
    "promo code": "Promo code applied",
    "promo code removed": "Promo code removed",
    "confirm": "Sold",
    "comp": "Given with the compliments of the house",
    "exchange": "Exchanged",
    "cancel tickets": "Tickets cancelled",
    "pass on": "Ticket passed on",
    "refund": "Part of the price given back",
    "refund again": "Refund asked for again",
    "pay out": "Refund paid out at the counter",
    "resend": "Tickets sent again",
    "tell of new date": "Told of the new date",
    "refuse payment": "Payment not accepted, and given back",
    "refund succeeded": "Refund paid out",
    "refund failed": "Refund refused",
    "check in": "Admitted",
    "check in again": "Shown at the door again",
    "undo check in": "Admission undone",
    "erase": "Customer erased",
}

CANCELLED = {
    Booking.Reason.LAPSED: "Hold put away, long after it had lapsed",
    Booking.Reason.ABANDONED: "Hold let go",
    Booking.Reason.TAKEN: "Cancelled: the places were gone when the payment came",
    Booking.Reason.CUSTOMER: "Cancelled by the customer",
    Booking.Reason.STAFF: "Cancelled by the box office",
    Booking.Reason.EVENT: "Cancelled with the event",
    Booking.Reason.EXCHANGED: "Exchanged for another date",
}

DONE_TO_EVENT = {
    "create": "Event made",
    "edit": "Event edited",
    "publish": "Event published",
    "unpublish": "Event made a draft again",
    "move": "Event moved",
    "cancel": "Event cancelled",
    "complete": "Event completed",
    "make offer": "Offer made",
    "change offer": "Offer changed",
    "take offer away": "Offer taken away",
    "change price": "Prices changed",
    "open sales": "Sales opened",
    "block": "Blocked",
    "unblock": "On sale again",
    "hold": "Held for somebody",
    "hold until": "Held for somebody until another moment",
    "release": "Hold for somebody released",
    "erase": "Somebody who waited erased",
    "settlement terms": "Terms of the settlement agreed",
    "sign settlement": "Settlement signed",
}


def say_booking(activity: History) -> str:
    """Say what was done to a booking; a verb that nobody has put into words stands for itself."""
    if activity.verb == "cancel":
        return CANCELLED.get(activity.detail.get("reason"), "Booking cancelled")
    return DONE_TO_BOOKING.get(activity.verb, _plainly(activity.verb))


def say_event(activity: History) -> str:
    """Say what was done to an event or its stock."""
    return DONE_TO_EVENT.get(activity.verb, _plainly(activity.verb))


def _plainly(verb: str) -> str:
    return verb[:1].upper() + verb[1:].replace("_", " ")
