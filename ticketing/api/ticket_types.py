"""Operations on ticket types."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from ticketing.models import TicketType
from venues.api.access import needs, public
from venues.api.catalogue import CATALOGUE_SECONDS
from venues.api.pages import Part, paginate
from venues.api.problems import InUse, NotFound
from venues.api.saving import save
from venues.api.schemas import Body, Line, LongText, Moment, Money, Page, Price, currency

router = Router(tags=["Ticket types"])

Name = Annotated[Line, Field(min_length=1, max_length=60, examples=["Standard"])]


class TicketTypeIn(Body):
    name: Name = Field(description="Its own: no other ticket type has it.")
    price: Price = Field(description="The default: each offer may have another one.")
    description: LongText = ""


class TicketTypePatch(Body):
    """Only what is given is changed. Offers keep the prices that they have."""

    name: Name = None
    price: Price = None
    description: LongText = None


class TicketTypeOut(Schema):
    id: int = Field(examples=[1])
    name: str = Field(examples=["Standard"])
    price: Money
    currency: str = Field(examples=["EUR"])
    description: str
    created_at: Moment

    @staticmethod
    def resolve_currency(ticket_type: TicketType) -> str:
        return currency()


def find_ticket_type(ticket_type_id: int) -> TicketType:
    """Return a ticket type.

    Raises:
        NotFound: there is none.
    """
    ticket_type = TicketType.objects.filter(pk=ticket_type_id).first()
    if ticket_type is None:
        raise NotFound(f"There is no ticket type {ticket_type_id}.")
    return ticket_type


@router.get("/ticket-types", response=Page[TicketTypeOut], summary="List ticket types")
@public(max_age=CATALOGUE_SECONDS)
def list_ticket_types(request: HttpRequest, asked: Query[Part]):
    """List the kinds of tickets that the house sells, dearest first."""
    return paginate(request, TicketType.objects.order_by("-price", "name", "pk"), asked)


@router.post("/ticket-types", response={201: TicketTypeOut}, summary="Make a ticket type")
@needs("ticketing.add_tickettype")
def create_ticket_type(request: HttpRequest, response: HttpResponse, data: TicketTypeIn):
    """Make a kind of ticket. Events that are made from now on offer it, too, unless they name their offers."""
    ticket_type = save(TicketType(**data.dict(), created_at=request.now))
    response["Location"] = f"/api/ticket-types/{ticket_type.pk}"
    return ticket_type


@router.get("/ticket-types/{int:ticket_type_id}", response=TicketTypeOut, summary="Get a ticket type")
@public(max_age=CATALOGUE_SECONDS, raises=[NotFound])
def get_ticket_type(request: HttpRequest, ticket_type_id: int):
    """Get one kind of ticket."""
    return find_ticket_type(ticket_type_id)


@router.patch("/ticket-types/{int:ticket_type_id}", response=TicketTypeOut, summary="Change a ticket type")
@needs("ticketing.change_tickettype", raises=[NotFound])
def change_ticket_type(request: HttpRequest, ticket_type_id: int, data: TicketTypePatch):
    """Change a kind of ticket. What is on sale already keeps its price."""
    return save(find_ticket_type(ticket_type_id), data.changes())


@router.delete("/ticket-types/{int:ticket_type_id}", response={204: None}, summary="Delete a ticket type")
@needs("ticketing.delete_tickettype", raises=[NotFound, InUse])
def delete_ticket_type(request: HttpRequest, ticket_type_id: int):
    """Delete a kind of ticket that no event has ever offered."""
    find_ticket_type(ticket_type_id).delete()
