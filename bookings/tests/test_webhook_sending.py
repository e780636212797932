"""Webhooks on their way to a real receiver: signed, tried again, never where they should not go."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from bookings.errors import WebhookRefused
from bookings.models import Delivery, Subscription
from bookings.tests.factories import DeliveryFactory, SubscriptionFactory
from bookings.tests.receivers import Receiver, listening
from bookings.tests.sales import NOW, sold
from bookings.tests.test_tasks import _quiet, work  # noqa: F401
from bookings.webhooks import managing, requests, sending
from events.tests.factories import EventFactory
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db


class Clock:
    """Says what time it is, and lets it pass."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, pause: timedelta) -> None:
        self.now += pause


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with listening() as receiver:
        yield receiver


@pytest.fixture
def subscription(receiver: Receiver) -> Subscription:
    return SubscriptionFactory(url=receiver.url)


@pytest.fixture
def delivery(subscription: Subscription) -> Delivery:
    return DeliveryFactory(subscription=subscription, created_at=NOW)


def turns() -> list[tuple[list, datetime]]:
    """List the turns that are queued: for whom, and when."""
    rows = DBTaskResult.objects.filter(task_path="bookings.tasks.deliver_webhooks").order_by("enqueued_at")
    return [(row.args_kwargs["args"], row.run_after) for row in rows]


# What is sent ---------------------------------------------------------------------------------


def test_receiver_is_sent_the_booking_as_the_api_shows_it(subscription, receiver, clock):
    booking = sold(make_offer(), 2)

    assert sending.take_turn(subscription.pk, clock) == 1

    (got,) = receiver.got
    sent = json.loads(got.body)
    delivery = subscription.deliveries.get()
    assert got.path == "/hooks?from=marquee"
    assert sorted(sent) == ["api_version", "created_at", "data", "id", "kind"]
    assert (sent["id"], sent["kind"], sent["api_version"]) == (str(delivery.event_uid), "booking.confirmed", "1")
    assert sent["data"]["booking"]["booking_code"] == booking.booking_code
    assert sent["data"]["booking"]["items"][0]["quantity"] == 2
    assert "customer_url" not in sent["data"]["booking"]
    assert booking.key not in got.body.decode()
    assert '"total_price":80.00' in got.body.decode()
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Marquee-Event"] == "booking.confirmed"
    assert got.headers["Marquee-Event-Id"] == str(delivery.event_uid)


def test_delivery_that_arrived_is_written_down(delivery, clock):
    sending.take_turn(delivery.subscription_id, clock)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("delivered", 1, None)
    assert (delivery.response_status, delivery.response, delivery.error) == (200, "Thank you.", "")
    assert delivery.attempted_at == NOW
    assert 0 <= delivery.response_ms < 5_000


def test_only_the_beginning_of_an_answer_is_kept(delivery, receiver, clock):
    receiver.text = "x" * 100_000

    sending.take_turn(delivery.subscription_id, clock)

    delivery.refresh_from_db()
    assert delivery.response == "x" * 500


def test_event_is_sent_with_its_venue(subscription, receiver, clock):
    event = EventFactory()
    DeliveryFactory(subscription=subscription, kind="event.moved", booking=None, event=event, created_at=NOW)

    sending.take_turn(subscription.pk, clock)

    sent = json.loads(receiver.got[0].body)["data"]["event"]
    assert (sent["id"], sent["name"], sent["venue_name"]) == (event.pk, event.name, event.venue.name)


# Signed ---------------------------------------------------------------------------------------


def expected_mark(secret: str, body: bytes) -> str:
    stamp = int(NOW.timestamp())
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def test_signature_is_of_the_time_and_the_body(delivery, receiver, clock):
    sending.take_turn(delivery.subscription_id, clock)

    (got,) = receiver.got
    mark = expected_mark(delivery.subscription.secret, got.body)
    assert got.headers["Marquee-Signature"] == f"t={int(NOW.timestamp())},v1={mark}"


def test_both_secrets_sign_for_a_day_after_a_change(subscription, receiver, clock):
    before = subscription.secret
    after = managing.rotate_secret(subscription=subscription, now=NOW - timedelta(hours=23))
    DeliveryFactory(subscription=subscription, created_at=NOW)

    sending.take_turn(subscription.pk, clock)

    (got,) = receiver.got
    marks = [expected_mark(secret, got.body) for secret in (after, before)]
    assert got.headers["Marquee-Signature"] == f"t={int(NOW.timestamp())},v1={marks[0]},v1={marks[1]}"
    subscription.refresh_from_db()
    assert subscription.secrets(NOW + timedelta(hours=1)) == [after]


# Tried again ----------------------------------------------------------------------------------


def test_failed_delivery_is_tried_again_later_and_later_then_given_up(delivery, receiver, clock):
    receiver.status, receiver.text = 500, "Out of order"
    pauses = []

    while True:
        sending.take_turn(delivery.subscription_id, clock)
        delivery.refresh_from_db()
        if not delivery.next_attempt_at:
            break
        pauses.append(delivery.next_attempt_at - clock.now)
        clock.wait(pauses[-1])

    minutes = [int(pause.total_seconds() / 60) for pause in pauses]
    assert minutes == [1, 5, 30, 120, 360, 1440]
    assert (delivery.status, delivery.attempts, len(receiver.got)) == ("failed", 7, 7)
    assert (delivery.response_status, delivery.response) == (500, "Out of order")
    assert len({got.body for got in receiver.got}) == 1


def test_next_turn_is_queued_once_for_when_something_is_due(delivery, receiver, clock):
    receiver.status = 503

    sending.take_turn(delivery.subscription_id, clock)
    sending.take_turn(delivery.subscription_id, clock)
    DeliveryFactory(subscription=delivery.subscription, created_at=NOW)
    sending.take_turn(delivery.subscription_id, clock)

    assert len(receiver.got) == 1
    assert turns() == [([delivery.subscription_id], NOW + timedelta(minutes=1))]


def test_receiver_that_failed_rests_whatever_else_is_due(subscription, receiver, clock):
    DeliveryFactory.create_batch(5, subscription=subscription, created_at=NOW)
    receiver.status = 500
    sending.take_turn(subscription.pk, clock)
    clock.wait(timedelta(seconds=59))
    sending.take_turn(subscription.pk, clock)
    assert len(receiver.got) == 1
    receiver.status = 200
    clock.wait(timedelta(seconds=1))

    assert sending.take_turn(subscription.pk, clock) == 5


def test_receiver_that_is_being_served_is_left_to_whoever_serves_it(delivery, receiver, clock):
    Subscription.objects.update(busy_until=NOW + timedelta(minutes=1))

    assert sending.take_turn(delivery.subscription_id, clock) == 0
    clock.wait(timedelta(minutes=1))
    assert sending.take_turn(delivery.subscription_id, clock) == 1


def test_turn_ends_in_time_and_goes_on_after_the_others(subscription, clock, monkeypatch):
    DeliveryFactory.create_batch(3, subscription=subscription, created_at=NOW)
    monkeypatch.setattr(sending, "TURN", timedelta(milliseconds=1))

    assert sending.take_turn(subscription.pk, clock) == 1
    assert [args for args, _ in turns()] == [[subscription.pk]]


def test_receiver_that_fails_for_days_is_paused(subscription, receiver, clock):
    receiver.status = 500
    for _ in range(4):
        DeliveryFactory(subscription=subscription, created_at=clock.now, next_attempt_at=clock.now)
        sending.take_turn(subscription.pk, clock)
        clock.wait(timedelta(days=1))

    subscription.refresh_from_db()
    assert (subscription.is_active, subscription.paused_at) == (False, NOW + timedelta(days=3))
    assert subscription.failing_since == NOW
    with pytest.raises(WebhookRefused):
        managing.redeliver(delivery=subscription.deliveries.first(), now=clock.now)


def test_success_ends_a_failure(subscription, receiver, clock):
    Subscription.objects.update(failing_since=NOW - timedelta(days=2))
    DeliveryFactory(subscription=subscription, created_at=NOW)

    sending.take_turn(subscription.pk, clock)

    subscription.refresh_from_db()
    assert subscription.failing_since is None


def test_paused_receiver_that_is_started_again_gets_what_has_waited(delivery, receiver, clock):
    Subscription.objects.update(is_active=False, paused_at=NOW)
    assert sending.take_turn(delivery.subscription_id, clock) == 0

    managing.resume(subscription=delivery.subscription, now=NOW)

    assert [args for args, _ in turns()] == [[delivery.subscription_id]]
    assert sending.take_turn(delivery.subscription_id, clock) == 1


def test_delivery_is_sent_again_with_the_same_body(delivery, receiver, clock):
    sending.take_turn(delivery.subscription_id, clock)

    managing.redeliver(delivery=delivery, now=NOW)
    sending.take_turn(delivery.subscription_id, clock)

    first, second = receiver.got
    assert first.body == second.body


def test_turn_that_was_lost_is_queued_by_tidying_once(delivery):
    later = NOW + timedelta(minutes=4)

    assert (sending.wake(NOW), sending.wake(later), sending.wake(later)) == (0, 1, 0)
    assert [args for args, _ in turns()] == [[delivery.subscription_id]]


def test_month_old_deliveries_are_forgotten_unless_they_are_tried(subscription):
    old = NOW - timedelta(days=31)
    DeliveryFactory(subscription=subscription, created_at=old, status="delivered", next_attempt_at=None)
    kept = [
        DeliveryFactory(subscription=subscription, created_at=old),
        DeliveryFactory(subscription=subscription, created_at=NOW, status="failed", next_attempt_at=None),
    ]

    assert sending.forget(NOW) == 1
    assert sorted(Delivery.objects.values_list("pk", flat=True)) == [one.pk for one in kept]


# Slow receivers -------------------------------------------------------------------------------


def drip(handler) -> None:
    """Answer, a byte at a time, for ever."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.02)
    except OSError:
        handler.close_connection = True


def sleep(handler) -> None:
    time.sleep(1)


@pytest.mark.parametrize("answer", [drip, sleep], ids=["drips", "sleeps"])
def test_slow_receiver_is_hung_up_on(answer, delivery, receiver, clock, monkeypatch):
    monkeypatch.setattr(requests, "PATIENCE", timedelta(seconds=0.3))
    receiver.answer = answer
    begun = time.monotonic()

    sending.take_turn(delivery.subscription_id, clock)

    delivery.refresh_from_db()
    assert time.monotonic() - begun < 0.9
    assert (delivery.status, delivery.response_status) == ("pending", None)
    assert delivery.error == "No answer within 0.3 seconds."


def test_slow_name_server_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(requests, "PATIENCE", timedelta(seconds=0.2))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1))

    assert requests.post("http://hooks.example.org/", b"{}", {}).error == "No answer within 0.2 seconds."


def test_slow_receiver_costs_the_others_one_attempt(subscription, receiver, clock, monkeypatch):
    monkeypatch.setattr(requests, "PATIENCE", timedelta(seconds=0.2))
    with listening(answer=sleep) as slow:
        other = SubscriptionFactory(url=slow.url)
        DeliveryFactory.create_batch(20, subscription=other, created_at=NOW)
        DeliveryFactory(subscription=subscription, created_at=NOW)
        begun = time.monotonic()
        for _ in range(20):
            sending.take_turn(other.pk, clock)

        assert sending.take_turn(subscription.pk, clock) == 1

    assert (len(slow.got), len(receiver.got)) == (1, 1)
    assert time.monotonic() - begun < 0.8


def test_connection_that_is_refused_is_an_error_that_is_written_down(subscription, clock):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        Subscription.objects.update(url=f"http://127.0.0.1:{unused.getsockname()[1]}/")
    DeliveryFactory(subscription=subscription, created_at=NOW)

    sending.take_turn(subscription.pk, clock)

    assert "refused" in subscription.deliveries.get().error


# Where nothing goes ---------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address):
    assert not requests.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses_are(address):
    assert requests.is_public(address)


def resolving(monkeypatch, *answers: list[str]) -> list[str]:
    """Let names be looked up as ``answers`` say, one after the other; return what was asked."""
    asked = []

    def look_up(host, port, **kwargs):
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"]], ids=["only", "among others"])
def test_name_that_stands_for_a_private_address_is_refused(addresses, receiver, settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    resolving(monkeypatch, addresses)

    outcome = requests.post(f"http://hooks.example.org:{receiver.port}/", b"{}", {})

    assert (outcome.status, outcome.error) == (None, "127.0.0.1 is not on the public internet.")
    assert receiver.got == []


def test_name_is_looked_up_once_and_the_address_that_was_checked_is_the_one_that_is_used(
    receiver, settings, monkeypatch
):
    """Rebinding: the first answer is harmless, each further one leads to this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = False
    asked = resolving(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    used = []

    def connect(self, address):
        used.append(address)
        raise ConnectionRefusedError("nobody is here")

    monkeypatch.setattr(socket.socket, "connect", connect)

    outcome = requests.post(f"http://hooks.example.org:{receiver.port}/", b"{}", {})

    assert asked == ["hooks.example.org"]
    assert used == [("93.184.216.34", receiver.port)]
    assert (outcome.error, receiver.got) == ("nobody is here", [])


def test_host_header_is_the_name(receiver, monkeypatch):
    resolving(monkeypatch, ["127.0.0.1"])

    assert requests.post(f"http://hooks.example.org:{receiver.port}/a", b"{}", {}).status == 200
    assert receiver.got[0].headers["Host"] == f"hooks.example.org:{receiver.port}"


def test_redirect_is_not_followed(delivery, receiver, clock):
    with listening() as elsewhere:
        receiver.status, receiver.headers = 302, {"Location": elsewhere.url}

        sending.take_turn(delivery.subscription_id, clock)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.response_status, elsewhere.got) == ("pending", 302, [])


def test_plain_http_is_refused_when_live(receiver, settings):
    settings.IS_LIVE = True

    outcome = requests.post(receiver.url, b"{}", {})

    assert (outcome.error, receiver.got) == ("The address must begin with https://.", [])


def test_certificate_is_checked(receiver):
    """A server without TLS, or with a certificate of nobody we know, is not spoken to."""
    outcome = requests.post(receiver.url.replace("http:", "https:"), b"{}", {})

    assert outcome.status is None
    assert receiver.got == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.org/", "The address must begin with https://."),
        ("https://ada:secret@example.org/", "The address must name a host, and neither user nor password."),
        ("https:///hooks", "The address must name a host, and neither user nor password."),
        ("https://[::1]/", "::1 is not on the public internet."),
        ("https://10.0.0.1/", "10.0.0.1 is not on the public internet."),
    ],
)
def test_urls_that_are_refused_at_once(url, why):
    with pytest.raises(requests.Refused, match=f"^{why}$".replace("[", "\\[")):
        requests.check_url(url)


# Through the queue ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sale_reaches_its_receiver_through_the_queue(subscription, receiver):
    sold(make_offer())

    work()
    call_command("tidy", verbosity=0)

    assert [json.loads(got.body)["kind"] for got in receiver.got] == ["booking.confirmed"]
