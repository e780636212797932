"""Keys to the API: what they open, when they end, and who makes them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from venues.api.keys import make_key, revoke
from venues.api.models import digest_of
from venues.models import ApiKey
from venues.tests.factories import ApiKeyFactory, StaffFactory, VenueFactory, make_bearer

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def test_a_secret_is_kept_as_a_hash_only():
    key, secret = make_key(name="Tourist office", user=StaffFactory(), by="admin", now=NOW)

    key.refresh_from_db()
    assert secret.startswith("mq_")
    assert len(secret) == 46
    assert key.digest == digest_of(secret)
    assert secret not in str(ApiKey.objects.values().get())
    assert str(key) == f"Tourist office ({secret[:9]}…)"


@pytest.mark.parametrize(
    ("changes", "user", "is_usable"),
    [
        ({}, {}, True),
        ({"expires_at": NOW + timedelta(seconds=1)}, {}, True),
        ({"expires_at": NOW}, {}, False),
        ({"revoked_at": NOW - timedelta(days=1)}, {}, False),
        ({}, {"is_active": False}, False),
        ({}, {"is_staff": False}, False),
    ],
)
def test_usable_keys_are_the_same_one_by_one_and_as_a_set(changes, user, is_usable):
    key = ApiKeyFactory(user=StaffFactory(**user), **changes)

    assert key.is_usable(NOW) is is_usable
    assert ApiKey.objects.usable(NOW).filter(pk=key.pk).exists() is is_usable


def is_allowed(user: User, *permissions: str) -> bool:
    key = ApiKeyFactory(user=user)
    return ApiKey.objects.with_permission(*permissions).get(pk=key.pk).is_allowed


def test_a_key_may_do_what_its_member_of_staff_may_do():
    clerk, admin = StaffFactory(), StaffFactory(is_superuser=True)
    clerk.groups.add(Group.objects.get(name="Box office"))

    assert is_allowed(clerk, "events.add_event", "ticketing.add_offer")
    assert not is_allowed(clerk, "events.add_event", "ticketing.add_promocode")
    assert not is_allowed(StaffFactory(), "events.add_event")
    assert is_allowed(admin, "ticketing.add_promocode")


def test_a_key_is_revoked_once():
    key = ApiKeyFactory()

    assert revoke(key=key, now=NOW)
    assert not revoke(key=key, now=NOW + timedelta(days=1))
    key.refresh_from_db()
    assert key.revoked_at == NOW


BODY = {"name": "Hall", "address": "1 Main Street", "city": "Vienna", "capacity": 5}


def post(client, headers):
    return client.post("/api/venues", BODY, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (None, "Send your key: “Authorization: Bearer mq_…”."),
        ("Basic YTpi", "Send your key as a bearer token: “Authorization: Bearer mq_…”."),
        ("Bearer mq_unknown", "This key is unknown, was revoked or has expired."),
        ("Bearer", "This key is unknown, was revoked or has expired."),
        ("Bearer mq_\udcff", "This key is unknown, was revoked or has expired."),
    ],
)
def test_without_a_valid_key_the_answer_is_401(client, header, sentence):
    response = post(client, {"Authorization": header} if header else {})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="Marquee"'
    assert response.json()["code"] == "unauthorized"
    assert response.json()["detail"] == sentence


def test_a_public_operation_refuses_a_wrong_key_too(client):
    """Whoever sends a key means to be somebody."""
    response = client.get("/api/venues", headers={"Authorization": "Bearer mq_unknown"})

    assert response.status_code == 401


def test_a_key_dies_with_its_log_in(client):
    headers = make_bearer("venues.add_venue")
    User.objects.update(is_active=False)

    assert post(client, headers).status_code == 401


def test_a_key_without_the_permission_is_told_which_one_it_lacks(client):
    response = post(client, make_bearer("venues.change_venue"))

    assert response.status_code == 403
    assert response.json()["detail"] == "The member of staff of this key needs the permission venues.add_venue."


def test_the_last_use_is_written_once_a_minute(client, django_assert_num_queries):
    VenueFactory()
    headers = make_bearer()
    ApiKey.objects.update(last_used_at=None)

    with django_assert_num_queries(5):  # key, use, count, venues, their number
        client.get("/api/venues", headers=headers)
    first = ApiKey.objects.get().last_used_at
    with django_assert_num_queries(4):
        client.get("/api/venues", headers=headers)

    assert first is not None
    assert ApiKey.objects.get().last_used_at == first


# The back office --------------------------------------------------------------------------------


@pytest.fixture
def office(client):
    client.force_login(User.objects.create_superuser("ambrose", password="x"))
    return client


def test_the_back_office_shows_a_new_secret_once(office):
    user = StaffFactory()

    response = office.post(reverse("admin:venues_apikey_add"), {"name": "Tourist office", "user": user.pk})

    key = ApiKey.objects.get()
    secret = response.context["secret"]
    assert response.status_code == 200
    assert f'value="{secret}"' in response.text
    assert "no-store" in response["Cache-Control"]
    assert (key.digest, key.created_by, key.user) == (digest_of(secret), "ambrose", user)
    assert secret not in office.get(reverse("admin:venues_apikey_change", args=[key.pk])).text
    assert secret not in office.get(reverse("admin:venues_apikey_changelist")).text


def test_only_members_of_staff_are_given_keys(office):
    visitor = User.objects.create_user("ada")

    response = office.post(reverse("admin:venues_apikey_add"), {"name": "Ada", "user": visitor.pk})

    assert "user" in response.context["adminform"].errors
    assert not ApiKey.objects.exists()


def test_whoever_is_not_allowed_everything_makes_keys_for_nobody_else(client):
    make_bearer("venues.add_apikey", "venues.view_apikey", username="clerk")
    clerk, admin = User.objects.get(username="clerk"), StaffFactory(is_superuser=True)
    client.force_login(clerk)
    before = ApiKey.objects.count()

    refused = client.post(reverse("admin:venues_apikey_add"), {"name": "More than mine", "user": admin.pk})
    made = client.post(reverse("admin:venues_apikey_add"), {"name": "Mine", "user": clerk.pk})

    assert "user" in refused.context["adminform"].errors
    assert made.context["secret"]
    assert ApiKey.objects.count() == before + 1


def test_a_key_stays_with_its_member_of_staff(office):
    key, other = ApiKeyFactory(), StaffFactory()

    office.post(
        reverse("admin:venues_apikey_change", args=[key.pk]),
        {"name": "Renamed", "user": other.pk, "expires_at_0": "", "expires_at_1": ""},
    )

    owner = key.user
    key.refresh_from_db()
    assert (key.name, key.user) == ("Renamed", owner)


def test_the_back_office_revokes_a_key(office):
    key = ApiKeyFactory()

    office.post(reverse("admin:venues_apikey_act", args=[key.pk]), {"action": "revoke"})

    key.refresh_from_db()
    assert key.revoked_at is not None
