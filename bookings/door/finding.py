"""Find the tickets of people who have no code at hand: by name, booking code, e-mail address or seat."""

from __future__ import annotations

import re

from django.db.models import Q

from bookings.models import Ticket
from events.models import Event

MOST = 30
SHORTEST = 2
SEAT = re.compile(r"(?:row )?([A-Za-z]{1,3}) ?(?:seat )?-?([0-9]{1,4})", re.IGNORECASE)
WORDS = 6


def find_tickets(event: Event, text: str) -> list[Ticket]:
    """Find an event's tickets, dead ones too, of which every word says something; a seat is found as ``C12`` as well.

    Too short a text finds nothing.
    """
    text = "".join(letter for letter in text if letter.isprintable()).strip()[:100]
    if len(text) < SHORTEST:
        return []
    asked = Q()
    for word in text.split()[:WORDS]:
        asked &= (
            Q(holder_name__icontains=word)
            | Q(booking__customer_name__icontains=word)
            | Q(booking__booking_code__icontains=word)
            | Q(booking__customer_email__icontains=word)
            | Q(place__seat__section__name__icontains=word)
        )
    if seat := SEAT.fullmatch(text):
        asked |= Q(place__seat__row__iexact=seat[1], place__seat__number=seat[2])
    tickets = Ticket.objects.with_details().select_related("booking").filter(asked, offer__event=event)
    return list(tickets.order_by("status", "booking__customer_name", "pk")[:MOST])
