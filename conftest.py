"""What every test starts from: a fast, sealed installation on the database that TEST_DATABASE_URL names."""

from __future__ import annotations

import os

os.environ.setdefault("DEBUG", "on")
if url := os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = url
else:
    os.environ.pop("DATABASE_URL", None)
for name in ("REDIS_URL", "EMAIL_URL", "PAYMENT_PROVIDER", "SITE_URL", "CURRENCY"):
    os.environ.pop(name, None)

import pytest  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the races that only PostgreSQL can run out of a run on SQLite."""
    if "postgresql" in django_settings.DATABASES["default"]["ENGINE"]:
        return
    races = [item for item in items if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=races)
    items[:] = [item for item in items if item not in races]


@pytest.fixture(autouse=True)
def _sealed(settings, tmp_path) -> None:
    """Quick passwords; files in a folder of the test's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"
