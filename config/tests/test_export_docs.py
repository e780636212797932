"""The guide to exports names every column as it is: what others have built on them must not go stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.exports import EXPORTS
from reports.exports.export import PERSONAL

GUIDE = (Path(__file__).parents[2] / "docs/exports.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)`( €| ☺)? \| (.+?) \|$", re.MULTILINE)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.slug)
def test_guide_names_the_columns_of_each_export(export):
    part = GUIDE.partition(f"\n## {export.title}\n")[2].partition("\n## ")[0]

    expected = [
        (
            column.name,
            " €" if column.reveals_money else " ☺" if column.name in PERSONAL else "",
            column.about or f"{column.title}.",
        )
        for column in export.columns
    ]

    assert ROW.findall(part) == expected
    assert f"`{export.slug}`: {export.about} {export.period}" in " ".join(part.split())
