"""The last judge is in office: the constraints are in the database, and no row breaks one.

Rows can only do so if they came in while a constraint was missing or switched off, such as in a restore.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.apps import apps
from django.db import connection
from django.db.models import CheckConstraint, Model, QuerySet

from .checks import Check, check

ROOMS = ("venues", "events", "ticketing", "bookings")
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


@dataclass(frozen=True)
class Missing:
    """A constraint that the code knows and the database does not."""

    pk: str
    table: str


@check("The table {row.table} lacks the constraint {row.pk}: it no longer refuses what is wrong.")
def schema_constraints(now: datetime) -> list[Missing]:
    """Every constraint of the code is in the database."""
    present = _names_in_the_database()
    return [
        Missing(constraint.name, model._meta.db_table)
        for model in MODELS
        for constraint in model._meta.constraints
        if constraint.name not in present
    ]


def _names_in_the_database() -> set[str]:
    """Read the names of constraints, and of the unique indexes that stand for some, from the catalogue at once."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conname FROM pg_constraint "
                "WHERE connamespace = current_schema()::regnamespace AND convalidated "
                "UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indisvalid"
            )
            return {name for (name,) in cursor}
        cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name for (sql,) in cursor for name in re.findall(r'(?:CONSTRAINT|UNIQUE INDEX) "(\w+)"', sql)}


def _rows_breaking(constraint: CheckConstraint, model: type[Model], now: datetime) -> QuerySet:
    return model._base_manager.filter(~constraint.condition).order_by("pk")


def _obeyed(model: type[Model], constraint: CheckConstraint) -> Check:
    rule = f"{model._meta.verbose_name_plural.capitalize()} obey the constraint {constraint.name}."
    message = f"It breaks the constraint {constraint.name}."
    return Check(constraint.name, rule, message, partial(_rows_breaking, constraint, model))


CHECKS = (
    schema_constraints,
    *(
        _obeyed(model, constraint)
        for model in MODELS
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
    ),
)
