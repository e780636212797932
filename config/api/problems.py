"""What the rooms' own errors become in the API: one table, by class. Each says its own sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import HttpError
from ninja.errors import ValidationError as RequestInvalid

import venues.api.problems as basic
from bookings import errors as bookings
from events import errors as events
from ticketing import errors as ticketing
from venues import errors as venues
from venues.api.problems import FieldError, Problem

logger = logging.getLogger(__name__)

Members = Callable[[Exception], dict[str, object]]


@dataclass(frozen=True)
class Rule:
    """The status and the title of an error, and the members that its document has besides."""

    status: int
    title: str
    members: Members = lambda error: {}


RULES: dict[type[Exception], Rule] = {
    venues.VenueError: Rule(409, "Not possible in this room"),
    venues.LayoutInvalid: Rule(422, "The layout cannot be read"),
    venues.PlanInvalid: Rule(422, "The plan cannot be read"),
    venues.PlanChanged: Rule(409, "The plan has changed meanwhile"),
    venues.SectionsInUse: Rule(409, "Sections are on sale"),
    venues.SeatsInUse: Rule(409, "Seats are on sale, or sold"),
    events.EventError: Rule(409, "Not possible at this event"),
    events.EventClosed: Rule(409, "The event is over or cancelled"),
    events.DateRefused: Rule(422, "The date is not possible"),
    ticketing.TicketingError: Rule(409, "Not for sale in this way"),
    ticketing.SalesClosed: Rule(409, "Not for sale now"),
    ticketing.PlacesTaken: Rule(
        409,
        "Not enough places left",
        lambda error: {
            "left": [{"offer_id": offer, "left": left} for offer, left in sorted(error.left.items())],
            "taken": list(error.taken),
        },
    ),
    ticketing.SelectionInvalid: Rule(422, "The choice makes no sense"),
    ticketing.SingleSeatLeft: Rule(
        409,
        "A single seat would be left",
        lambda error: {"seats": list(error.seats), "is_final": error.is_final},
    ),
    ticketing.PromoCodeRefused: Rule(422, "The promo code does not apply"),
    ticketing.NamedHoldEnded: Rule(409, "The hold has ended"),
    ticketing.StockInUse: Rule(409, "Places are held or sold"),
    bookings.BookingError: Rule(409, "Not possible with this booking"),
    bookings.TransitionRefused: Rule(409, "The booking's status does not allow this"),
    bookings.HoldLapsed: Rule(409, "The hold has lapsed"),
    bookings.DuplicateBooking: Rule(
        409,
        "Booked already",
        lambda error: {"booking": {"id": error.twin.pk, "booking_code": error.twin.booking_code}},
    ),
    bookings.DetailsMissing: Rule(422, "Name and e-mail address are needed"),
    bookings.PaymentFailed: Rule(409, "The payment failed"),
    bookings.StillAvailable: Rule(409, "There are places left"),
    bookings.NothingToOffer: Rule(409, "There is nothing to offer"),
    bookings.CancellationRefused: Rule(409, "The event's policy does not allow this"),
    bookings.PriceDiffers: Rule(409, "The price differs", lambda error: {"difference": error.difference}),
    bookings.ExchangeRefused: Rule(409, "The event's policy does not allow this"),
    bookings.RefundRefused: Rule(422, "The sum cannot be given back"),
    bookings.ShiftClosed: Rule(409, "The shift is closed"),
    bookings.DiscountRefused: Rule(422, "The discount is not possible"),
    bookings.TillError: Rule(409, "The till says no"),
    bookings.NoteMissing: Rule(422, "A note is needed"),
    bookings.ErasureRefused: Rule(409, "The customer cannot be forgotten yet"),
    bookings.WebhookRefused: Rule(409, "The webhook's state does not allow this"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of problem, as the documents list it."""

    code: str
    status: int
    title: str
    description: str


def kinds() -> dict[str, Kind]:
    """Every kind of problem, by its code."""
    own = [Kind(cls.code, cls.status, cls.title, _explain(cls)) for cls in _all_problems()]
    theirs = [Kind(cls.code, rule.status, rule.title, _explain(cls)) for cls, rule in RULES.items()]
    return {kind.code: kind for kind in sorted([*own, *theirs], key=lambda kind: (kind.status, kind.code))}


def kind_of(error: type[Exception]) -> Kind:
    """Say what a class of errors becomes."""
    if issubclass(error, Problem):
        return Kind(error.code, error.status, error.title, _explain(error))
    rule = _rule_of(error)
    return Kind(error.code, rule.status, rule.title, _explain(error))


def _all_problems(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    yield root
    for cls in root.__subclasses__():
        yield from _all_problems(cls)


def _explain(cls: type[Exception]) -> str:
    """Return the first sentence of a class's docstring, which is all that callers need."""
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split()).replace("``", "`")


def _rule_of(cls: type[Exception]) -> Rule:
    return next(RULES[parent] for parent in cls.__mro__ if parent in RULES)


def problem_of(error: Exception) -> Problem | None:
    """Translate an error; None for one that nobody expects."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, tuple(RULES)):
        return _domain(error)
    if isinstance(error, RequestInvalid):
        return basic.Invalid("Some fields are missing or wrong.", errors=_request_errors(error))
    if isinstance(error, ModelInvalid):
        return _model_invalid(error)
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return basic.NotFound("There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return basic.Forbidden("The member of staff of this key may not do this.")
    if isinstance(error, ProtectedError | RestrictedError):
        return basic.InUse("Something that depends on it has been sold or added, so it cannot be deleted.")
    if isinstance(error, RequestDataTooBig):
        return basic.TooLarge("The body is larger than 2.5 MB.")
    if isinstance(error, UnreadablePostError | SuspiciousOperation):
        return Problem("The request cannot be read.")
    if isinstance(error, HttpError):
        return basic.InvalidJson(str(error.__cause__ or error)) if error.status_code == 400 else None
    if isinstance(error, DatabaseError | InterfaceError) and not isinstance(error, IntegrityError | DataError):
        return basic.Unavailable("The database does not answer. Nothing was changed: send the request again.")
    return None


def _domain(error: Exception) -> Problem:
    kind, rule = kind_of(type(error)), _rule_of(type(error))
    problem = Problem(error.message, members=rule.members(error))
    problem.status, problem.code, problem.title = kind.status, kind.code, kind.title
    return problem


def _request_errors(error: RequestInvalid) -> list[FieldError]:
    return [FieldError(_path(line["loc"]), _sentence(line), line["type"]) for line in error.errors]


def _path(where: tuple) -> str:
    """Write ``offers[0].price``: without where in the request it was, and without the name of our own argument."""
    source, *rest = where
    parts = rest[1:] if source == "body" else rest
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or source


def _sentence(line: dict) -> str:
    return line["msg"].removeprefix("Value error, ")


def _model_invalid(error: ModelInvalid) -> Problem:
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    codes = error.error_dict if hasattr(error, "error_dict") else {}
    errors = [
        FieldError("" if field == "__all__" else field, message, _code(codes, field, index))
        for field, messages in found.items()
        for index, message in enumerate(messages)
    ]
    return basic.Invalid("Some fields are missing or wrong.", errors=errors)


def _code(codes: dict, field: str, index: int) -> str:
    return (codes[field][index].code if field in codes else None) or "invalid"


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an error with its problem document; one that nobody expects is logged, and tells nothing."""
    problem = problem_of(error)
    if problem is None:
        logger.exception("%s %s", request.method, request.path, exc_info=error)
        problem = basic.ServerError("This is not your fault. We have written down what happened.")
    elif problem.status == 503:
        logger.exception("The database does not answer.", exc_info=error)
    return basic.respond(request, problem)
