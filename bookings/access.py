"""How customers reach what is theirs, without accounts: secret links, signed cookies, sign-in links by e-mail.

A booking's page is open to whoever knows its key; that of a ticket which was passed on, to whoever has the link that
its holder was sent. A browser remembers what it holds at an event, and which
address it has proved to own; both in signed cookies, so that public pages need no session.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from events.models import Event

from .models import Booking, Ticket

SIGN_IN_LINK_LIFE = timedelta(minutes=30)
SIGN_IN_LIFE = timedelta(days=14)
HOLD_COOKIE_LIFE = timedelta(hours=4)

SIGN_IN_SALT = "bookings.sign-in-link"
CUSTOMER_COOKIE = "customer"
"""The name of the cookie, and the salt of what is in it."""

HOLD_SALT = "bookings.hold"

TICKET_SALT = "bookings.ticket"


class KeyConverter:
    """A booking's key in an address."""

    regex = "[A-Za-z0-9_-]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class TicketTokenConverter(KeyConverter):
    """A ticket's id and a signature, in an address."""

    regex = "[0-9]{1,18}-[A-Za-z0-9_-]{43}"


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep a customer's page out of caches, search engines and other sites' logs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Not "no-referrer": browsers would then send "Origin: null", which the CSRF check refuses.
        response["Referrer-Policy"] = "same-origin"
        return response

    return never_cache(guarded)


# A ticket of one's own ---------------------------------------------------------------------------


def make_ticket_token(ticket: Ticket) -> str:
    """Sign a ticket for its holder's link. The code is part of what is signed, so that a new one needs a new link."""
    return f"{ticket.pk}-{signing.Signer(salt=TICKET_SALT).signature(_signed_about(ticket))}"


def ticket_url(ticket: Ticket, name: str = "ticket") -> str:
    """Return the address of the page of one ticket that was passed on, or of what belongs to it."""
    return reverse(f"bookings:{name}", args=[make_ticket_token(ticket)])


def find_ticket(token: str) -> Ticket | None:
    """Return the ticket of a holder's link, living or void, with its details; None if the link is forged."""
    pk, _, signature = token.partition("-")
    ticket = Ticket.objects.with_details().filter(pk=pk).first()
    if ticket is None:
        return None
    try:
        signing.Signer(salt=TICKET_SALT).unsign(f"{_signed_about(ticket)}:{signature}")
    except signing.BadSignature:
        return None
    return ticket


def _signed_about(ticket: Ticket) -> str:
    return f"{ticket.pk}.{ticket.code}"


# What this browser holds ------------------------------------------------------------------------


def remember_hold(response: HttpResponse, booking: Booking) -> None:
    """Let the browser know, on the pages of this event, what it holds there."""
    response.set_signed_cookie(
        _hold_cookie(booking.event_id),
        booking.key,
        salt=HOLD_SALT,
        max_age=HOLD_COOKIE_LIFE,
        path=booking.event.get_absolute_url(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_hold(response: HttpResponse, booking: Booking) -> None:
    response.delete_cookie(_hold_cookie(booking.event_id), path=booking.event.get_absolute_url(), samesite="Lax")


def find_hold(request: HttpRequest, event: Event, now: datetime) -> Booking | None:
    """Return the live hold of this browser at an event, if it has one. Without the cookie, no query."""
    key = request.get_signed_cookie(_hold_cookie(event.pk), default=None, salt=HOLD_SALT)
    return Booking.objects.live_holds(now).filter(key=key, event=event).first() if key else None


def _hold_cookie(event_id: int) -> str:
    return f"hold-{event_id}"


# Which address this browser's owner has proved to own -------------------------------------------


def make_sign_in_link(email: str) -> str:
    """Make the address that is sent to ``email``: whoever opens it can read that mailbox."""
    token = signing.dumps(email.lower(), salt=SIGN_IN_SALT)
    return settings.SITE_URL + reverse("bookings:sign_in", args=[token])


def read_sign_in_token(token: str) -> str | None:
    """Return the e-mail address of a sign-in link; None if the link is forged or has expired."""
    return _load(token, SIGN_IN_SALT, SIGN_IN_LINK_LIFE)


def sign_in(response: HttpResponse, email: str) -> None:
    response.set_cookie(
        CUSTOMER_COOKIE,
        signing.dumps(email, salt=CUSTOMER_COOKIE),
        max_age=SIGN_IN_LIFE,
        path=reverse("bookings:mine"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def sign_out(response: HttpResponse) -> None:
    response.delete_cookie(CUSTOMER_COOKIE, path=reverse("bookings:mine"), samesite="Lax")


def signed_in_email(request: HttpRequest) -> str | None:
    """Return the address that this browser has signed in with."""
    return _load(request.COOKIES.get(CUSTOMER_COOKIE, ""), CUSTOMER_COOKIE, SIGN_IN_LIFE)


def _load(token: str, salt: str, life: timedelta) -> str | None:
    try:
        return signing.loads(token, salt=salt, max_age=life)
    except signing.BadSignature:
        return None
