"""The house that the journeys visit: what ``make demo`` serves, on the tests' database."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
OPENS_WITHIN = 600  # seconds, on a machine that does other things as well
LOGIN = re.compile(r"^  (\w+) +([0-9A-Z]{5}(?:-[0-9A-Z]{5}){2}) ", re.MULTILINE)


@dataclass
class House:
    """A running demo: where it is, where its letters lie, and how its staff log in."""

    url: str
    mail_dir: Path
    log: Path
    passwords: dict[str, str] = field(default_factory=dict)


def open_house(folder: Path) -> tuple[House, subprocess.Popen]:
    """Start the demo, with everything that it writes in ``folder``, and wait until it answers."""
    port = free_port()
    house = House(f"http://127.0.0.1:{port}", folder / "mail", folder / "house.log")
    with house.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.serve", "--port", str(port)],
            cwd=ROOT,
            env=environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: process.poll() is not None or "Marquee is ready" in house.log.read_text(encoding="utf-8"),
            OPENS_WITHIN,
        )
        assert process.poll() is None, house.log.read_text(encoding="utf-8")
    except AssertionError:
        close_house(process)
        raise
    house.passwords = dict(LOGIN.findall(house.log.read_text(encoding="utf-8")))
    return house, process


def close_house(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment(folder: Path) -> dict[str, str]:
    """Give the server the tests' database; nothing else of the tests' or the developer's settings reaches it."""
    ours = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text(encoding="utf-8")))
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    return inherited | {"VAR_DIR": str(folder), "DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"}


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_so: Callable[[], object], seconds: float = 60) -> None:
    """Wait for what another process does.

    Raises:
        AssertionError: it has not done it in time.
    """
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, f"Nothing has happened within {seconds} seconds."
        time.sleep(0.1)
