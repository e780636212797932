"""Operations on events with what is sold of them, on the router of the room below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query

from events import services
from events.api import INSIGHT, EventFilter, find_event, resolve_links, router, visible
from events.errors import DateRefused, EventClosed
from events.filters import on_sale
from events.history import Channel
from events.models import Event, EventQuerySet
from ticketing.errors import SelectionInvalid
from ticketing.making import default_offers, make_event
from ticketing.models import Offer, TicketType
from ticketing.offers import Draft, find_problems, sections_with_places
from venues.api.access import needs, public
from venues.api.catalogue import CATALOGUE_SECONDS, VenueOut, find_venue
from venues.api.catalogue import router as venues_router
from venues.api.pages import Found, Part, paginate
from venues.api.problems import FieldError, Invalid, NotFound, invalid_field
from venues.api.schemas import Page
from venues.models import Section, Venue

from .shapes import EventDetail, EventIn, EventOut, EventPatch, OfferIn, with_booking_count, with_sales


class SoldEventFilter(EventFilter):
    on_sale: bool | None = Field(None, description="Whether an offer of it can be bought now, if places are left.")

    def narrow_at(self, events: EventQuerySet, now: datetime) -> EventQuerySet:
        """As :meth:`narrow`, and by what is on sale at ``now``."""
        events = self.narrow(events)
        if self.on_sale is None:
            return events
        offered = Exists(Event.objects.filter(on_sale(now), pk=OuterRef("pk"), offers__places__isnull=False))
        sold = Q(offered, status=Event.Status.ACTIVE, event_date__gt=now, published_at__lte=now)
        return events.filter(sold if self.on_sale else ~sold)


class VenueDetail(VenueOut):
    """A venue with its events to come."""

    events: Page[EventOut]

    @staticmethod
    def resolve_events(venue: Venue) -> Found[Event]:
        return venue.coming


def _list(request: HttpRequest, events: EventQuerySet, asked: Part) -> Found[Event]:
    found = paginate(request, with_booking_count(events).order_by("event_date", "pk"), asked)
    with_sales(found.items, request.now)
    return found


@router.get("/events", response=Page[EventOut], summary="List events")
@public(max_age=CATALOGUE_SECONDS, insight=INSIGHT)
def list_events(request: HttpRequest, asked: Query[SoldEventFilter]):
    """List events by their date, past and cancelled ones included: narrow the list by any combination of filters."""
    return _list(request, asked.narrow_at(visible(request), request.now), asked)


@venues_router.get("/venues/{int:venue_id}", response=VenueDetail, summary="Get a venue")
@public(max_age=CATALOGUE_SECONDS, insight=INSIGHT, raises=[NotFound])
def get_venue(request: HttpRequest, venue_id: int):
    """Get one venue, with the first of its events to come. All of them: `/venues/{venue_id}/events`."""
    venue = find_venue(venue_id, request.now)
    coming = visible(request).upcoming(request.now).filter(venue=venue)
    found = _list(request, coming, Part())
    following = request.build_absolute_uri(f"/api/venues/{venue_id}/events") if found.next else None
    venue.coming = Found(found.items, found.count, following)
    return venue


@venues_router.get("/venues/{int:venue_id}/events", response=Page[EventOut], summary="List a venue's events")
@public(max_age=CATALOGUE_SECONDS, insight=INSIGHT, raises=[NotFound])
def list_venue_events(request: HttpRequest, venue_id: int, asked: Query[SoldEventFilter]):
    """List the events at one venue by their date, past and cancelled ones included."""
    venue = find_venue(venue_id, request.now)
    return _list(request, asked.narrow_at(visible(request).filter(venue=venue), request.now), asked)


@router.get("/events/{int:event_id}", response=EventDetail, summary="Get an event")
@public(max_age=CATALOGUE_SECONDS, insight=INSIGHT, raises=[NotFound])
def get_event(request: HttpRequest, event_id: int):
    """Get one event with its offers."""
    return _shown(find_event(with_booking_count(visible(request)), event_id), request)


def _shown(event: Event, request: HttpRequest) -> Event:
    with_sales([event], request.now)
    return event


@router.post("/events", response={201: EventDetail}, summary="Make an event")
@needs("events.add_event", "ticketing.add_offer", raises=[NotFound, SelectionInvalid, DateRefused])
def create_event(request: HttpRequest, response: HttpResponse, data: EventIn):
    """Make an event with its offers and places, and publish it, so that it can be booked at once.

    A very large house is filled by the queue: then the event is a draft until its places are there.
    """
    given = data.dict(exclude={"offers", "published_at"})
    venue = Venue.objects.filter(pk=data.venue_id).first()
    if venue is None:
        raise NotFound(f"There is no venue {data.venue_id}.")
    event = Event(**resolve_links(given))
    event.venue = venue
    if event.seating_plan and event.seating_plan.venue_id != venue.pk:
        raise invalid_field("seating_plan_id", f"“{event.seating_plan}” is not a plan of this venue.", "unknown")
    drafts = default_offers(event) if data.offers is None else _drafts(event, data.offers)
    _check(event, drafts, request)
    made = make_event(
        event=event,
        offers=drafts,
        publish_at=data.published_at if "published_at" in data.model_fields_set else request.now,
        now=request.now,
        by=request.user.get_username(),
        channel=Channel.API,
    )
    made.booking_count = 0
    response["Location"] = f"/api/events/{made.pk}"
    return _shown(made, request)


def _drafts(event: Event, offers: Sequence[OfferIn]) -> list[Draft]:
    """Read the offers that are given. Three queries at most.

    Raises:
        NotFound: there is no such ticket type.
        Invalid: a section is unknown, or the capacity is missing.
    """
    types = TicketType.objects.in_bulk([offer.ticket_type_id for offer in offers])
    wanted = {pk for offer in offers for pk in offer.section_ids}
    sections = {row.pk: row for row in sections_with_places(Section.objects.filter(pk__in=wanted))} if wanted else {}
    errors, drafts = [], []
    for index, offer in enumerate(offers):
        if offer.ticket_type_id not in types:
            raise NotFound(f"There is no ticket type {offer.ticket_type_id}.")
        unknown = [pk for pk in offer.section_ids if pk not in sections]
        if unknown:
            errors.append(FieldError(f"offers[{index}].section_ids", f"There is no section {unknown[0]}.", "unknown"))
            continue
        drafts.append(_draft(offer, types[offer.ticket_type_id], [sections[pk] for pk in offer.section_ids]))
        if drafts[-1].offer.capacity is None:
            errors.append(FieldError(f"offers[{index}].capacity", "Say how many places there are.", "missing"))
    if errors:
        raise Invalid("Some fields are missing or wrong.", errors=errors)
    return drafts


def _draft(given: OfferIn, ticket_type: TicketType, sections: list[Section]) -> Draft:
    offer = Offer(
        ticket_type=ticket_type,
        label=given.label,
        price=ticket_type.price if given.price is None else given.price,
        capacity=sum(section.places for section in sections) if sections else given.capacity,
        on_sale_at=given.on_sale_at,
        off_sale_at=given.off_sale_at,
    )
    return Draft(offer, sections)


def _check(event: Event, drafts: Sequence[Draft], request: HttpRequest) -> None:
    """Refuse offers that contradict each other, the plan or the venue, each beside its field."""
    errors = [
        FieldError(f"offers[{found.index}].{_field(found.field)}", found.message, "invalid")
        for found in find_problems(event, drafts, request.now)
    ]
    names = [(draft.offer.ticket_type_id, draft.offer.label) for draft in drafts]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = "There is such an offer already: give it another label."
            errors.append(FieldError(f"offers[{index}].label", message, "unique"))
    for index, draft in enumerate(drafts):
        offer = draft.offer
        if offer.on_sale_at and offer.off_sale_at and offer.off_sale_at <= offer.on_sale_at:
            errors.append(FieldError(f"offers[{index}].off_sale_at", "Sales end after they begin.", "invalid"))
    if errors:
        raise Invalid("Some offers are not possible.", errors=errors)


def _field(name: str) -> str:
    return "section_ids" if name == "sections" else name


RULES = {
    *("name", "description", "category", "production", "doors_at", "ends_at", "is_featured"),
    *("max_tickets_per_booking", "cancellation_hours", "exchange_hours", "is_transferable", "refuses_single_seats"),
}
"""What a change of an event writes into its row; the rest is done by services of their own."""


@router.patch("/events/{int:event_id}", response=EventDetail, summary="Change an event")
@needs("events.change_event", raises=[NotFound, EventClosed, DateRefused])
def change_event(request: HttpRequest, event_id: int, data: EventPatch):
    """Change an event, move it, publish it or take it off, cancel it or say that it has taken place.

    Another date, and a cancellation, are told to everybody who has booked: letters go out by the queue.
    """
    event, changes = find_event(Event.objects.with_details(), event_id), data.changes()
    who = {"now": request.now, "by": request.user.get_username(), "channel": Channel.API}
    if "event_date" in changes:
        services.reschedule(event=event, event_date=changes["event_date"], message=data.message, **who)
    if written := resolve_links({name: value for name, value in changes.items() if name in RULES}):
        services.edit(event=event, changes=written, **who)
    if "published_at" in changes:
        services.schedule(event=event, published_at=changes["published_at"], **who)
    if changes.get("status") == "cancelled":
        services.cancel_event(event=event, how=services.Cancellation(message=data.message), **who)
    elif changes.get("status") == "completed":
        services.complete(event=event, **who)
    return _shown(with_booking_count(Event.objects.with_details()).get(pk=event_id), request)
