"""The house style, as far as a machine can tell. A rule worth writing is worth failing on."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from factory.django import DjangoModelFactory

ROOT = Path(__file__).parents[2]
ROOMS = ("venues", "events", "ticketing", "bookings", "reports")
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]

SOURCES = sorted(path for room in ("config", *ROOMS) for path in (ROOT / room).rglob("*.py"))
CODE = [path for path in SOURCES if not {"tests", "migrations"} & set(path.parts)]
TEMPLATES = sorted(path for path in ROOT.glob("**/templates/**/*") if path.is_file() and ".venv" not in path.parts)
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and "mail" not in path.relative_to(ROOT).parts]

FILE_LINES = 400
FUNCTION_LINES = 50


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    """Write ``timezone.now`` for the expression of that name; nothing for what is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


# Rooms ----------------------------------------------------------------------------------------


def test_imports_run_one_way():
    """In a process of its own: import-linter turns off every logger that it does not know."""
    command = [Path(sys.executable).with_name("lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert run.returncode == 0, run.stdout


# Tables ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_migrations_are_complete():
    output = StringIO()

    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=output)
    except SystemExit:
        pytest.fail(output.getvalue())


@pytest.mark.parametrize("room", ROOMS)
def test_models_have_factories(room):
    owned = set(apps.get_app_config(room).get_models())
    if not owned:
        return
    factories = vars(import_module(f"{room}.tests.factories")).values()

    made = {
        factory._meta.model
        for factory in factories
        if isinstance(factory, type) and issubclass(factory, DjangoModelFactory) and factory._meta.model
    }

    assert owned - made == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_models_are_in_the_admin(model):
    assert admin.site.is_registered(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_models_say_what_they_are(model):
    assert model.__str__ is not models.Model.__str__
    assert model._meta.ordering


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_constraints_and_indexes_have_names_that_somebody_chose(model):
    """Django's own names end in a hash."""
    indexes = [index.name for index in model._meta.indexes]

    assert [chosen for chosen in indexes if re.search(r"_[0-9a-f]{6}_idx$", chosen)] == []
    assert model._meta.unique_together == ()


def test_constraints_and_indexes_have_names_of_their_own():
    """So that an error of the database names one rule."""
    names = [rule.name for model in MODELS for rule in (*model._meta.constraints, *model._meta.indexes)]

    assert sorted(set(names)) == sorted(names)


# Code -----------------------------------------------------------------------------------------


@each(CODE)
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = function.body[0] if ast.get_docstring(function) else None
    lines = function.end_lineno - function.lineno + 1
    return lines - (docstring.end_lineno - docstring.lineno + 1 if docstring else 0)


@each(CODE)
def test_functions_are_short(path):
    """Docstrings apart: nobody should save on those."""
    functions = [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    long = [node.name for node in functions if code_lines(node) > FUNCTION_LINES]

    assert long == []


CLOCKS = {
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.date.today",
    "time.time",
}
EDGES = {"views", "commands", "tasks", "admin", "api", "feeds", "sitemaps", "templatetags"}


def is_edge(path: Path) -> bool:
    """Whether the clock may enter here. ``config`` is the edge of the whole house."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] == "config" or bool(EDGES & set(parts))


@each([path for path in CODE if not is_edge(path)])
def test_clock_enters_at_the_edge(path):
    """Reading the clock is a call without arguments, or handing the clock itself to somebody who calls it."""
    tree = parse(path)
    converted = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}

    readings = [
        f"{dotted(node)} in line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and dotted(node) in CLOCKS
        and (dotted(node).endswith(("now", "today")) or id(node) not in converted)
    ]

    assert readings == []


def computes_money(path: Path) -> bool:
    return bool(re.search(r"\b(Decimal|MoneyField|to_cents|spread|ZERO)\b", path.read_text(encoding="utf-8")))


@each([path for path in CODE if computes_money(path)])
def test_money_is_never_a_float(path):
    floats = [
        f"line {node.lineno}"
        for node in ast.walk(parse(path))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Attribute) and node.attr == "FloatField")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]

    assert floats == []


@each(SOURCES + TEMPLATES)
def test_files_leave_nothing_for_later(path):
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))

    assert re.findall(rf"\b(?:{marks})\b", path.read_text(encoding="utf-8")) == []


# Templates ------------------------------------------------------------------------------------


def opening_tags(path: Path) -> Iterator[str]:
    """Yield the tags of a template, with what Django itself would put there taken out."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"<[a-z][^>]*>", text, flags=re.IGNORECASE)


DATA_SCRIPT = re.compile(r"""type=["']application/(ld\+)?json["']""")


@each(PAGES)
def test_pages_obey_the_content_security_policy(path):
    """No script, style or event handler inside a page: browsers would ignore them. Mail programs know nothing else."""
    tags = list(opening_tags(path))

    scripts = [
        tag for tag in tags if re.match(r"<script\b(?!.*\bsrc=)", tag, re.DOTALL) and not DATA_SCRIPT.search(tag)
    ]
    styles = [tag for tag in tags if re.match(r"<style\b", tag) or re.search(r"\sstyle=", tag)]
    handlers = [tag for tag in tags if re.search(r"\son[a-z]+=", tag)]

    assert scripts == []
    assert styles == []
    assert handlers == []


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            yield from url_names(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


@each(TEMPLATES)
def test_templates_link_to_views_that_exist(path):
    linked = set(re.findall(r"""\{%\s*url\s+["']([^"']+)["']""", path.read_text(encoding="utf-8")))

    assert linked - set(url_names(get_resolver())) == set()


@each(TEMPLATES)
def test_templates_use_static_files_that_exist(path):
    used = re.findall(r"""\{%\s*static\s+["']([^"']+)["']""", path.read_text(encoding="utf-8"))

    assert [file for file in used if not finders.find(file)] == []


@each(TEMPLATES)
def test_templates_write_money_with_the_money_filter(path):
    assert re.findall(r"(?:price|amount|total|discount|subtotal)\s*\|\s*floatformat", path.read_text("utf-8")) == []


# Packages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_and_name_no_address(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, flags=re.MULTILINE | re.DOTALL | re.IGNORECASE)

    assert "://" not in text
    assert "index-url" not in text
    assert len(requirements) > 20
    assert [entry for entry in requirements if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_requirements_of_development_contain_those_of_production():
    pins = {
        file: set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE))
        for file in ("requirements.txt", "requirements-dev.txt")
    }

    assert pins["requirements.txt"] - pins["requirements-dev.txt"] == set()


# Documents ------------------------------------------------------------------------------------


@each([ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))])
def test_documents_link_to_files_that_exist(path):
    targets = re.findall(r'\]\(([^)#\s]+)|<img src="([^"]+)"', path.read_text(encoding="utf-8"))

    files = {target for found in targets for target in found if target and "://" not in target}

    assert {file for file in files if not (path.parent / file).exists()} == set()
