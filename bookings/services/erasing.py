"""Forget a customer: who they were goes, what they bought stays.

Names, addresses and telephone numbers become the pseudonym of nobody; amounts, counts, codes and moments are left as
they are, so that no figure of any report changes. All bookings of one address get the same pseudonym, because it is
still one customer who came so many times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bookings.errors import ErasureRefused
from bookings.models import Activity, Booking, Channel, Delivery, Kind, Ticket, WaitlistEntry
from bookings.payments.waiting import unanswered
from bookings.personal import Person, find_everywhere
from bookings.pseudonyms import ERASED, make_pseudonym
from events.models import Event, EventActivity
from events.services import record as record_event
from ticketing.transactions import atomic
from venues.models import ImportJob

from .history import record
from .waiting import leave_waitlist

VERB = "erase"
NAMED = 3
"""So many bookings are named in a refusal, at most."""

ABOUT_THEM = ("name", "email", "phone")
TO_THEM = ("pass on", "resend")
TYPED = {"cancel": "why", "cancel tickets": "why", "refund": "why", "comp": "reason", "discount": "reason"}
"""What staff have typed about a customer, by the verb of the history, and what it is called there."""


@dataclass(frozen=True)
class Erasure:
    """What is erased, or has been: numbers of rows. ``left`` says where the address is still to be found."""

    bookings: int
    holders: int
    waiting: int
    history: int
    letters: int
    imports: int
    copies: int
    left: tuple[str, ...] = ()


def plan_erasure(*, email: str, now: datetime) -> tuple[Erasure, list[str]]:
    """Say what erasing an address would erase, and why that is refused: nothing, if it is not. Writes nothing."""
    person = Person(email.strip())
    history = person.mentions_in_history.count() + person.mentions_in_events.count() + person.mentions_in_log.count()
    erasure = Erasure(
        bookings=person.bookings.count(),
        holders=_holders(person).count(),
        waiting=person.waiting.count(),
        history=history + sum(_forget(line.verb, line.detail) != line.detail for line in _own_history(person)),
        letters=(person.letters | person.letters_queued).distinct().count(),
        imports=person.imports.count(),
        copies=person.answers.count() + person.deliveries.count(),
    )
    return erasure, _why_not(person, now)


@atomic
def erase_customer(*, email: str, by: str, now: datetime, reason: str) -> Erasure:
    """Take whoever has this address out of all that is kept, and write down that it was done, by whom and why.

    Bookings, payments, the ledger and admissions stay, with all their figures. Everything happens, or nothing does.

    Raises:
        ErasureRefused: they have bookings or tickets for events to come, money is still to be given back, or the queue
            is at work on something that names them.
    """
    person = Person(email.strip())
    bookings = list(person.bookings.select_for_update(of=("self",), no_key=True))
    if reasons := _why_not(person, now):
        raise ErasureRefused(reasons)
    alias = make_pseudonym()
    reason = _without(reason.strip(), person.email)
    events = {entry.event for entry in person.waiting.select_related("event")}
    letters = _drop_letters(person)
    history = _rewrite_history(person)
    waiting = _leave_lines(person, alias, by, now)
    holders = _forget_holders(person, alias)
    copies = _forget_copies(person)
    imports = sum(_forget_rows(job, person.email) for job in person.imports)
    _forget_bookings(bookings, alias)
    for booking in bookings:
        record(booking, VERB, now=now, actor=by, channel=Channel.BOX_OFFICE, reason=reason)
    for event in events:
        record_event(event, VERB, now=now, by=by, reason=reason)
    left = tuple(str(mention) for mention in find_everywhere(person.email))
    return Erasure(len(bookings), holders, waiting, history, letters, imports, copies, left)


def _why_not(person: Person, now: datetime) -> list[str]:
    """Say what has to be done first, one sentence each."""
    reasons = []
    to_come = Event.objects.exclude(pk__in=Event.objects.over(now)).exclude(status=Event.Status.CANCELLED)
    coming = person.bookings.filter(event__in=to_come).exclude(status=Booking.Status.CANCELLED)
    if codes := list(coming.values_list("booking_code", flat=True)):
        reasons.append(f"There are bookings for events to come: {_name(codes)}. Cancel them first.")
    held = person.tickets_held.valid().filter(booking__event__in=to_come)
    if bookings := sorted(set(held.values_list("booking__booking_code", flat=True))):
        reasons.append(f"There is a ticket for an event to come, passed on out of {_name(bookings)}. Cancel it first.")
    if owed := unanswered().filter(booking__in=person.bookings).values_list("booking__booking_code", flat=True):
        reasons.append(f"Money is still to be given back: {_name(sorted(set(owed)))}. See to that first.")
    if person.letters.filter(status=TaskResultStatus.RUNNING).exists():
        reasons.append("A letter to this address is being sent just now. Try again in a minute.")
    if person.imports.filter(state__in=[ImportJob.State.CHECKING, ImportJob.State.IMPORTING]).exists():
        reasons.append("A file that names this address is being imported just now. Try again when that is done.")
    return reasons


def _name(codes: list[str]) -> str:
    more = f" and {len(codes) - NAMED} more" if len(codes) > NAMED else ""
    return ", ".join(codes[:NAMED]) + more


# Rows ---------------------------------------------------------------------------------------------


def _forget_bookings(bookings: list[Booking], alias: str) -> None:
    for booking in bookings:
        booking.customer_name = ERASED if booking.customer_name else ""
        booking.customer_email, booking.customer_phone = alias, ""
    Booking.objects.bulk_update(bookings, ["customer_name", "customer_email", "customer_phone"], batch_size=500)


def _holders(person: Person):
    """Tickets that name a holder: their own, and those that came to them out of other bookings."""
    named = ~Q(holder_name="") | ~Q(holder_email="")
    return Ticket.objects.filter(Q(booking__in=person.bookings) & named | Q(pk__in=person.tickets_held))


def _forget_holders(person: Person, alias: str) -> int:
    """Let tickets be somebody's still, so that none of them opens with the link of the booking it came from."""
    mine = person.tickets_held.values_list("pk", flat=True)
    count = Ticket.objects.filter(pk__in=list(mine)).update(holder_name=ERASED, holder_email=alias)
    return count + _holders(person).update(holder_name=ERASED, holder_email="")


def _leave_lines(person: Person, alias: str, by: str, now: datetime) -> int:
    """Take them off the lines that they stand in; how many have waited, for what, and how it ended, is still known."""
    for entry in person.waiting.active():
        leave_waitlist(entry=entry, now=now, actor=by)
    return person.waiting.order_by().update(name=ERASED, email=alias)


def _drop_letters(person: Person) -> int:
    ids = {*person.letters.values_list("pk", flat=True), *person.letters_queued.values_list("pk", flat=True)}
    return DBTaskResult.objects.filter(pk__in=ids).delete()[0]


def _forget_rows(job: ImportJob, email: str) -> bool:
    """Forget the rows of a file that names them, as is done with every file after two days; and the errors' quotes."""
    if job.state == ImportJob.State.CHECKED:
        job.rows = []
    job.errors = _replace(job.errors, email)
    job.file_name = _without(job.file_name, email)
    job.save(update_fields=["rows", "errors", "file_name"])
    return True


def _forget_copies(person: Person) -> int:
    """Forget what was answered through the API, and what webhooks were told; what is still to be told is made anew."""
    count = person.answers.delete()[0]
    for delivery in person.deliveries:
        verbs = ("details", "pass on" if "new_ticket" in delivery.detail else "comp", "refund")
        for verb in verbs if delivery.kind != Kind.BOOKING_CANCELLED else ("details", "refund"):
            delivery.detail = _forget(verb, delivery.detail)
        detail = _replace(delivery.detail, person.email)
        count += Delivery.objects.filter(pk=delivery.pk).update(detail=detail, body="", response="", error="")
    return count


# History ------------------------------------------------------------------------------------------


def _own_history(person: Person):
    """The history of their own bookings, and the lines of others by which a ticket came to them."""
    codes = list(person.tickets_held.values_list("code", flat=True))
    passed = Q(verb="pass on", detail__new_ticket__in=codes) if codes else Q(pk__in=[])
    return Activity.objects.filter(Q(booking__in=person.bookings) | passed).exclude(detail={}).order_by("pk")


def _rewrite_history(person: Person) -> int:
    count = 0
    for line in _own_history(person):
        count += _redact(line, _replace(_forget(line.verb, line.detail), person.email))
    for line in person.mentions_in_history:
        detail = _forget(line.verb, line.detail) if line.verb == "details" else line.detail
        count += _redact(line, _replace(detail, person.email))
    for line in person.mentions_in_events:
        count += _redact(line, _replace(line.detail, person.email))
    for hold in person.named_holds:
        hold.name, hold.note = _without(hold.name, person.email), _without(hold.note, person.email)
        hold.save(update_fields=["name", "note"])
    return count + _rewrite_log(person)


def _redact(line: Activity | EventActivity, detail: dict) -> bool:
    if detail == line.detail:
        return False
    return bool(type(line).objects.filter(pk=line.pk).redact(detail=detail))


def _forget(verb: str, detail: dict) -> dict:
    """Take out of a line of history what says who it was, and what staff have typed about them."""
    detail = dict(detail)
    for key in ABOUT_THEM:
        if key in detail:
            detail[key] = [ERASED for _ in detail[key]] if isinstance(detail[key], list) else ERASED
    if verb in TO_THEM and "to" in detail:
        detail["to"] = ERASED
    if (typed := TYPED.get(verb)) and detail.get(typed):
        detail[typed] = ERASED
    return detail


def _rewrite_log(person: Person) -> int:
    """Rewrite what the admin's own log calls their rows."""
    entries = list(person.mentions_in_log.select_related("content_type"))
    for entry in entries:
        is_theirs = entry.content_type is not None and entry.content_type.model_class() is WaitlistEntry
        entry.object_repr = ERASED if is_theirs else _without(entry.object_repr, person.email)
        entry.change_message = _without(entry.change_message, person.email)
    LogEntry.objects.bulk_update(entries, ["object_repr", "change_message"], batch_size=500)
    return len(entries)


def _replace(value: object, email: str) -> object:
    """Put the name of nobody in place of an address, wherever it stands in what was kept as JSON."""
    if isinstance(value, str):
        return _without(value, email)
    if isinstance(value, list):
        return [_replace(part, email) for part in value]
    if isinstance(value, dict):
        return {key: _replace(part, email) for key, part in value.items()}
    return value


def _without(text: str, email: str) -> str:
    return re.sub(re.escape(email), ERASED, text, flags=re.IGNORECASE)
