"""The pages off a booking's own page: what is done to it, its tickets on paper, and its story."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify

from bookings.admin.stories import by_day
from bookings.documents.pdf import ticket_pdf
from bookings.models import Booking
from bookings.stories import Sight, booking_story
from ticketing.stock import BIGGEST_ID
from venues.backoffice import local_time

from .base import Page
from .cancelling import CancelPage, RefundPage
from .exchanging import ExchangePage
from .passing_on import PassOnPage

PAGES: tuple[Page, ...] = (ExchangePage(), CancelPage(), RefundPage(), PassOnPage())


class BookingPages:
    """What adds the pages to the admin of bookings."""

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        changes = [
            path(f"<int:pk>/{page.name}/", wrap(partial(page.serve, self)), name=f"bookings_booking_{_name(page)}")
            for page in PAGES
        ]
        return [
            *changes,
            path("<int:pk>/story/", wrap(self.story_view), name="bookings_booking_story"),
            path("<int:pk>/tickets.pdf", wrap(self.tickets_view), name="bookings_booking_tickets"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        booking = Booking.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        extra = {"page_links": self._links(request, booking) if booking else [], **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)

    def _links(self, request: HttpRequest, booking: Booking) -> list[dict[str, object]]:
        """List what leads off from a booking's page, as far as one may go there."""
        may = request.user.has_perm
        links = [
            {"url": page_url(page, booking), "text": page.text, "is_grave": page.is_grave}
            for page in PAGES
            if may(page.permission) and page.is_offered(booking)
        ]
        if may("bookings.change_booking") and booking.status == Booking.Status.CONFIRMED:
            url = reverse("admin:bookings_booking_tickets", args=[booking.pk])
            links.append({"url": url, "text": "Print tickets", "is_file": True})
        if may("bookings.view_activity"):
            links.append({"url": reverse("admin:bookings_booking_story", args=[booking.pk]), "text": "Story"})
        return links

    def story_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tell what has become of a booking, from the first click to the door."""
        rows = Booking.objects.with_details().select_related("replaces", "replaced_by")
        booking = get_object_or_404(rows, pk=min(pk, BIGGEST_ID))
        if not self.has_view_permission(request, booking) or not request.user.has_perm("bookings.view_activity"):
            raise PermissionDenied
        event = booking.event
        context = {
            **self.admin_site.each_context(request),
            "title": "Story",
            "subtitle": booking.booking_code,
            "opts": self.opts,
            "original": booking,
            "event": event,
            "begins": local_time(event.event_date, event.venue.tz),
            "state": self.state(booking),
            "replaced_by": getattr(booking, "replaced_by", None),
            "days": by_day(booking_story(booking, sight=Sight.of(request.user)), event.venue.tz, request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/bookings/booking_story.html", context)

    def tickets_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Print the tickets of a booking, or the one whose id is asked for: without the customer's secret link."""
        rows = Booking.objects.with_details()
        booking = get_object_or_404(rows, pk=min(pk, BIGGEST_ID), status=Booking.Status.CONFIRMED)
        if not self.has_view_permission(request, booking) or not request.user.has_perm("bookings.change_booking"):
            raise PermissionDenied
        tickets, wanted = booking.tickets.with_details().valid().order_by("pk"), request.GET.get("ticket", "")
        if wanted:
            tickets = [get_object_or_404(tickets, code=wanted)]
        name = slugify("-".join([booking.booking_code, wanted]).strip("-"))
        return HttpResponse(
            ticket_pdf(booking, tickets, now=timezone.now()),
            headers={
                "Content-Type": "application/pdf",
                "Content-Disposition": f'inline; filename="tickets-{name}.pdf"',
                "Cache-Control": "private, no-store",
            },
        )


def _name(page: Page) -> str:
    return page.name.replace("-", "_")


def page_url(page: Page, booking: Booking) -> str:
    return reverse(f"admin:bookings_booking_{_name(page)}", args=[booking.pk])


__all__ = ["PAGES", "BookingPages", "page_url"]
