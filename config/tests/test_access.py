"""Every view declares its access: staff only, unless this table says to whom else it is open, and why.

The middleware sends everybody who is not signed in away from a view without ``@login_not_required``. So a view that is
missing here is closed by mistake or open by mistake: either way, somebody must say which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver, reverse

EVERYBODY = "everybody"
KEY_HOLDER = "whoever holds the booking's secret link"
TICKET_HOLDER = "whoever holds the link to a ticket that was passed on"
DEMO = "everybody, in a demo only"

PUBLIC = {
    "health": EVERYBODY,
    "api_home": EVERYBODY,
    "api_home_slash": EVERYBODY,
    "api_docs": EVERYBODY,
    "api_document": EVERYBODY,
    "api_nothing": EVERYBODY,
    "media": EVERYBODY,
    "demo_mail": DEMO,
    "demo_mail_message": DEMO,
    "demo_mail_html": DEMO,
    "demo_mail_part": DEMO,
    "events:home": EVERYBODY,
    "events:list": EVERYBODY,
    "events:detail": EVERYBODY,
    "events:poster": EVERYBODY,
    "events:production": EVERYBODY,
    "events:production_poster": EVERYBODY,
    "venues:list": EVERYBODY,
    "venues:detail": EVERYBODY,
    "venues:plan_picture": EVERYBODY,
    "venues:schema": EVERYBODY,
    "ticketing:picker": EVERYBODY,
    "ticketing:best": EVERYBODY,
    "ticketing:live": EVERYBODY,
    "ticketing:seats": EVERYBODY,
    "bookings:hold": EVERYBODY,
    "bookings:waitlist": EVERYBODY,
    "bookings:waiting": "whoever holds the link of a letter from the waiting list",
    "bookings:find": EVERYBODY,
    "bookings:mine": EVERYBODY,
    "bookings:sign_in": "whoever holds the link of a sign-in e-mail",
    "bookings:sign_out": EVERYBODY,
    "bookings:checkout": KEY_HOLDER,
    "bookings:extend": KEY_HOLDER,
    "bookings:revive": KEY_HOLDER,
    "bookings:abandon": KEY_HOLDER,
    "bookings:pay": KEY_HOLDER,
    "bookings:card": KEY_HOLDER,
    "bookings:booking": KEY_HOLDER,
    "bookings:cancel": KEY_HOLDER,
    "bookings:pdf": KEY_HOLDER,
    "bookings:calendar": KEY_HOLDER,
    "door:worker": "everybody: browsers ask for it on their own, and it knows nothing but our static files",
    "bookings:details": KEY_HOLDER,
    "bookings:resend": KEY_HOLDER,
    "bookings:exchange": KEY_HOLDER,
    "bookings:exchange_abandon": KEY_HOLDER,
    "bookings:exchange_picker": KEY_HOLDER,
    "bookings:exchange_review": KEY_HOLDER,
    "bookings:one_pdf": KEY_HOLDER,
    "bookings:pass_on": KEY_HOLDER,
    "bookings:ticket": TICKET_HOLDER,
    "bookings:ticket_pdf": TICKET_HOLDER,
    "bookings:ticket_calendar": TICKET_HOLDER,
    "bookings:ticket_pass_on": TICKET_HOLDER,
    "admin:login": EVERYBODY,
}

STAFF = {
    "door:events",
    "door:scanner",
    "door:scan",
    "door:undo",
    "door:merge",
    "door:find",
    "door:counts",
    "door:list",
    "back_office:home",
    "back_office:search",
    "back_office:attendees",
    "back_office:attendees_csv",
    *("counter:sale", "counter:best", "counter:quote", "counter:sold", "counter:email", "counter:pay"),
    *("counter:receipt", "counter:refund"),
    *("counter:till", "counter:open", "counter:move", "counter:close"),
    *("counter:shifts", "counter:shifts_csv", "counter:shift"),
    *("reports:dashboard", "reports:report", "reports:file", "reports:seats"),
    *("reports:find_customer", "reports:customer", "reports:customer_data", "reports:customer_bookings"),
    "reports:erase_customer",
    *("reports:settlements", "reports:settlement", "reports:settlement_pdf"),
    *("reports:settlement_terms", "reports:sign_settlement"),
    *("reports:exports", "reports:export", "reports:export_file"),
    *("reports:schedules", "reports:schedule_act", "reports:sent"),
}
"""Views outside of the admin for members of staff. Each checks a permission of its own."""


def named_views(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Callable]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern.callback
        else:
            yield from named_views(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def is_public(view: Callable) -> bool:
    return not getattr(view, "login_required", True)


def test_views_are_all_classified():
    """What the operations of the API ask for is in :mod:`config.tests.test_api_access`."""
    views = dict(named_views(get_resolver()))

    public = {name for name, view in views.items() if is_public(view) and not name.startswith("api:")}
    staff = {name for name in views.keys() - public if not name.startswith(("admin:", "api:"))}

    assert public == set(PUBLIC)
    assert staff == STAFF


@pytest.mark.django_db
def test_staff_views_send_strangers_to_the_log_in(client):
    response = client.get(reverse("admin:index"))

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('admin:login')}?next={reverse('admin:index')}"


@pytest.mark.django_db
def test_staff_views_are_closed_to_users_who_are_no_staff(client):
    client.force_login(User.objects.create_user("ada"))

    assert client.get(reverse("admin:index")).status_code == 302
