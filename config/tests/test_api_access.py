"""Who may do what through the API: every operation of the document, for everybody who might ask.

The document is walked, so that an operation that forgets its terms fails here. A key is let in when it gets past 401,
403 and 429: what the operation then says of rows that are none is not asked here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest
from django.contrib.auth.models import Permission

from config.api.docs import openapi
from config.api.root import api
from venues.models import RequestCount
from venues.tests.factories import make_bearer

pytestmark = pytest.mark.django_db

PUBLIC = {
    "get_health",
    "list_problems",
    "get_problem",
    "list_venues",
    "get_venue",
    "list_venue_events",
    "list_categories",
    "list_events",
    "get_event",
    "get_available_tickets",
    "get_seat_map",
    "get_live_seat_map",
    "list_ticket_types",
    "get_ticket_type",
}
"""Operations that are open to everybody: what is on, and what is left. Nothing about customers, nothing that writes."""


@cache
def document() -> dict:
    return openapi()


def operations() -> Iterator[tuple[str, str, dict]]:
    for path, methods in document()["paths"].items():
        for method, details in methods.items():
            yield method, path, details


def names() -> list[str]:
    return [details["operationId"] for _, _, details in operations()]


@pytest.fixture(params=names())
def operation(request) -> tuple[str, str, dict]:
    return next(found for found in operations() if found[2]["operationId"] == request.param)


def ask(client, operation, headers=None):
    method, path, details = operation
    for parameter in details["parameters"]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", "1" if parameter["schema"]["type"] == "integer" else "x")
    assert "{" not in path
    data = {} if method == "get" else json.dumps({})
    extra = {} if method == "get" else {"content_type": "application/json"}
    return getattr(client, method)(path, data, headers=headers or {}, **extra)


def permissions(details: dict) -> list[str]:
    return (details["x-permission"] or "").split()


def test_operations_without_a_permission_are_those_that_are_meant_to_be_open():
    assert {details["operationId"] for _, _, details in operations() if not details["x-permission"]} == PUBLIC


def test_open_operations_only_read():
    assert {method for method, _, details in operations() if not details["x-permission"]} == {"get"}


def test_operations_have_names_of_their_own():
    assert len(set(names())) == len(names())


def test_permissions_exist():
    known = {
        f"{row.content_type.app_label}.{row.codename}" for row in Permission.objects.select_related("content_type")
    }

    assert {name for _, _, details in operations() for name in permissions(details)} - known == set()


def test_every_operation_has_terms():
    bound = [
        operation
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    ]

    assert len(bound) == len(names())
    assert [operation.view_func.__name__ for operation in bound if not hasattr(operation.view_func, "terms")] == []


def test_without_a_key(client, operation):
    response = ask(client, operation)

    if operation[2]["operationId"] in PUBLIC:
        assert response.status_code in (200, 404)
    else:
        assert response.status_code == 401
        assert response.json()["code"] == "unauthorized"


def test_with_a_key_that_may_do_nothing(client, operation):
    response = ask(client, operation, make_bearer())

    if operation[2]["operationId"] in PUBLIC:
        assert response.status_code in (200, 404)
    else:
        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"


def test_with_a_key_that_may_do_everything_else(client, operation):
    """Without one of the permissions that it needs, everything else does not help."""
    needed = permissions(operation[2])
    everything = [f"{row.content_type.app_label}.{row.codename}" for row in Permission.objects.all()]

    for missing in needed:
        headers = make_bearer(*(name for name in everything if name != missing))
        assert ask(client, operation, headers).status_code == 403


def test_with_a_key_that_may_do_just_this(client, operation):
    response = ask(client, operation, make_bearer(*permissions(operation[2])))

    assert response.status_code not in (401, 403, 429)
    assert response.status_code < 500


def test_what_concerns_customers_is_kept_by_nobody(client, operation):
    if operation[0] == "get" and operation[2]["operationId"] not in PUBLIC:
        response = ask(client, operation, make_bearer(*permissions(operation[2])))

        assert response["Cache-Control"] == "no-store"


def test_requests_are_counted(client, operation):
    ask(client, operation)

    assert RequestCount.objects.exists() is (operation[2]["operationId"] != "get_health")
