"""What a receiver is told: the document that the API shows of the booking or the event, in an envelope."""

from __future__ import annotations

from bookings.api.shapes import API_VERSION, booking_document, event_document, for_document
from bookings.models import Booking, Delivery, Kind
from events.models import Event
from venues.api.wire import write_json

NAMES_TICKET = (Kind.TICKET_CHECKED_IN, Kind.TICKET_CHECK_IN_UNDONE)


def write(delivery: Delivery) -> str:
    """Write the body of a delivery. It tells what is the case now, which may be more than what had happened then."""
    if delivery.booking_id:
        booking = booking_document(for_document(Booking.objects.all()).get(pk=delivery.booking_id))
        del booking["customer_url"]  # it is a key, and no business of whoever is told
        data = {"booking": booking}
    else:
        data = {"event": event_document(Event.objects.select_related("venue").get(pk=delivery.event_id))}
    if delivery.kind in NAMES_TICKET:
        data["ticket_code"] = delivery.detail.get("ticket")
    return write_json(
        {
            "id": delivery.event_uid,
            "kind": delivery.kind,
            "created_at": delivery.created_at,
            "api_version": API_VERSION,
            "data": data,
        }
    )
