"""Does the API do what its document says? Every operation, with data that fit its schema and data that do not.

schemathesis makes the requests, on the data of the demo: no server error, no status, content type, header or body that
the document does not know, nothing refused that fits or taken that does not, nobody let in without a key. Run by
`make contract`: it takes minutes.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from bookings import demo
from bookings.demo.staff import ROLES
from bookings.models import Ticket, WaitlistEntry
from config.wsgi import application
from ticketing.tests.factories import PromoCodeFactory, TicketTypeFactory
from venues.api.models import digest_of
from venues.tests.factories import ApiKeyFactory, VenueFactory

EXAMPLES = 10
"""So many requests per operation are made up, besides those of the examples and of the borders of each schema."""

SECRET = "mq_" + "contract" * 5
"""That of a key which exists in these tests only."""

CONFIG = SchemathesisConfig.from_dict(
    {
        # Texts of a document, as JSON allows them; the character NUL has a test of its own.
        "generation": {"allow-x00": False, "max-examples": EXAMPLES},
        "checks": {
            # 422 besides: a date in the past fits the schema, but makes no sense.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "422"],
            },
        },
    }
)


def site(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Serve the site as a web server does, which knows who asks."""
    return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)


schema = schemathesis.openapi.from_wsgi("/api/openapi.json", site, config=CONFIG)

answered: dict[str, Counter[int]] = defaultdict(Counter)
"""How often each operation has answered with which status."""


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker) -> Iterator[dict[str, object]]:
    """Build the demo once for all operations, and a key that may do everything in it. Gives rows to ask for."""
    unlimited = {"API_REQUESTS_PER_KEY": 10**9, "API_REQUESTS_PER_ADDRESS": 10**9}
    with django_db_blocker.unblock(), override_settings(**unlimited):
        demo.build(now=timezone.now(), say=lambda line: None)
        ApiKeyFactory(user=User.objects.get(username="admin"), digest=digest_of(SECRET))
        yield find_rows()
        demo.clear()
        User.objects.filter(username__in=[role.username for role in ROLES]).delete()


def find_rows() -> dict[str, object]:
    """Choose a row of each kind that much can be done to, by the name that addresses have for it."""
    ticket = Ticket.objects.filter(status="valid", booking__event__event_date__gt=timezone.now()).latest("pk")
    unused = {"venue_id": VenueFactory().pk, "ticket_type_id": TicketTypeFactory(name="Unused").pk}
    return unused | {
        "booking_id": ticket.booking_id,
        "code": ticket.code,
        "entry_id": WaitlistEntry.objects.latest("pk").pk,
        "event_id": ticket.booking.event_id,
        "promo_code_id": PromoCodeFactory().pk,
        "slug": "revenue",
    }


def has_wrong_headers(case: schemathesis.Case) -> bool:
    """Whether the request is meant to be refused for what is in its headers, the key among them."""
    component = case.meta.components.get(ParameterLocation.HEADER)
    return component is not None and component.mode.is_negative


@schema.parametrize()
@settings(deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_an_operation_does_what_its_document_says(case, rows):
    """Each request on its own: what one has changed is undone before the next."""
    if case.meta.generation.mode.is_positive:
        case.path_parameters = {name: rows[name] for name in case.path_parameters or {}}
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = str(uuid.uuid4())  # or every second request would be a repeat
    headers = {} if has_wrong_headers(case) else {"Authorization": f"Bearer {SECRET}"}
    with transaction.atomic():
        response = case.call_and_validate(headers=headers)
        transaction.set_rollback(True)
    answered[case.operation.label][response.status_code] += 1


def test_every_operation_was_tried():
    assert set(answered) == {operation.ok().label for operation in schema.get_all_operations()}


def test_most_operations_have_done_something():
    """Or else all that was looked at are refusals."""
    idle = sorted(label for label, statuses in answered.items() if min(statuses) >= 400)

    assert len(idle) <= len(answered) // 6, idle
