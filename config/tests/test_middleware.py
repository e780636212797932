"""Pages are for staff unless they say otherwise."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_public_page_does_not_ask_who_comes(client, admin_user):
    client.force_login(admin_user)

    answer = client.get("/events/")

    assert "Cookie" not in answer.get("Vary", "")


def test_staff_page_sends_a_stranger_to_the_login(client):
    answer = client.get("/admin/")

    assert (answer.status_code, answer.url) == (302, "/admin/login/?next=/admin/")


def test_staff_page_lets_staff_in(client, admin_user):
    client.force_login(admin_user)

    assert client.get("/admin/").status_code == 200
