"""The way from a request to its answer, the same for every operation.

Who asks (401), whether it is one request too many (429), whether it is allowed (403); then a read, or a write that is
carried out once. Whatever goes wrong on the way, or inside, is answered with a problem document.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag

from . import idempotency, limits
from .access import Terms, check_permitted, identify
from .problems import Problem, respond

SAFE = ("GET", "HEAD")


def answering(terms: Terms) -> Callable[[Callable], Callable]:
    """Make a decorator that puts an operation under its terms."""

    def decorate(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def answer(request: HttpRequest, **arguments: object) -> HttpResponse:
            request.now = timezone.now()
            key, refusal = identify(request, terms)
            allowance = limits.spend(request, key, request.now) if terms.is_limited else None
            try:
                if allowance:
                    allowance.check()
                if refusal:
                    raise refusal
                check_permitted(key, terms)
                _check_address(request)
                response = _carry_out(request, lambda: run(request, **arguments))
            except Problem as problem:
                response = respond(request, problem)
            response = _label(request, response, terms)
            if allowance:
                for name, value in allowance.headers.items():
                    response[name] = value
            return response

        return answer

    return decorate


def _check_address(request: HttpRequest) -> None:
    if "\x00" in unquote(request.META.get("QUERY_STRING", "")):
        raise Problem("Addresses cannot contain the character NUL.")


def _carry_out(request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    return run() if request.method in SAFE else idempotency.write(request, run)


def _label(request: HttpRequest, response: HttpResponse, terms: Terms) -> HttpResponse:
    """Say who may keep the answer and for how long; answer 304 to whoever has it already."""
    if request.method not in SAFE or response.status_code != 200:
        patch_cache_control(response, no_store=True)
        return response
    if terms.is_public and terms.max_age is not None:
        patch_vary_headers(response, ["Authorization"])
        if request.api_key:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=terms.max_age)
    else:
        patch_cache_control(response, no_store=True)
    if not response.has_header("ETag"):
        set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)
