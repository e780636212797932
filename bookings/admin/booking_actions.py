"""What is done to bookings at one go: from their list, and most of it from a booking's own page."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from bookings import services
from bookings.errors import TransitionRefused
from bookings.models import Booking, Channel
from bookings.payments import get_provider
from ticketing.money import ZERO, format_money

from .pages.base import Staff
from .pages.money import way_choices


class WayForm(forms.Form):
    """How money came in at the counter."""

    way = forms.ChoiceField(label="Paid", choices=way_choices(), widget=forms.RadioSelect)


class WhyForm(forms.Form):
    """Why bookings are cancelled."""

    why = forms.CharField(
        label="Reason", max_length=200, help_text="For the record of each; the customers do not see it."
    )


class BookingActions:
    def is_action_offered(self, name: str, booking: Booking) -> bool:
        """Whether a button makes sense on a booking's page. What is sold is cancelled on a page of its own."""
        offered = {
            "confirm": {Booking.Status.PENDING},
            "resend_confirmation": {Booking.Status.CONFIRMED},
            "cancel": {Booking.Status.PENDING},
        }
        return booking.status in offered[name]

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.refund_booking")

    def has_shift(self, request: HttpRequest, staff: Staff) -> bool:
        """Whether money can be taken; if not, say so, and where a shift is opened."""
        if staff.shift is None:
            url = reverse("admin:bookings_shift_changelist")
            text = 'Money goes through a drawer: <a href="{}">open a shift</a> first.'
            self.message_user(request, format_html(text, url), messages.ERROR)
        return staff.shift is not None

    @admin.action(description="Confirm: paid at the counter…", permissions=["change"])
    def confirm(self, request: HttpRequest, queryset):
        """Take cash, or a card at the terminal, and sell."""
        staff, bookings = Staff.of(request), list(queryset)
        due = sum((booking.total_price for booking in bookings), ZERO)
        if due and not self.has_shift(request, staff):
            return None
        form = WayForm(request.POST if "answer" in request.POST else None) if due else None
        page = self.ask(
            request,
            queryset,
            action="confirm",
            question="Confirm the booking?" if len(bookings) == 1 else f"Confirm {len(bookings):,} bookings?",
            lines=[self._describe(booking, f"{format_money(booking.total_price)} to take") for booking in bookings],
            warning=f"Only if {format_money(due)} has been paid, in cash or at the terminal." if due else "",
            button="Paid: confirm" if due else "Confirm",
            form=form,
        )
        if page:
            return page

        def confirm(booking: Booking) -> None:
            services.check_confirmable(booking, staff.now)  # before money is written down that would have to go back
            total = booking.total_price
            services.confirm(
                booking=booking,
                now=staff.now,
                charge=get_provider(form.cleaned_data["way"]).charge(total) if total else None,
                actor=staff.actor,
                channel=Channel.BOX_OFFICE,
                shift=staff.shift if total else None,
            )

        return self.run_each(request, queryset, confirm, "confirmed")

    @admin.action(description="Cancel and refund…", permissions=["refund"])
    def cancel(self, request: HttpRequest, queryset):
        """Cancel whole bookings, and give all back. For less, each booking has a page."""
        now, actor = timezone.now(), request.user.get_username()
        bookings = list(queryset)
        form = WhyForm(request.POST if "answer" in request.POST else None)
        page = self.ask(
            request,
            queryset,
            action="cancel",
            question="Cancel the booking?" if len(bookings) == 1 else f"Cancel {len(bookings):,} bookings?",
            lines=[self._describe(booking, self._back(booking)) for booking in bookings],
            warning="The tickets become void, the places are free again, what was paid is given back, and the customer "
            "is told. Money that was taken at the counter waits there to be handed out. This cannot be undone.",
            button="Cancel and refund",
            form=form,
        )
        if page:
            return page

        def cancel(booking: Booking) -> None:
            if booking.status == Booking.Status.CANCELLED:
                raise TransitionRefused("This booking is already cancelled.")
            services.cancel(
                booking=booking,
                reason=Booking.Reason.STAFF,
                now=now,
                actor=actor,
                channel=Channel.BOX_OFFICE,
                why=form.cleaned_data["why"],
            )

        return self.run_each(request, queryset, cancel, "cancelled")

    @admin.action(description="Send the tickets again", permissions=["change"])
    def resend_confirmation(self, request: HttpRequest, queryset) -> None:
        now, actor = timezone.now(), request.user.get_username()

        def resend(booking: Booking) -> str:
            services.resend_confirmation(booking=booking, now=now, actor=actor, channel=Channel.BOX_OFFICE)
            return f"tickets are on their way to {booking.customer_email}"

        self.run_each(request, queryset, resend, "tickets sent again")

    def _describe(self, booking: Booking, what: str) -> str:
        return f"{booking.booking_code}, {booking.customer_name or 'no name'}, {booking.event}: {what}"

    def _back(self, booking: Booking) -> str:
        paid = booking.status == Booking.Status.CONFIRMED and booking.total_price
        return f"{format_money(booking.total_price)} back" if paid else f"{booking.get_status_display().lower()}"
