"""What the groups of staff may do with reports. Operators may change it afterwards."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = {
    "Box office": ("view_sales", "view_customers"),
    "Managers": (
        *("view_sales", "view_revenue", "view_customers", "erase_customers", "sign_settlement"),
        *("view_settlement", "view_settlementterms", "view_scheduledreport"),
    ),
}


def give(apps, schema_editor):
    """Give the groups their permissions, which Django itself would make only after all migrations."""
    using = schema_editor.connection.alias
    app = apps.get_app_config("reports")
    app.models_module = True  # a historical app has none, and without it Django makes no permissions
    create_permissions(app, apps=apps, using=using, verbosity=0)
    app.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")  # noqa: N806
    for name, codes in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        ours = Permission.objects.using(using).filter(content_type__app_label="reports", codename__in=codes)
        group.permissions.add(*ours)


def take(apps, schema_editor):
    Group = apps.get_model("auth", "Group")  # noqa: N806
    for group in Group.objects.using(schema_editor.connection.alias).filter(name__in=GROUPS):
        group.permissions.remove(*group.permissions.filter(content_type__app_label="reports"))


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("bookings", "0002_groups"),
    ]

    operations = [migrations.RunPython(give, take)]
