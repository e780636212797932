"""Every list of the back office, whichever admin registers one: it is searched, sorted, and never asks row by row."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from factory.django import DjangoModelFactory

from reports.models import Fold
from venues.backoffice import HouseAdmin

pytestmark = pytest.mark.django_db

ROOMS = ("venues", "events", "ticketing", "bookings", "reports")
OTHERS = {
    Group: lambda number: Group.objects.create(name=f"Group {number}"),
    User: lambda number: User.objects.create_user(f"user{number}", is_staff=True),
    DBTaskResult: lambda number: DBTaskResult.objects.create(
        args_kwargs={"args": [number], "kwargs": {}},
        task_path=f"tasks.number_{number}",
        backend_name="default",
        run_after=timezone.now(),
    ),
}
"""How to make rows of tables that are not ours."""

ONE_ROW = {Fold}
"""Tables that never have more than one row."""

MODELS = sorted(set(admin.site._registry) - ONE_ROW, key=lambda model: model._meta.label)
each_list = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def factories() -> dict[type[models.Model], type[DjangoModelFactory]]:
    modules = [
        import_module(f"{room}.tests.factories") for room in ROOMS if any(apps.get_app_config(room).get_models())
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {one._meta.model: one for one in found if issubclass(one, DjangoModelFactory) and one._meta.model}


def make(model: type[models.Model], number: int) -> None:
    """Make one more row. A factory that returns the same row for the same name is given another one."""
    if model in OTHERS:
        OTHERS[model](number)
        return
    factory = factories()[model]
    names = factory._meta.django_get_or_create if hasattr(factory._meta, "django_get_or_create") else ()
    factory(**({"name": f"Number {number}"} if names else {}))


def page(model: type[models.Model], **query) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query=query)


@each_list
def test_list_costs_the_same_for_any_number_of_rows(admin_client, model):
    counted = {}
    for number in range(3):
        make(model, number)
        if number == 0:
            admin_client.get(page(model))  # what is looked up once per process
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(page(model)).status_code == 200
        counted[model.objects.count()] = len(captured)

    first, last = min(counted), max(counted)
    assert last > first
    assert counted[last] == counted[first], "\n".join(query["sql"] for query in captured)


@each_list
def test_list_is_searched_and_sorted_and_kept_in_the_style_of_the_house(model):
    model_admin = admin.site._registry[model]

    assert isinstance(model_admin, HouseAdmin)
    assert model_admin.search_fields
    assert model_admin.ordering or model._meta.ordering


@each_list
@pytest.mark.parametrize("query", ["nobody is called that", "\x00", "%_\\", "x" * 5_000])
def test_list_says_when_nothing_matches(admin_client, model, query):
    response = admin_client.get(page(model, q=query))

    assert response.status_code == 200
    assert list(response.context["messages"]) == []
    if "nobody" in query:
        assert f"No {model._meta.verbose_name_plural} match." in response.content.decode()


@pytest.mark.parametrize("table", ["bookings_booking", "events_production"])
def test_list_says_when_there_is_nothing_yet(admin_client, table):
    response = admin_client.get(reverse(f"admin:{table}_changelist"))

    words = {"bookings_booking": "No bookings yet.", "events_production": "No productions yet."}
    text = response.content.decode()
    assert words[table] in text
    assert ("Add the first production" in text) is (table == "events_production")
