"""Cells that a spreadsheet shows instead of running, and the way back."""

from __future__ import annotations

import re

RUNS = re.compile(r"'*[ ]*[=+\-@＝＋－＠\t\r\n]")
"""What makes a spreadsheet take a text for a formula, at its very beginning; or would, without its apostrophes."""


def neutralise(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run. Numbers and dates stay what they are."""
    if isinstance(value, str) and RUNS.match(value):
        return f"'{value}"
    return value


def restore(text: str) -> str:
    """Take off the apostrophe that :func:`neutralise` has put before a text."""
    return text[1:] if text.startswith("'") and RUNS.match(text) else text
