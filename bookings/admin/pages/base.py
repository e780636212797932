"""Pages off a booking's own page, on which it is changed.

Each is a form that first shows what would happen, to the cent, and does it when that very thing is confirmed: what was
shown belongs to the answer. Should anything have changed meanwhile, or the button have been pressed twice, it is asked
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bookings.errors import BookingError
from bookings.models import Booking, Shift
from bookings.services.locking import lock
from ticketing.errors import TicketingError
from ticketing.stock import BIGGEST_ID
from ticketing.transactions import atomic
from venues.backoffice import HouseAdmin, local_time

CHANGED_MEANWHILE = "Something has changed meanwhile. Please look again."


@dataclass(frozen=True)
class Staff:
    """Who is at it, when, and the shift that they have open, if any."""

    user: AbstractBaseUser
    now: datetime
    shift: Shift | None

    @classmethod
    def of(cls, request: HttpRequest) -> Staff:
        shift = Shift.objects.open().filter(user=request.user.pk).first()
        return cls(request.user, timezone.now(), shift)

    @property
    def actor(self) -> str:
        return self.user.get_username()


@dataclass(frozen=True)
class Preview:
    """What would happen, a line each, and the button that makes it happen."""

    lines: list[str]
    button: str
    warning: str = ""

    @property
    def answer(self) -> str:
        return salted_hmac("bookings.admin.pages", "\n".join([self.button, *self.lines])).hexdigest()


@dataclass(frozen=True)
class Done:
    """What has happened, and the booking that is to be looked at next."""

    message: str
    booking: Booking


class PageForm(forms.Form):
    """A form that knows the booking, and who is at it."""

    def __init__(self, data: Mapping | None = None, *, booking: Booking, staff: Staff, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.booking, self.staff = booking, staff

    required_css_class = "required"


class Page:
    """One page. Its parts say what it shows, and call one service."""

    name: ClassVar[str]
    title: ClassVar[str]
    text: ClassVar[str]
    """What the button says that leads here."""
    look: ClassVar[str] = "Show what will happen"
    permission: ClassVar[str] = "bookings.change_booking"
    template: ClassVar[str] = "admin/bookings/page.html"
    form_class: ClassVar[type[PageForm]]
    is_grave: ClassVar[bool] = False

    def is_offered(self, booking: Booking) -> bool:
        return booking.status == Booking.Status.CONFIRMED

    def make_form(self, booking: Booking, staff: Staff, request: HttpRequest) -> PageForm:
        data = request.POST if request.method == "POST" else None
        return self.form_class(data, booking=booking, staff=staff)

    def preview(self, booking: Booking, form: PageForm, staff: Staff) -> Preview:
        """Say what would happen. The booking is locked, and as it is now."""
        raise NotImplementedError

    def do(self, booking: Booking, form: PageForm, staff: Staff) -> Done:
        raise NotImplementedError

    def more_context(self, booking: Booking, form: PageForm, request: HttpRequest) -> dict[str, object]:
        return {}

    # The view ---------------------------------------------------------------------------------

    def serve(self, model_admin: HouseAdmin, request: HttpRequest, pk: int) -> HttpResponse:
        booking = get_object_or_404(Booking.objects.with_details(), pk=min(pk, BIGGEST_ID))
        if not model_admin.has_view_permission(request, booking) or not request.user.has_perm(self.permission):
            raise PermissionDenied
        staff, preview = Staff.of(request), None
        if not self.is_offered(booking):
            text = f"{booking} is {booking.get_status_display().lower()}: there is nothing to do on that page."
            model_admin.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(booking_url(booking))
        form = self.make_form(booking, staff, request)
        if request.method == "POST" and form.is_valid():
            try:
                preview, done = self._answer(booking, form, staff, request)
            except (BookingError, TicketingError) as refusal:
                form.add_error(None, refusal.message)
            else:
                if done:
                    model_admin.log_change(request, done.booking, done.message)
                    model_admin.message_user(request, done.message, messages.SUCCESS)
                    return HttpResponseRedirect(booking_url(done.booking))
        return self._page(model_admin, request, booking, form, preview)

    @atomic
    def _answer(self, booking: Booking, form: PageForm, staff: Staff, request: HttpRequest) -> tuple:
        """Preview what would happen; do it, if the preview is the one that was confirmed."""
        fresh = lock(booking)
        preview = self.preview(fresh, form, staff)
        given = request.POST.get("answer") if "do" in request.POST else None
        if given == preview.answer:
            return preview, self.do(fresh, form, staff)
        if given:
            messages.warning(request, CHANGED_MEANWHILE)
        return preview, None

    def _page(
        self, model_admin: HouseAdmin, request: HttpRequest, booking: Booking, form: PageForm, preview: Preview | None
    ) -> HttpResponse:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": self.title,
            "subtitle": booking.booking_code,
            "opts": model_admin.opts,
            "media": model_admin.media,
            "page": self,
            "original": booking,
            "event": booking.event,
            "event_begins": local_time(booking.event.event_date, booking.event.venue.tz),
            "form": form,
            "preview": preview,
            **self.more_context(booking, form, request),
        }
        request.current_app = model_admin.admin_site.name
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, self.template, context, status=status)


def booking_url(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])
