"""The life of an import: received, checked, started, carried out; all of it or nothing."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from venues import tasks
from venues.errors import VenueError
from venues.imports import jobs
from venues.imports.errors import FileRefused, ImportRefused
from venues.models import ImportJob, Venue
from venues.resources import VenueResource

from .factories import ImportJobFactory, VenueFactory
from .importing import BY, as_csv, bring, check, counts_of, errors_of, receive

pytestmark = pytest.mark.django_db

GOOD = as_csv("name address city capacity", ("Opera", "1 Ring", "Vienna", 1200), ("Met", "2 Way", "New York", 3800))
NOW = timezone.now()


def start(job: ImportJob) -> ImportJob:
    return jobs.start(job=job, now=timezone.now())


def carry_out(job: ImportJob) -> ImportJob:
    return jobs.carry_out(job=job, now=timezone.now())


def break_writing(monkeypatch, error: Exception) -> None:
    """Let everything be written, and then something go wrong."""
    write = VenueResource.write

    def write_and_fail(self, tick) -> None:
        write(self, tick)
        raise error

    monkeypatch.setattr(VenueResource, "write", write_and_fail)


def test_a_file_is_received_with_its_rows_and_waits_for_its_check():
    job = receive("venues", GOOD, file_name="houses.csv")

    assert (job.state, job.total, job.file_name, job.created_by) == ("checking", 2, "houses.csv", BY)
    assert job.rows == [[2, "Opera", "1 Ring", "Vienna", "1200"], [3, "Met", "2 Way", "New York", "3800"]]


def test_a_file_that_cannot_be_read_makes_no_job():
    with pytest.raises(FileRefused):
        receive("venues", b"\x00\x01")

    assert ImportJob.objects.count() == 0


def test_checking_writes_nothing():
    VenueFactory(name="Opera", city="Graz")

    job = check("venues", GOOD)

    assert (job.state, counts_of(job), job.done) == ("checked", (1, 1, 0), 2)
    assert list(Venue.objects.values_list("name", "city")) == [("Opera", "Graz")]


def test_importing_writes_all_and_forgets_the_rows():
    job = bring("venues", GOOD)

    assert (job.state, counts_of(job), job.done, job.rows) == ("done", (2, 0, 0), 4, [])
    assert Venue.objects.count() == 2


def test_a_file_with_errors_cannot_be_started():
    job = check("venues", GOOD + b"Bad,,,\n")

    with pytest.raises(ImportRefused, match="errors cannot be imported"):
        start(job)

    assert (job.error_count, job.rows) == (3, [])
    assert Venue.objects.count() == 0


def test_an_import_is_started_once():
    job = check("venues", GOOD)
    start(job)

    with pytest.raises(ImportRefused, match="started before"):
        start(job)


def test_an_import_is_carried_out_once():
    job = start(check("venues", GOOD))

    carry_out(job)
    again = carry_out(job)  # by a worker that has read it before

    assert (again.state, counts_of(again)) == ("done", (2, 0, 0))
    assert Venue.objects.count() == 2


def test_an_import_that_another_worker_has_finished_is_rolled_back(monkeypatch):
    job = start(check("venues", GOOD))
    write = VenueResource.write

    def write_late(self, tick) -> None:
        write(self, tick)
        ImportJob.objects.update(state=ImportJob.State.DONE)

    monkeypatch.setattr(VenueResource, "write", write_late)

    carry_out(job)

    assert Venue.objects.count() == 0


def test_what_has_changed_since_the_check_is_found_again():
    VenueFactory(name="Opera")
    job = start(check("venues", as_csv("name address city capacity time_zone", ("New", "1", "Graz", 5, "UTC"))))
    ImportJob.objects.update(rows=[[2, "New", "1", "Graz", "none", "UTC"]])

    job = carry_out(ImportJob.objects.get(pk=job.pk))

    assert (job.state, job.problem) == (
        "failed",
        "Nothing was imported: something has changed since the file was checked.",
    )
    assert errors_of(job) == [(2, "capacity", "“none” is no whole number.")]
    assert Venue.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "state", "problem"),
    [
        (IntegrityError("taken"), "failed", jobs.CHANGED),
        (OperationalError("locked"), "checked", jobs.BUSY),
    ],
)
def test_nothing_is_half_imported_when_the_database_refuses(monkeypatch, error, state, problem):
    job = start(check("venues", GOOD))
    break_writing(monkeypatch, error)

    job = carry_out(job)

    assert (job.state, job.problem) == (state, problem)
    assert Venue.objects.count() == 0


def test_nothing_is_half_imported_when_a_rule_says_no_at_the_last_moment(monkeypatch):
    job = start(check("venues", GOOD))
    monkeypatch.setattr(VenueResource, "refusals", (VenueError,))
    break_writing(monkeypatch, VenueError("The house is on fire."))

    job = carry_out(job)

    assert (job.state, job.problem) == ("failed", "Nothing was imported. The house is on fire.")
    assert Venue.objects.count() == 0


def test_nothing_is_half_imported_when_nobody_has_foreseen_it(monkeypatch):
    job = start(check("venues", GOOD))
    break_writing(monkeypatch, RuntimeError("a bug"))

    with pytest.raises(RuntimeError, match="a bug"):
        tasks.carry_out_import.func(job.pk)

    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", jobs.UNFORESEEN)
    assert Venue.objects.count() == 0


def test_errors_are_counted_beyond_those_that_are_listed():
    lines = b"".join(b"Hall %d,,Graz,5\n" % n for n in range(jobs.LISTED + 20))

    job = check("venues", b"name,address,city,capacity\n" + lines)

    assert (job.error_count, len(job.errors)) == (jobs.LISTED + 20, jobs.LISTED)


def test_rows_that_nobody_imports_are_forgotten():
    old = check("venues", GOOD)
    ImportJob.objects.update(checked_at=NOW - timedelta(days=3))

    receive("venues", GOOD)

    old.refresh_from_db()
    assert old.rows == []
    with pytest.raises(ImportRefused, match="too long ago"):
        start(old)


def test_unknown_columns_are_noted():
    job = check("venues", as_csv("name address city capacity colour", ("Opera", "1 Ring", "Vienna", 5, "red")))

    assert job.notes == ["The column “colour” is not known here, so it is left out."]


def test_job_says_whether_it_is_busy_and_importable():
    jobs_by_state = {state: ImportJobFactory(state=state, rows=[[2, "A"]]) for state in ImportJob.State}

    assert [state for state, job in jobs_by_state.items() if job.is_busy] == ["checking", "importing"]
    assert [state for state, job in jobs_by_state.items() if job.is_importable] == ["checked"]
    assert not ImportJobFactory(state="checked", rows=[[2, "A"]], error_count=1).is_importable
    assert not ImportJobFactory(state="checked", rows=[]).is_importable


def test_an_import_with_errors_cannot_be_done():
    with pytest.raises(IntegrityError, match="import_job_done_without_errors"):
        ImportJobFactory(state="done", error_count=1)


def test_an_import_has_a_known_state():
    with pytest.raises(IntegrityError, match="import_job_state_known"):
        ImportJobFactory(state="dreaming")


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_it():
    options = {"batch": True, "reload": False, "startup_delay": False, "interval": 0, "verbosity": 0}
    job = receive("venues", GOOD)

    call_command("db_worker", queue_name="*", **options)
    job.refresh_from_db()
    assert job.state == "checked"
    start(job)
    call_command("db_worker", queue_name="*", **options)

    job.refresh_from_db()
    assert job.state == "done"
    assert Venue.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_rows_are_being_written(monkeypatch):
    job = start(check("venues", as_csv("name address city capacity", *[(n, "1", "Graz", 5) for n in range(250)])))
    seen = []
    write = VenueResource.write

    def write_and_look(self, tick) -> None:
        write(self, tick)
        onlooker = connection.copy()
        with onlooker.cursor() as cursor:
            cursor.execute("SELECT done FROM venues_importjob WHERE id = %s", [job.pk])
            seen.append(cursor.fetchone()[0])
            cursor.execute("SELECT count(*) FROM venues_venue")
            seen.append(cursor.fetchone()[0])
        onlooker.close()

    monkeypatch.setattr(VenueResource, "write", write_and_look)

    carry_out(job)

    assert seen == [500, 0]
