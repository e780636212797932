"""Agree with a promoter on terms, and sign the settlement of an event."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from bookings.models import Booking
from bookings.services.constraints import violates
from events.models import Event
from events.services import record
from reports.errors import SigningRefused
from reports.models import Settlement, SettlementTerms
from reports.settlements.figures import Figures, settle
from ticketing.transactions import atomic


def digest(figures: Figures) -> str:
    """Name figures by what they say, so that what is signed is what was seen."""
    return hashlib.sha256(json.dumps(figures.as_json(), sort_keys=True).encode()).hexdigest()[:16]


@atomic
def set_terms(*, event: Event, percent: Decimal, per_ticket: Decimal, now: datetime, by: str) -> SettlementTerms:
    """Agree on what the house keeps of an event's takings. What it was before is in the event's history."""
    before = SettlementTerms.objects.filter(event=event).first() or SettlementTerms(event=event)
    terms = SettlementTerms(pk=before.pk, event=event, percent=percent, per_ticket=per_ticket)
    if (before.percent, before.per_ticket) == (percent, per_ticket):
        return before
    changes = {"share of the takings": [str(before.percent), str(percent)]}
    changes["for each ticket"] = [str(before.per_ticket), str(per_ticket)]
    terms.save()
    record(event, "settlement terms", now=now, by=by, **changes)
    return terms


def why_not_signed(event: Event, figures: Figures, last: Settlement | None, now: datetime) -> list[str]:
    """Say what has to be done before a settlement can be signed, one sentence each: nothing, if it can be."""
    reasons = []
    if event.status != Event.Status.CANCELLED and not event.is_over(now):
        reasons.append("The event is not over yet.")
    if event.status == Event.Status.CANCELLED and figures.tickets:
        reasons.append("The event is cancelled, but not all of its bookings are yet.")
    if figures.pending:
        reasons.append("Money is still to be given back: the settlement can be signed when that has been done.")
    if not figures.is_tied and not figures.pending:
        reasons.append("Tickets, ledger and payments do not come to the same. See to refunds that were refused first.")
    if Booking.objects.live_holds(now).filter(event=event).exists():
        reasons.append("Somebody is paying for tickets just now.")
    if last and last.figures == figures.as_json():
        reasons.append("These figures have been signed already.")
    return reasons


def sign_settlement(*, event: Event, seen: str, by: str, now: datetime, note: str = "") -> Settlement:
    """Sign the settlement of an event with its figures as they are; ``seen`` is the :func:`digest` of those shown.

    Raises:
        SigningRefused: see :func:`why_not_signed`; or the figures are not those that were seen.
    """
    try:
        return _sign(event, seen, by, now, note)
    except IntegrityError as error:
        if not violates(error, "settlement_signed_once", "reports_settlement.event_id"):
            raise
        raise SigningRefused("Somebody else has signed this settlement just now.") from None


@atomic
def _sign(event: Event, seen: str, by: str, now: datetime, note: str) -> Settlement:
    fresh = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
    figures = settle([fresh.pk])[fresh.pk]
    last = fresh.settlements.last()
    if digest(figures) != seen:
        raise SigningRefused("The figures have changed meanwhile. Please look again before you sign.")
    if reasons := why_not_signed(fresh, figures, last, now):
        raise SigningRefused(" ".join(reasons))
    with transaction.atomic():
        settlement = Settlement.objects.create(
            event=fresh,
            number=last.number + 1 if last else 1,
            figures=figures.as_json(),
            note=note,
            signed_by=by,
            signed_at=now,
        )
    record(fresh, "sign settlement", now=now, by=by, number=settlement.number, due=str(figures.due))
    return settlement
