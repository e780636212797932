"""What the box office should look at: each alert names what it means, and leads there.

An alert is asked for only by those who may see what it leads to. However many events there are, each costs the same
number of queries; letters that were given up cost two more, to say whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format

from events.models import Event
from ticketing.models import Place
from ticketing.money import format_money

from .models import Booking, Payment, Shift, Subscription, WaitlistEntry
from .payments import is_handed_out, waiting
from .queue import backlog, letters_given_up, letters_tried_again
from .today import EventLine, Programme

NAMED = 5
"""So many things are named under an alert, at most."""

QUEUE_LATE = timedelta(minutes=5)
"""A queue whose oldest task has waited for longer has no worker, or one that does not keep up."""
ANSWER_LATE = timedelta(days=1)
"""A refund that the payment provider has not answered by then will hardly be answered."""
SHIFT_LATE = timedelta(hours=16)
"""A shift that was opened longer ago belongs to yesterday."""
OFFER_LATE = timedelta(minutes=15)
"""Places that come back are offered to the waiting list well before that."""

READ = 100
"""So many rows are read for an alert, at most."""


@dataclass(frozen=True)
class Item:
    """One thing that an alert names."""

    text: str
    note: str
    url: str


@dataclass(frozen=True)
class Alert:
    """Something to look at: ``bad`` costs money or customers, ``warn`` will soon, ``info`` is good to know."""

    level: Literal["bad", "warn", "info"]
    title: str
    advice: str = ""
    items: tuple[Item, ...] = ()
    more: int = 0

    @property
    def icon(self) -> str:
        return {"bad": "x-circle", "warn": "exclamation-triangle", "info": "info-circle"}[self.level]


def find_alerts(shown: Programme, user: User, now: datetime) -> list[Alert]:
    """Return what ``user`` should look at, the worst first."""
    may = user.has_perm
    found: list[Alert | None] = []
    if may("bookings.view_payment"):
        found += [_queue(now), _letters(now), _late_letters(), *_money(now)]
    if may("events.change_event"):
        found += [_not_on_sale(shown.today), _drafts(shown)]
    if may("bookings.add_shift"):
        found.append(_open_shifts(user, now))
    if may("bookings.view_waitlistentry"):
        found.append(_waiting(now))
    if may("bookings.view_subscription"):
        found.append(_webhooks())
    if may("events.view_event"):
        found += [_low(shown.lines), _sold_out(shown.lines)]
    return sorted(filter(None, found), key=lambda alert: ("bad", "warn", "info").index(alert.level))


def _alert(level: str, title: Callable[[int], str], items: Sequence[Item], advice: str = "") -> Alert | None:
    """Make an alert of what was found; none if nothing was."""
    if not items:
        return None
    return Alert(level, title(len(items)), advice, tuple(items[:NAMED]), max(0, len(items) - NAMED))


def _count(count: int, what: str, many: str = "") -> str:
    return f"{count:,} {what if count == 1 else many or what + 's'}"


# E-mail -----------------------------------------------------------------------------------------


def _queue(now: datetime) -> Alert | None:
    queue = backlog(now)
    if queue.oldest < QUEUE_LATE:
        return None
    minutes = int(queue.oldest.total_seconds() // 60)
    return Alert(
        "bad",
        "E-mails and refunds are not going out",
        f"{_count(queue.waiting, 'task')} waiting, the oldest for {_count(minutes, 'minute')}. "
        "Tell whoever runs Marquee: the worker has stopped, or does not keep up.",
    )


def _letters(now: datetime) -> Alert | None:
    items = [
        Item(letter.to, f"{letter.kind}, {letter.booking or 'no booking'}", _url(letter.booking))
        for letter in letters_given_up(now)
    ]
    return _alert(
        "bad",
        lambda n: f"{_count(n, 'e-mail')} could not be delivered",
        items,
        "Correct the address on the booking’s page, then send the tickets again.",
    )


def _late_letters() -> Alert | None:
    count = letters_tried_again()
    if not count:
        return None
    wait = "waits" if count == 1 else "wait"
    return Alert(
        "warn",
        f"{_count(count, 'e-mail')} {wait} for the mail server",
        "It did not take them at first. They are tried again for a day, by themselves.",
    )


# Money ------------------------------------------------------------------------------------------


def _money(now: datetime) -> list[Alert | None]:
    """Refunds that are nobody's: refused, waiting to be handed out, or without an answer. Two queries."""
    refused = waiting.refused().select_related("booking").order_by("created_at", "pk")
    unanswered = waiting.unanswered().select_related("booking", "charge").order_by("created_at", "pk")[:READ]
    by_hand = [one for one in unanswered if is_handed_out(one.charge)]
    late = [one for one in unanswered if one not in by_hand and one.created_at < now - ANSWER_LATE]
    return [
        _alert(
            "bad",
            lambda n: f"{_count(n, 'refund')} refused by the payment provider",
            [_refund_item(one) for one in refused[:READ]],
            "Ask again from the booking’s page, or give the money back another way.",
        ),
        _alert(
            "bad",
            lambda n: f"{_count(n, 'refund')} without an answer for more than a day",
            [_refund_item(one) for one in late],
            "Look into the payment provider’s own pages.",
        ),
        _alert(
            "warn",
            lambda n: f"{_count(n, 'refund')} to hand out at the counter",
            [_refund_item(one) for one in by_hand],
            "What was paid in cash or at the terminal goes back the same way.",
        ),
    ]


def _refund_item(refund: Payment) -> Item:
    booking = refund.booking
    return Item(format_money(refund.amount), f"{booking}, {booking.customer_name or 'no name'}", _url(booking))


def _open_shifts(user: User, now: datetime) -> Alert | None:
    shifts = Shift.objects.open().filter(opened_at__lt=now - SHIFT_LATE).select_related("user")
    if not user.has_perm("bookings.review_shift"):
        shifts = shifts.filter(user=user)
    items = [
        Item(
            shift.user.get_full_name() or shift.user.get_username(),
            f"since {date_format(shift.opened_at, 'D j M')}",
            reverse("admin:bookings_shift_change", args=[shift.pk]),
        )
        for shift in shifts.order_by("opened_at")[:READ]
    ]
    return _alert("warn", lambda n: f"{_count(n, 'shift')} left open", items, "Count the drawer, and close it.")


# Events -----------------------------------------------------------------------------------------


def _event_item(line: EventLine, note: str) -> Item:
    when = date_format(line.starts, "D j M, H:i")
    return Item(line.event.name, f"{when}: {note}", reverse("admin:events_event_change", args=[line.event.pk]))


def _sellable(lines: Sequence[EventLine]) -> list[EventLine]:
    return [line for line in lines if line.is_sellable]


def _not_on_sale(today: Sequence[EventLine]) -> Alert | None:
    items = [
        _event_item(line, line.why_not_on_sale)
        for line in _sellable(today)
        if line.why_not_on_sale and not line.is_sold_out
    ]
    return _alert("bad", lambda n: f"{_count(n, 'event')} of today cannot be bought", items)


def _drafts(shown: Programme) -> Alert | None:
    days = [line for _, lines in shown.coming for line in lines]
    items = [
        _event_item(line, f"to be published {date_format(line.event.published_at, 'D j M')}")
        if line.event.published_at
        else _event_item(line, "not published yet")
        for line in _sellable(days)
        if line.is_draft
    ]
    return _alert("warn", lambda n: f"{_count(n, 'event')} of this week still a draft", items)


def _low(lines: Sequence[EventLine]) -> Alert | None:
    items = [_event_item(line, f"{line.stock.free:,} left") for line in _sellable(lines) if line.is_low]
    return _alert("info", lambda n: f"{_count(n, 'event')} almost sold out", items)


def _sold_out(lines: Sequence[EventLine]) -> Alert | None:
    items = [
        _event_item(line, f"all {line.stock.capacity:,} taken, {line.stock.held:,} of them held")
        if line.stock.held
        else _event_item(line, f"all {line.stock.capacity:,} taken")
        for line in _sellable(lines)
        if line.is_sold_out
    ]
    return _alert("info", lambda n: f"{_count(n, 'event')} sold out", items)


def _waiting(now: datetime) -> Alert | None:
    """Somebody waits although there are free places: what returned has not been offered, or is not enough for them."""
    line = WaitlistEntry.objects.waiting().filter(event=OuterRef("pk"), created_at__lt=now - OFFER_LATE)
    events = (
        Event.objects.bookable(now)
        .filter(Exists(line), Exists(Place.objects.free(now).filter(event=OuterRef("pk"))))
        .annotate(people=Count("waitlist", filter=Q(waitlist__status=WaitlistEntry.Status.WAITING)))
    )
    items = [
        Item(
            event.name,
            f"{_count(event.people, 'person', 'people')} on the waiting list",
            f"{reverse('admin:bookings_waitlistentry_changelist')}?event__id__exact={event.pk}",
        )
        for event in events[:READ]
    ]
    return _alert("warn", lambda n: f"{_count(n, 'event')} with a waiting list and free places", items)


def _webhooks() -> Alert | None:
    """Receivers that nothing is sent to any more, and those that fail now."""
    troubled = Q(paused_at__isnull=False) | Q(failing_since__isnull=False)
    failing = list(Subscription.objects.filter(troubled).order_by("paused_at", "pk")[:READ])
    items = [
        Item(
            webhook.name,
            f"paused on {date_format(webhook.paused_at, 'D j M')}: nothing is sent any more"
            if webhook.paused_at
            else f"failing since {date_format(webhook.failing_since, 'D j M, H:i')}",
            reverse("admin:bookings_subscription_change", args=[webhook.pk]),
        )
        for webhook in failing
    ]
    return _alert(
        "bad" if any(webhook.paused_at for webhook in failing) else "warn",
        lambda n: f"{_count(n, 'webhook')} {'is' if n == 1 else 'are'} not getting through",
        items,
        "Tell whoever runs the receiver; then start it again, and what has waited is sent.",
    )


def _url(booking: Booking | None) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk]) if booking else ""
