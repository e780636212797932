"""History: rows that are written once, and who is written down as having done something.

What happened is never changed. Who it happened to may have to be forgotten: :meth:`AppendOnlyQuerySet.redact` is the
one way to do that, and reaches nothing but the columns that a model names as ``REDACTABLE``.
"""

from __future__ import annotations

from django.db import models, transaction

from .signals import history_written

CUSTOMER = "customer"
SYSTEM = "system"
"""Who acted, where it was no member of staff: those go by their user names."""


class Channel(models.TextChoices):
    """Through which door somebody came."""

    WEB = "web", "Web"
    BOX_OFFICE = "box_office", "Box office"
    DOOR = "door", "Door"
    API = "api", "API"


class AppendOnlyError(TypeError):
    """Somebody tried to change history."""


class AppendOnlyQuerySet(models.QuerySet):
    """Rows that are written once: they can be read, not changed."""

    def update(self, **kwargs) -> int:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted.")

    def redact(self, **kwargs) -> int:
        """Take out what these rows say of a person who is to be forgotten. Returns how many rows there were.

        Raises:
            AppendOnlyError: a column is named that the model does not give up.
        """
        if kept := kwargs.keys() - self.model.REDACTABLE:
            raise AppendOnlyError(f"{self.model.__name__} rows never change their {', '.join(sorted(kept))}.")
        return super().update(**kwargs)

    redact.alters_data = True

    def bulk_create(self, objs, *args, update_conflicts: bool = False, **kwargs) -> list:
        if update_conflicts:
            raise AppendOnlyError(f"{self.model.__name__} rows are never changed.")
        return super().bulk_create(objs, *args, **kwargs)


class AppendOnly(models.Model):
    """A row that is written once. ``REDACTABLE`` are its columns in which a person may be forgotten."""

    REDACTABLE: frozenset[str] = frozenset()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted.")


class HistoryQuerySet(AppendOnlyQuerySet):
    """Lines of history: whoever wants to know is told when some are written."""

    def bulk_create(self, objs, *args, **kwargs) -> list:
        with transaction.atomic(savepoint=False):
            lines = super().bulk_create(objs, *args, **kwargs)
            history_written.send(sender=self.model, lines=lines)
        return lines


class History(AppendOnly):
    """A line of history: who did what, when, through which channel."""

    REDACTABLE = frozenset({"detail"})

    at = models.DateTimeField()
    actor = models.CharField(max_length=150, help_text="A user name, “customer” or “system”.")
    channel = models.CharField(max_length=12, choices=Channel)
    verb = models.CharField(max_length=30)
    detail = models.JSONField(default=dict, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"

    def save(self, *args, **kwargs) -> None:
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
            history_written.send(sender=type(self), lines=[self])
