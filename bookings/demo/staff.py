"""Members of staff of the demo, one for each role, with passwords that nobody has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, User

from bookings.models import make_code


@dataclass(frozen=True)
class Role:
    """A log-in, and the group that gives it its permissions (none: everything is allowed)."""

    username: str
    group: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class Login:
    username: str
    password: str
    role: str


ROLES = (
    Role("box_office", "Box office", "Bernadette", "Ogilvy"),
    Role("door", "Door", "Tunde", "Lascelles"),
    Role("manager", "Managers", "Margarethe", "Quist"),
    Role("admin", "", "Ambrose", "Penhaligon"),
)


def make_staff() -> list[Login]:
    """Make the members of staff who are missing. Whoever is there already keeps the password."""
    present = set(User.objects.values_list("username", flat=True))
    return _log_in(role for role in ROLES if role.username not in present)


def renew_passwords() -> list[Login]:
    """Give every member of staff of the demo a new password."""
    return _log_in(ROLES)


def _log_in(roles: Iterable[Role]) -> list[Login]:
    logins = []
    for role in roles:
        password = "-".join(make_code(5) for _ in range(3))
        user, _ = User.objects.get_or_create(
            username=role.username,
            defaults={
                "first_name": role.first_name,
                "last_name": role.last_name,
                "email": f"{role.username.replace('_', '.')}@example.org",
            },
        )
        user.is_staff, user.is_superuser = True, not role.group
        user.set_password(password)
        user.save()
        user.groups.set(Group.objects.filter(name=role.group))
        logins.append(Login(role.username, password, role.group or "Everything"))
    return logins
