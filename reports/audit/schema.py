"""The last judge is in office: the constraints are in the database, and no row breaks one.

Rows can only do so if they came in while a constraint was missing or switched off, such as in a restore.
"""

from __future__ import annotations

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
    with connection.cursor() as cursor:
        return [
            Missing(name, model._meta.db_table)
            for model in MODELS
            for name in _expected(model) - connection.introspection.get_constraints(cursor, model._meta.db_table).keys()
        ]


def _expected(model: type[Model]) -> set[str]:
    return {constraint.name for constraint in model._meta.constraints}


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
