"""Take back in what a device has answered by itself."""

from __future__ import annotations

from datetime import datetime

from bookings.models import Ticket
from bookings.services.admitting import Result, merge
from events.models import Event

from .forms import MergedForm
from .words import as_shown


def merge_item(event: Event, item: dict, *, now: datetime, actor: str) -> dict[str, object]:
    """Merge one scan, as the device has kept it. Returns the answer of now, and whether it contradicts the device's.

    What makes no sense is a conflict as well: the device shows it and sends it no more.
    """
    form = MergedForm(item)
    uid = str(item.get("uid", ""))
    if not form.is_valid():
        return {"uid": uid, "is_conflict": True, "title": "Not understood", "text": form.errors.as_text()}
    shown = form.shown_before(now)
    try:
        answer = merge(event=event, shown=shown, now=now, actor=actor)
    except Ticket.DoesNotExist:
        return {"uid": uid, "is_conflict": True, "title": "Not understood", "text": "There is no such ticket."}
    is_conflict = shown.answered == Result.ADMITTED != answer.result
    return {**as_shown(answer, event, now), "uid": uid, "is_conflict": is_conflict}
