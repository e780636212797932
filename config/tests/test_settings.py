"""Production refuses to start on a value that would hurt it. Each test runs the settings anew, apart from Django's."""

import re
import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from bookings.payments import PROVIDERS

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "config" / "settings.py"
VARIABLES = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS.read_text(encoding="utf-8")))

LIVE = {
    "DEBUG": "off",
    "SECRET_KEY": "x7Kq" + "abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "tickets.example.org",
    "SITE_URL": "https://tickets.example.org/",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Grand Theatre <tickets@example.org>",
    "PAYMENT_PROVIDER": "on_site",
}
DEMO = {name: LIVE[name] for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS")} | {"DEMO": "on"}


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Return a function that runs the settings in an environment of these variables alone."""

    def run(**variables: str) -> dict[str, object]:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"VAR_DIR": str(tmp_path)} | variables).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return run


def test_settings_need_no_variable(start):
    settings = start()

    assert settings["DEBUG"] is True
    assert settings["DEMO"] is True
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert "*" not in settings["ALLOWED_HOSTS"]


def test_settings_of_production_are_strict(start):
    settings = start(**LIVE)

    assert settings["DEMO"] is False
    assert settings["SITE_URL"] == "https://tickets.example.org"
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert settings["EMAIL_USE_TLS"] is True


@pytest.mark.parametrize("environment", [LIVE, DEMO], ids=["live", "demo"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "only-for-development-and-tests"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "tickets.example.org,*"),
        ("SITE_URL", "tickets.example.org"),
        ("CURRENCY", "euro"),
        ("HOLD_MINUTES", "0"),
        ("HOLD_MINUTES", "1000"),
        ("PAYMENT_PROVIDER", "gold"),
        ("TICKET_SIGNING_KEY", "not base64"),
        ("TICKET_SIGNING_KEY", "dG9vIHNob3J0"),
        ("TICKET_SIGNING_KEY_FALLBACKS", "dG9vIHNob3J0"),
    ],
)
def test_settings_refuse_what_is_unsafe(start, environment, name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        start(**environment | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS", "off"),
        ("SITE_URL", ""),
        ("SITE_URL", "http://tickets.example.org"),
        ("EMAIL_URL", ""),
        ("DEFAULT_FROM_EMAIL", ""),
        ("PAYMENT_PROVIDER", "demo"),
    ],
)
def test_settings_let_only_a_demo_pretend(start, name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        start(**LIVE | {name: value})

    start(**LIVE | {name: value, "DEMO": "on"})


def test_settings_move_to_postgresql(start):
    database = start(DATABASE_URL="postgres://marquee:secret@db:5432/marquee")["DATABASES"]["default"]

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_settings_pool_connections_when_asked(start):
    database = start(DATABASE_URL="postgres://db/marquee", DATABASE_POOL="on", DATABASE_POOL_SIZE="7")["DATABASES"]

    assert database["default"]["OPTIONS"]["pool"] == {"min_size": 2, "max_size": 7}
    assert "CONN_MAX_AGE" not in database["default"] or database["default"]["CONN_MAX_AGE"] == 0


def test_settings_share_the_cache_when_asked(start):
    cache = start(REDIS_URL="redis://cache:6379/1")["CACHES"]["default"]

    assert cache["BACKEND"] == "django.core.cache.backends.redis.RedisCache"


def test_settings_name_every_payment_provider(start):
    for provider in PROVIDERS:
        assert start(PAYMENT_PROVIDER=provider)["PAYMENT_PROVIDER"] == provider


def test_settings_are_documented_every_one():
    """The table of docs/operators.md and the settings name the same variables."""
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")

    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, flags=re.MULTILINE))

    assert documented == VARIABLES


def test_settings_know_what_the_containers_pass():
    compose = re.findall(r"^    ([A-Z_]+): ", (ROOT / "compose.yaml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    image = re.findall(
        r"^(?:ENV|   ) ([A-Z_]+)=", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    others = {name for name in image if name in {"PATH", "PYTHONUNBUFFERED"} or name.startswith("GRANIAN_")}

    assert len(compose) > 10
    assert set(compose) - VARIABLES == set()
    assert set(image) - VARIABLES == others


def test_settings_are_the_only_reader_of_the_environment():
    """Apart from the commands that start or ask our own processes."""
    readers = {
        str(path.relative_to(ROOT))
        for room in ("config", "venues", "events", "ticketing", "bookings", "reports")
        for path in (ROOT / room).rglob("*.py")
        if "tests" not in path.parts and re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    }

    assert readers == {"config/wsgi.py", "config/serve.py", "config/healthcheck.py"}
