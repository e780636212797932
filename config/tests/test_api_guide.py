"""The commands of docs/api.md, run one after the other: what the guide says is what happens.

``curl`` is read, not run: the commands go to the test client. An answer in the guide may leave members out, and say
``…`` for what differs each time.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from venues.api.keys import make_key
from venues.tests.factories import StaffFactory

GUIDE = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)

SET = re.compile(r"^([A-Z]+)=(.*)$", re.DOTALL)
CAUGHT = re.compile(r"^\$\((.*)\| jq '?([^']+?)'?\)$", re.DOTALL)


def commands(block: str) -> Iterator[str]:
    """Divide a block into its commands: each begins at the left edge, and may go on in the lines below."""
    yield from re.split(r"\n(?=[A-Z]+=|curl)", block.strip())


class Shell:
    """As much of a shell as the guide uses: variables, curl, and ``jq`` for one value."""

    def __init__(self, key: str) -> None:
        self.client, self.key, self.variables, self.answer = Client(), key, {}, None

    def run(self, command: str) -> None:
        assignment = SET.match(command)
        if not assignment:
            self.answer = self.curl(command)
            return
        name, value = assignment.groups()
        caught = CAUGHT.match(value)
        if caught:
            value = str(self.pick(json.loads(self.curl(caught[1])), caught[2]))
        self.variables[name] = self.key if name == "KEY" else value

    def curl(self, command: str) -> str:
        program, *words = shlex.split(self.fill(command.replace("\\\n", " ")))
        assert program == "curl"
        address, method, headers, body = "", "", {}, None
        while words:
            word = words.pop(0)
            if word == "-X":
                method = words.pop(0)
            elif word == "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            elif word == "--json":
                body = words.pop(0)
            else:
                assert not address, f"curl does not know {word}."
                address = word
        path = address.removeprefix("http://127.0.0.1:8000")
        assert path.startswith("/api/")
        method = method or ("GET" if body is None else "POST")
        response = self.client.generic(method, path, body or "", content_type="application/json", headers=headers)
        return response.text

    def fill(self, text: str) -> str:
        return re.sub(r"\$([A-Z]+)", lambda found: self.variables[found[1]], text)

    @staticmethod
    def pick(answer: object, path: str) -> object:
        for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
            answer = answer[name] if name else answer[int(index)]
        return answer


def compare(shown: object, answered: object, where: str = "answer") -> None:
    """Compare an answer with what the guide shows of it."""
    if shown == "…":
        assert answered is not None, where
    elif isinstance(shown, dict):
        for name, value in shown.items():
            assert name in answered, f"{where}.{name}: {answered}"
            compare(value, answered[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert len(shown) == len(answered), where
        for index, value in enumerate(shown):
            compare(value, answered[index], f"{where}[{index}]")
    else:
        assert answered == shown, where


@pytest.mark.django_db
def test_the_guide_works():
    manager = StaffFactory(username="manager")
    manager.groups.add(Group.objects.get(name="Managers"))
    shell = Shell(make_key(name="Demo", user=manager, by="admin", now=timezone.now())[1])

    for kind, block in BLOCKS:
        if kind == "sh":
            for command in commands(block):
                shell.run(command)
        else:
            compare(json.loads(block, parse_float=Decimal), json.loads(shell.answer, parse_float=Decimal))


def test_the_guide_writes_money_with_two_decimals():
    amounts = re.findall(
        r'"(?:price|total_price|from_price)": ([\d.]+)', "".join(text for kind, text in BLOCKS if kind == "json")
    )

    assert amounts
    assert [amount for amount in amounts if not re.fullmatch(r"\d+\.\d\d", amount)] == []
