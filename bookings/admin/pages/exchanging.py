"""Exchange a booking's places for others, at its event or on another date; the difference is paid or given back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest

from bookings import services
from bookings.errors import BookingError, ShiftClosed
from bookings.locator import name_focus
from bookings.models import Booking, Channel
from bookings.payments import get_provider
from bookings.seat_map import FOCUS_NAME, WHOLE, name_in_room, read_sections
from events.models import Event
from ticketing.errors import PlacesTaken
from ticketing.models import Place
from ticketing.money import format_money
from ticketing.seating import name_seats
from ticketing.stock import BIGGEST_ID
from venues.backoffice import local_time
from venues.drawing import draw, section_box
from venues.rooms import RoomSection

from .base import Done, Page, Preview, Staff
from .cancelling import tell_customer
from .choosing import ExchangeForm
from .money import describe, returns

MOST_DATES = 300
"""So many other dates are offered, at most."""


class ExchangePage(Page):
    name, title, text = "exchange", "Exchange tickets", "Exchange…"
    template = "admin/bookings/exchange.html"
    form_class = ExchangeForm

    def make_form(self, booking: Booking, staff: Staff, request: HttpRequest) -> ExchangeForm:
        data = request.POST if request.method == "POST" else None
        event = self._event(booking, request.GET.get("event", ""))
        return ExchangeForm(data, booking=booking, staff=staff, event=event)

    def _event(self, booking: Booking, wanted: str) -> Event:
        if not wanted or wanted == str(booking.event_id):
            return booking.event
        rows = Event.objects.select_related("venue", "seating_plan")
        is_number = wanted.isascii() and wanted.isdecimal() and int(wanted) <= BIGGEST_ID
        event = rows.filter(pk=wanted).first() if is_number else None
        if event is None:
            raise Http404("There is no such event.")
        return event

    def preview(self, booking: Booking, form: ExchangeForm, staff: Staff) -> Preview:
        quote = services.quote_exchange(booking=booking, event=form.event, offers=form.offers, selection=form.selection)
        self._check_free(booking, form, staff.now)
        lines = [*_from_to(form)]
        if not form.is_same:
            lines.append(f"A new booking at {_name(form.event)} replaces {booking}.")
        instead = f" instead of {format_money(booking.total_price)}" if quote.difference else ", as before"
        lines.append(f"It costs {format_money(quote.total)}{instead}.")
        if quote.difference > 0:
            lines.append(_take(quote.difference, form, staff))
        else:
            lines += describe(returns(booking, booking.retained + quote.total), at_once=form.hands_out())
        lines.append(tell_customer(booking))
        return Preview(
            lines, "Exchange" if quote.difference <= 0 else f"{format_money(quote.difference)} taken: exchange"
        )

    def do(self, booking: Booking, form: ExchangeForm, staff: Staff) -> Done:
        quote = services.quote_exchange(booking=booking, event=form.event, offers=form.offers, selection=form.selection)
        costs_more = quote.difference > 0
        charge = get_provider(form.cleaned_data["way"]).charge(quote.difference) if costs_more else None
        after = services.exchange(
            booking=booking,
            event=form.event,
            offers=form.offers,
            selection=form.selection,
            now=staff.now,
            actor=staff.actor,
            channel=Channel.BOX_OFFICE,
            charge=charge,
            shift=staff.shift if costs_more else form.shift,
        )
        what = "exchanged" if after.pk == booking.pk else f"exchanged for {after}"
        money = f", {format_money(quote.difference)} taken" if costs_more else ""
        return Done(f"{booking} {what}{money}.", after)

    def _check_free(self, booking: Booking, form: ExchangeForm, now: datetime) -> None:
        """Refuse what would fail in the end, before money is taken for it. The stock has the last word."""
        own = {ticket.place.seat_id for ticket in form.own_seats}
        wanted = [seat for seat in form.selection.seats if seat not in own]
        taken = Place.objects.filter(event=form.event, seat__in=wanted).not_free(now).select_related("seat__section")
        if taken:
            names = "; ".join(name_seats(place.seat for place in taken))
            raise PlacesTaken(f"Not free any more: {names}.")
        has = Counter(ticket.offer_id for ticket in form.now_has if not ticket.place.seat_id) if form.is_same else {}
        for pk, count in form.selection.quantities.items():
            free = Place.objects.filter(offer=pk, seat__isnull=True).free(now).count()
            if count - has.get(pk, 0) > free:
                raise PlacesTaken(f"{form.offer(pk).name}: only {free} left.")

    # The page ---------------------------------------------------------------------------------

    def more_context(self, booking: Booking, form: ExchangeForm, request: HttpRequest) -> dict[str, object]:
        context = {
            "target": form.event,
            "begins": local_time(form.event.event_date, form.event.venue.tz),
            "dates": other_dates(booking, form.staff.now),
            "picked": form.picked,
        }
        return context | (self._map(form, request) if form.room else {})

    def _map(self, form: ExchangeForm, request: HttpRequest) -> dict[str, object]:
        room, section = form.room, self._section(form, request.GET.get("section", ""))
        if section is None and room.seat_count > WHOLE:
            return {"room": room, "sections": [], "is_by_section": True}
        shown = [section] if section else room.sections
        sections = read_sections(form.event, shown, form.staff.now, with_bookings=False)
        own = {ticket.place.seat_id for ticket in form.own_seats}
        return {
            "room": room,
            "section": section,
            "is_by_section": room.seat_count > WHOLE,
            "sections": sections,
            "drawing": draw(room),
            "focus": name_focus(room, draw(room), FOCUS_NAME),
            "view": section_box(section) if section else draw(room).box,
            "own": own,
            "open": [part.pk for part in sections if part.has_any(form.picked - own)],
        }

    def _section(self, form: ExchangeForm, wanted: str) -> RoomSection | None:
        return next((section for section in form.room.sections if str(section.pk) == wanted), None)


def _from_to(form: ExchangeForm) -> list[str]:
    """Say what goes, what comes, and what stays."""
    selection = form.selection
    own = {ticket.place.seat_id for ticket in form.own_seats}
    seats_gone = [it.place.seat for it in form.now_has if it.place.seat_id and it.place.seat_id not in selection.seats]
    if not form.is_same:
        seats_gone = [ticket.place.seat for ticket in form.now_has if ticket.place.seat_id]
    gone, come = name_seats(seats_gone), []
    if form.room:
        come += name_in_room(form.room, [seat for seat in selection.seats if seat not in own])
    before = Counter(ticket.offer_id for ticket in form.now_has if not ticket.place.seat_id)
    names = {ticket.offer_id: ticket.offer.name for ticket in form.now_has} | {it.pk: it.name for it in form.offers}
    after = Counter(selection.quantities)
    for pk in sorted(before.keys() | after.keys()):
        if (less := before[pk] - (after[pk] if form.is_same else 0)) > 0:
            gone.append(f"{less} × {names[pk]}")
        if (more := after[pk] - (before[pk] if form.is_same else 0)) > 0:
            come.append(f"{more} × {names[pk]}")
    stays = len(form.now_has) - len(seats_gone) - sum((before - (after if form.is_same else Counter())).values())
    lines = [f"Given back: {'; '.join(gone) or 'nothing'}."]
    lines.append(f"Instead: {'; '.join(come) or 'nothing'}.")
    return (
        [*lines, f"{stays} {'ticket stays as it is' if stays == 1 else 'tickets stay as they are'}."]
        if stays
        else lines
    )


def _take(difference, form: ExchangeForm, staff: Staff) -> str:
    if staff.shift is None:
        text = f"It costs {format_money(difference)} more, and you have no shift open to take money in. Open one first."
        raise ShiftClosed(text)
    way = {"cash": "in cash", "terminal": "at the card terminal"}.get(form.cleaned_data.get("way") or "")
    if way is None:
        raise BookingError(f"It costs {format_money(difference)} more: say how that is paid.")
    return f"Take {format_money(difference)} {way}."


def _name(event: Event) -> str:
    return f"{event.name}, {local_time(event.event_date, event.venue.tz)}"


def other_dates(booking: Booking, now: datetime) -> list[tuple[str, list[tuple[int, str]]]]:
    """List the events that a booking may be exchanged for: its own, the same production, then all others."""
    has_places = Exists(Place.objects.filter(event=OuterRef("pk")))
    rows = Event.objects.bookable(now).filter(has_places).exclude(pk=booking.event_id)
    rows = rows.select_related("venue").order_by("event_date")
    production = booking.event.production_id
    same = list(rows.filter(production=production)[:MOST_DATES]) if production else []
    others = rows.exclude(pk__in=[event.pk for event in same])[:MOST_DATES]
    groups = [
        ("This date", [booking.event]),
        ("Other dates of the same production", same),
        ("Other events", others),
    ]
    return [(title, [(event.pk, _name(event)) for event in events]) for title, events in groups if events]
