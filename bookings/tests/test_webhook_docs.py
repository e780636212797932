"""The guide to webhooks: its example checks what is really sent, and it names every kind."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from bookings.models import Kind
from bookings.webhooks.sending import PAUSES
from bookings.webhooks.signing import sign

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


@pytest.fixture
def is_genuine():
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    names: dict = {}
    exec(example, names)  # noqa: S102 - it is our own guide
    return names["is_genuine"]


def test_example_accepts_what_is_sent_and_nothing_else(is_genuine):
    body, now = b'{"id": "1"}', timezone.now()
    header = sign(body, ["new", "old"], now)

    assert is_genuine(header, body, "new")
    assert is_genuine(header, body, "old")
    assert not is_genuine(header, body, "other")
    assert not is_genuine(header, body + b" ", "new")
    assert not is_genuine(sign(body, ["new"], now - timedelta(minutes=6)), body, "new")


def test_guide_names_every_kind_and_no_other():
    named = set(re.findall(r"`((?:booking|refund|ticket|event)\.[a-z_]+)`", GUIDE)) - {"data.booking"}

    assert named == set(Kind.values)


def test_guide_says_when_it_is_tried_again():
    minutes = [int(pause.total_seconds() / 60) for pause in PAUSES]

    assert minutes == [1, 5, 30, 2 * 60, 6 * 60, 24 * 60]
    assert "after 1 minute, 5 and 30 minutes, 2, 6 and 24 hours" in GUIDE
