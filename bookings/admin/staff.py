"""Who works here, and what each group of them may do: Django's users and groups, in the words of the house."""

from __future__ import annotations

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from venues.backoffice import HouseAdmin, badge, list_link, local_time, two_lines

APPS = ("bookings", "ticketing", "events", "venues", "reports", "auth")
"""Whose tables staff work with; of the others, nobody but a superuser needs to know."""


def describe(permission: Permission) -> str:
    """Say what a permission lets do: "Bookings: can change"."""
    model = permission.content_type.model_class()
    if model is None:
        return permission.name
    table = str(model._meta.verbose_name_plural)
    what = permission.name.removesuffix(f" {model._meta.verbose_name}")
    return f"{table[:1].upper()}{table[1:]}: {what[:1].lower()}{what[1:]}"


class ReadablePermissions:
    """An admin in whose forms permissions can be told apart."""

    def formfield_for_manytomany(self, db_field, request: HttpRequest | None = None, **kwargs) -> forms.Field:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.remote_field.model is Permission:
            field.queryset = (
                Permission.objects.filter(content_type__app_label__in=APPS)
                .exclude(content_type__app_label="auth", content_type__model="permission")
                .select_related("content_type")
                .order_by("content_type__app_label", "content_type__model", "pk")
            )
            field.label_from_instance = describe
        return field


apps.get_app_config("auth").verbose_name = "Staff"
admin.site.unregister([User, Group])


@admin.register(User)
class StaffAdmin(ReadablePermissions, HouseAdmin, UserAdmin):
    list_display = ["who", "email", "in_groups", "last_seen", "state"]
    list_filter = ["groups", "is_active", "is_superuser", "is_staff"]
    search_help_text = "User name, name or e-mail"
    readonly_fields = ["last_login", "date_joined"]
    instead_of_deleting = "Take “active” away instead: then nobody can log in with it, and what was done stays signed."

    def prepare_rows(self, rows: list[User]) -> None:
        names: dict[int, list[str]] = {}
        found = Group.objects.filter(user__in=[user.pk for user in rows]).order_by("name")
        for pk, name in found.values_list("user", "name"):
            names.setdefault(pk, []).append(name)
        for user in rows:
            user.group_names = names.get(user.pk, [])

    @admin.display(description="user", ordering="username")
    def who(self, user: User) -> SafeString:
        return two_lines(user.username, user.get_full_name())

    @admin.display(description="groups")
    def in_groups(self, user: User) -> SafeString | str:
        if user.is_superuser:
            return badge("Everything", "busy")
        return ", ".join(user.group_names) or "–"

    @admin.display(description="last log-in", ordering="last_login")
    def last_seen(self, user: User) -> str:
        return local_time(user.last_login, timezone.get_current_timezone()) if user.last_login else "never"

    @admin.display(description="state", ordering="is_active")
    def state(self, user: User) -> SafeString:
        if not user.is_active:
            return badge("Locked out", "bad")
        return badge("Staff", "good") if user.is_staff else badge("No access", "quiet")


@admin.register(Group)
class StaffGroupAdmin(ReadablePermissions, HouseAdmin, GroupAdmin):
    list_display = ["name", "members", "permission_count"]
    search_help_text = "Name"
    instead_of_deleting = "Move its members to another group first."

    def prepare_rows(self, rows: list[Group]) -> None:
        found = Group.objects.filter(pk__in=[group.pk for group in rows]).order_by()
        members = dict(found.values_list("pk").annotate(Count("user")))
        permissions = dict(found.values_list("pk").annotate(Count("permissions")))
        for group in rows:
            group.counts = {"members": members[group.pk], "permissions": permissions[group.pk]}

    @admin.display(description="members")
    def members(self, group: Group) -> SafeString:
        return list_link(group.counts["members"], "auth_user", groups__id__exact=group.pk)

    @admin.display(description="permissions")
    def permission_count(self, group: Group) -> int:
        return group.counts["permissions"]
