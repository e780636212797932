"""Does the API do what its document says? Every operation, with data that fit its schema and data that do not.

schemathesis makes the requests, on the data of the demo: no server error, no status, content type, header or body that
the document does not know, nothing refused that fits or taken that does not, nobody let in without a key. Run with the
journeys: it takes minutes.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from bookings import demo
from bookings.demo.staff import ROLES, renew_key
from config.wsgi import application

EXAMPLES = 12
"""So many requests per operation are made up, besides those of the examples and of the borders of each schema."""

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

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, config=CONFIG)

answered: dict[str, Counter[int]] = defaultdict(Counter)
"""How often each operation has answered with which status."""


@pytest.fixture(scope="module")
def key(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Build the demo once for all operations. Gives the secret of a key that may do everything in it."""
    unlimited = {"API_REQUESTS_PER_KEY": 10**9, "API_REQUESTS_PER_ADDRESS": 10**9}
    with django_db_blocker.unblock(), override_settings(**unlimited):
        demo.build(now=timezone.now(), say=lambda line: None)
        secret = renew_key(timezone.now())
        User.objects.filter(username="manager").update(is_superuser=True)
        yield secret
        demo.clear()
        User.objects.filter(username__in=[role.username for role in ROLES]).delete()


@schema.parametrize()
@settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@pytest.mark.django_db
def test_an_operation_does_what_its_document_says(case, key):
    """Each request on its own: what one has changed is undone before the next."""
    headers = {"Authorization": f"Bearer {key}"}
    if "Idempotency-Key" in (case.headers or {}):
        headers["Idempotency-Key"] = str(uuid.uuid4())  # one of its own, or every second request would be a repeat
    with transaction.atomic():
        response = case.call_and_validate(headers=headers)
        transaction.set_rollback(True)
    answered[case.operation.label][response.status_code] += 1


def test_every_operation_was_tried():
    assert len(answered) == len(list(schema.get_all_operations()))


def test_most_operations_have_done_something(capsys):
    """Or else all that was looked at are refusals."""
    idle = {label for label, statuses in answered.items() if not any(status < 400 for status in statuses)}

    assert idle == set()
