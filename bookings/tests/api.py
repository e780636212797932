"""Call the API as somebody who may do everything that concerns bookings."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpResponse
from django.test import Client

from ticketing.models import Offer
from venues.tests.factories import make_bearer

ADA = {"customer_name": "Ada Lovelace", "customer_email": "ada@example.org"}

MAY = (
    *("bookings.add_booking", "bookings.change_booking", "bookings.view_booking"),
    *("bookings.collect_booking", "bookings.refund_booking", "bookings.view_activity", "bookings.view_payment"),
    *("bookings.view_ticket", "bookings.check_in_ticket"),
    *("bookings.add_waitlistentry", "bookings.change_waitlistentry", "bookings.view_waitlistentry"),
    *("ticketing.add_promocode", "ticketing.change_promocode"),
    *("ticketing.delete_promocode", "ticketing.view_promocode"),
)

Call = Callable[..., HttpResponse]


def caller(client: Client, *may: str, username: str = "office") -> Call:
    """Return a function that calls the API with a key whose member of staff has these permissions, or all that matter.

    ``call("POST", "/bookings", {…})``; further arguments are headers.
    """
    bearer = make_bearer(*(may or MAY), username=username)

    def call(method: str, path: str, data: object = None, **headers: str) -> HttpResponse:
        body = json.dumps(data) if data is not None else ""
        return client.generic(
            method, f"/api{path}", body, content_type="application/json", headers={**bearer, **headers}
        )

    return call


def wish(offer: Offer, quantity: int = 2, **more) -> dict:
    """Write what books tickets of an offer for Ada."""
    return {**ADA, "event_id": offer.event_id, "ticket_type_id": offer.ticket_type_id, "quantity": quantity, **more}


def problem(response: HttpResponse) -> tuple[int, str, str]:
    found = response.json()
    return response.status_code, found["code"], found["detail"]
