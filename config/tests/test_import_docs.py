"""The guide to imports names every column as it is: what people prepare their files by must not go stale."""

import re
from pathlib import Path

import pytest

from venues.imports import REGISTRY

GUIDE = (Path(__file__).parents[2] / "docs/imports.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (yes)? ?\| (.+?) \|$", re.MULTILINE)


def part_of(title: str) -> str:
    """Return the part of the guide below a heading."""
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def unwrapped(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("resource", REGISTRY.values(), ids=REGISTRY.keys())
def test_guide_names_the_columns_of_each_file(resource):
    written = [(name, bool(needed), what) for name, needed, what in ROW.findall(part_of(resource.title))]

    assert written == [(column.column_name, column.is_required, column.help) for column in resource.columns()]


@pytest.mark.parametrize("resource", REGISTRY.values(), ids=REGISTRY.keys())
def test_guide_says_who_may_import_it_and_what_can_be_chosen(resource):
    text = unwrapped(part_of(resource.title))

    assert unwrapped(resource.intro) in text
    assert f"Needs: {', '.join(f'`{name}`' for name in resource.permissions)}." in text
    for option in resource.options:
        assert unwrapped(f"Choice: **{option.label}.** {option.help}") in text
