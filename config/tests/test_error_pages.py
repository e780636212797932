"""What visitors read when something goes wrong: a page of the house that says what to do next."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.csrf import csrf_failure


def _raise(error: Exception):
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    view.login_required = False
    return view


def _forged(request: HttpRequest) -> HttpResponse:
    return csrf_failure(request)


_forged.login_required = False

urlpatterns = [
    path("denied/", _raise(PermissionDenied())),
    path("suspicious/", _raise(SuspiciousOperation())),
    path("broken/", _raise(RuntimeError("secret detail"))),
    path("forged/", _forged),
    path("", include("config.urls")),
]

PAGES = {
    "/nowhere/": (404, "Not on the programme"),
    "/denied/": (403, "Backstage only"),
    "/forged/": (403, "Once more, please"),
    "/suspicious/": (400, "Come again?"),
    "/broken/": (500, "The lights went out"),
}


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("address", "status", "words"), [(key, *value) for key, value in PAGES.items()])
def test_error_page_says_what_to_do_next(visitor, address, status, words):
    """Without the database: a page about trouble must not cause more."""
    response = visitor.get(address)

    assert response.status_code == status
    assert f">{words}<" in response.text
    assert 'href="/bookings/find/"' in response.text
    assert "secret detail" not in response.text
