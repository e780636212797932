"""The lines that stories are made of: what happened, when, by whom, through which channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from events.history import CUSTOMER, SYSTEM, Channel, History

WHO = {CUSTOMER: "Customer", SYSTEM: "Marquee"}


class Kind(StrEnum):
    """What a line is about: each has a mark of its own on the page, and a name that is read out."""

    BOOKING = "booking"
    MONEY = "money"
    TICKET = "ticket"
    PLACE = "place"
    EVENT = "event"
    DOOR = "door"
    LETTER = "letter"


@dataclass(frozen=True)
class Line:
    """One thing that happened. ``link`` is the row that it is about, if it has a page of its own."""

    at: datetime
    what: str
    kind: Kind
    who: str = ""
    channel: str = ""
    detail: str = ""
    link: models.Model | None = None
    is_bad: bool = False


@dataclass(frozen=True)
class Sight:
    """What a reader may see: a story leaves out the rest."""

    bookings: bool = True
    payments: bool = True
    history: bool = True
    events: bool = True
    scans: bool = True

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser) -> Sight:
        return cls(
            bookings=user.has_perm("bookings.view_booking"),
            payments=user.has_perm("bookings.view_payment"),
            history=user.has_perm("bookings.view_activity"),
            events=user.has_perm("events.view_eventactivity"),
            scans=user.has_perm("bookings.view_scan"),
        )


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Sort lines by time; those of one moment stay in the order in which they were told."""
    return sorted(lines, key=lambda line: line.at)


def name_actor(actor: str) -> str:
    return WHO.get(actor, actor)


def by_whom(row: History) -> dict[str, str]:
    """Say who did what a row of history says, and through which channel."""
    return {"who": name_actor(row.actor), "channel": Channel(row.channel).label if row.channel else ""}
