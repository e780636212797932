"""Members of staff of the demo, one for each role, with passwords that nobody has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group, User

from bookings.models import make_code
from events.history import SYSTEM
from venues.api.keys import make_key, revoke
from venues.models import ApiKey


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


KEY = "Demo"
"""What the demo's key to the API is called."""

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


def renew_key(now: datetime) -> str:
    """Give programs a new key, which may do what the manager may do, and end the one before. Returns its secret."""
    for key in ApiKey.objects.filter(name=KEY, revoked_at__isnull=True):
        revoke(key=key, now=now)
    return make_key(name=KEY, user=User.objects.get(username="manager"), by=SYSTEM, now=now)[1]


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
