"""What an operation asks of whoever calls it: nothing, or a key whose member of staff has a permission.

Every operation carries one of two decorators, below the router's::

    @router.post("/venues", response={201: VenueOut})
    @needs("venues.add_venue", raises=[NotFound])
    def create_venue(request, data: VenueIn): ...

    @router.get("/venues", response=Page[VenueOut])
    @public(max_age=60)
    def list_venues(request, part: Query[Part]): ...

Inside, ``request.now`` is the moment of the request, ``request.api_key`` the key if there is one, and ``request.user``
its member of staff.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest
from ninja.decorators import decorate_view

from .models import ApiKey, digest_of
from .problems import Forbidden, Problem, Unauthorized

View = TypeVar("View", bound=Callable)

NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a key was last used: so often it is written at most."""


@dataclass(frozen=True)
class Terms:
    """What an operation asks for.

    ``permissions`` are needed, all of them; whoever has the permission ``insight`` is shown more by a public operation
    than everybody is, or may do more by another one: ``request.has_insight`` says so. ``raises`` are the errors that it
    may answer with, besides those that every operation may. A public answer may be kept for ``max_age`` seconds; None:
    by nobody. What load balancers ask is not ``is_limited``.
    """

    permissions: tuple[str, ...] = ()
    insight: str = ""
    raises: tuple[type[Exception], ...] = ()
    max_age: int | None = None
    is_limited: bool = True

    @property
    def is_public(self) -> bool:
        return not self.permissions


def needs(*permissions: str, insight: str = "", raises: Sequence[type[Exception]] = ()) -> Callable[[View], View]:
    """Open an operation to keys whose member of staff has all of ``permissions``; who has ``insight`` may do more."""
    if not permissions:
        raise TypeError("Name the permission that the operation needs.")
    return _agree(Terms(permissions=permissions, insight=insight, raises=tuple(raises)))


def public(
    *, max_age: int | None, insight: str = "", raises: Sequence[type[Exception]] = (), is_limited: bool = True
) -> Callable[[View], View]:
    """Open an operation to everybody, and say for how many seconds its answer may be kept."""
    return _agree(Terms(insight=insight, raises=tuple(raises), max_age=max_age, is_limited=is_limited))


def _agree(terms: Terms) -> Callable[[View], View]:
    from .answering import answering  # it reads the terms

    def decorate(view: View) -> View:
        view.terms = terms
        return decorate_view(answering(terms))(view)

    return decorate


def identify(request: HttpRequest, terms: Terms) -> tuple[ApiKey | None, Problem | None]:
    """Find the key that a request brings, or why it opens nothing. One query; another one, at most once a minute."""
    request.api_key, request.user, request.has_insight = None, AnonymousUser(), False
    header = request.headers.get("Authorization")
    if header is None:
        return None, None if terms.is_public else Unauthorized("Send your key: “Authorization: Bearer mq_…”.")
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        return None, Unauthorized("Send your key as a bearer token: “Authorization: Bearer mq_…”.")
    asked = terms.permissions or ((terms.insight,) if terms.insight else ())
    keys = ApiKey.objects.usable(request.now).with_permission(*asked).select_related("user")
    if terms.permissions and terms.insight:
        keys = keys.with_permission(terms.insight, name="is_allowed_more")
    key = keys.filter(digest=digest_of(secret.strip())).first()
    if key is None:
        return None, Unauthorized("This key is unknown, was revoked or has expired.")
    _note_use(key, request.now)
    request.api_key, request.user = key, key.user
    request.has_insight = bool(terms.insight and getattr(key, "is_allowed_more", key.is_allowed))
    return key, None


def check_permitted(key: ApiKey | None, terms: Terms) -> None:
    """Refuse a key without the permission.

    Raises:
        Forbidden: says which one it lacks.
    """
    if not terms.is_public and not (key and key.is_allowed):
        names = " and ".join(terms.permissions)
        raise Forbidden(f"The member of staff of this key needs the permission {names}.")


def _note_use(key: ApiKey, now: datetime) -> None:
    before = now - NOTED_EVERY
    if key.last_used_at is None or key.last_used_at <= before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
