"""Admit at the door: once for each ticket, however many doors there are, with a network or without.

Cancelling, exchanging and passing on lock the booking before they touch its tickets; admitting does the same, so that
nobody is admitted with a ticket that is being given back. Whatever is read is written down as a ``Scan``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bookings import signing
from bookings.models import Channel, Scan, Ticket
from events.models import Event
from ticketing.transactions import atomic

from .constraints import violates
from .history import record

Result = Scan.Result

EARLY = timedelta(minutes=15)
"""So long before the doors open, nobody is refused any more: staff begin with those who wait in the lobby."""

DOORS_BEFORE = timedelta(hours=2)
"""When the doors of an event open that does not say: so long before it begins."""


@dataclass(frozen=True)
class Answer:
    """What the door is told: the scan that was written down, its ticket, and the admission before it, if any."""

    scan: Scan
    ticket: Ticket | None = None
    before: Scan | None = None

    @property
    def result(self) -> str:
        return self.scan.result


@dataclass(frozen=True)
class Shown:
    """What a door was shown: something that was read or typed, or a ticket that was looked up by name.

    ``uid`` is the device's own, so that what is sent twice counts once. ``at`` is when it was shown. ``answered`` is
    what a device without a network has answered; only if it has admitted somebody are they admitted here. ``anyway``
    admits before the doors are open.
    """

    read: str = ""
    ticket_id: int | None = None
    gate: str = ""
    uid: uuid.UUID | None = None
    at: datetime | None = None
    answered: str = ""
    anyway: bool = False

    @property
    def is_offline(self) -> bool:
        return bool(self.answered)


def doors_open_at(event: Event) -> datetime:
    """From when tickets are admitted without a question."""
    return (event.doors_at or event.event_date - DOORS_BEFORE) - EARLY


def check_in(*, event: Event, shown: Shown, now: datetime, actor: str) -> Answer:
    """Admit whoever shows this, if nobody was before them. Returns the answer, whatever it is; never raises for one.

    The same ``uid`` gets the same answer again.
    """
    try:
        return _check_in(event, shown, now, actor)
    except IntegrityError as error:  # the same scan came twice at the same moment
        if shown.uid and violates(error, "scan_uid_unique", "bookings_scan.uid"):
            return _answer_of(Scan.objects.get(uid=shown.uid))
        raise


@atomic
def _check_in(event: Event, shown: Shown, now: datetime, actor: str) -> Answer:
    reading = signing.read(shown.read)
    ticket = _lock_ticket(code=reading.code) if shown.ticket_id is None else _lock_ticket(pk=shown.ticket_id)
    if scan := _find(shown.uid):
        return _answer_of(scan)
    at, before = min(shown.at or now, now), None
    result = _refusal(event, reading, ticket, at, shown)
    if not result and _admit(ticket, at):
        result = Result.ADMITTED
        _record(ticket, "check in", now, actor, shown, at)
    elif not result:
        result, before = Result.ALREADY, _last_admission(ticket)
        if shown.answered == Result.ADMITTED:
            _keep_earliest(ticket, at)
            _record(ticket, "check in again", now, actor, shown, at)
    code = reading.code or reading.raw or (ticket.code if ticket else "")
    return Answer(_write(event, ticket, code, result, shown, now, actor), ticket, before)


@atomic
def undo(*, event: Event, shown: Shown, now: datetime, actor: str) -> Answer:
    """Take the admission of a ticket back: it was scanned by mistake, or its holder did not come in after all.

    Harmless when nobody is in, or when they were admitted anew since this was asked for.

    Raises:
        Ticket.DoesNotExist: the event has no such ticket.
    """
    ticket = _lock_ticket(pk=shown.ticket_id, place__event=event)
    if ticket is None:
        raise Ticket.DoesNotExist
    if scan := _find(shown.uid):
        return _answer_of(scan)
    at, before = min(shown.at or now, now), _last_admission(ticket)
    if (
        before
        and before.at <= at
        and Ticket.objects.filter(pk=ticket.pk, checked_in_at__lte=at).update(checked_in_at=None)
    ):
        ticket.checked_in_at = None
        _record(ticket, "undo check in", now, actor, shown, at)
    return Answer(_write(event, ticket, ticket.code, Result.UNDONE, shown, now, actor), ticket, before)


def merge(*, event: Event, shown: Shown, now: datetime, actor: str) -> Answer:
    """Write down what a device has answered without a network, and return what is the answer now.

    Whoever was let in twice stays in since the first time; the second scan is a conflict, which the answer and the
    booking's history tell.
    """
    act = undo if shown.answered == Result.UNDONE else check_in
    return act(event=event, shown=shown, now=now, actor=actor)


def _lock_ticket(**which) -> Ticket | None:
    """Lock a ticket after its booking, and read it with all that the door shows. No code: nothing is asked."""
    if not all(which.values()):
        return None
    rows = Ticket.objects.with_details().select_related("booking__event__venue")
    return rows.select_for_update(of=("booking", "self"), no_key=True).filter(**which).first()


def _find(uid: uuid.UUID | None) -> Scan | None:
    return Scan.objects.filter(uid=uid).first() if uid else None


def _answer_of(scan: Scan) -> Answer:
    """Answer once more what was answered before."""
    ticket = Ticket.objects.with_details().select_related("booking__event__venue").filter(pk=scan.ticket_id).first()
    return Answer(scan, ticket, _last_admission(ticket) if scan.result == Result.ALREADY else None)


def _refusal(event: Event, reading: signing.Reading, ticket: Ticket | None, at: datetime, shown: Shown) -> str:
    """Say why nobody is admitted with this, apart from their being in already. Empty: they are."""
    if reading.is_forged:
        return Result.FORGED
    if ticket is None:
        return Result.WRONG_EVENT if reading.event_id not in (None, event.pk) else Result.UNKNOWN
    if ticket.booking.event_id != event.pk:
        return Result.WRONG_EVENT
    if ticket.status == Ticket.Status.HELD:
        return Result.NOT_PAID
    if ticket.status == Ticket.Status.VOID or event.status == Event.Status.CANCELLED:
        return Result.VOID
    if shown.is_offline:  # the device has had its say: whom it turned away is not admitted when it is back
        return "" if shown.answered == Result.ADMITTED else shown.answered
    if ticket.checked_in_at is None and not shown.anyway and at < doors_open_at(event):
        return Result.NOT_YET
    return ""


def _admit(ticket: Ticket, at: datetime) -> bool:
    admissible = Ticket.objects.filter(pk=ticket.pk, status=Ticket.Status.VALID, checked_in_at__isnull=True)
    if ticket.checked_in_at or not admissible.update(checked_in_at=at):
        return False
    ticket.checked_in_at = at
    return True


def _keep_earliest(ticket: Ticket, at: datetime) -> None:
    if Ticket.objects.filter(pk=ticket.pk, checked_in_at__gt=at).update(checked_in_at=at):
        ticket.checked_in_at = at


def _last_admission(ticket: Ticket) -> Scan | None:
    return Scan.objects.filter(ticket=ticket, result=Result.ADMITTED).order_by("-at", "-pk").first()


def _record(ticket: Ticket, verb: str, now: datetime, actor: str, shown: Shown, at: datetime) -> None:
    detail = {"ticket": ticket.code} | ({"gate": shown.gate} if shown.gate else {})
    if shown.is_offline:
        detail["scanned"] = at.isoformat(timespec="seconds")
    record(ticket.booking, verb, now=now, actor=actor, channel=Channel.DOOR, **detail)


def _write(
    event: Event, ticket: Ticket | None, code: str, result: str, shown: Shown, now: datetime, actor: str
) -> Scan:
    with transaction.atomic():  # so that a uid that is there already does not spoil what is around
        return Scan.objects.create(
            uid=shown.uid or uuid.uuid4(),
            event=event,
            ticket=ticket,
            code=code,
            result=result,
            gate=shown.gate,
            actor=actor,
            is_offline=shown.is_offline,
            at=min(shown.at or now, now),
            received_at=now,
        )
