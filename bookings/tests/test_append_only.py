"""What is written once is never changed: not through a row, not through many, not in the admin, by nobody."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.urls import reverse

from bookings.models import Activity, CashMovement, LedgerLine, Payment, Scan
from bookings.tests.factories import (
    ActivityFactory,
    CashMovementFactory,
    LedgerLineFactory,
    PaymentFactory,
    ScanFactory,
)
from events.history import AppendOnlyError
from events.models import EventActivity
from events.tests.factories import EventActivityFactory

pytestmark = pytest.mark.django_db

FACTORIES = {
    Activity: ActivityFactory,
    EventActivity: EventActivityFactory,
    Payment: PaymentFactory,
    Scan: ScanFactory,
    CashMovement: CashMovementFactory,
    LedgerLine: LedgerLineFactory,
}
COLUMN = {
    Activity: "verb",
    EventActivity: "verb",
    Payment: "reference",
    Scan: "gate",
    CashMovement: "reason",
    LedgerLine: "channel",
}
DOES_NOTHING_TO_ROWS = {"export_admin_action"}
"""Actions that write no row of the table."""

WRITES_ANOTHER_ROW = {Payment: {"pay_out", "refund_again"}}
"""Actions that add a row to the table, by a service."""


@pytest.fixture(params=FACTORIES, ids=lambda model: model.__name__)
def row(request):
    return FACTORIES[request.param]()


def spoil(row):
    setattr(row, COLUMN[type(row)], "spoilt")
    return row


CHANGES = {
    "save": lambda row: spoil(row).save(),
    "save a column": lambda row: spoil(row).save(update_fields=[COLUMN[type(row)]]),
    "delete": lambda row: row.delete(),
    "update": lambda row: type(row).objects.update(**{COLUMN[type(row)]: "spoilt"}),
    "update some": lambda row: type(row).objects.filter(pk=row.pk).update(**{COLUMN[type(row)]: "spoilt"}),
    "delete some": lambda row: type(row).objects.filter(pk=row.pk).delete(),
    "delete all": lambda row: type(row).objects.all().delete(),
    "bulk update": lambda row: type(row).objects.bulk_update([spoil(row)], [COLUMN[type(row)]]),
    "bulk create over it": lambda row: type(row).objects.bulk_create(
        [spoil(row)], update_conflicts=True, unique_fields=["pk"], update_fields=[COLUMN[type(row)]]
    ),
    "update or create": lambda row: type(row).objects.update_or_create(
        pk=row.pk, defaults={COLUMN[type(row)]: "spoilt"}
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_row_is_neither_changed_nor_deleted(row, change):
    column = COLUMN[type(row)]
    before = getattr(row, column)

    with pytest.raises(AppendOnlyError), transaction.atomic():
        change(row)

    assert type(row).objects.values_list(column, flat=True).get() == before


@pytest.fixture(params=["Box office", "Door", "Managers", "superuser"])
def staff(request, client):
    if request.param == "superuser":
        user = User.objects.create_superuser("root")
    else:
        user = User.objects.create_user("ada", is_staff=True)
        user.groups.add(Group.objects.get(name=request.param))
    client.force_login(user)
    return client


@pytest.mark.parametrize("page", ["add", "delete", "change"])
def test_admin_writes_no_row(staff, row, page):
    opts, column = row._meta, COLUMN[type(row)]
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[] if page == "add" else [row.pk])

    response = staff.post(url, {"post": "yes", column: "spoilt"})

    assert response.status_code == 403
    assert type(row).objects.exclude(**{column: "spoilt"}).count() == 1


def test_admin_has_no_action_that_changes_rows(row, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user

    actions = set(admin.site.get_model_admin(type(row)).get_actions(request))

    assert actions - DOES_NOTHING_TO_ROWS == WRITES_ANOTHER_ROW.get(type(row), set())
