"""JSON in and out: money stays what it is, and what no database takes is refused at the door."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from venues.api.wire import read_json, write_json, write_moment


@pytest.mark.parametrize("text", ["12.30", "0.10", "99999999.99", "-3.00", "0.00"])
def test_money_is_written_as_the_number_that_it_is(text):
    assert write_json({"price": Decimal(text)}) == f'{{"price":{text}}}'


@pytest.mark.parametrize("text", ["12.30", "0.1", "0.30000000000000000001"])
def test_money_is_read_without_rounding(text):
    assert read_json(text.encode()) == Decimal(text)


def test_texts_cannot_be_mistaken_for_numbers():
    for text in ("12.30", '"12.30"', "D12.30", "\\u0000"):
        assert json.loads(write_json({"name": text})) == {"name": text}


def test_moments_say_their_zone():
    moment = datetime(2027, 5, 14, 17, 30, 12, 345_678, tzinfo=UTC)

    assert write_moment(moment) == "2027-05-14T17:30:12Z"
    assert write_moment(moment.astimezone(ZoneInfo("Europe/Vienna"))) == "2027-05-14T19:30:12+02:00"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a": NaN}', b"[Infinity]", b"\xff", b'"\\ud800"', b'{"\\ud800": 1}', b"[" * 100_000],
)
def test_what_is_no_document_is_refused(body):
    with pytest.raises(ValueError, match="not a JSON document"):
        read_json(body)


@pytest.mark.parametrize("body", [b'"a\\u0000b"', b'{"a": ["\\u0000"]}', b'{"\\u0000": 1}'])
def test_the_character_nul_is_refused(body):
    with pytest.raises(ValueError, match="NUL"):
        read_json(body)
