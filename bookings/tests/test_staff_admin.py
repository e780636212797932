"""Users, groups and the queue, as the house shows them to those who run it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django.asserts import assertContains, assertNotContains

from bookings import tasks
from bookings.admin.staff import describe

pytestmark = pytest.mark.django_db

USERS = "/admin/auth/user/"


@pytest.mark.parametrize(
    ("codename", "words"),
    [
        ("change_booking", "Bookings: can change"),
        ("refund_booking", "Bookings: can give money back"),
        ("check_in_ticket", "Tickets: can admit at the door"),
        ("view_seatingplan", "Seating plans: can view"),
    ],
)
def test_permission_says_what_it_lets_do(codename, words):
    assert describe(Permission.objects.select_related("content_type").get(codename=codename)) == words


def test_permissions_of_what_nobody_works_with_are_not_offered(admin_client):
    response = admin_client.get(reverse("admin:auth_group_change", args=[Group.objects.get(name="Door").pk]))

    offered = {label.partition(":")[0] for _, label in response.context["adminform"].form.fields["permissions"].choices}
    assert {"Bookings", "Events", "Venues", "Users", "Groups"} <= offered
    assert offered & {"Sessions", "Log entries", "Content types", "Task Results", "Permissions"} == set()


def test_users_show_their_groups_and_whether_they_may_come_in(admin_client):
    ada = User.objects.create_user("ada", first_name="Ada", last_name="King", is_staff=True)
    ada.groups.set(Group.objects.filter(name__in=["Box office", "Door"]))
    User.objects.create_user("grace", is_staff=True, is_active=False)

    response = admin_client.get(USERS)

    assertContains(response, "Ada King")
    assertContains(response, "Box office, Door")
    assertContains(response, "Locked out")
    assertContains(response, "never")


def test_user_is_saved_with_groups_and_keeps_the_password(admin_client):
    ada = User.objects.create_user("ada", password="correct horse", is_staff=True)
    door = Group.objects.get(name="Door")
    data = {"username": "ada", "first_name": "Ada", "is_active": "on", "is_staff": "on", "groups": [door.pk]}

    response = admin_client.post(reverse("admin:auth_user_change", args=[ada.pk]), data)

    ada.refresh_from_db()
    assert response.status_code == 302
    assert (ada.first_name, list(ada.groups.all())) == ("Ada", [door])
    assert ada.check_password("correct horse")


def test_user_is_added(admin_client):
    data = {
        "username": "grace",
        "usable_password": "true",
        "password1": "battery staple",
        "password2": "battery staple",
    }

    admin_client.post(reverse("admin:auth_user_add"), data)

    assert User.objects.get(username="grace").check_password("battery staple")


def test_queue_does_not_tell_secrets(admin_client):
    tasks.send_sign_in_link.enqueue("ada@example.org", "https://example.org/secret")

    response = admin_client.get(reverse("admin:django_tasks_database_dbtaskresult_changelist"))

    assertContains(response, "send sign in link")
    assertContains(response, "ada@example.org")
    assertNotContains(response, "secret")
    assert DBTaskResult.objects.count() == 1
