"""The document and the page of the API."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from config.api.docs import openapi
from config.api.problems import kinds
from config.management.commands import openapi as command

DOCUMENT = openapi()
OPERATIONS = {
    details["operationId"]: (method, path, details)
    for path, methods in DOCUMENT["paths"].items()
    for method, details in methods.items()
}

each = pytest.mark.parametrize("name", OPERATIONS)


def test_the_file_is_up_to_date():
    """If this fails: ``manage.py openapi``, and look at what has changed. Does it break a program that works today?"""
    call_command("openapi", check=True)


def test_a_file_that_is_not_up_to_date_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "FILE", tmp_path / "openapi.json")

    with pytest.raises(CommandError, match=r"manage\.py openapi"):
        call_command("openapi", check=True)
    call_command("openapi")
    call_command("openapi", check=True)


def test_the_document_is_served(client):
    response = client.get("/api/openapi.json")

    assert response.json() == json.loads((settings.BASE_DIR / "openapi.json").read_text(encoding="utf-8"))
    assert client.get("/api/openapi.json", headers={"If-None-Match": response["ETag"]}).status_code == 304


@each
def test_operations_say_what_they_do(name):
    _, _, details = OPERATIONS[name]

    assert details["summary"]
    assert details["summary"] == details["summary"][:1].upper() + details["summary"][1:].rstrip(".")
    assert details["description"].strip().endswith(".")
    assert details["tags"]


@each
def test_operations_say_what_can_go_wrong(name):
    method, path, details = OPERATIONS[name]
    statuses = {str(status) for status in details["responses"]}

    assert statuses >= {"429", "500", "503"}
    if details["x-permission"]:
        assert statuses >= {"401", "403"}
    if "{" in path:
        assert "404" in statuses
    if method != "get":
        assert statuses >= {"400", "409", "422"}
        assert "Idempotency-Key" in {parameter["name"] for parameter in details["parameters"]}


@each
def test_operations_name_codes_that_exist(name):
    for status, response in OPERATIONS[name][2]["responses"].items():
        if int(status) >= 400:
            code = response["content"]["application/problem+json"]["example"]["code"]
            assert kinds()[code].status == int(status)


def test_money_is_a_number_everywhere():
    for schema in DOCUMENT["components"]["schemas"].values():
        for name, details in schema.get("properties", {}).items():
            if name in ("price", "total_price", "amount", "from_price", "discount"):
                shapes = details.get("anyOf", [details])
                assert {shape.get("type") for shape in shapes} <= {"number", "null"}, schema["title"]


def test_the_page_has_no_scripts_from_elsewhere(client):
    response = client.get("/api/docs")

    assert response.status_code == 200
    assert "https://" not in response.text
    assert "script-src" not in response["Content-Security-Policy"]
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert 'data-document="/api/openapi.json"' in response.text


@pytest.mark.parametrize("address", ["/api", "/api/"])
def test_the_bare_address_leads_to_the_page(client, address):
    assert client.get(address)["Location"] == "/api/docs"
