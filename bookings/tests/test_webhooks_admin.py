"""Webhooks in the back office: set up, started again, signed anew, sent again."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import Delivery, Subscription
from bookings.tests.factories import DeliveryFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db

NEW = {
    "name": "The ledger",
    "url": "https://hooks.example.org/in",
    "kinds": ["booking.confirmed", "event.moved"],
    "is_active": "on",
}


@pytest.fixture
def office(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


def page(name: str, *args) -> str:
    return reverse(f"admin:bookings_{name}", args=args)


def act(client, model: str, row, action: str, **data):
    return client.post(page(f"{model}_act", row.pk), {"action": action, **data})


def test_new_webhook_shows_its_secret(office):
    response = office.post(page("subscription_add"), NEW, follow=True)

    webhook = Subscription.objects.get()
    assert (webhook.name, webhook.kinds, webhook.is_active) == (NEW["name"], NEW["kinds"], True)
    assert webhook.secret in response.text
    assert "Give the secret below to whoever runs the receiver" in response.text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"url": "https://127.0.0.1/in"}, "127.0.0.1 is not on the public internet."),
        ({"url": "ftp://hooks.example.org/in"}, "The address must begin with https://."),
        ({"kinds": []}, "This field is required."),
    ],
)
def test_webhook_that_would_lead_nowhere_is_refused(office, change, why):
    response = office.post(page("subscription_add"), {**NEW, **change})

    assert why in response.text
    assert not Subscription.objects.exists()


def test_whoever_may_only_look_sees_no_secret(client):
    user = User.objects.create_user("bo", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_subscription"))
    client.force_login(user)
    webhook = SubscriptionFactory()

    response = client.get(page("subscription_change", webhook.pk))

    assert response.status_code == 200
    assert webhook.secret not in response.text


def test_paused_webhook_is_started_again(office):
    webhook = SubscriptionFactory(is_active=False, paused_at=timezone.now())

    assert "Start again" in office.get(page("subscription_change", webhook.pk)).text
    act(office, "subscription", webhook, "resume")

    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.paused_at) == (True, None)
    assert "Start again" not in office.get(page("subscription_change", webhook.pk)).text


def test_secret_is_changed_after_a_question(office):
    webhook = SubscriptionFactory()

    asked = act(office, "subscription", webhook, "rotate_secret")
    answer = re.search(r'name="answer" value="([0-9a-f]+)"', asked.text)[1]
    act(office, "subscription", webhook, "rotate_secret", answer=answer)

    before = webhook.secret
    webhook.refresh_from_db()
    assert (webhook.previous_secret, webhook.secret == before) == (before, False)


def test_delivery_is_sent_again(office):
    delivery = DeliveryFactory(status="failed", next_attempt_at=None, attempts=7)

    response = act(office, "delivery", delivery, "redeliver")

    delivery.refresh_from_db()
    assert response.status_code == 302
    assert (delivery.status, delivery.attempts) == (Delivery.Status.PENDING, 0)


def test_delivery_shows_what_was_sent(office):
    delivery = DeliveryFactory(body='{"data":{"total_price":80.00,"name":"Zoë <b>"}}')

    shown = office.get(page("delivery_change", delivery.pk)).text

    assert "&quot;total_price&quot;: 80.00" in shown
    assert "Zoë &lt;b&gt;" in shown


@pytest.mark.parametrize("name", ["subscription_changelist", "delivery_changelist"])
def test_lists_cost_the_same_for_any_number_of_rows(office, name, django_assert_num_queries):
    DeliveryFactory(attempted_at=timezone.now(), response_ms=10)
    with CaptureQueriesContext(connection) as one:
        office.get(page(name))
    for _ in range(3):
        DeliveryFactory(attempted_at=timezone.now(), response_ms=10)

    with django_assert_num_queries(len(one)):
        office.get(page(name))
