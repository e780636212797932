"""Quick search: whatever staff type or scan into one field, found wherever it may be.

What is exact (booking codes, ticket codes, e-mail addresses) is found by index however much has been sold. What is a
part of something (a name, a telephone number) is looked for among the newest :data:`RECENT` bookings only, so that an
answer takes the same time for a million bookings; the lists of the admin search all of them, and take theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Replace

from events.models import Event
from ticketing.models import Place
from venues.models import Seat

from .models import CODE_ALPHABET, Booking, Ticket, WaitlistEntry

LONGEST = 100
"""Whatever is longer is cut: nothing that is looked for is."""
SHOWN = 10
"""So many of each kind are shown; the list shows the rest."""
COUNTED = 1_000
"""They are counted up to here."""
RECENT = 200_000
"""Parts of names and numbers are looked for among so many of the newest rows."""
ROOMS_AHEAD = 50
"""Seats are looked for at so many of the next events."""
STILL_ON = timedelta(hours=12)
"""An event that began longer ago is past: seats of it are nobody's concern."""
CODE_YEARS = 3
"""The last letters of a booking code are looked for on each day of so many years."""

LETTER = f"[{CODE_ALPHABET}]"
BOOKING_CODE = re.compile(rf"BK[-\s]?(\d{{8}})[-\s]?({LETTER}{{6}})")
CODE_ENDING = re.compile(rf"{LETTER}{{6}}")
TICKET_CODE = re.compile(rf"(?<![A-Z0-9]){LETTER}{{16}}(?![A-Z0-9])")
PHONE = re.compile(r"\+?[\d\s()/.-]{5,}")
SEAT = re.compile(
    r"(?:(?P<section>.*?\S)[\s,]+)??(?:row\s+)?(?P<row>[a-z]{1,3}|\d{1,3})(?:[\s,./-]+|(?<=[a-z]))(?:seat\s+)?(?P<number>\d{1,4}[a-z]?)",
    re.IGNORECASE,
)

May = Callable[[str], bool]


@dataclass(frozen=True)
class Group:
    """What was found of one kind. ``count`` stops counting at :data:`COUNTED`."""

    kind: str
    rows: list
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Found:
    """What was found. ``exact`` is the only row that it can have been, if a code said so."""

    query: str
    groups: tuple[Group, ...] = ()
    exact: Booking | Ticket | None = None


@dataclass(frozen=True)
class SeatFound:
    """A seat at a coming event; ``ticket`` is the living one, if there is any."""

    place: Place
    ticket: Ticket | None
    is_free: bool

    @property
    def state(self) -> str:
        if self.is_free:
            return "free"
        if self.ticket:
            return "held" if self.ticket.status == Ticket.Status.HELD else "sold"
        return "kept" if self.place.claim else "blocked"


def clean(text: str) -> str:
    """Leave out what nobody types, and what no database takes."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 10 * LONGEST])
    return " ".join(printable.split())[:LONGEST].strip()


def find(text: str, may: May, now: datetime) -> Found:
    """Look for ``text`` among everything that somebody who ``may`` is allowed to see."""
    query = clean(text)
    if not query:
        return Found(query)
    exact = _by_code(query, may)
    if exact:
        return Found(query, exact=exact)
    kinds = [
        ("bookings", "bookings.view_booking", lambda: _rows(_bookings(query, now))),
        ("tickets", "bookings.view_ticket", lambda: _rows(_tickets(query))),
        ("seats", "bookings.view_ticket", lambda: _seats(query, now)),
        ("events", "events.view_event", lambda: _events(query, now)),
        ("waiting list", "bookings.view_waitlistentry", lambda: _rows(_waiting(query))),
    ]
    groups = (Group(kind, *look()) for kind, permission, look in kinds if may(permission))
    return Found(query, tuple(group for group in groups if group.rows))


def _by_code(query: str, may: May) -> Booking | Ticket | None:
    """Find what carries exactly this code: there is at most one."""
    upper = query.upper()
    code = BOOKING_CODE.fullmatch(upper)
    if code and may("bookings.view_booking"):
        return Booking.objects.filter(booking_code="BK-{}-{}".format(*code.groups())).first()
    if may("bookings.view_ticket"):
        codes = TICKET_CODE.findall(upper)[:5]
        return Ticket.objects.filter(code__in=codes).first() if codes else None
    return None


def _rows(rows: QuerySet) -> tuple[list, int]:
    """Read the first rows, and count the others if there are any."""
    shown = list(rows[: SHOWN + 1])
    if len(shown) <= SHOWN:
        return shown, len(shown)
    return shown[:SHOWN], rows.order_by()[:COUNTED].count()


def _recent(rows: QuerySet) -> QuerySet:
    newest = rows.model.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return rows.filter(pk__gt=newest - RECENT)


def _words(query: str, *fields: str) -> Q:
    """Ask for every word in one of the fields, in whatever order."""
    condition = Q()
    for word in query.split():
        one = Q()
        for field in fields:
            one |= Q(**{f"{field}__icontains": word})
        condition &= one
    return condition


def _bookings(query: str, now: datetime) -> QuerySet[Booking]:
    bookings = Booking.objects.select_related("event__venue").order_by("-booking_date", "-pk")
    if re.fullmatch(r"\S+@\S+\.\S+", query):
        return bookings.filter(customer_email__iexact=query)
    if PHONE.fullmatch(query):
        return _recent(with_digits(bookings)).filter(digits__contains=significant(query))
    found = _words(query, "customer_name", "customer_email")
    upper = query.upper()
    if CODE_ENDING.fullmatch(upper):
        # As the whole codes that these may be the last letters of: each of them is found by index.
        ended = bookings.filter(booking_code__in=possible_codes(upper, now.date()))
        pks = list(ended.values_list("pk", flat=True)[:SHOWN])
        if pks:
            return bookings.filter(pk__in=pks)
    return _recent(bookings).filter(found)


def possible_codes(ending: str, today: date) -> list[str]:
    """Return the booking codes of the last years that end with these six letters."""
    days = (today + timedelta(days=1) - timedelta(days=back) for back in range(365 * CODE_YEARS + 1))
    return [f"BK-{day:%Y%m%d}-{ending}" for day in days]


def with_digits(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Add ``digits``: the telephone number without what people put between its digits."""
    digits = F("customer_phone")
    for filler in " -/().":
        digits = Replace(digits, Value(filler), Value(""))
    return bookings.exclude(customer_phone="").annotate(digits=digits)


def significant(phone: str) -> str:
    """Return the digits of a telephone number that are the same at home and from abroad: 664123, not 0664 123."""
    return re.sub(r"\D", "", phone).lstrip("0")


def _tickets(query: str) -> QuerySet[Ticket]:
    tickets = Ticket.objects.select_related("booking__event__venue", "offer__ticket_type", "place__seat__section")
    return _recent(tickets).exclude(holder_name="").filter(_words(query, "holder_name")).order_by("-pk")


def _seats(query: str, now: datetime) -> tuple[list[SeatFound], int]:
    """Find a seat, "C12" or "Stalls, row C, seat 12", at the next events, and who has it."""
    named = SEAT.fullmatch(query)
    if not named:
        return [], 0
    events = Event.objects.filter(event_date__gt=now - STILL_ON, status=Event.Status.ACTIVE, seating_plan__isnull=False)
    plans = dict(events.order_by("event_date", "pk").values_list("pk", "seating_plan")[:ROOMS_AHEAD])
    row, number, section = named["row"], named["number"], named["section"]
    seats = Seat.objects.filter(
        section__plan__in=set(plans.values()),
        row__in={row, row.upper(), row.lower()},
        number__in={number, number.upper(), number.lower()},
    )
    if section:
        seats = seats.filter(_words(section.removesuffix(" row").strip(" ,") or section, "section__name"))
    places = Place.objects.filter(event__in=plans, seat__in=list(seats.values_list("pk", flat=True)[:COUNTED]))
    shown, total = _rows(
        places.select_related("event__venue", "seat__section", "offer__ticket_type").order_by("event__event_date", "pk")
    )
    tickets = Ticket.objects.living().filter(place__in=shown).select_related("booking")
    held = {ticket.place_id: ticket for ticket in tickets.order_by("pk") if _has(ticket, now)}
    return [SeatFound(place, held.get(place.pk), place.is_free(now)) for place in shown], total


def _has(ticket: Ticket, now: datetime) -> bool:
    """Whether a ticket stands for its place, rather than for a hold that has lapsed."""
    return ticket.status == Ticket.Status.VALID or ticket.booking.is_live(now)


def _events(query: str, now: datetime) -> tuple[list[Event], int]:
    """Find events by name, those to come first, soonest first; then those that are past, latest first."""
    events = Event.objects.filter(_words(query, "name", "production__title", "venue__name", "venue__city"))
    events = events.select_related("venue", "category")
    coming, count = _rows(events.filter(event_date__gt=now - STILL_ON).order_by("event_date", "pk"))
    past, before = _rows(events.filter(event_date__lte=now - STILL_ON).order_by("-event_date", "pk"))
    return [*coming, *past][:SHOWN], count + before


def _waiting(query: str) -> QuerySet[WaitlistEntry]:
    entries = WaitlistEntry.objects.select_related("event__venue", "offer__ticket_type")
    return _recent(entries).filter(_words(query, "name", "email")).order_by("-created_at", "-pk")


def count_words(groups: Iterable[Group]) -> str:
    """Say what was found in one line: "3 bookings, 1 event"."""
    singular = {"bookings": "booking", "tickets": "ticket", "seats": "seat", "events": "event"}
    return ", ".join(
        f"{group.count:,}{'+' if group.count >= COUNTED else ''} "
        f"{singular.get(group.kind, group.kind) if group.count == 1 else group.kind}"
        for group in groups
    )
