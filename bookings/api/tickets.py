"""Operations on tickets: find them, admit their holders at the door, take an admission back."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema

from bookings import signing
from bookings.door.words import FACES
from bookings.models import Scan, Ticket
from bookings.services.admitting import Answer, Shown, check_in, undo
from venues.api.access import needs
from venues.api.pages import Found
from venues.api.problems import NotFound
from venues.api.schemas import Body, Flag, Line, Moment, Page

from .finding import find_booking
from .shapes import TicketOut, ticket_document

router = Router(tags=["Tickets"])


class TicketDetail(TicketOut):
    booking_id: int = Field(examples=[1204])
    booking_code: str = Field(examples=["BK-20270514-7K4MQ2"])
    event_id: int = Field(examples=[17])


class CheckInIn(Body):
    gate: Annotated[Line, Field(max_length=40)] = Field("", description="Where they come in.", examples=["North"])
    anyway: Flag = Field(False, description="Admit before the doors are open.")


class CheckInOut(Schema):
    """The answer of the door. Whatever is shown is written down, so that nobody is refused without a trace."""

    is_admitted: bool = Field(examples=[True])
    result: str = Field(
        description="`admitted`, `already`, `not_yet`, `not_paid`, `void`, `undone` or another reason.",
        examples=["admitted"],
    )
    message: str = Field(examples=["Admitted"])
    admitted_at: Moment | None = Field(description="Since when the holder is in.", examples=[None])
    ticket: TicketDetail


def show(ticket: Ticket) -> dict[str, object]:
    booking = ticket.booking
    return ticket_document(ticket) | {
        "booking_id": booking.pk,
        "booking_code": booking.booking_code,
        "event_id": booking.event_id,
    }


def find_ticket(code: str) -> Ticket:
    """Return a ticket by what is printed on it, or what its QR code says.

    Raises:
        NotFound: there is none.
    """
    reading = signing.read(code)
    tickets = Ticket.objects.with_details().select_related("booking__event__venue")
    ticket = None if reading.is_forged or not reading.code else tickets.filter(code=reading.code).first()
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


@router.get("/bookings/{int:booking_id}/tickets", response=Page[TicketOut], summary="List a booking's tickets")
@needs("bookings.view_booking", "bookings.view_ticket", raises=[NotFound])
def list_tickets(request: HttpRequest, booking_id: int):
    """List all tickets that a booking has, or has had."""
    tickets = [ticket_document(ticket) for ticket in find_booking(booking_id).tickets.all()]
    return Found(tickets, len(tickets))


@router.get("/tickets/{code}", response=TicketDetail, summary="Get a ticket")
@needs("bookings.view_ticket", raises=[NotFound])
def get_ticket(request: HttpRequest, code: str):
    """Find a ticket by its code: the letters that are printed on it, or all that its QR code says."""
    return show(find_ticket(code))


@router.post("/tickets/{code}/check-in", response=CheckInOut, summary="Admit")
@needs("bookings.check_in_ticket", raises=[NotFound])
def check_in_ticket(request: HttpRequest, code: str, data: CheckInIn):
    """Let the holder of a ticket in, once. The answer is 200 whether they may come in or not: `is_admitted` says it."""
    ticket = find_ticket(code)
    shown = Shown(read=code, gate=data.gate, anyway=data.anyway)
    actor = request.user.get_username()
    answer = check_in(event=ticket.booking.event, shown=shown, now=request.now, actor=actor)
    return _tell(answer, code)


@router.post("/tickets/{code}/undo-check-in", response=CheckInOut, summary="Take an admission back")
@needs("bookings.check_in_ticket", raises=[NotFound])
def undo_check_in(request: HttpRequest, code: str):
    """Take an admission back: it was a mistake, or the holder did not come in after all. Twice is harmless."""
    ticket, actor = find_ticket(code), request.user.get_username()
    shown = Shown(ticket_id=ticket.pk)
    return _tell(undo(event=ticket.booking.event, shown=shown, now=request.now, actor=actor), code)


def _tell(answer: Answer, code: str) -> dict[str, object]:
    ticket = find_ticket(code)
    return {
        "is_admitted": answer.result == Scan.Result.ADMITTED,
        "result": answer.result,
        "message": FACES[answer.result][2],
        "admitted_at": ticket.checked_in_at,
        "ticket": show(ticket),
    }
