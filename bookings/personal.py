"""What the house keeps about one person, found by an e-mail address: the customer's bookings, tickets that were passed
on to them, the waiting lists they are on, the letters and files that name them.

Whoever asks what is kept about them is answered from here, and is forgotten from here (``services.erase_customer``), so
that the two cannot disagree about where to look.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from events.models import EventActivity
from ticketing.models import NamedHold
from venues.api.models import IdempotentRequest
from venues.models import ImportJob

from .models import Activity, Booking, Delivery, Ticket, WaitlistEntry
from .queue import tasks_about_bookings
from .tasks import send_waitlist_letter

TEXTS = (models.CharField, models.TextField, models.JSONField)


def mentions(field: str, email: str) -> Q:
    """Rows whose text names an address, whatever its case; also within JSON, which some databases write in ASCII."""
    return Q(**{f"{field}__icontains": email}) | Q(**{f"{field}__icontains": json.dumps(email)[1:-1]})


@dataclass(frozen=True)
class Person:
    """Everything that is kept about one address. The querysets are not evaluated."""

    email: str

    @property
    def bookings(self) -> models.QuerySet[Booking]:
        """Their bookings of every status, the oldest first."""
        return Booking.objects.filter(customer_email__iexact=self.email).order_by("booking_date", "pk")

    @property
    def tickets_held(self) -> models.QuerySet[Ticket]:
        """Tickets in other people's bookings that were passed on to them."""
        others = Ticket.objects.held_by(self.email).exclude(booking__customer_email__iexact=self.email)
        return others.order_by("pk")

    @property
    def waiting(self) -> models.QuerySet[WaitlistEntry]:
        return WaitlistEntry.objects.filter(email__iexact=self.email).order_by("created_at", "pk")

    @property
    def mentions_in_history(self) -> models.QuerySet[Activity]:
        """Lines of other bookings that name the address: it was corrected, or a letter went there."""
        lines = Activity.objects.filter(mentions("detail", self.email))
        return lines.exclude(booking__customer_email__iexact=self.email).order_by("pk")

    @property
    def mentions_in_events(self) -> models.QuerySet[EventActivity]:
        return EventActivity.objects.filter(mentions("detail", self.email)).order_by("pk")

    @property
    def mentions_in_log(self) -> models.QuerySet[LogEntry]:
        named = mentions("object_repr", self.email) | mentions("change_message", self.email)
        entries = [str(pk) for pk in self.waiting.values_list("pk", flat=True)]
        of_entry = Q(content_type__app_label="bookings", content_type__model="waitlistentry", object_id__in=entries)
        return LogEntry.objects.filter(named | of_entry).order_by("pk")

    @property
    def named_holds(self) -> models.QuerySet[NamedHold]:
        return NamedHold.objects.filter(mentions("name", self.email) | mentions("note", self.email)).order_by("pk")

    @property
    def imports(self) -> models.QuerySet[ImportJob]:
        """Files that name the address: rows that nobody has imported yet, or errors that quote it."""
        named = mentions("rows", self.email) | mentions("errors", self.email) | mentions("file_name", self.email)
        return ImportJob.objects.filter(named).order_by("pk")

    @property
    def answers(self) -> models.QuerySet[IdempotentRequest]:
        """Answers of the API that are kept for a day, in case they are asked for again."""
        fields = ("path", "headers", "body")
        named = reduce(or_, (mentions(field, self.email) for field in fields))
        return IdempotentRequest.objects.filter(named).order_by("pk")

    @property
    def deliveries(self) -> models.QuerySet[Delivery]:
        """What webhooks were told, or are to be told, of their bookings or of them."""
        fields = ("detail", "body", "response", "error")
        named = reduce(or_, (mentions(field, self.email) for field in fields))
        return Delivery.objects.filter(named | Q(booking__in=self.bookings.order_by())).order_by("pk")

    @property
    def letters(self) -> models.QuerySet[DBTaskResult]:
        """What the queue has kept that names the address, done or not."""
        named = mentions("args_kwargs", self.email) | mentions("traceback", self.email)
        return DBTaskResult.objects.filter(named).order_by("enqueued_at")

    @property
    def letters_queued(self) -> models.QuerySet[DBTaskResult]:
        """Letters to the address, or about its bookings and waiting lists, that have not been sent yet."""
        return self.letters_queued_about(
            *(list(rows.values_list("pk", flat=True)) for rows in (self.bookings, self.waiting))
        )

    def letters_queued_about(self, bookings: list[int], entries: list[int]) -> models.QuerySet[DBTaskResult]:
        """The same, for whoever has the ids of the bookings and entries already."""
        about = mentions("args_kwargs", self.email)
        if bookings:
            about |= Q(task_path__in=tasks_about_bookings(), args_kwargs__args__0__in=bookings)
        if entries:
            about |= Q(task_path=send_waitlist_letter.module_path, args_kwargs__args__0__in=entries)
        ready = DBTaskResult.objects.filter(about, status=TaskResultStatus.READY)
        return ready.order_by("enqueued_at")

    @property
    def is_known(self) -> bool:
        """Whether anything about them was bought, passed on or waited for."""
        return self.bookings.exists() or self.tickets_held.exists() or self.waiting.exists()


@dataclass(frozen=True)
class Mention:
    """So many rows of a table name an address in one of their columns."""

    table: str
    column: str
    count: int

    def __str__(self) -> str:
        return f"{self.table}, {self.column}: {self.count}"


def find_everywhere(email: str) -> list[Mention]:
    """Look for an address in every text that the database keeps, whatever table it is in.

    It reads the whole database, each table once: the last word after somebody was forgotten, not something for a list.
    """
    return [mention for model in apps.get_models() for mention in _find_in(model, email)]


def _find_in(model: type[models.Model], email: str) -> Iterator[Mention]:
    texts = [field for field in model._meta.concrete_fields if isinstance(field, TEXTS) and not field.is_relation]
    if not texts:
        return
    counts = {f"in_{field.name}": models.Count("pk", filter=mentions(field.name, email)) for field in texts}
    found = model._base_manager.aggregate(**counts)
    for field in texts:
        if count := found[f"in_{field.name}"]:
            yield Mention(str(model._meta.verbose_name), str(field.verbose_name), count)
