"""``{{ activity|in_words }}``: a booking's history as its customer reads it."""

from __future__ import annotations

from django import template

from bookings.models import Activity, Booking

register = template.Library()

WORDS = {
    "hold": "Places reserved",
    "change": "Other places chosen",
    "extend": "Reservation extended",
    "revive": "Reservation renewed",
    "promo code": "Promo code applied",
    "promo code removed": "Promo code removed",
    "confirm": "Booking confirmed",
    "import": "Brought over from the system that we used before",
    "comp": "Given with the compliments of the house",
    "exchange": "Tickets exchanged",
    "cancel tickets": "Some tickets cancelled",
    "pass on": "Ticket passed on",
    "details": "Name or address corrected",
    "resend": "Tickets sent again",
    "tell of new date": "Told of the new date",
    "refund": "Part of the price given back",
    "refund again": "Refund started again",
    "pay out": "Refund handed out at the counter",
    "refuse payment": "Payment not accepted, and given back",
    "refund succeeded": "Refund paid out",
    "refund failed": "Refund failed: we are looking into it",
    "check in": "Ticket scanned at the door",
    "check in again": "Ticket scanned at two doors",
    "undo check in": "Admission taken back at the door",
}

CANCELLED = {
    Booking.Reason.LAPSED: "Reservation ran out",
    Booking.Reason.ABANDONED: "Reservation let go",
    Booking.Reason.TAKEN: "Cancelled: the places were gone when the payment came",
    Booking.Reason.CUSTOMER: "Cancelled by you",
    Booking.Reason.STAFF: "Cancelled by the box office",
    Booking.Reason.EVENT: "Cancelled, because the event was cancelled",
    Booking.Reason.EXCHANGED: "Exchanged for another date",
}


@register.filter
def in_words(activity: Activity) -> str:
    """Say what was done; a verb that nobody has put into words yet stands for itself."""
    if activity.verb == "cancel":
        return CANCELLED.get(activity.detail.get("reason"), "Booking cancelled")
    return WORDS.get(activity.verb, activity.verb.capitalize())


@register.filter
def why_cancelled(booking: Booking) -> str:
    """Say why a booking was cancelled."""
    return CANCELLED.get(booking.cancellation_reason, "")
