import os
import socket
import stat

import pytest

from config import serve


def test_check_port_refuses_one_in_use():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(
            SystemExit, match=f"Port {port} cannot be used: Address already in use. .* make demo PORT={port + 1}"
        ):
            serve.check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_check_port_refuses_what_is_no_port(port):
    with pytest.raises(SystemExit, match="cannot be used"):
        serve.check_port("127.0.0.1", port)


def test_check_port_leaves_a_free_one_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    serve.check_port("127.0.0.1", port)
    serve.check_port("127.0.0.1", port)


def test_secret_key_is_made_once_and_for_nobody_else(tmp_path):
    path = tmp_path / "var" / "secret_key"

    key = serve.secret_key(path)

    assert serve.secret_key(path) == key
    assert len(key) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_set_environment_yields_to_the_caller(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {"VAR_DIR": str(tmp_path), "SITE_URL": "http://10.0.0.2:9000"})

    serve.set_environment("127.0.0.1", 9000)

    assert os.environ["SITE_URL"] == "http://10.0.0.2:9000"
    assert os.environ["DEMO"] == "on"
    assert os.environ["DEBUG"] == "off"


def test_end_stops_every_process():
    processes = serve.start([["-c", "import time; time.sleep(60)"]] * 2)

    serve.end(processes)

    assert serve.are_running(processes) is False
