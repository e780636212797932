from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from bookings.queue import Backlog, backlog
from config import healthcheck

NOW = timezone.now()


def enqueue(**kwargs) -> DBTaskResult:
    enqueued_at = kwargs.pop("enqueued_at")
    task = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path="config.nothing",
        backend_name="default",
        **({"run_after": get_date_max()} | kwargs),
    )
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=enqueued_at)
    return task


@pytest.mark.django_db
def test_health_says_ok(client):
    response = client.get("/health")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "queue": {"waiting": 0, "oldest_seconds": 0},
        "version": settings.VERSION,
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_health_asks_once(client, django_assert_num_queries):
    enqueue(enqueued_at=NOW)

    with django_assert_num_queries(1):
        client.get("/health")


@pytest.mark.django_db
def test_health_says_503_when_the_database_is_away(client):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        response = client.get("/health")

    assert response.status_code == 503
    assert response.json() == {"status": "error", "database": "away", "version": settings.VERSION}


@pytest.mark.django_db
def test_health_is_told_to_load_balancers_without_tls(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health").status_code == 200


@pytest.mark.django_db
def test_backlog_counts_from_when_a_task_was_due():
    enqueue(enqueued_at=NOW - timedelta(seconds=30))
    enqueue(enqueued_at=NOW - timedelta(hours=5), run_after=NOW - timedelta(seconds=90))
    enqueue(enqueued_at=NOW - timedelta(hours=5), run_after=NOW + timedelta(hours=1))
    enqueue(enqueued_at=NOW - timedelta(hours=5), status="SUCCESSFUL")

    assert backlog(NOW) == Backlog(waiting=2, oldest=timedelta(seconds=90))


def test_healthcheck_succeeds_when_the_site_does(live_server, monkeypatch):
    monkeypatch.setenv("GRANIAN_PORT", live_server.url.rsplit(":", 1)[1])
    monkeypatch.setenv("ALLOWED_HOSTS", "testserver,other.example.org")

    assert healthcheck.main() == 0


def test_healthcheck_fails_when_nobody_answers(monkeypatch, capsys):
    monkeypatch.setenv("GRANIAN_PORT", "1")

    assert healthcheck.main() == 1
    assert capsys.readouterr().err
