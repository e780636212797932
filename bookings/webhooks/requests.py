"""Send one request to an address that somebody else has chosen, without being led astray.

The name is looked up once; each of its addresses is checked, and the connection is made to a checked one, so that a
name that answers otherwise a moment later (DNS rebinding) leads nowhere. Private networks, this machine itself and the
metadata service of a cloud are refused. Redirects are not followed. Everything together may take :data:`PATIENCE`.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from queue import Empty, Queue
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

PATIENCE = timedelta(seconds=10)
"""A receiver that has not answered by then has failed: what it is told, it should put into a queue of its own."""

KEPT = 500
"""So many characters of an answer are kept."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address is not one to which anything is sent."""


@dataclass(frozen=True)
class Outcome:
    """What came of a request: the answer, or why there was none. ``ms`` is how long it took."""

    status: int | None = None
    text: str = ""
    ms: int = 0
    error: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Post ``body`` to ``url``. Never raises for what the receiver does, or does not do."""
    begun = time.monotonic()
    deadline = begun + PATIENCE.total_seconds()
    try:
        status, text = _post(urlsplit(url), body, headers, deadline)
        outcome = Outcome(status, text)
    except TimeoutError:
        outcome = Outcome(error=f"No answer within {PATIENCE.total_seconds():g} seconds.")
    except (Refused, OSError, HTTPException, ValueError) as error:
        outcome = Outcome(error=f"{error or type(error).__name__}"[:200])
    taken = int((time.monotonic() - begun) * 1000)
    return Outcome(outcome.status, outcome.text, taken, outcome.error)


def check_url(url: str) -> None:
    """Refuse a URL that could not be told anything, whatever its name stands for.

    Raises:
        Refused: with the reason.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and (settings.IS_LIVE or parts.scheme != "http"):
        raise Refused("The address must begin with https://.")
    if not parts.hostname or parts.username or parts.password:
        raise Refused("The address must name a host, and neither user nor password.")
    with suppress(ValueError):
        check_address(parts.hostname)


def check_address(address: str) -> None:
    """Refuse an IP address that is not on the public internet, unless private ones are allowed.

    Raises:
        Refused: it is not public.
        ValueError: it is no IP address.
    """
    if not (is_public(address) or settings.WEBHOOK_ALLOW_PRIVATE):
        raise Refused(f"{address} is not on the public internet.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when an IPv4 address hides in an IPv6 one.

    Raises:
        ValueError: it is no IP address.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 6:
        hidden = found.ipv4_mapped or found.sixtofour
        if found in NAT64:
            hidden = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo or (hidden and not is_public(str(hidden))):
            return False
        if hidden:
            return True
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def resolve(host: str, port: int, deadline: float) -> list[tuple]:
    """Look a name up, once, and return its addresses as ``(family, address)``, all of them checked.

    Raises:
        Refused: one of them is not public: a name that stands for both is a trap.
        OSError: there is no such name.
        TimeoutError: the receiver's name server takes its time. Nothing else can end a look-up, so a thread waits.
    """
    answers: Queue = Queue()
    threading.Thread(target=_look_up, args=[host, port, answers], daemon=True).start()
    try:
        found = answers.get(timeout=_left(deadline))
    except Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise found
    for *_, address in found:
        check_address(address[0])
    return [(family, address) for family, _, _, _, address in found]


def _look_up(host: str, port: int, answers: Queue) -> None:
    try:
        answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answers.put(error if isinstance(error, OSError) else OSError("There is no such name."))


def _post(url: SplitResult, body: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, str]:
    check_url(url.geturl())
    port = url.port or (443 if url.scheme == "https" else 80)
    with _connect(url, port, deadline) as sock, _cut_off(sock, deadline):
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection = HTTPConnection(url.hostname, port)
        connection.sock = sock
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", target, body=body, headers={**headers, "Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read(4 * KEPT).decode("utf-8", "replace").replace("\x00", "")[:KEPT]


def _connect(url: SplitResult, port: int, deadline: float) -> socket.socket:
    """Connect to the first of the checked addresses that answers; with TLS, to whoever will prove to have the name."""
    failure: OSError | None = None
    for family, address in resolve(url.hostname, port, deadline):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(_left(deadline))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
            continue
        if url.scheme == "http":
            return sock
        context = ssl.create_default_context()
        return context.wrap_socket(sock, server_hostname=url.hostname, do_handshake_on_connect=False)
    raise failure or OSError("The name stands for no address.")


@contextmanager
def _cut_off(sock: socket.socket, deadline: float) -> Iterator[None]:
    """Hang up when the time is over, however slowly an answer drips in: a time-out of the socket's only ends silence.

    Raises:
        TimeoutError: it was.
    """
    timer = threading.Timer(_left(deadline), _hang_up, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException):
        if time.monotonic() >= deadline:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    _left(deadline)


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # under the TLS, which the other thread is using


def _left(deadline: float) -> float:
    """Return the seconds that are left.

    Raises:
        TimeoutError: none are.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
