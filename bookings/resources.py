"""What goes out of this room as files: bookings. What comes in is in ``bookings.legacy``."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from import_export.fields import Field

from venues.exports import HouseResource

from .models import Booking


class BookingResource(HouseResource):
    """One line per booking. Neither its secret link nor its claim leaves the house."""

    joins = ("event__venue", "promo_code")

    event = Field(attribute="event__name", column_name="event")
    event_date = Field(attribute="event__event_date", column_name="event_date")
    venue = Field(attribute="event__venue__name", column_name="venue")
    promo_code = Field(attribute="promo_code__code", column_name="promo_code")

    class Meta:
        model = Booking
        fields = (
            *("booking_code", "customer_name", "customer_email", "customer_phone", "event", "event_date", "venue"),
            *("quantity", "discount", "promo_code", "total_price", "status", "cancellation_reason", "channel"),
            *("booking_date", "confirmed_at", "cancelled_at"),
        )
        export_order = fields

    def zone_of(self, instance: Booking) -> ZoneInfo:
        return instance.event.venue.tz


class TelephoneResource(HouseResource):
    """Those whom no letter reaches when an event is cancelled or moved: one line per booking."""

    event = Field(attribute="event__name", column_name="event")
    event_date = Field(attribute="event__event_date", column_name="event_date")

    class Meta:
        model = Booking
        fields = ("customer_name", "customer_phone", "booking_code", "quantity", "event", "event_date", "status")
        export_order = fields

    def zone_of(self, instance: Booking) -> ZoneInfo:
        return instance.event.venue.tz
