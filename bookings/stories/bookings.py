"""The story of a booking: from the first click to the door, in one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from bookings.models import Activity, Booking, Payment, Scan, Ticket, WaitlistEntry
from ticketing.models import Place
from ticketing.money import format_money

from .details import name_places, named_places, put
from .letters import letters
from .lines import Kind, Line, Sight, by_whom, in_order, name_actor
from .words import say_booking

WAYS = {
    "demo": "by card",
    "cash": "in cash",
    "terminal": "by card at the terminal",
    "on_site": "at the counter",
    "external": "through the channel that sold it",
    "import": "in the system before this one",
    "exchange": "in an exchange",
}
"""How money came and went, by the code of the provider."""

MONEY = ("refund", "refund again", "refund succeeded", "refund failed", "refuse payment", "pay out")
"""What is done to a booking's money, without any change of its places."""

LONGEST = 60
"""So many characters of a reference are shown, at most."""


def booking_story(booking: Booking, *, sight: Sight) -> list[Line]:
    """Tell what has become of a booking, in a constant number of queries. Fetch it with its event and venue."""
    tickets = list(booking.tickets.with_details().order_by("pk"))
    activities = list(booking.activities.all()) if sight.history else []
    if sight.scans:  # which tell the same, and more
        activities = [activity for activity in activities if "check in" not in activity.verb]
    places = _places(activities, tickets)
    tz = booking.event.venue.tz
    lines = [*_waiting(booking), *(_activity(activity, tz, places) for activity in activities)]
    if sight.payments:
        lines += _payments(booking)
    lines += _voided(tickets)
    if sight.scans:
        lines += _scans(tickets)
    if sight.history:
        lines += letters(booking.pk, [ticket.pk for ticket in tickets])
    return in_order(lines)


def _places(activities: Sequence[Activity], tickets: Sequence[Ticket]) -> dict[int, Place]:
    """Fetch the places that its history names, other than those that it has, or had, tickets for."""
    known = {ticket.place_id: ticket.place for ticket in tickets}
    named = {pk for activity in activities for pk in named_places(activity.detail)}
    others = Place.objects.filter(pk__in=named - known.keys()).select_related("seat__section")
    return known | {place.pk: place for place in others}


def _activity(activity: Activity, tz: ZoneInfo, places: dict[int, Place]) -> Line:
    detail = {name: value for name, value in activity.detail.items() if activity.verb != "cancel" or name != "reason"}
    kind = Kind.MONEY if activity.verb in MONEY else Kind.BOOKING
    return Line(
        activity.at,
        say_booking(activity),
        kind,
        **by_whom(activity),
        detail=put(detail, tz, places),
        is_bad=activity.verb in ("refund failed", "refuse payment"),
    )


def _waiting(booking: Booking) -> Iterator[Line]:
    for entry in WaitlistEntry.objects.filter(booking=booking):
        yield Line(entry.created_at, "Put on the waiting list", Kind.BOOKING, "Customer", detail=entry.email)
        if entry.offered_at:
            yield Line(entry.offered_at, "Returned places offered from the waiting list", Kind.BOOKING, "Marquee")


def _payments(booking: Booking) -> Iterator[Line]:
    for payment in booking.payments.select_related("shift__user"):
        yield Line(
            payment.created_at,
            _say_payment(payment),
            Kind.MONEY,
            name_actor(payment.shift.user.get_username()) if payment.shift else "",
            detail=payment.reference[:LONGEST],
            link=payment,
            is_bad=payment.status == Payment.Status.FAILED,
        )


def _say_payment(payment: Payment) -> str:
    amount, way = format_money(payment.amount), name_way(payment.provider)
    if payment.kind == Payment.Kind.CHARGE:
        verbs = {"succeeded": "paid", "pending": "to be paid", "failed": "not paid"}
    else:
        verbs = {"succeeded": "given back", "pending": "to go back", "failed": "could not be given back"}
    return f"{amount} {verbs[payment.status]} {way}"


def name_way(provider: str) -> str:
    """Say how money came or went: "by card", "in cash"."""
    return WAYS.get(provider) or f"by {provider}"


def _voided(tickets: Sequence[Ticket]) -> Iterator[Line]:
    """Tell of void tickets, those that died together in one line."""
    dead = [ticket for ticket in tickets if ticket.voided_at]

    def moment(ticket: Ticket) -> tuple:
        return ticket.voided_at, ticket.void_reason

    for (at, _), group in groupby(sorted(dead, key=moment), key=moment):
        died = list(group)
        what = "Ticket void" if len(died) == 1 else f"{len(died)} tickets void"
        yield Line(
            at,
            f"{what}: {died[0].get_void_reason_display().lower()}",
            Kind.TICKET,
            detail=f"{name_places([t.place_id for t in died], {t.place_id: t.place for t in died})}, "
            f"{', '.join(ticket.code for ticket in died)}",
            link=died[0] if len(died) == 1 else None,
        )


def _scans(tickets: Sequence[Ticket]) -> Iterator[Line]:
    codes = {ticket.pk: ticket for ticket in tickets}
    for scan in Scan.objects.filter(ticket__in=codes):
        yield tell_scan(scan, codes[scan.ticket_id])


def tell_scan(scan: Scan, ticket: Ticket) -> Line:
    """Tell what the door has said to a ticket, which comes with its place."""
    where = f"at {scan.gate}" if scan.gate else ""
    parts = [str(ticket.place), ticket.code, where, "without a network" if scan.is_offline else ""]
    return Line(
        scan.at,
        f"At the door: {scan.get_result_display().lower()}",
        Kind.DOOR,
        name_actor(scan.actor),
        "Door",
        detail=", ".join(filter(None, parts)),
        link=ticket,
        is_bad=scan.result not in (Scan.Result.ADMITTED, Scan.Result.UNDONE),
    )
