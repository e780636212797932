"""Readable, unique addresses for rows that have a page."""

from __future__ import annotations

from collections import Counter

from django.db import models
from django.utils.text import slugify


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
