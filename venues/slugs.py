"""Readable, unique addresses for rows that have a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from django.db import IntegrityError, models, transaction
from django.utils.text import slugify

TRIES = 5
"""How often an address is looked for that nobody else takes meanwhile."""


def unique_slug(row: models.Model, text: str) -> str:
    """Return a slug of ``text`` that no other row of the same model has, numbering it if needed."""
    stem = _stem(type(row), text)
    taken = set(
        type(row)._default_manager.filter(slug__startswith=stem).exclude(pk=row.pk).values_list("slug", flat=True)
    )
    if stem not in taken:
        return stem
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{stem}-{number}") not in taken)


class Slugs:
    """Addresses for many new rows of one model at a time: as :func:`unique_slug`, in one query for all."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.taken = set(model._default_manager.order_by().values_list("slug", flat=True))
        self._tried: Counter[str] = Counter()

    def take(self, text: str) -> str:
        """Return a slug of ``text`` that nobody has, and that nobody else will be given."""
        slug = stem = _stem(self.model, text)
        while slug in self.taken:
            self._tried[stem] += 1
            slug = f"{stem}-{self._tried[stem] + 1}"
        self.taken.add(slug)
        return slug


def _stem(model: type[models.Model], text: str) -> str:
    longest = model._meta.get_field("slug").max_length
    return slugify(text)[: longest - 5] or model._meta.model_name


def save_with_slug(row: models.Model, text: str, save: Callable[[], None]) -> None:
    """Save a row; one without a slug gets one of ``text``, and another if somebody has taken that a moment before."""
    if row.slug:
        save()
        return
    for attempt in range(TRIES):
        row.slug = unique_slug(row, text)
        try:
            with transaction.atomic():
                save()
        except IntegrityError as error:
            row.slug = ""
            if not _is_about_slug(row, error) or attempt == TRIES - 1:
                raise
        else:
            return


def _is_about_slug(row: models.Model, error: IntegrityError) -> bool:
    """Whether the slug is taken: PostgreSQL says the name of the index, SQLite the column."""
    table = row._meta.db_table
    return f"{table}_slug" in str(error) or f"{table}.slug" in str(error)
