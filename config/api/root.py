"""The API object, and its addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.operation import Operation

from venues.api.problems import MethodNotAllowed, NotFound, respond
from venues.api.wire import JSONParser, JSONRenderer

from . import docs
from .house import router as house
from .problems import answer, problem_of
from .schema import HouseSchema

DESCRIPTION = """
Everything that the house sells, by machine: the catalogue and what is left are open to everybody; whatever concerns
customers needs a key.

Lists are `{items, count, next, previous}`. What goes wrong is answered with a problem document (RFC 9457) whose `code`
never changes. Money is a number with two decimals, in `currency`. Times are ISO 8601: those of an event are written on
its venue's clock, all others in UTC. Writes take an `Idempotency-Key`. The guide is `docs/api.md`.
"""


class HouseAPI(NinjaAPI):
    """ninja, with our document and the short names of our functions."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict | None = None) -> HouseSchema:
        return HouseSchema(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def set_default_exception_handlers(self) -> None:
        """Let the guard around each address answer what nobody expects, so that a transaction is undone first."""
        self.add_exception_handler(Exception, _on_error)


def _on_error(request: HttpRequest, error: Exception) -> HttpResponse:
    problem = problem_of(error)
    if problem is None or problem.status >= 500:
        raise error
    return answer(request, error)


api = HouseAPI(
    title=f"{settings.SITE_NAME} API",
    version="1.0.0",
    description=DESCRIPTION.strip(),
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    renderer=JSONRenderer(),
    parser=JSONParser(),
)
for router in (
    "venues.api.catalogue.router",
    "events.api.router",
    "ticketing.api.router",
    "bookings.api.bookings.router",
    "bookings.api.actions.router",
    "bookings.api.tickets.router",
    "bookings.api.payments.router",
    "bookings.api.promo_codes.router",
    "bookings.api.waiting.router",
    "reports.api.router",
    house,
):
    api.add_router("", router)


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer with a problem document whatever happens, and HEAD as GET without its body."""

    def guard(request: HttpRequest, **arguments: object) -> HttpResponse:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        try:
            response = view(request, **arguments)
        except Exception as error:
            response = answer(request, error)
        if response.status_code == 405:
            methods = response["Allow"]
            response = respond(request, MethodNotAllowed(f"This address knows {methods}.", headers={"Allow": methods}))
        if is_head:
            request.method = "HEAD"
        return response

    guard.login_required = False
    guard.csrf_exempt = True
    return guard


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    raise NotFound("There is nothing at this address. What there is, is listed at /api/docs.")


def to_docs(request: HttpRequest) -> HttpResponse:
    return redirect("api_docs")


def _guard_all(patterns: list[URLPattern]) -> list[URLPattern]:
    for pattern in patterns:
        pattern.callback = guarded(pattern.callback)
    return patterns


_patterns, _app, _namespace = api.urls

urlpatterns = [
    path("api", guarded(to_docs), name="api_home"),
    path("api/", guarded(to_docs), name="api_home_slash"),
    path("api/docs", docs.page, name="api_docs"),
    path("api/openapi.json", guarded(docs.document), name="api_document"),
    path("api/", (_guard_all(_patterns), _app, _namespace)),
    path("api/<path:rest>", guarded(not_found), name="api_nothing"),
]
