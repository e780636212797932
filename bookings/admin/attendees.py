"""Who comes: the list of an event on paper, for a door without a network, a cloakroom, a host."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from import_export.fields import Field

from bookings.models import Ticket
from events.models import Event
from venues.resources import HouseResource

MOST = 5_000
"""So many names are printed, at most: the file has all of them."""

SORTS = {
    "name": "By name",
    "place": "By place",
}


class AttendeeResource(HouseResource):
    """One line per valid ticket of an event."""

    name = Field(attribute="attendee")
    place = Field(attribute="place__seat")
    offer = Field(attribute="offer")
    booking_code = Field(attribute="booking__booking_code", column_name="booking_code")
    email = Field(attribute="booking__customer_email", column_name="email")

    class Meta:
        model = Ticket
        fields = ("name", "place", "offer", "booking_code", "code", "email", "checked_in_at")
        export_order = fields

    def filter_export(self, queryset: list[Ticket], **kwargs) -> list[Ticket]:
        """Take the tickets as they come: :func:`tickets_of` has joined, named and sorted them."""
        return queryset


def tickets_of(event: Event, sort: str = "name", most: int | None = None) -> list[Ticket]:
    """Return the valid tickets of an event, each with its ``attendee``: the holder, or else the customer."""
    valid = Ticket.objects.valid().filter(offer__event=event)
    tickets = list(valid.select_related("booking", "offer__ticket_type", "place__seat__section")[:most])
    for ticket in tickets:
        ticket.attendee = ticket.holder_name or ticket.booking.customer_name
    return sorted(tickets, key=_by_place if sort == "place" else _by_name)


def _by_name(ticket: Ticket) -> tuple:
    """Sort by surname, as far as a name tells: its last word."""
    words = ticket.attendee.casefold().split()
    return (words[-1:], words, ticket.booking_id, ticket.pk)


def _by_place(ticket: Ticket) -> tuple:
    seat = ticket.place.seat
    if seat is None:
        return (1, ticket.offer.name, 0, 0, ticket.pk)
    return (0, seat.section.name, seat.row_index, seat.position, ticket.pk)


def _event(request: HttpRequest, pk: int, *permissions: str) -> Event:
    if not request.user.has_perms(["bookings.view_ticket", "bookings.view_booking", *permissions]):
        raise PermissionDenied
    return get_object_or_404(Event.objects.select_related("venue"), pk=pk)


def attendees(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the list as it is printed."""
    event = _event(request, pk)
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else "name"
    tickets = tickets_of(event, sort, MOST + 1)
    request.current_app = admin.site.name
    context = {
        **admin.site.each_context(request),
        "title": "Attendees",
        "subtitle": event.name,
        "event": event,
        "opts": Event._meta,
        "tickets": tickets[:MOST],
        "is_cut_short": len(tickets) > MOST,
        "admitted": sum(1 for ticket in tickets if ticket.checked_in_at),
        "sort": sort,
        "sorts": SORTS,
        "is_seated": any(ticket.place.seat_id for ticket in tickets),
        "now": timezone.localtime(timezone.now(), event.venue.tz),
    }
    return TemplateResponse(request, "admin/events/event/attendees.html", context)


def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Download the list, for those who may take a list of customers home."""
    event = _event(request, pk, "bookings.view_payment")
    file = AttendeeResource().export(tickets_of(event)).csv
    headers = {"Content-Disposition": f'attachment; filename="attendees-{event.slug}.csv"'}
    return HttpResponse(file, content_type="text/csv; charset=utf-8", headers=headers)
