"""What cancelling or moving events means for those who have booked: beforehand, and while it is being done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from events.models import Event, EventActivity
from ticketing.money import ZERO, to_cents

from . import tasks
from .models import Activity, Booking, BookingQuerySet, Payment
from .payments import AT_BOX_OFFICE

TOLD = "tell of new date"
"""The verb in a booking's history once the letter about a new date has been handed to the queue."""

MOVED = "exchange"
"""The provider of money that was moved from one booking to another: it goes back the way on which it once came."""


@dataclass(frozen=True)
class Consequences:
    """What is booked at an event: what would be cancelled, or would move with it."""

    bookings: int = 0
    tickets: int = 0
    holds: int = 0
    without_email: int = 0
    """Confirmed bookings that no letter can be sent to."""
    money: dict[str, Decimal] = field(default_factory=dict)
    """What could be given back, by payment provider."""

    @property
    def letters(self) -> int:
        return self.bookings - self.without_email

    @property
    def total(self) -> Decimal:
        return sum(self.money.values(), ZERO)

    def __add__(self, other: Consequences) -> Consequences:
        money = Counter(self.money)
        money.update(other.money)
        return Consequences(
            self.bookings + other.bookings,
            self.tickets + other.tickets,
            self.holds + other.holds,
            self.without_email + other.without_email,
            dict(money),
        )


def consequences(events: Sequence[Event]) -> dict[int, Consequences]:
    """Count what is booked at each of these events, by its id. Two queries, however many there are."""
    confirmed = Q(status=Booking.Status.CONFIRMED)
    bookings = Booking.objects.filter(event__in=[event.pk for event in events])
    counts = (
        bookings.order_by()
        .values("event_id")
        .annotate(
            bookings=Count("pk", filter=confirmed),
            tickets=Sum("quantity", filter=confirmed, default=0),
            holds=Count("pk", filter=Q(status=Booking.Status.PENDING)),
            without_email=Count("pk", filter=confirmed & Q(customer_email="")),
        )
    )
    money: dict[int, Counter] = defaultdict(Counter)
    kept: dict[int, Decimal] = {}
    open_bookings = bookings.exclude(status=Booking.Status.CANCELLED)
    charges = Payment.objects.filter(booking__in=open_bookings).with_refundable().order_by("pk")
    columns = ("booking_id", "booking__event_id", "booking__retained", "provider", "refundable")
    for booking_id, event_id, retained, provider, refundable in charges.values_list(*columns):
        due = kept.setdefault(booking_id, retained)  # the last charge is given back first: what is kept is of the first
        kept[booking_id] = max(ZERO, due - to_cents(refundable))
        if (amount := to_cents(refundable) - due) > 0:
            money[event_id][provider] += amount
    found = {row.pop("event_id"): row for row in counts}
    return {event.pk: Consequences(**found.get(event.pk, {}), money=dict(money[event.pk])) for event in events}


def to_telephone(events: Iterable[Event]) -> BookingQuerySet:
    """Bookings that no letter reaches: confirmed, or cancelled along with the event, and without an e-mail address."""
    concerned = Q(status=Booking.Status.CONFIRMED) | Q(cancellation_reason=Booking.Reason.EVENT)
    bookings = Booking.objects.filter(concerned, event__in=[event.pk for event in events], customer_email="")
    return bookings.exclude(confirmed_at=None).select_related("event__venue").order_by("event__event_date", "pk")


@dataclass(frozen=True)
class Sums:
    """So many, and what they add up to."""

    count: int = 0
    amount: Decimal = ZERO

    def plus(self, count: int, amount: Decimal) -> Sums:
        return Sums(self.count + count, self.amount + amount)


@dataclass(frozen=True)
class Letters:
    """How many letters are on their way. A letter that the queue knows nothing bad about has been sent."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0

    @property
    def owed(self) -> int:
        return self.sent + self.waiting + self.failed


@dataclass(frozen=True)
class Progress:
    """How far the queue is with the bookings of an event that was cancelled, or has moved."""

    concerned: int
    """Bookings; ``done`` of them have been cancelled, or told."""
    done: int
    letters: Letters
    refunds: dict[str, Sums] = field(default_factory=dict)
    """By "done", "waiting", "box office" (to be fetched there) and "failed"."""
    returned: int = 0
    """Bookings that customers have given back since the event was moved."""

    @property
    def is_running(self) -> bool:
        waiting = self.refunds.get("waiting", Sums()).count
        return bool(self.concerned - self.done or self.letters.waiting or waiting)


def progress_of_cancelling(event: Event) -> Progress:
    """Count what has been cancelled, given back and written. Three queries."""
    cancelled = Q(status=Booking.Status.CANCELLED, cancellation_reason=Booking.Reason.EVENT)
    counts = event.bookings.aggregate(
        done=Count("pk", filter=cancelled),
        left=Count("pk", filter=~Q(status=Booking.Status.CANCELLED)),
        letters=Count("pk", filter=cancelled & Q(confirmed_at__isnull=False) & ~Q(customer_email="")),
    )
    concerned = event.bookings.filter(cancellation_reason=Booking.Reason.EVENT)
    return Progress(
        concerned=counts["done"] + counts["left"],
        done=counts["done"],
        letters=_letters(tasks.send_cancellation, concerned, counts["letters"]),
        refunds=_refunds(concerned),
    )


def progress_of_moving(event: Event, move: EventActivity) -> Progress:
    """Count who has been told of a new date, and who has given tickets back since. Three queries."""
    counts = event.bookings.annotate(is_told=Exists(told_of(move))).aggregate(
        told=Count("pk", filter=Q(is_told=True)),
        left=Count("pk", filter=Q(is_told=False, status=Booking.Status.CONFIRMED) & ~Q(customer_email="")),
        returned=Count("pk", filter=Q(cancellation_reason=Booking.Reason.CUSTOMER, cancelled_at__gte=move.at)),
    )
    return Progress(
        concerned=counts["told"] + counts["left"],
        done=counts["told"],
        letters=_letters(tasks.send_new_date, event.bookings.all(), counts["told"]),
        returned=counts["returned"],
    )


def told_of(move: EventActivity):
    """Lines in a booking's history that say that its customer has been written to about this move."""
    return Activity.objects.filter(booking=OuterRef("pk"), verb=TOLD, detail__move=move.pk)


def _letters(task: Task, bookings: BookingQuerySet, handed_over: int) -> Letters:
    """Count the letters that ``task`` has been asked to write to these bookings, by what the queue says of them."""
    booking_id = Cast(KeyTextTransform(0, KeyTransform("args", "args_kwargs")), BigIntegerField())
    rows = DBTaskResult.objects.filter(task_path=task.module_path).annotate(booking_id=booking_id)
    counts = rows.filter(booking_id__in=bookings.order_by().values("pk")).aggregate(
        waiting=Count("pk", filter=Q(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING])),
        failed=Count("pk", filter=Q(status=TaskResultStatus.FAILED)),
    )
    return Letters(max(0, handed_over - counts["waiting"] - counts["failed"]), **counts)


def _refunds(bookings: BookingQuerySet) -> dict[str, Sums]:
    """Add up the refunds of these bookings. Each begins as a pending row; an answer has the same reference."""
    answer = Payment.objects.filter(charge=OuterRef("charge"), reference=OuterRef("reference"))
    origin = Payment.objects.filter(kind=Payment.Kind.REFUND, reference=OuterRef("charge__reference"), provider=MOVED)
    origin = origin.values("charge__provider")[:1]
    rows = (
        Payment.objects.filter(booking__in=bookings, kind=Payment.Kind.REFUND)
        .annotate(
            is_answered=Exists(answer.exclude(status=Payment.Status.PENDING)),
            way=Case(When(provider=MOVED, then=Subquery(origin)), default="provider"),
        )
        .exclude(status=Payment.Status.PENDING, is_answered=True)
        .order_by()
        .values("status", "way")
        .annotate(count=Count("pk"), amount=Sum(F("amount")))
    )
    found = dict.fromkeys(("done", "waiting", "box office", "failed"), Sums())
    names = {Payment.Status.SUCCEEDED: "done", Payment.Status.FAILED: "failed"}
    for row in rows:
        name = names.get(row["status"]) or ("box office" if row["way"] in AT_BOX_OFFICE else "waiting")
        found[name] = found[name].plus(row["count"], to_cents(row["amount"]))
    return found
