import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import UserFactory
from venues.imports import REGISTRY, jobs
from venues.imports.files import read_table
from venues.models import ImportJob, Venue

from .factories import ImportJobFactory
from .importing import as_csv, check

pytestmark = pytest.mark.django_db

UPLOAD = "admin:venues_importjob_upload"
GOOD = as_csv("name address city capacity", ("Opera", "1 Ring", "Vienna", 1200))
BAD = as_csv("name address city capacity", ("Opera", "", "Vienna", "=1+1"))

BOX_OFFICE = {"venues", "seats", "events", "offers", "bookings"}


def upload(client, data: bytes, key: str = "venues"):
    return client.post(reverse(UPLOAD, args=[key]), {"file": SimpleUploadedFile("venues.csv", data)})


def page(client, job: ImportJob) -> str:
    return client.get(reverse("admin:venues_importjob_page", args=[job.pk])).content.decode()


def member_of(group: str):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    return user


def test_upload_page_explains_the_columns(admin_client):
    text = admin_client.get(reverse(UPLOAD, args=["venues"])).content.decode()

    for column in REGISTRY["venues"].columns():
        assert f"<code>{column.column_name}</code>" in text


@pytest.mark.parametrize("key", sorted(REGISTRY))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_examples_can_be_read(admin_client, key, kind):
    response = admin_client.get(reverse("admin:venues_importjob_example", args=[key, kind]))

    table = read_table(response.content, REGISTRY[key].columns())
    assert table.header == [column.column_name for column in REGISTRY[key].columns()]
    assert table.unknown == []
    assert len(table.rows) == 1


def test_upload_leads_to_the_import_which_is_being_checked(admin_client):
    response = upload(admin_client, GOOD)

    job = ImportJob.objects.get()
    assert response["Location"] == reverse("admin:venues_importjob_page", args=[job.pk])
    assert (job.file_name, job.created_by, job.state) == ("venues.csv", "admin", "checking")
    text = page(admin_client, job)
    assert "Checking the file …" in text
    assert 'hx-trigger="every 1s"' in text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The submitted file is empty."),
        (b"name,city\nOpera,Vienna\n", "The file lacks the columns “address”, “capacity”."),
        (b"\x00\x01\x02", "This is no CSV or XLSX file."),
    ],
)
def test_files_that_cannot_be_read_are_refused_beside_the_field(admin_client, data, message):
    response = upload(admin_client, data)

    assert response.status_code == 422
    if data:
        assert message in response.content.decode()
    assert ImportJob.objects.count() == 0


def test_a_file_has_to_be_chosen(admin_client):
    response = admin_client.post(reverse(UPLOAD, args=["venues"]))

    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()


def test_errors_are_shown_and_downloaded(admin_client):
    job = check("venues", BAD)

    text = page(admin_client, job)
    rows = admin_client.get(reverse("admin:venues_importjob_errors", args=[job.pk])).content.decode("utf-8-sig")

    assert "2 errors." in text
    assert "“=1+1” is no whole number." in text
    assert "<button" not in text.partition('id="job"')[2]
    assert rows.splitlines() == [
        "row,column,what is wrong",
        "2,address,is missing.",
        "2,capacity,“=1+1” is no whole number.",
    ]


def test_what_was_found_right_is_imported_by_a_button(admin_client):
    job = check("venues", GOOD)
    assert "Import 1 row</button>" in page(admin_client, job)

    admin_client.post(reverse("admin:venues_importjob_start", args=[job.pk]))

    job.refresh_from_db()
    assert job.state == "importing"
    jobs.carry_out(job=job, now=timezone.now())
    text = page(admin_client, job)
    assert "<strong>Imported.</strong>" in text
    assert reverse("admin:venues_venue_changelist") in text
    assert Venue.objects.get().name == "Opera"


def test_starting_needs_a_post_and_says_why_not(admin_client):
    job = check("venues", BAD)
    url = reverse("admin:venues_importjob_start", args=[job.pk])

    assert admin_client.get(url).status_code == 405
    response = admin_client.post(url, follow=True)

    assert "A file with errors cannot be imported." in response.content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_list_costs_the_same_for_any_number_of_imports(admin_client, django_assert_num_queries, rows):
    ImportJobFactory.create_batch(rows)

    with django_assert_num_queries(4):
        response = admin_client.get(reverse("admin:venues_importjob_changelist"))

    assert response.status_code == 200


def test_change_page_leads_to_the_page_of_the_import(admin_client):
    job = ImportJobFactory()

    response = admin_client.get(reverse("admin:venues_importjob_change", args=[job.pk]))

    assert response["Location"] == reverse("admin:venues_importjob_page", args=[job.pk])


@pytest.mark.parametrize(
    "path", ["new/cats/", "new/cats/example.csv", "new/venues/example.exe", "99/", "99/errors.csv"]
)
def test_what_is_not_there_is_not_found(admin_client, path):
    assert admin_client.get(f"/admin/venues/importjob/{path}").status_code == 404


@pytest.mark.parametrize(
    ("group", "allowed"), [("Box office", BOX_OFFICE), ("Managers", set(REGISTRY)), ("Door", set())]
)
def test_groups_import_what_they_may_write(client, group, allowed):
    client.force_login(member_of(group))

    statuses = {key: client.get(reverse(UPLOAD, args=[key])).status_code for key in REGISTRY}

    assert statuses == {key: 200 if key in allowed else 403 for key in REGISTRY}


def test_imports_are_closed_to_those_who_may_not_import_the_same(client):
    client.force_login(member_of("Box office"))
    mine, theirs = ImportJobFactory(resource="events"), ImportJobFactory(resource="promo-codes")

    assert client.get(reverse("admin:venues_importjob_page", args=[mine.pk])).status_code == 200
    assert client.get(reverse("admin:venues_importjob_page", args=[theirs.pk])).status_code == 403
    assert client.get(reverse("admin:venues_importjob_errors", args=[theirs.pk])).status_code == 403
    assert client.post(reverse("admin:venues_importjob_start", args=[theirs.pk])).status_code == 403
    listed = client.get(reverse("admin:venues_importjob_changelist")).context["cl"].result_list
    assert list(listed) == [mine]


def test_the_door_sees_no_imports(client):
    client.force_login(member_of("Door"))

    assert client.get(reverse("admin:venues_importjob_changelist")).status_code == 403


@pytest.mark.parametrize(("group", "offered"), [("Box office", True), ("Door", False)])
def test_lists_offer_the_import_to_those_who_may(client, group, offered):
    client.force_login(member_of(group))

    text = client.get(reverse("admin:venues_venue_changelist")).content.decode()

    assert (reverse(UPLOAD, args=["venues"]) in text) is offered
    assert reverse("admin:venues_venue_export_xlsx") in text
