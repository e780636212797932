from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from reports.tests.histories import House

pytestmark = pytest.mark.django_db


def test_benchmark_times_each_question_and_explains_the_slowest(capsys):
    House(seed=1).live(15)

    call_command("benchmark_reports", only="revenue", repeat=1)

    lines = capsys.readouterr().out.splitlines()
    told = [line.split()[0] for line in lines if line.startswith("revenue ")]
    assert len(told) == 5
    assert any(" of 5 within 1,000 ms" in line for line in lines)
    assert any(line.startswith("The slowest query, of revenue") for line in lines)
    assert not User.objects.exists()


def test_benchmark_streams_every_export(capsys):
    House(seed=1).live(15)

    call_command("benchmark_reports", exports=True)

    told = [line.split()[0] for line in capsys.readouterr().out.splitlines()[3:]]
    assert told == ["bookings", "tickets", "sales", "payments", "customers", "settlements"]
