import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.models import make_ticket_code
from bookings.signing import LONGEST, Reading, is_ours, public_keys, read, sign, sign_code

CODE = "ACDEFGHJKLMNPQRT"


def make_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def test_signed_code_is_read_as_it_was_written():
    payload = sign_code(42, CODE)

    assert read(payload) == Reading(payload, CODE, 42)
    assert payload.startswith(f"MQ1.42.{CODE}.")
    assert len(payload) == 127


@pytest.mark.parametrize("change", [str.lower, lambda text: f"  {text}\r\n", lambda text: f"\x02{text}\x03"])
def test_signed_code_survives_what_scanners_do_to_it(change):
    reading = read(change(sign_code(42, CODE)))

    assert (reading.code, reading.event_id, reading.is_forged) == (CODE, 42, False)


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), "ACDE FGHJ KLMN PQRT", "acde-fghj-klmn-pqrt", f"\t{CODE}\n"],
)
def test_typed_code_is_read_with_any_spaces_dashes_and_case(typed):
    assert read(typed).code == CODE


@pytest.mark.parametrize(
    "forged",
    [
        "MQ1.",
        f"MQ1.42.{CODE}",
        f"MQ1.42.{CODE}.{'A' * 103}",
        sign_code(42, CODE).replace("MQ1.42.", "MQ1.43."),
        sign_code(42, CODE).replace(CODE, make_ticket_code()),
        sign_code(42, CODE)[:-1],
        sign_code(42, CODE) + "A",
        "MQ1.٤٢." + sign_code(42, CODE).partition(".42.")[2],
        "mq1.x.y.z",
    ],
)
def test_forged_code_is_told_without_asking_anybody(forged):
    reading = read(forged)

    assert (reading.code, reading.event_id, reading.is_forged) == ("", None, True)


def test_code_of_another_key_is_forged(settings):
    settings.TICKET_SIGNING_KEY = make_key()
    theirs = sign_code(42, CODE)

    settings.TICKET_SIGNING_KEY = make_key()

    assert read(theirs).is_forged


def test_printed_tickets_outlive_a_new_signing_key(settings):
    settings.TICKET_SIGNING_KEY = old = make_key()
    printed = sign_code(42, CODE)

    settings.TICKET_SIGNING_KEY, settings.TICKET_SIGNING_KEY_FALLBACKS = make_key(), [old]

    assert read(printed).code == CODE
    assert sign_code(42, CODE) != printed
    assert len(public_keys()) == 3


def test_printed_tickets_outlive_a_new_secret_key(settings):
    printed, old = sign_code(42, CODE), settings.SECRET_KEY

    settings.SECRET_KEY = "another secret"
    without = read(printed)
    settings.SECRET_KEY_FALLBACKS = [old]

    assert without.is_forged
    assert read(printed).code == CODE


def test_printed_tickets_outlive_the_first_signing_key(settings):
    printed = sign_code(42, CODE)

    settings.TICKET_SIGNING_KEY = make_key()

    assert read(printed).code == CODE


def test_documents_are_signed_by_the_same_key():
    signature = sign(b"list")

    assert is_ours(b"list", signature)
    assert not is_ours(b"lisT", signature)
    assert not is_ours(b"list", signature[:-1])


@given(st.text(max_size=300))
def test_anything_may_be_read(text):
    reading = read(text)

    assert len(reading.raw) <= LONGEST
    assert reading.raw.isprintable()


@pytest.mark.parametrize(
    "hostile", ["\x00", "\ud83d", "🎟️" * 500, "' OR 1=1 --", "A" * 100_000, "MQ1." + "9" * 100_000, "", "   ", "%s"]
)
def test_hostile_codes_are_none_of_ours(hostile):
    reading = read(hostile)

    assert reading.code == ""
    assert len(reading.raw) <= LONGEST
    reading.raw.encode()
