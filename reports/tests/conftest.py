import pytest
from django.contrib.auth.models import Group, User


@pytest.fixture
def as_member(client):
    """Log in as somebody of a group; of none, if there is no such group."""

    def log_in(group: str):
        user = User.objects.create_user(f"ada of {group}", is_staff=True)
        user.groups.set(Group.objects.filter(name=group))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def manager(as_member):
    return as_member("Managers")


@pytest.fixture
def office(settings) -> None:
    """Let the office be where the venues of the factories are: what is sold at this moment is of its today, too."""
    settings.TIME_ZONE = "Europe/Vienna"
