"""How a booking is shown, on its list and on its own page."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models import Booking, Payment
from ticketing.money import ZERO, format_money
from venues.backoffice import badge, break_email, local_time, row_link, two_lines, unbroken


class BookingColumns:
    @admin.display(description="booking", ordering="booking_date")
    def code(self, booking: Booking) -> SafeString:
        return two_lines(booking.booking_code, self.booked(booking))

    @admin.display(description="customer", ordering="customer_name")
    def customer(self, booking: Booking) -> SafeString | str:
        if not booking.customer_name and not booking.customer_email:
            return "–"
        return two_lines(booking.customer_name or "–", break_email(booking.customer_email))

    @admin.display(description="event", ordering="event__event_date")
    def what(self, booking: Booking) -> SafeString:
        event = booking.event
        begins = unbroken(f"{local_time(event.event_date, event.venue.tz)},")
        return two_lines(event.name, format_html("{} {}", begins, event.venue.name))

    @admin.display(description="event")
    def event_link(self, booking: Booking) -> SafeString:
        return row_link(booking.event, booking.event.name)

    @admin.display(description="begins")
    def begins(self, booking: Booking) -> str:
        return f"{local_time(booking.event.event_date, booking.event.venue.tz)}, {booking.event.venue.name}"

    @admin.display(description="state", ordering="status")
    def state(self, booking: Booking) -> SafeString:
        now = timezone.now()
        if booking.is_live(now):
            return badge(f"Held until {local_time(booking.expires_at, booking.event.venue.tz)[-5:]}", "busy")
        if booking.is_lapsed(now):
            return badge("Lapsed", "quiet")
        if booking.status == Booking.Status.CONFIRMED:
            return badge("Confirmed", "good")
        return two_lines(badge("Cancelled", "bad"), booking.get_cancellation_reason_display())

    @admin.display(description="booked")
    def booked(self, booking: Booking) -> str:
        return self._when(booking, booking.booking_date)

    @admin.display(description="confirmed")
    def confirmed(self, booking: Booking) -> str:
        return self._when(booking, booking.confirmed_at)

    @admin.display(description="cancelled")
    def cancelled(self, booking: Booking) -> str:
        return self._when(booking, booking.cancelled_at)

    def _when(self, booking: Booking, moment: datetime | None) -> str:
        return local_time(moment, booking.event.venue.tz)

    @admin.display(description="exchanged")
    def exchanged(self, booking: Booking) -> SafeString | str:
        """Link the bookings before and after this one, if it was exchanged for another date."""
        found = []
        if booking.replaces_id:
            found.append(format_html("from {}", row_link(booking.replaces)))
        if after := getattr(booking, "replaced_by", None):
            found.append(format_html("for {}", row_link(after)))
        return SafeString(", ").join(found) if found else "–"

    @admin.display(description="tickets")
    def subtotal(self, booking: Booking) -> str:
        return format_money(booking.subtotal)

    @admin.display(description="discount")
    def off(self, booking: Booking) -> str:
        return f"−{format_money(booking.discount)}" if booking.discount else "–"

    @admin.display(description="total", ordering="total_price")
    def total(self, booking: Booking) -> str:
        return format_money(booking.total_price)

    @admin.display(description="kept")
    def kept(self, booking: Booking) -> str:
        """What the house has kept of the price of cancelled tickets."""
        return format_money(booking.retained) if booking.retained else "–"

    @admin.display(description="paid")
    def paid(self, booking: Booking) -> str:
        charges, refunds, waiting = ZERO, ZERO, ZERO
        payments = list(booking.payments.all())
        answered = {payment.reference for payment in payments if payment.status != Payment.Status.PENDING}
        for payment in payments:
            if payment.kind == Payment.Kind.CHARGE and payment.status == Payment.Status.SUCCEEDED:
                charges += payment.amount
            elif payment.kind == Payment.Kind.REFUND and payment.status == Payment.Status.SUCCEEDED:
                refunds += payment.amount
            elif payment.kind == Payment.Kind.REFUND and payment.reference not in answered:
                waiting += payment.amount
        words = [format_money(charges)]
        words += [f"{format_money(refunds)} given back"] if refunds else []
        words += [f"{format_money(waiting)} on its way back"] if waiting else []
        return ", ".join(words)

    @admin.display(description="customer's page")
    def customer_link(self, booking: Booking) -> SafeString:
        url = f"{settings.SITE_URL}{booking.get_absolute_url()}"
        return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>', url)
