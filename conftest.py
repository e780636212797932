"""What every test shares: which tests run where, and folders of its own. See also ``config.tests.settings``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="Fail when a test is skipped: nothing goes unnoticed.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Run the browser journeys and the contract of the API only when they are named on the command line.

    They take minutes, and journeys need Chromium.
    """
    name = collection_path.name
    is_left_out = name in ("journeys", "contract") and not any(name in argument for argument in config.args)
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


MIGRATED = {"auth_group", "auth_group_permissions", "auth_permission", "django_content_type"}
"""Tables whose rows the migrations have written: the groups of the staff, and what each may do."""


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_delete() -> None:
    """Empty the tables, after a test that commits, of what was written since the migrations; and row by row.

    Django would forget the groups of the staff, too, and so break whichever test comes next. On PostgreSQL it would
    TRUNCATE, which makes new files for each table and each of its indexes, and takes thirty times as long. That rows go
    in any order is judged at the end of the transaction: Django's foreign keys are deferred.
    """
    quote = connection.ops.quote_name
    connection.ops.sql_flush = lambda style, tables, **options: [
        f"DELETE FROM {quote(table)}" for table in tables if table not in MIGRATED
    ]


@pytest.fixture(scope="session")
def _folders(tmp_path_factory) -> Iterator[Path]:
    """Name folders that nobody has written into. pytest's ``tmp_path`` makes one, and looks at all others before."""
    base = tmp_path_factory.mktemp("sealed")
    return (base / str(number) for number in count())


@pytest.fixture(autouse=True)
def _sealed(settings, _folders) -> None:
    """Keep uploads and mail in folders of the test's own, and let nobody listen who was there before."""
    from bookings.webhooks import noting

    settings.MEDIA_ROOT = next(_folders)
    settings.MAIL_DIR = next(_folders)
    noting.remember(frozenset())
