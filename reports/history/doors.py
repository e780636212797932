"""Let the audience of an evening in: what the doors were shown, and what they answered.

The history of each booking, which the services write as well, does not tell who came in: that would double it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

from bookings.models import Scan
from events.models import Event

from .programme import Evening
from .rows import ScanRow, TicketRow, make_ticket_code

DOORKEEPER = "door"
GATES = ("Main entrance", "North gate", "South gate", "East gate", "West gate", "River gate")
PLACES_PER_GATE = 500

STAYS_AWAY = 0.07
EARLIEST, SPREAD = -0.08, 1.16
"""A few wait before the doors open, and a few are late: parts of the time from doors to the beginning."""

NEXT_OF_PARTY, AGAIN_AFTER = timedelta(seconds=3), timedelta(seconds=40)
AGAIN_ONE_IN, UNKNOWN_ONE_IN = 90, 250
Result = Scan.Result


class Doors:
    """The doors of one evening."""

    def __init__(self, evening: Evening, ids: count, random: Random) -> None:
        self.event, self.ids, self.random = evening.event, ids, random
        self.gates = GATES[: 1 + evening.capacity // PLACES_PER_GATE]

    def admit(self, parties: Iterable[list[TicketRow]]) -> Iterator[ScanRow]:
        """Let in who comes, whole parties, each through one gate; some show a ticket twice, or what is none."""
        for tickets in parties:
            at = arrival(self.random, self.event)
            if at is None:
                continue
            gate = self.random.choice(self.gates)
            for ticket in tickets:
                ticket.checked_in_at = at
                yield self._scan(ticket, Result.ADMITTED, gate, at)
                if self.random.randrange(AGAIN_ONE_IN) == 0:
                    yield self._scan(ticket, Result.ALREADY, gate, at + AGAIN_AFTER)
                at += NEXT_OF_PARTY
            if self.random.randrange(UNKNOWN_ONE_IN) == 0:
                yield self._scan(None, Result.UNKNOWN, gate, at)

    def _scan(self, ticket: TicketRow | None, result: Result, gate: str, at: datetime) -> ScanRow:
        return ScanRow(
            id=next(self.ids),
            uid=UUID(int=self.random.getrandbits(128)),
            event_id=self.event.pk,
            ticket_id=ticket and ticket.id,
            code=ticket.code if ticket else make_ticket_code(),
            result=result.value,
            gate=gate,
            at=at,
            received_at=at,
            actor=DOORKEEPER,
        )


def arrival(random: Random, event: Event) -> datetime | None:
    """When a party comes through the door, most in the last half hour; None: it never does."""
    if random.random() < STAYS_AWAY:
        return None
    return event.doors_at + (event.event_date - event.doors_at) * (EARLIEST + SPREAD * random.betavariate(3, 2))
