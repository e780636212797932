"""A browser, a house to visit, and visitors. The database is one for all journeys: each brings an event of its own.

With xdist, each process has a browser, a house and a database to itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, expect, sync_playwright

from .house import House, close_house, open_house
from .visitor import PATIENCE, Visitor

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Come = Callable[..., Visitor]


@pytest.fixture(scope="session")
def database(
    tmp_path_factory, django_test_environment, django_db_modify_db_settings, django_db_blocker
) -> Iterator[None]:
    """Make the database. SQLite's is a file: the server, which is another process, cannot see into our memory.

    pytest-django's own one would be wrapped in a transaction, or emptied, for each test.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "journeys.sqlite3")
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def running_house(tmp_path_factory, database) -> Iterator[House]:
    house, process = open_house(tmp_path_factory.mktemp("house"))
    yield house
    close_house(process)
    log = house.log.read_text(encoding="utf-8")
    assert " ERROR " not in log, log


@pytest.fixture
def house(running_house, django_db_blocker, settings) -> Iterator[House]:
    """The house, its database and its letters. What a journey changes stays; nothing is rolled back."""
    settings.MAIL_DIR = running_house.mail_dir
    with django_db_blocker.unblock():
        yield running_house
        connection.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for a reason not to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def come(request, browser, house, tmp_path) -> Iterator[Come]:
    """Let visitors come to the house; when the journey is over, they leave. Of a failure, there is a picture."""
    visitors: list[Visitor] = []

    def come(**kwargs) -> Visitor:
        visitors.append(Visitor(browser, house.url, **kwargs))
        return visitors[-1]

    yield come
    if request.node.stash.get(FAILED, False):
        take_pictures(visitors, tmp_path)
    else:
        for visitor in visitors:
            visitor.leaves()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def take_pictures(visitors: list[Visitor], folder: Path) -> None:
    for number, visitor in enumerate(visitors, 1):
        path = folder / f"visitor-{number}.png"
        visitor.page.screenshot(path=path)
        print(f"{visitor.page.url}: {path}")  # noqa: T201 - pytest shows it with the failure
        visitor.context.close()
