"""The demo on this machine: a web server, a task worker and what tidies up side by side, ending together.

``make demo`` runs ``python -m config.serve``. It shows what production shows: granian instead of runserver and DEBUG
off, so that error pages, hashed static files and speed are the real ones. Only TLS, the mail server and the
money are pretended.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENDS_WITHIN = 10  # seconds
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    """Prepare the demo, serve it until Ctrl-C, and return an exit status."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    options = arguments.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        check_port(options.host, options.port)
        set_environment(options.host, options.port)
        prepare()
        return serve(options.host, options.port)
    except KeyboardInterrupt:
        return 130


def check_port(host: str, port: int) -> None:
    """Leave with a clear word when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            sys.exit(f"Port {port} cannot be used: {reason}. Choose another one: make demo PORT={port % 65535 + 1}")


def set_environment(host: str, port: int) -> None:
    """Configure the demo, wherever the caller's environment does not say otherwise."""
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for name, value in {
        "VAR_DIR": str(ROOT / "var"),
        "DEBUG": "off",
        "DEMO": "on",
        "HTTPS": "off",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "SITE_URL": f"http://{host}:{port}",
        "LOG_LEVEL": "WARNING",
    }.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("SECRET_KEY", secret_key(Path(os.environ["VAR_DIR"]) / "secret_key"))


def secret_key(path: Path) -> str:
    """Return this installation's own key, made on the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


def prepare() -> None:
    """Bring the database, the static files and the demo data up to date. What is there already stays."""
    import django
    from django.core.management import call_command

    django.setup()
    print("Preparing the database …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()
    call_command("demo")


def collect_static_files() -> None:
    """Hash and compress the static files, unless none has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            found.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".collected"
    if mark.exists() and mark.read_text(encoding="ascii") == found.hexdigest():
        return
    print("Hashing and compressing the static files …", flush=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(found.hexdigest(), encoding="ascii")


def serve(host: str, port: int) -> int:
    """Run web server, worker and tidying until one of them ends or the user says so; then end the others too."""
    granian = ["-m", "granian", "--interface", "wsgi", "--blocking-threads", "4", "--log-level", "warning"]
    commands = [
        [*granian, "--host", host, "--port", str(port), "config.wsgi:application"],
        ["manage.py", "db_worker", "--queue-name", "*", "--no-reload"],
        ["manage.py", "tidy", "--every", "60", "--verbosity", "0"],
    ]
    processes, parent = start(commands), os.getppid()
    try:
        if wait_until_ready(f"http://{host}:{port}/health", processes):
            print(f"\nMarquee is ready at {os.environ['SITE_URL']}/ (Ctrl-C ends it)", flush=True)
        while are_running(processes):
            if os.getppid() != parent:
                return 1  # make was killed
            time.sleep(0.2)
    except KeyboardInterrupt:
        end(processes)
        print("\nStopped. The data stay in var/; make demo goes on with them.")
        return 0
    finally:
        end(processes)
    print("The web server, the worker or the tidying has ended by itself; see above.", file=sys.stderr)
    return 1


def start(commands: list[list[str]]) -> list[subprocess.Popen]:
    """Start Python with each of these arguments.

    In groups of their own, so that Ctrl-C reaches this process alone, which then ends each of them once; but not
    longer than this process lives, however it dies.
    """
    tie = end_with_parent if sys.platform == "linux" else None
    return [subprocess.Popen([sys.executable, *command], process_group=0, preexec_fn=tie) for command in commands]


def end_with_parent() -> None:
    """Ask Linux to send SIGTERM to this process when its parent is no more."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def are_running(processes: list[subprocess.Popen]) -> bool:
    return all(process.poll() is None for process in processes)


def wait_until_ready(url: str, processes: list[subprocess.Popen]) -> bool:
    """Wait for the first answer. Returns False when a process ends before it comes."""
    while are_running(processes):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return True  # it has something to complain about, but it answers
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def end(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
