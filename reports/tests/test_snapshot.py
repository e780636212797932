from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reports.snapshot import snapshot
from venues.models import Venue
from venues.tests.factories import VenueFactory


def elsewhere(action):
    """Do something in another connection, to its end."""
    outcome = []

    def run():
        try:
            outcome.append(action())
        except DatabaseError as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return outcome[0]


@pytest.mark.django_db
def test_snapshot_within_a_transaction_is_a_part_of_it():
    VenueFactory()

    with snapshot(), snapshot():
        assert Venue.objects.count() == 1

    VenueFactory()
    assert Venue.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_snapshot_writes_nothing():
    with pytest.raises(DatabaseError, match=r"read-only|readonly"), snapshot():
        VenueFactory()

    VenueFactory()
    assert Venue.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_snapshot_stays_while_others_write():
    VenueFactory()

    with snapshot():
        before = Venue.objects.count()
        elsewhere(VenueFactory)
        during = Venue.objects.count()

    assert (before, during, Venue.objects.count()) == (1, 1, 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_a_snapshot_what_others_write_is_seen():
    VenueFactory()

    with transaction.atomic():
        before = Venue.objects.count()
        elsewhere(VenueFactory)
        during = Venue.objects.count()

    assert (before, during) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_snapshot_begins_without_the_writers_lock():
    begins = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN"}
    usual = getattr(connection, "transaction_mode", None)

    with CaptureQueriesContext(connection) as captured, snapshot():
        assert getattr(connection, "transaction_mode", None) == usual

    assert captured[0]["sql"] == begins[connection.vendor]
    VenueFactory()
