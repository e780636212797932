"""What the door says, in words and colours. The page gets the same tables, for when it has to answer by itself."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from bookings.models import Scan, Ticket
from bookings.services.admitting import Answer, doors_open_at
from events.models import Event
from ticketing.models import Offer
from venues.models import Seat

Result = Scan.Result

GOOD, WAIT, BAD = "good", "wait", "bad"

FACES: dict[str, tuple[str, str, str]] = {
    Result.ADMITTED: (GOOD, "check-lg", "Admitted"),
    Result.UNDONE: (WAIT, "arrow-repeat", "Taken back"),
    Result.NOT_YET: (WAIT, "hourglass-split", "Not yet"),
    Result.NOT_PAID: (WAIT, "cash-coin", "Not paid"),
    Result.ALREADY: (BAD, "x-lg", "Already in"),
    Result.WRONG_EVENT: (BAD, "calendar-event", "Wrong event"),
    Result.VOID: (BAD, "x-lg", "Not valid"),
    Result.FORGED: (BAD, "exclamation-triangle", "Forged"),
    Result.UNKNOWN: (BAD, "search", "Unknown code"),
}
"""Of each answer: the tone (green, amber, red), the picture, the large words."""

TEXTS: dict[str, str] = {
    "admitted": "",
    "undone": "Nobody is in with this ticket now.",
    "not_yet": "Doors open at {time}.",
    "not_paid": "Please send them to the box office.",
    "already": "Admitted at {time}.",
    "already_gate": "Admitted at {time}, {gate}.",
    "wrong_event": "This ticket is for another event.",
    "wrong_event_named": "This ticket is for {event}, {time}.",
    "void": "This ticket does not admit any more.",
    "void_cancelled": "This ticket was cancelled at {time}.",
    "void_exchanged": "Exchanged for another ticket at {time}.",
    "void_passed_on": "Passed on to somebody else at {time}: the new ticket has another code.",
    "void_event": "The event is cancelled.",
    "forged": "This code was not made by us.",
    "unknown": "There is no such ticket. Look them up by name.",
    "unknown_offline": "Not on the list of {time}. Look them up by name.",
    "unlisted": "Sold after the list of {time} was made: the code is genuine.",
    "conflict": "Let in here at {here}, but: {title}. {text}",
    "no_list": "There is no network, and this device has no list of tickets.",
}
"""What stands below the large words."""


def moment(at: datetime, now: datetime, tz: ZoneInfo) -> str:
    """Write a moment on the venue's clock: the time, and the day where it is not today."""
    local, today = at.astimezone(tz), now.astimezone(tz).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%H:%M} on {local.day} {local:%B}"


def place_name(seat: Seat | None) -> str:
    return str(seat) if seat else "Standing"


def notes_on(offer: Offer, seat: Seat | None) -> str:
    """Say what the door should look after besides: a proof to be shown, a wheelchair to be led."""
    name = offer.name.lower()
    notes = {
        f"Ask for the proof: {offer.name}": any(word.lower() in name for word in settings.PROOF_WORDS),
        "Wheelchair place": seat and seat.is_accessible,
        "Companion seat": seat and seat.is_companion,
    }
    return " · ".join(note for note, applies in notes.items() if applies)


def explain(answer: Answer, event: Event, now: datetime) -> str:
    """Say what stands below the large words of an answer."""
    result, ticket, before, tz = answer.result, answer.ticket, answer.before, event.venue.tz
    if result == Result.NOT_YET:
        return TEXTS["not_yet"].format(time=moment(opening(event), now, tz))
    if result == Result.ALREADY and (before or (ticket and ticket.checked_in_at)):
        at = moment(before.at if before else ticket.checked_in_at, now, tz)
        gate = before.gate if before else ""
        return TEXTS["already_gate" if gate else "already"].format(time=at, gate=gate)
    if result == Result.WRONG_EVENT and ticket:
        other = ticket.booking.event
        return TEXTS["wrong_event_named"].format(event=other.name, time=moment(other.event_date, now, other.venue.tz))
    if result == Result.VOID and ticket and ticket.status == Ticket.Status.VOID:
        return TEXTS[f"void_{ticket.void_reason}"].format(time=moment(ticket.voided_at, now, tz))
    if result == Result.VOID:
        return TEXTS["void_event"]
    return TEXTS.get(result, "")


def opening(event: Event) -> datetime:
    """When the doors open, as visitors know it; without such a time, when staff may begin."""
    return event.doors_at or doors_open_at(event)


def as_shown(answer: Answer, event: Event, now: datetime) -> dict[str, object]:
    """Return an answer as the page shows it, with or without JavaScript."""
    tone, icon, title = FACES[answer.result]
    ticket = answer.ticket if answer.result != Result.WRONG_EVENT else None
    shown = {
        "uid": str(answer.scan.uid),
        "result": answer.result,
        "tone": tone,
        "icon": icon,
        "title": title,
        "text": explain(answer, event, now),
        "time": moment(answer.scan.at, now, event.venue.tz),
        "ticket": ticket.pk if ticket else None,
    }
    if ticket is None:
        return shown | {"holder": "", "place": "", "offer": "", "note": ""}
    return shown | {
        "holder": holder_name(ticket),
        "place": place_name(ticket.place.seat),
        "offer": ticket.offer.name,
        "note": notes_on(ticket.offer, ticket.place.seat),
    }


def holder_name(ticket: Ticket) -> str:
    return ticket.holder_name or ticket.booking.customer_name
