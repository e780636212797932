"""Imports: a file of rows is read, checked by the queue, looked at, and brought in, all of it or nothing.

Each room registers what it can import (:func:`importable`), as this one cannot look upstairs. The stations of a file:

=================  ============================================================================================
``files``          what comes from outside: CSV and XLSX, in whatever way a spreadsheet has written them
``columns``        what a column is called, what its cells may say, and what they mean
``resource``       one table: finds the row that a line is about, compares, checks and, once all is right, writes
``jobs``           the services: take a file, check it, start, carry out, and the progress of all that
``views``          the pages in the back office
=================  ============================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from .resource import ImportResource

    Resource = TypeVar("Resource", bound=type[ImportResource])

REGISTRY: dict[str, type[ImportResource]] = {}
"""What can be imported, by its key in addresses. The rooms fill it when Django loads their admin."""


def importable(resource: Resource) -> Resource:
    """Register a resource under its ``key``."""
    REGISTRY[resource.key] = resource
    return resource


def importable_by(user: AbstractBaseUser) -> list[str]:
    """Return the keys of what a user may import, in order."""
    return sorted(key for key, resource in REGISTRY.items() if user.has_perms(resource.permissions))
