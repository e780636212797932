"""Reports that are sent by themselves: once for each due time, whatever clocks, workers and permissions do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings.tests.sales import NOW, sold
from reports import services, tasks
from reports.errors import ScheduleRefused
from reports.models import ScheduledReport
from reports.schedules import delivery
from reports.schedules.calendar import next_due
from reports.schedules.sources import all_sources, find_source, sources_for
from reports.tests.factories import ScheduledReportFactory
from ticketing.tests.factories import make_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


VIENNA = ZoneInfo("Europe/Vienna")


def staff(group: str = "Managers", name: str = "grace") -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def deliver(schedule, due=None, **kwargs):
    schedule = ScheduledReport.objects.get(pk=schedule.pk)
    return delivery.deliver(schedule, due or schedule.next_at, now=timezone.now(), **kwargs)


# When -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "hour", "after", "due"),
    [
        ("day", 7, "2026-11-27T05:59:59+00:00", "2026-11-27T06:00:00+00:00"),
        ("day", 7, "2026-11-27T06:00:00+00:00", "2026-11-28T06:00:00+00:00"),
        ("day", 0, "2026-11-27T22:59:00+00:00", "2026-11-27T23:00:00+00:00"),
        ("week", 7, "2026-11-27T12:00:00+00:00", "2026-11-30T06:00:00+00:00"),
        ("month", 7, "2026-11-01T06:00:00+00:00", "2026-12-01T06:00:00+00:00"),
        ("month", 23, "2026-12-31T23:00:00+00:00", "2027-01-01T22:00:00+00:00"),
        # Summer time begins on 29 March at 2 o'clock, which is 3: there is no 2:00.
        ("day", 2, "2026-03-28T12:00:00+00:00", "2026-03-29T01:00:00+00:00"),
        ("day", 3, "2026-03-28T12:00:00+00:00", "2026-03-29T01:00:00+00:00"),
        ("day", 7, "2026-03-28T12:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("day", 2, "2026-03-29T01:00:00+00:00", "2026-03-30T00:00:00+00:00"),
        # It ends on 25 October at 3 o'clock, which is 2 once more: 2:00 comes twice, and counts once.
        ("day", 2, "2026-10-24T12:00:00+00:00", "2026-10-25T00:00:00+00:00"),
        ("day", 2, "2026-10-25T00:00:00+00:00", "2026-10-26T01:00:00+00:00"),
        ("day", 7, "2026-10-24T12:00:00+00:00", "2026-10-25T06:00:00+00:00"),
    ],
)
def test_next_time_is_one_of_the_clock_on_the_wall(every, hour, after, due):
    found = next_due(every, hour, datetime.fromisoformat(after), VIENNA)

    assert found == datetime.fromisoformat(due)


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/Los_Angeles", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("hour", [0, 2, 3, 23])
def test_each_day_of_a_year_has_one_time(zone, hour):
    moment, times = datetime(2026, 1, 1, 12, tzinfo=UTC), []
    for _ in range(365):
        moment = next_due("day", hour, moment, ZoneInfo(zone))
        times.append(moment.astimezone(ZoneInfo(zone)).date())

    assert len(set(times)) == 365
    assert (times[-1] - times[0]).days == 364


# Once -----------------------------------------------------------------------------------------


def test_what_is_due_is_handed_to_the_queue_once():
    due = NOW - timedelta(minutes=3)
    schedule, later = ScheduledReportFactory(next_at=due), ScheduledReportFactory(next_at=NOW + timedelta(hours=1))

    counts = [services.send_due(now=NOW) for _ in range(3)]

    schedule.refresh_from_db()
    assert counts == [1, 0, 0]
    assert schedule.next_at > NOW
    (row,) = DBTaskResult.objects.all()
    assert row.args_kwargs["args"] == [schedule.pk, due.isoformat()]
    later.refresh_from_db()
    assert later.next_at == NOW + timedelta(hours=1)


def test_two_who_have_read_the_same_row_send_it_once():
    schedule = ScheduledReportFactory(next_at=NOW - timedelta(minutes=3))
    from reports.services.scheduling import _send_one

    mine, theirs = (ScheduledReport.objects.get(pk=schedule.pk) for _ in range(2))

    assert [_send_one(mine, NOW), _send_one(theirs, NOW)] == [True, False]
    assert DBTaskResult.objects.count() == 1


def test_times_that_were_missed_are_not_made_up_for():
    ScheduledReportFactory(next_at=NOW - timedelta(days=9))

    assert services.send_due(now=NOW) == 1
    assert services.send_due(now=NOW + timedelta(minutes=1)) == 0


def test_task_that_runs_twice_sends_once(mailoutbox):
    schedule = ScheduledReportFactory(next_at=NOW)

    for _ in range(2):
        tasks.send_report.call(schedule.pk, NOW.isoformat())

    assert len(mailoutbox) == 1


def test_paused_reports_are_not_sent(mailoutbox):
    schedule = ScheduledReportFactory(next_at=NOW - timedelta(hours=1))
    services.pause(schedule=schedule)

    assert services.send_due(now=NOW) == 0
    assert not deliver(schedule)
    services.resume(schedule=schedule, now=NOW)
    schedule.refresh_from_db()
    assert schedule.is_active
    assert schedule.next_at > NOW


def test_report_that_was_deleted_is_not_sent(mailoutbox):
    tasks.send_report.call(123_456, NOW.isoformat())

    assert mailoutbox == []


def test_tidying_sends_what_is_due():
    ScheduledReportFactory(next_at=timezone.now() - timedelta(minutes=1))
    out = StringIO()

    call_command("tidy", stdout=out)

    assert "Reports that are sent by themselves: 1 were due." in out.getvalue()
    assert DBTaskResult.objects.filter(task_path="reports.tasks.send_report").count() == 1


# What -----------------------------------------------------------------------------------------


def test_letter_brings_the_file_of_the_period(mailoutbox):
    sold(make_offer(), 2)
    due = NOW + timedelta(days=1)
    schedule = ScheduledReportFactory(name="Sales\nof yesterday", recipients=["a@example.org", "b@example.org"])

    assert deliver(schedule, due)

    (letter,) = mailoutbox
    name, content, kind = letter.attachments[0]
    assert letter.to == ["a@example.org", "b@example.org"]
    assert letter.subject.startswith("Sales of yesterday, ")
    day = f"{NOW.astimezone(VIENNA):%Y-%m-%d}"
    assert (name, kind) == (f"sales-of-yesterday-{day}-{day}.csv", "text/csv")
    assert content.splitlines()[0].startswith("line,day,at,kind")
    assert content.splitlines()[1].endswith(",80.00")
    schedule.refresh_from_db()
    assert schedule.sent_for == due
    assert schedule.last_sent_at is not None


def test_report_is_of_the_moment_at_which_it_was_due_however_late_it_is_sent(mailoutbox):
    schedule = ScheduledReportFactory()

    deliver(schedule, datetime(2026, 3, 1, 7, tzinfo=UTC))

    assert mailoutbox[0].attachments[0][0] == "sales-of-yesterday-2026-02-28-2026-02-28.csv"


def test_workbook_can_be_sent_too(mailoutbox):
    deliver(ScheduledReportFactory(form="xlsx"))

    name, content, _ = mailoutbox[0].attachments[0]
    assert name.endswith(".xlsx")
    assert content[:2] == b"PK"


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.key)
def test_everything_can_be_sent(source, mailoutbox):
    sold(make_offer())

    assert deliver(ScheduledReportFactory(what=source.key, period="last_30"))
    assert len(mailoutbox[0].attachments) == 1


def test_report_is_narrowed_as_it_was_asked_for(mailoutbox):
    first, second = sold(make_offer()), sold(make_offer())
    schedule = ScheduledReportFactory(what="exports/bookings", period="last_7", query=f"event={first.event.slug}")

    deliver(schedule, NOW + timedelta(minutes=1))

    text = mailoutbox[0].attachments[0][1]
    assert first.booking_code in text
    assert second.booking_code not in text


def test_report_on_what_has_gone_says_so(mailoutbox):
    gone = ScheduledReportFactory(what="nothing/at-all")
    narrowed = ScheduledReportFactory(query="event=no-such-event")

    assert not deliver(gone)
    assert not deliver(narrowed)
    assert mailoutbox == []
    assert ScheduledReport.objects.get(pk=gone.pk).problem == delivery.GONE
    assert ScheduledReport.objects.get(pk=narrowed.pk).problem == delivery.UNANSWERABLE


# Large files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_large_file_becomes_a_link(form, mailoutbox, monkeypatch, client):
    sold(make_offer())
    monkeypatch.setattr(delivery, "LIMIT", 100)
    schedule = ScheduledReportFactory(form=form, what="exports/bookings", period="last_30")

    deliver(schedule, NOW + timedelta(minutes=1))

    (letter,) = mailoutbox
    assert letter.attachments == []
    path = next(line for line in letter.body.splitlines() if "/reports/sent/" in line).partition("8000")[2]
    assert client.get(path).status_code == 302  # to the log-in
    client.force_login(staff())
    response = client.get(path)
    assert response.status_code == 200
    assert len(b"".join(response.streaming_content)) > 100


def test_link_opens_for_those_only_who_may_see_the_report(client):
    schedule = ScheduledReportFactory(what="exports/payments")
    path = reverse("reports:sent", args=[delivery.make_token(schedule, NOW)])
    client.force_login(staff("Box office"))

    assert client.get(path).status_code == 403
    assert client.get(path.replace(":", "x", 1)).status_code == 404


def test_link_ends(client, monkeypatch):
    schedule = ScheduledReportFactory()
    path = reverse("reports:sent", args=[delivery.make_token(schedule, NOW)])
    client.force_login(staff())
    monkeypatch.setattr(delivery, "LINK_LIFE", timedelta(seconds=-1))

    assert client.get(path).status_code == 404


# Who ------------------------------------------------------------------------------------------


def lose_permission(user):
    user.groups.clear()


def leave(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def be_deleted(user):
    user.delete()


@pytest.mark.parametrize("happens", [lose_permission, leave, be_deleted])
def test_schedule_of_somebody_who_may_not_see_it_any_more_is_not_sent(happens, mailoutbox):
    user = staff()
    schedule = ScheduledReportFactory(created_by=user, what="exports/payments")
    assert deliver(schedule)

    happens(user)

    assert not deliver(schedule, NOW + timedelta(days=3))
    assert len(mailoutbox) == 1
    assert ScheduledReport.objects.get(pk=schedule.pk).problem == delivery.NOT_THEIRS


def test_report_shows_what_whoever_made_it_may_see(mailoutbox):
    sold(make_offer())
    schedule = ScheduledReportFactory(created_by=staff("Box office"), what="exports/bookings", period="last_30")

    deliver(schedule, NOW + timedelta(minutes=1))

    header = mailoutbox[0].attachments[0][1].splitlines()[0].split(",")
    assert "customer_email" in header
    assert "total_price" not in header


def test_nobody_can_schedule_what_they_may_not_see():
    wish = services.Wish("Money", "exports/payments", "yesterday", "csv", "day", 7, ["a@example.org"])

    with pytest.raises(ScheduleRefused):
        services.schedule_report(wish=wish, by=staff("Box office"), now=NOW)


def test_sources_are_those_that_somebody_may_see():
    keys = {source.key for source in sources_for(staff("Box office"))}

    assert "exports/bookings" in keys
    assert not {"exports/payments", "exports/sales", "exports/settlements"} & keys
    assert find_source("exports/payments").is_for(staff("Managers", "ada"))


# Pages ----------------------------------------------------------------------------------------

WISH = {
    "what": "exports/bookings",
    "name": "Bookings",
    "period": "yesterday",
    "form": "csv",
    "every": "week",
    "hour": "6",
    "recipients": "a@example.org, b@example.org\nA@example.org",
    "query": "venue=hall&period=custom&since=2026-01-01",
}


def test_wish_becomes_a_schedule(client):
    client.force_login(staff())

    response = client.post(reverse("reports:schedules"), WISH)

    assert response.status_code == 302
    schedule = ScheduledReport.objects.get()
    assert (schedule.every, schedule.hour, schedule.query) == ("week", 6, "venue=hall")
    assert schedule.recipients == ["a@example.org", "b@example.org", "A@example.org"]
    assert schedule.next_at.weekday() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipients": "ada"},
        {"recipients": ""},
        {"recipients": " ".join(f"a{n}@example.org" for n in range(21))},
        {"hour": "24"},
        {"period": "all"},
        {"period": "custom"},
        {"what": "exports/nothing"},
        {"every": "minute"},
    ],
)
def test_wish_that_makes_no_sense_is_refused(wrong, client):
    client.force_login(staff())

    response = client.post(reverse("reports:schedules"), WISH | wrong)

    assert response.status_code == 422
    assert not ScheduledReport.objects.exists()


@pytest.mark.parametrize("action", ["pause", "resume", "send", "delete", "nonsense"])
def test_buttons_do_what_they_say(action, client, mailoutbox):
    client.force_login(staff())
    schedule = ScheduledReportFactory(is_active=action != "resume")

    response = client.post(reverse("reports:schedule_act", args=[schedule.pk]), {"action": action})

    assert response.status_code == 302
    found = ScheduledReport.objects.filter(pk=schedule.pk).first()
    assert (found is None) == (action == "delete")
    assert found is None or found.is_active == (action != "pause")
    assert DBTaskResult.objects.exists() == (action == "send")


def test_buttons_are_for_those_who_may_see_the_report(client):
    schedule = ScheduledReportFactory(what="exports/payments")
    client.force_login(staff("Box office"))

    page = client.get(reverse("reports:schedules"))

    assert page.context["schedules"] == []
    assert client.post(reverse("reports:schedule_act", args=[schedule.pk]), {"action": "delete"}).status_code == 403
    assert ScheduledReport.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number(count, client, django_assert_num_queries):
    ScheduledReportFactory.create_batch(count)
    client.force_login(staff())

    with django_assert_num_queries(5):
        page = client.get(reverse("reports:schedules"))

    assert len(page.context["schedules"]) == count
