"""The staff groups of a house, with what each may do. Operators may change them afterwards."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ALL = ("view", "add", "change", "delete")
WRITE = ("view", "add", "change")
VIEW = ("view",)

CATALOGUE = {
    "venues": ("venue", "seatingplan", "section", "seat"),
    "events": ("category", "production", "event"),
    "ticketing": ("tickettype", "offer"),
}
"""What is set up before anything is sold."""


def catalogue(*actions):
    return {f"{app}.{model}": actions for app, models in CATALOGUE.items() for model in models}


STAFF = {
    **catalogue(*ALL),
    "events.eventactivity": VIEW,
    "ticketing.place": ("view", "change"),
    "ticketing.namedhold": WRITE,
    "bookings.booking": (*WRITE, "comp", "discount", "refund"),
    "bookings.ticket": (*WRITE, "check_in"),
    "bookings.payment": VIEW,
    "bookings.activity": VIEW,
    "bookings.ledgerline": VIEW,
    "bookings.waitlistentry": ALL,
    "bookings.exchange": VIEW,
    "bookings.scan": VIEW,
    "bookings.shift": WRITE,
    "bookings.cashmovement": ("view", "add"),
}
"""What the box office and the managers share."""

GROUPS = {
    "Box office": {**STAFF, "ticketing.promocode": VIEW},
    "Door": {
        **catalogue(*VIEW),
        "ticketing.place": VIEW,
        "bookings.booking": VIEW,
        "bookings.ticket": ("view", "check_in"),
        "bookings.scan": VIEW,
    },
    "Managers": {
        **STAFF,
        "ticketing.promocode": ALL,
        "bookings.booking": (*STAFF["bookings.booking"], "collect"),
        "bookings.shift": (*WRITE, "review"),
        "bookings.subscription": ALL,
        "bookings.delivery": VIEW,
    },
}


def make_groups(apps, schema_editor):
    """Make the groups and give them their permissions, which Django itself would make only after all migrations."""
    using = schema_editor.connection.alias
    for label in (*CATALOGUE, "bookings"):
        app = apps.get_app_config(label)
        app.models_module = True  # a historical app has none, and without it Django makes no permissions
        create_permissions(app, apps=apps, using=using, verbosity=0)
        app.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")  # noqa: N806
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for name, tables in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        for table, actions in tables.items():
            app, model = table.split(".")
            group.permissions.add(*(known[f"{app}.{action}_{model}"] for action in actions))


def remove_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")  # noqa: N806
    Group.objects.using(schema_editor.connection.alias).filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("ticketing", "0001_initial"),
        ("events", "0001_initial"),
        ("venues", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
