"""What every test shares: which tests run where, and folders of its own. See also ``config.tests.settings``."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="Fail when a test is skipped: nothing goes unnoticed.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Run the browser journeys only when they are named on the command line: they need Chromium, and minutes."""
    is_left_out = collection_path.name == "journeys" and not any("journeys" in argument for argument in config.args)
    return True if is_left_out else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the races that only PostgreSQL can run out of a run on SQLite."""
    if "postgresql" in django_settings.DATABASES["default"]["ENGINE"]:
        return
    races = [item for item in items if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=races)
    items[:] = [item for item in items if item not in races]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and session.config.getoption("--forbid-skips") and reporter.stats.get("skipped"):
        reporter.write_line("\nTests were skipped, which --forbid-skips forbids.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _sealed(settings, tmp_path) -> None:
    """Keep uploads and mail in a folder of the test's own, and let nobody listen who was there before."""
    from bookings.webhooks import noting

    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"
    noting.remember(frozenset())
