"""Who may open what: every address of the staff, for every group of them.

The addresses are walked, so that a new page without a row fails, and so does a row without a page. To add a page, add

- for a table in the admin: a row to :data:`TABLES`. Its list, its forms, its history and its buttons follow from it;
- for any other page: a row to :data:`PAGES`; the failing test prints what each group is answered now;
- for a button of a row's page, or anything else that is posted: a row to :data:`POSTS`.

Each address gets the first row of its table as its argument, whatever the argument is called, or what :data:`ARGUMENTS`
says.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_tasks_db.models import DBTaskResult

from bookings.tests import factories as bookings
from config.tests.test_access import is_public
from events.tests import factories as events
from reports.tests import factories as reports
from ticketing.tests import factories as ticketing
from venues.tests.factories import (
    ApiKeyFactory,
    IdempotentRequestFactory,
    ImportJobFactory,
    RequestCountFactory,
)

pytestmark = pytest.mark.django_db

GROUPS = ("Box office", "Door", "Managers", "no group", "superuser")

TABLES = {
    # What each group may do with the rows: V view, A add, C change, D delete; as in GROUPS.
    "auth_group": ("", "", "", "", "VACD"),
    "auth_user": ("", "", "", "", "VACD"),
    "bookings_activity": ("V", "", "V", "", "V"),
    "bookings_booking": ("VC", "V", "VC", "", "VC"),
    "bookings_cashmovement": ("V", "", "V", "", "V"),
    "bookings_delivery": ("", "", "V", "", "V"),
    "bookings_exchange": ("V", "", "V", "", "V"),
    "bookings_ledgerline": ("V", "", "V", "", "V"),
    "bookings_payment": ("V", "", "V", "", "V"),
    "bookings_scan": ("V", "V", "V", "", "V"),
    "bookings_shift": ("V", "", "V", "", "V"),
    "bookings_subscription": ("", "", "VACD", "", "VACD"),
    "bookings_ticket": ("V", "V", "V", "", "V"),
    "bookings_waitlistentry": ("VACD", "", "VACD", "", "VACD"),
    "django_tasks_database_dbtaskresult": ("", "", "", "", "V"),
    "events_category": ("VACD", "V", "VACD", "", "VACD"),
    "events_event": ("VACD", "V", "VACD", "", "VACD"),
    "events_eventactivity": ("V", "", "V", "", "V"),
    "events_production": ("VACD", "V", "VACD", "", "VACD"),
    "reports_hoursum": ("", "", "", "", "V"),
    "reports_monthsum": ("", "", "", "", "V"),
    "reports_fold": ("", "", "", "", "V"),
    "reports_scheduledreport": ("", "", "V", "", "V"),
    "reports_settlement": ("", "", "V", "", "V"),
    "reports_settlementterms": ("", "", "V", "", "V"),
    "ticketing_namedhold": ("V", "", "V", "", "V"),
    "ticketing_offer": ("VACD", "V", "VACD", "", "VACD"),
    "ticketing_place": ("V", "V", "V", "", "V"),
    "ticketing_promocode": ("V", "", "VACD", "", "VACD"),
    "ticketing_tickettype": ("VACD", "V", "VACD", "", "VACD"),
    "venues_apikey": ("", "", "", "", "VACD"),
    "venues_idempotentrequest": ("", "", "", "", "V"),
    "venues_importjob": ("V", "", "V", "", "V"),
    "venues_requestcount": ("", "", "", "", "V"),
    "venues_seat": ("VACD", "V", "VACD", "", "VACD"),
    "venues_seatingplan": ("VACD", "V", "VACD", "", "VACD"),
    "venues_section": ("VACD", "V", "VACD", "", "VACD"),
    "venues_venue": ("VACD", "V", "VACD", "", "VACD"),
}

PARTS = {"changelist": "V", "history": "V", "change": "V", "add": "A", "delete": "D"}
"""What the addresses of a table need. Its buttons only lead back to the row, until something is posted."""

PAGES = {
    # What each group is answered; as in GROUPS.
    "admin:index": (200, 200, 200, 200, 200),
    "admin:app_list": (200, 200, 200, 404, 200),
    "admin:autocomplete": (200, 200, 200, 403, 200),
    "admin:jsi18n": (200, 200, 200, 200, 200),
    "admin:logout": (405, 405, 405, 405, 405),
    "admin:password_change": (200, 200, 200, 200, 200),
    "admin:password_change_done": (200, 200, 200, 200, 200),
    "admin:view_on_site": (302, 302, 302, 302, 302),
    "admin:auth_user_password_change": (403, 403, 403, 403, 200),
    "admin:bookings_booking_export": (200, 403, 200, 403, 200),
    "admin:bookings_booking_export_xlsx": (200, 403, 200, 403, 200),
    "admin:bookings_booking_cancel": (302, 403, 302, 403, 302),  # 302: nothing has been sold yet
    "admin:bookings_booking_exchange": (302, 403, 302, 403, 302),
    "admin:bookings_booking_pass_on": (302, 403, 302, 403, 302),
    "admin:bookings_booking_refund": (302, 403, 302, 403, 302),
    "admin:bookings_booking_story": (200, 403, 200, 403, 200),
    "admin:bookings_booking_tickets": (404, 404, 404, 404, 404),  # 404: nor is there a ticket to print
    "admin:bookings_cashmovement_change": (302, 403, 200, 403, 200),  # 302: it is of somebody else's till
    "admin:bookings_cashmovement_history": (302, 302, 200, 302, 200),
    "admin:bookings_shift_change": (302, 403, 200, 403, 200),
    "admin:bookings_shift_history": (302, 302, 200, 302, 200),
    "admin:events_event_export": (200, 200, 200, 403, 200),
    "admin:events_event_export_xlsx": (200, 200, 200, 403, 200),
    "admin:events_event_season": (200, 403, 200, 403, 200),
    "admin:events_event_made": (404, 403, 404, 403, 404),  # 404: no events are named
    "admin:events_event_copy": (404, 403, 404, 403, 404),
    "admin:events_event_reprice": (404, 403, 404, 403, 404),
    "admin:events_event_move": (404, 403, 404, 403, 404),
    "admin:events_event_cancel": (404, 403, 404, 403, 404),
    "admin:events_event_telephone": (404, 403, 404, 403, 404),
    "admin:events_event_progress": (404, 404, 404, 403, 404),  # 404: the event was neither moved nor cancelled
    "admin:events_event_map": (200, 200, 200, 403, 200),
    "admin:events_event_map_state": (200, 200, 200, 403, 200),
    "admin:ticketing_namedhold_add": (302, 403, 302, 403, 302),  # 302: to the events, whose maps they are made on
    "admin:ticketing_offer_autocomplete": (200, 200, 200, 403, 200),
    "admin:ticketing_offer_export": (200, 200, 200, 403, 200),
    "admin:ticketing_offer_export_xlsx": (200, 200, 200, 403, 200),
    "admin:ticketing_place_find": (200, 200, 200, 403, 200),
    "admin:ticketing_place_story": (200, 200, 200, 403, 200),
    "admin:ticketing_promocode_export": (200, 403, 200, 403, 200),
    "admin:ticketing_promocode_export_xlsx": (200, 403, 200, 403, 200),
    "admin:ticketing_tickettype_export": (200, 200, 200, 403, 200),
    "admin:ticketing_tickettype_export_xlsx": (200, 200, 200, 403, 200),
    "admin:venues_importjob_change": (302, 404, 302, 404, 302),  # 302: to its page
    "admin:venues_importjob_history": (200, 302, 200, 302, 200),
    "admin:venues_importjob_errors": (200, 403, 200, 403, 200),
    "admin:venues_importjob_example": (200, 403, 200, 403, 200),
    "admin:venues_importjob_page": (200, 403, 200, 403, 200),
    "admin:venues_importjob_start": (405, 405, 405, 405, 405),
    "admin:venues_importjob_upload": (200, 403, 200, 403, 200),
    "admin:venues_seat_export": (200, 200, 200, 403, 200),
    "admin:venues_seat_export_xlsx": (200, 200, 200, 403, 200),
    "admin:venues_seatingplan_draw": (200, 403, 200, 403, 200),
    "admin:venues_seatingplan_export": (200, 200, 200, 403, 200),
    "admin:venues_seatingplan_new": (200, 403, 200, 403, 200),
    "admin:venues_seatingplan_preview": (400, 403, 400, 403, 400),  # 400: there is nothing to preview
    "admin:venues_venue_export": (200, 200, 200, 403, 200),
    "admin:venues_venue_export_xlsx": (200, 200, 200, 403, 200),
    "back_office:home": (200, 200, 200, 200, 200),
    "back_office:search": (200, 200, 200, 200, 200),
    "back_office:attendees": (200, 200, 200, 403, 200),
    "back_office:attendees_csv": (200, 403, 200, 403, 200),
    "counter:sale": (200, 403, 200, 403, 200),
    "counter:best": (422, 403, 422, 403, 422),  # 422: nothing is asked for
    "counter:quote": (200, 403, 200, 403, 200),
    "counter:sold": (404, 403, 404, 403, 404),  # 404: it has not been sold
    "counter:email": (405, 403, 405, 403, 405),
    "counter:pay": (200, 403, 200, 403, 200),
    "counter:receipt": (404, 403, 404, 403, 404),
    "counter:refund": (404, 403, 404, 403, 404),
    "counter:till": (200, 403, 200, 403, 200),
    "counter:open": (405, 403, 405, 403, 405),
    "counter:move": (405, 403, 405, 403, 405),
    "counter:close": (405, 403, 405, 403, 405),
    "counter:shifts": (200, 403, 200, 403, 200),
    "counter:shifts_csv": (200, 403, 200, 403, 200),
    "counter:shift": (404, 403, 200, 403, 200),  # 404: it is somebody else's
    "door:events": (200, 200, 200, 403, 200),
    "door:scanner": (200, 200, 200, 403, 200),
    "door:counts": (200, 200, 200, 403, 200),
    "door:find": (200, 200, 200, 403, 200),
    "door:list": (200, 200, 200, 403, 200),
    "door:scan": (405, 405, 405, 405, 405),
    "door:merge": (405, 405, 405, 405, 405),
    "door:undo": (405, 405, 405, 405, 405),
    "reports:dashboard": (200, 403, 200, 403, 200),
    "reports:report": (200, 403, 200, 403, 200),
    "reports:file": (200, 403, 200, 403, 200),
    "reports:seats": (200, 403, 200, 403, 200),
    "reports:find_customer": (405, 405, 405, 405, 405),
    "reports:customer": (200, 403, 200, 403, 200),
    "reports:customer_data": (200, 403, 200, 403, 200),
    "reports:customer_bookings": (200, 403, 200, 403, 200),
    "reports:erase_customer": (403, 403, 200, 403, 200),
    "reports:settlements": (403, 403, 200, 403, 200),
    "reports:settlement": (403, 403, 200, 403, 200),
    "reports:settlement_pdf": (403, 403, 200, 403, 200),
    "reports:settlement_terms": (405, 405, 405, 405, 405),
    "reports:sign_settlement": (405, 405, 405, 405, 405),
    "reports:exports": (200, 403, 200, 403, 200),
    "reports:export": (200, 403, 200, 403, 200),
    "reports:export_file": (200, 403, 200, 403, 200),
    "reports:schedules": (200, 403, 200, 403, 200),
    "reports:schedule_act": (405, 405, 405, 405, 405),
    "reports:sent": (404, 404, 404, 404, 404),  # 404: no letter has such a link
}

POSTS = {
    # Who may do what is posted: address, what is done, and a yes (+) or a no (-) for each of GROUPS.
    ("admin:bookings_booking_act", "confirm"): "+-+-+",
    ("admin:bookings_booking_act", "resend_confirmation"): "+-+-+",
    ("admin:bookings_booking_act", "cancel"): "+-+-+",
    ("admin:bookings_payment_act", "pay_out"): "+-+-+",
    ("admin:bookings_payment_act", "refund_again"): "+-+-+",
    ("admin:bookings_waitlistentry_act", "offer_now"): "+-+-+",
    ("admin:bookings_waitlistentry_act", "remove"): "+-+-+",
    ("admin:bookings_subscription_act", "resume"): "--+-+",
    ("admin:bookings_subscription_act", "rotate_secret"): "--+-+",
    ("admin:bookings_delivery_act", "redeliver"): "--+-+",
    ("admin:ticketing_namedhold_act", "release"): "+-+-+",
    ("admin:events_event_act", "publish"): "+-+-+",
    ("admin:events_event_act", "open_sales"): "+-+-+",
    ("admin:events_event_act", "unpublish"): "+-+-+",
    ("admin:events_event_act", "copy"): "+-+-+",
    ("admin:events_event_act", "reprice"): "+-+-+",
    ("admin:events_event_act", "move"): "+-+-+",
    ("admin:events_event_act", "cancel_event"): "+-+-+",
    ("admin:events_event_season", "look"): "+-+-+",
    ("admin:events_event_map", "block"): "+-+-+",
    ("admin:events_event_map", "release"): "+-+-+",
    ("admin:events_event_map", "comp"): "+-+-+",
    ("admin:venues_apikey_act", "revoke"): "----+",
    ("admin:venues_importjob_upload", ""): "+-+-+",
    ("admin:venues_importjob_start", ""): "+-+-+",
    ("admin:venues_seatingplan_act", "build_seats"): "+-+-+",
    ("admin:venues_section_act", "build_seats"): "+-+-+",
    ("admin:bookings_booking_cancel", ""): "+-+-+",
    ("admin:bookings_booking_exchange", ""): "+-+-+",
    ("admin:bookings_booking_pass_on", ""): "+-+-+",
    ("admin:bookings_booking_refund", ""): "+-+-+",
    ("counter:sale", ""): "+-+-+",
    ("counter:email", ""): "+-+-+",
    ("counter:pay", ""): "+-+-+",
    ("counter:open", ""): "+-+-+",
    ("counter:move", ""): "+-+-+",
    ("counter:close", ""): "+-+-+",
    ("door:scan", ""): "+++-+",
    ("door:merge", ""): "+++-+",
    ("door:undo", ""): "+++-+",
    ("reports:find_customer", ""): "+-+-+",
    ("reports:erase_customer", ""): "--+-+",
    ("reports:settlement_terms", ""): "--+-+",
    ("reports:sign_settlement", ""): "--+-+",
    ("reports:schedules", ""): "+-+-+",
    ("reports:schedule_act", "pause"): "--+-+",  # of amounts, which the box office may not see
}

ARGUMENTS = {
    "admin:app_list": lambda rows: ["events"],
    "admin:view_on_site": lambda rows: [rows["content type of events"], rows["events_event"].pk],
    "admin:venues_importjob_upload": lambda rows: ["venues"],
    "admin:venues_importjob_example": lambda rows: ["venues", "csv"],
    "counter:sold": lambda rows: [rows["bookings_booking"].booking_code],
    "counter:email": lambda rows: [rows["bookings_booking"].booking_code],
    "counter:pay": lambda rows: [rows["bookings_booking"].booking_code],
    "counter:receipt": lambda rows: [rows["bookings_booking"].booking_code],
    "counter:refund": lambda rows: [rows["bookings_booking"].booking_code, rows["bookings_payment"].pk],
    "counter:shift": lambda rows: [rows["bookings_shift"].pk],
    "reports:report": lambda rows: ["revenue"],
    "reports:file": lambda rows: ["revenue", "by-event", "csv"],
    "reports:seats": lambda rows: [rows["events_event"].slug],
    "reports:customer": lambda rows: ["booking", rows["bookings_booking"].pk],
    "reports:customer_data": lambda rows: ["booking", rows["bookings_booking"].pk],
    "reports:customer_bookings": lambda rows: ["booking", rows["bookings_booking"].pk, "csv"],
    "reports:erase_customer": lambda rows: ["booking", rows["bookings_booking"].pk],
    **dict.fromkeys(
        (
            *("reports:settlement", "reports:settlement_pdf"),
            *("reports:settlement_terms", "reports:sign_settlement"),
        ),
        lambda rows: [rows["events_event"].slug],
    ),
    "reports:export": lambda rows: ["bookings"],
    "reports:export_file": lambda rows: ["bookings", "csv"],
    "reports:schedule_act": lambda rows: [rows["reports_scheduledreport"].pk],
    "reports:sent": lambda rows: ["nothing"],
}

QUERIES = {
    "admin:autocomplete": "?app_label=bookings&model_name=waitlistentry&field_name=event&term=",
    "admin:ticketing_offer_autocomplete": "?app_label=ticketing&model_name=promocode&field_name=offers&term=",
}
"""What some addresses must be asked."""


@pytest.fixture
def rows() -> dict[str, object]:
    """Make a row of every table, by the name that the admin's addresses have for it."""
    offer = ticketing.make_seated_offer(rows=1, seats=2)
    place = offer.places.first()
    booking = bookings.BookingFactory(event=offer.event)
    made = [
        *(offer, place, booking, offer.event, offer.ticket_type, place.seat, place.seat.section),
        *(offer.event.category, offer.event.venue, offer.event.seating_plan),
        *(bookings.TicketFactory(booking=booking, place=place), bookings.PaymentFactory(booking=booking)),
        *(bookings.ActivityFactory(booking=booking), bookings.WaitlistEntryFactory(), bookings.ExchangeFactory()),
        *(bookings.DeliveryFactory(), bookings.SubscriptionFactory()),
        *(
            bookings.ScanFactory(event=offer.event),
            bookings.LedgerLineFactory(booking=booking, offer=offer),
            bookings.CashMovementFactory(),
            bookings.ShiftFactory(),
        ),
        *(events.EventActivityFactory(), events.ProductionFactory()),
        *(ticketing.NamedHoldFactory(), ticketing.PromoCodeFactory(), ImportJobFactory()),
        *(reports.HourSumFactory(), reports.MonthSumFactory(), reports.FoldFactory()),
        reports.ScheduledReportFactory(what="exports/sales"),
        *(reports.SettlementFactory(), reports.SettlementTermsFactory()),
        *(ApiKeyFactory(), IdempotentRequestFactory(), RequestCountFactory()),
        *(Group.objects.first(), User.objects.create_user("somebody")),
        DBTaskResult.objects.create(
            args_kwargs={"args": [], "kwargs": {}},
            task_path="nothing",
            backend_name="default",
            run_after=booking.booking_date,
        ),
    ]
    found = {label(type(row)): row for row in made}
    return found | {"content type of events": ContentType.objects.get_for_model(offer.event).pk}


def label(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


@pytest.fixture(params=GROUPS)
def group(request) -> str:
    return request.param


@pytest.fixture
def staff(client, group, monkeypatch):
    monkeypatch.setattr(admin.site, "enable_nav_sidebar", False)  # the same on each of a thousand pages
    user = User.objects.create_user("ada", is_staff=True, is_superuser=group == "superuser")
    user.groups.set(Group.objects.filter(name=group))
    client.force_login(user)
    return client


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, int]]:
    """Yield the named addresses of the staff, and how many arguments each takes.

    The admin has nameless ones, too: old addresses that lead to the new ones, and one that catches what is none.
    """
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern) and pattern.name and not is_public(pattern.callback):
            yield f"{namespace}{pattern.name}", len(pattern.pattern.converters) or pattern.pattern.regex.groups


def addresses(rows: dict[str, object]) -> dict[str, str]:
    found = {}
    for name, arguments in patterns(get_resolver()):
        table = name.partition(":")[2].rpartition("_")[0]
        given = ARGUMENTS.get(name, lambda rows, table=table: [find_row(rows, table).pk])
        found[name] = reverse(name, args=given(rows) if arguments else []) + QUERIES.get(name, "")
    return found


def find_row(rows: dict[str, object], table: str):
    """Return the row of the table with which the name of an address begins; an event's, if none does."""
    names = [name for name in rows if table.startswith(name)]
    return rows[max(names, key=len)] if names else rows["events_event"]


def expected(name: str, group: str) -> int | str:
    """Say what the table says; a question mark for what it does not know."""
    index = GROUPS.index(group)
    if name in PAGES:
        return PAGES[name][index]
    table, _, part = name.removeprefix("admin:").rpartition("_")
    if table not in TABLES:
        return "?"
    if part == "act":
        return 302
    return "?" if part not in PARTS else 200 if PARTS[part] in TABLES[table][index] else 403


def test_every_address_of_the_staff_answers_each_group_as_the_table_says(staff, group, rows):
    answers = {name: staff.get(address).status_code for name, address in addresses(rows).items()}

    assert {name: code for name, code in answers.items() if code != expected(name, group)} == {}


def test_every_row_has_a_page():
    names = {name for name, _ in patterns(get_resolver())}

    assert set(PAGES) - names == set()
    assert set(TABLES) == {label(model) for model in admin.site._registry}


def test_every_button_of_a_row_has_a_row():
    buttons = {
        (f"admin:{label(model)}_act", name)
        for model, model_admin in admin.site._registry.items()
        for name in getattr(model_admin, "object_actions", ())
    }

    assert buttons - set(POSTS) == set()


def test_what_is_posted_is_taken_from_those_who_may(staff, group, rows):
    urls = addresses(rows)

    answers = {(name, action): staff.post(urls[name], {"action": action}).status_code for name, action in POSTS}

    assert {post: "-" if code == 403 else "+" for post, code in answers.items()} == {
        post: may[GROUPS.index(group)] for post, may in POSTS.items()
    }


def test_every_table_of_ours_is_in_the_table():
    rooms = ("venues", "events", "ticketing", "bookings", "reports")

    assert {label(model) for room in rooms for model in apps.get_app_config(room).get_models()} - set(TABLES) == set()
