"""Readable, unique addresses for rows that have a page."""

from django.db import models
from django.utils.text import slugify


def unique_slug(row: models.Model, text: str) -> str:
    """Return a slug of ``text`` that no other row of the same model has, numbering it if needed."""
    field = row._meta.get_field("slug")
    stem = slugify(text)[: field.max_length - 5] or row._meta.model_name
    taken = set(
        type(row)._default_manager.filter(slug__startswith=stem).exclude(pk=row.pk).values_list("slug", flat=True)
    )
    if stem not in taken:
        return stem
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{stem}-{number}") not in taken)
