"""What the API answers when it cannot do what it was asked: problem documents (RFC 9457).

Each problem has a ``code`` that never changes, for programs, and a ``detail`` for people. Errors of fields are in
``errors``, wherever they come from. What the rooms' own errors become is said in ``config.api.problems``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .wire import write_json

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. ``field`` is its path: ``capacity``, ``offers[0].price``, ``limit``."""

    field: str
    message: str
    code: str


class Problem(Exception):
    """The request makes no sense.

    Each kind of problem is a class of its own. ``members`` are further members of the document, such as what is left.
    """

    status = 400
    code = "bad_request"
    title = "Bad request"

    def __init__(
        self,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})


class InvalidJson(Problem):
    """The body cannot be read as JSON."""

    code = "invalid_json"
    title = "Invalid JSON"


class Unauthorized(Problem):
    """There is no key, or it does not open anything (any more)."""

    status = 401
    code = "unauthorized"
    title = "A valid API key is needed"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="Marquee"'})


class Forbidden(Problem):
    """The key's member of staff may not do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(Problem):
    """There is no such thing, or not for whoever asks."""

    status = 404
    code = "not_found"
    title = "Not found"


class MethodNotAllowed(Problem):
    """The address is right, the method is not: ``Allow`` says which ones are."""

    status = 405
    code = "method_not_allowed"
    title = "Method not allowed"


class Conflict(Problem):
    """The present state does not allow this."""

    status = 409
    code = "conflict"
    title = "Not possible now"


class InUse(Conflict):
    """Something depends on it, so that it cannot be deleted or changed in this way."""

    code = "in_use"
    title = "Still in use"


class RequestRunning(Conflict):
    """A request with this ``Idempotency-Key`` is being carried out."""

    code = "request_running"
    title = "The same request is being carried out"


class TooLarge(Problem):
    """The body is larger than anything the API takes."""

    status = 413
    code = "too_large"
    title = "Too large"


class Invalid(Problem):
    """Fields are missing or wrong: ``errors`` says which."""

    status = 422
    code = "invalid"
    title = "Some fields are wrong"


class IdempotencyKeyReused(Problem):
    """The ``Idempotency-Key`` belongs to another request."""

    status = 422
    code = "idempotency_key_reused"
    title = "The idempotency key belongs to another request"


class TooManyRequests(Problem):
    """The limit of requests is reached: ``Retry-After`` says when the next one is welcome."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"


class ServerError(Problem):
    """Something went wrong that is not the caller's fault, and is in our logs."""

    status = 500
    code = "server_error"
    title = "Something went wrong here"


class Unavailable(Problem):
    """The database is away: nothing was changed, and the same request may be sent again."""

    status = 503
    code = "unavailable"
    title = "Out of service for a moment"


def invalid_field(field: str, message: str, code: str = "invalid") -> Invalid:
    """Make the problem of one wrong field."""
    return Invalid(message, errors=[FieldError(field, message, code)])


def type_of(code: str) -> str:
    """Return the address that identifies a kind of problem, and explains it."""
    return f"{settings.SITE_URL}/api/problems/{code}"


def document_of(problem: Problem, instance: str) -> dict[str, object]:
    """Write a problem as its document."""
    document = {
        "type": type_of(problem.code),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "instance": instance,
        "errors": [asdict(error) for error in problem.errors],
    }
    return document | problem.members


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer with a problem. Nobody may keep it."""
    body = write_json(document_of(problem, request.path))
    headers = {"Cache-Control": "no-store", **problem.headers}
    return HttpResponse(body, status=problem.status, content_type=CONTENT_TYPE, headers=headers)
