"""The lower half of a printed ticket: the booking, the way there, the evening, access, conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import date_format
from reportlab.lib.units import mm

from bookings.models import Booking, Ticket
from events.models import Event
from ticketing.money import format_money

from .seat_plan import Frame, draw_marks, prepare_room
from .style import HAIRLINE, MUTED, draw_heading, draw_label, draw_lines, draw_paragraph
from .typesetting import BOLD, REGULAR, Face, clean, draw, fit, wrap
from .when import clock, day, end_of, moment

if TYPE_CHECKING:
    from .pdf import Page

LEFT, RIGHT, TOP = 12 * mm, 198 * mm, 134 * mm
GUTTER = 9 * mm
COLUMN = (RIGHT - LEFT - 2 * GUTTER) / 3
FOOT = 12 * mm
MIDDLE = 88.5 * mm
"""Where the second row begins: access, and what to do before coming."""
CONDITIONS = 47 * mm
ROOM_TOP, ROOM_FOOT = 94 * mm, CONDITIONS + 8.5 * mm
"""Between what the room is drawn, below the booking; it goes up to :data:`TOP` where that has moved."""
BELOW = 93 * mm
"""Where the booking and the access begin, when the room has the third column to itself."""
BRIEF = 420
"""So many characters about access fit into one column."""
SECOND = LEFT + COLUMN + GUTTER
THIRD = LEFT + 2 * (COLUMN + GUTTER)
"""Where the third column begins: the booking, and below it the room, or what to do before coming."""


def prepare_leaflet(page: Page) -> None:
    """Draw once what every leaflet shows: the room."""
    if page.locator:
        prepare_room(page, _room_frame(page))


def draw_leaflet(page: Page, ticket: Ticket) -> None:
    """Draw everything below the fold. The room gets the third column, as far as the other texts can do without it."""
    _draw_venue(page, LEFT)
    _draw_evening(page, SECOND)
    if page.locator and _is_brief(page):
        _draw_booking(page, ticket, SECOND, BELOW)
        _draw_access(page, BELOW, COLUMN, lines=8)
        _draw_room(page, ticket)
    else:
        below = _draw_booking(page, ticket, THIRD, TOP)
        _draw_access(page, MIDDLE, 2 * COLUMN + GUTTER, lines=6)
        if page.locator:
            _draw_room(page, ticket)
        else:
            _draw_advice(page, THIRD, min(MIDDLE, below - 5 * mm))
    _draw_conditions(page, ticket)
    _draw_foot(page)


def _is_brief(page: Page) -> bool:
    """Whether what is said about access fits into one column."""
    return len(page.event.venue.access_information) <= BRIEF


def _draw_room(page: Page, ticket: Ticket) -> None:
    draw_heading(page.canvas, THIRD, _room_top(page), "Your seat" if ticket.place.seat else "Your place")
    draw_marks(page, ticket, _room_frame(page))


def _room_top(page: Page) -> float:
    return TOP if _is_brief(page) else ROOM_TOP


def _draw_venue(page: Page, x: float) -> None:
    canvas, venue = page.canvas, page.event.venue
    draw_heading(canvas, x, TOP, "Where")
    y = draw_paragraph(canvas, x, TOP - 6.5 * mm, venue.name, COLUMN, face=BOLD)
    y = draw_paragraph(canvas, x, y, venue.full_address, COLUMN)
    draw_paragraph(canvas, x, y, venue.country, COLUMN, lines=2)


def _draw_access(page: Page, y: float, limit: float, *, lines: int) -> None:
    draw_heading(page.canvas, LEFT, y, "Access")
    access = page.event.venue.access_information or (
        "Tell us what you need by answering your confirmation, and we will have it ready when you come."
    )
    draw_paragraph(page.canvas, LEFT, y - 6.5 * mm, access, limit, lines=lines)


def _draw_evening(page: Page, x: float) -> None:
    canvas, event = page.canvas, page.event
    draw_heading(canvas, x, TOP, "When")
    y = draw_paragraph(canvas, x, TOP - 6.5 * mm, day(event, event.event_date), COLUMN, face=BOLD, lines=2)
    for label, value in _timetable(event):
        draw_label(canvas, x, y, label)
        draw_lines(canvas, x + 22 * mm, y, [value], REGULAR, 8.5)
        y -= 8.5 * 1.38
    draw_paragraph(canvas, x, y, f"All times are local times in {event.venue.city}.", COLUMN, lines=2, size=7.5)


def _draw_advice(page: Page, x: float, y: float) -> None:
    draw_heading(page.canvas, x, y, "Before you come")
    draw_paragraph(page.canvas, x, y - 6.5 * mm, _advice(page.event), COLUMN, lines=6)


def _timetable(event: Event) -> list[tuple[str, str]]:
    rows = [("Doors", clock(event, event.doors_at))] if event.doors_at else []
    rows.append(("Begins", clock(event, event.event_date)))
    if end := end_of(event):
        rows.append(("Ends about", clock(event, end)))
    if event.production and event.production.age_rating:
        rows.append(("Ages", clean(event.production.age_rating)))
    return rows


def _advice(event: Event) -> str:
    arrive = "when the doors open" if event.doors_at else "half an hour before the beginning"
    return (
        f"Come {arrive}, and have this page at hand, printed or on your phone with the screen turned bright. "
        "Bags may be looked into at the door, so the fewer, the quicker."
    )


def _draw_booking(page: Page, ticket: Ticket, x: float, y: float) -> float:
    """Draw what was booked and paid; return the baseline that follows.

    What else was booked is no business of somebody to whom a ticket was passed on.
    """
    canvas, booking = page.canvas, page.booking
    draw_heading(canvas, x, y, "Your ticket" if ticket.holder_name else "Your booking")
    canvas.setFillColor(MUTED)
    y = draw_lines(canvas, x, y - 6.5 * mm, [booking.booking_code], BOLD, 8.5)
    name = ticket.holder_name or booking.customer_name or "Sold at the box office"
    setting = fit(name, REGULAR, COLUMN, [(8.5, 1), (7.5, 2), (6, 3)])
    y = draw_lines(canvas, x, y, setting.lines, REGULAR, setting.size)
    booked = booking.confirmed_at or booking.booking_date
    y = draw_lines(
        canvas, x, y, [f"Booked on {date_format(booked.astimezone(page.event.venue.tz), 'j F Y')}"], REGULAR, 8.5
    )
    y -= 1.5 * mm
    for label, value, face in [] if ticket.holder_name else _bill(booking):
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.5)
        canvas.line(x, y + 8.5, x + COLUMN, y + 8.5)
        y -= 1.2 * mm
        setting = fit(label, face, COLUMN - 25 * mm, [(8.5, 1), (7, 2), (6, 3)])
        draw(canvas, x + COLUMN, y, value, face, 8.5, align="right")
        y = draw_lines(canvas, x, y, setting.lines, face, setting.size) - 1 * mm
    return y


def _bill(booking: Booking) -> list[tuple[str, str, Face]]:
    noun = "ticket" if booking.quantity == 1 else "tickets"
    rows = [(f"{booking.quantity} {noun}", format_money(booking.subtotal), REGULAR)]
    if booking.discount:
        label = f"Discount {booking.promo_code}" if booking.promo_code else "Discount"
        rows.append((label, f"−{format_money(booking.discount)}", REGULAR))
    rows.append(("Total, all in", format_money(booking.total_price), BOLD))
    return rows


def _draw_conditions(page: Page, ticket: Ticket) -> None:
    canvas, y = page.canvas, CONDITIONS
    canvas.setStrokeColor(HAIRLINE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, y + 6 * mm, RIGHT, y + 6 * mm)
    draw_heading(canvas, LEFT, y, "Good to know")
    y -= 6.2 * mm
    half = (RIGHT - LEFT - GUTTER) / 2
    sentences = conditions(page.event, is_passed_on=bool(ticket.holder_name))
    if page.locator:
        sentences.insert(2, _advice(page.event))  # its own place is taken by the room
    middle = (len(sentences) + 1) // 2
    for x, part in ((LEFT, sentences[:middle]), (LEFT + half + GUTTER, sentences[middle:])):
        below = y
        for sentence in part:
            below = draw_lines(canvas, x, below, wrap(sentence, REGULAR, 8, half), REGULAR, 8) - 1.2 * mm


def _room_frame(page: Page) -> Frame:
    return Frame(page.locator, THIRD, ROOM_FOOT, COLUMN, _room_top(page) - 3 * mm - ROOM_FOOT)


def conditions(event: Event, *, is_passed_on: bool = False) -> list[str]:
    """What the customer has agreed to, or whoever has got a ticket from them, in plain sentences."""
    if is_passed_on:
        returns = "Only the box office can cancel or exchange a ticket that was passed on."
    elif event.cancellable_until:
        until = moment(event, event.cancellable_until)
        returns = f"You can cancel this booking by yourself for a full refund until {until}, at {_address()}."
    else:
        returns = "Tickets for this event cannot be returned."
    return [
        "This ticket admits one person, once. Its code is scanned at the door and the first scan counts, so publish no "
        "picture of it.",
        "You may give the ticket to somebody else: whoever brings it is let in.",
        returns,
        "If the event is cancelled, all your money comes back to you without your asking.",
        "Please follow the rules of the house and what its staff ask of you.",
    ]


def _address() -> str:
    return settings.SITE_URL.partition("://")[2]


def _draw_foot(page: Page) -> None:
    canvas = page.canvas
    canvas.setFillColor(MUTED)
    issued = date_format(page.now.astimezone(page.event.venue.tz), "j F Y, H:i")
    draw(canvas, LEFT, FOOT, f"{settings.SITE_NAME} · {_address()}", REGULAR, 7.5)
    draw(canvas, RIGHT, FOOT, f"Issued on {issued}", REGULAR, 7.5, align="right")
