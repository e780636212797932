"""The documents of the API: for programs, and as a page on which every operation can be tried."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from venues.api.wire import write_json


def openapi() -> dict:
    """Return the OpenAPI document."""
    from .root import api

    return api.get_openapi_schema()


@require_safe
@cache_control(public=True, max_age=300)
def document(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(write_json(openapi()), content_type="application/json")
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "config/api_docs.html")
