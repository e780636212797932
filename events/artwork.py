"""Which picture stands for an event or a production: the uploaded poster, or one that is drawn."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.dateformat import format as format_date

from .models import Event, Production
from .posters import poster_version


def drawing_of_event(event: Event) -> dict[str, str]:
    """The arguments of :func:`events.posters.poster_svg` for an event that is staged once."""
    return {
        "title": event.name,
        "subtitle": f"{event.venue.name} · {format_date(event.event_date.astimezone(event.venue.tz), 'j F Y')}",
        "category": event.category.name,
        "colour": event.category.colour,
        "seed": event.slug,
    }


def drawing_of_production(production: Production) -> dict[str, str]:
    """The arguments of :func:`events.posters.poster_svg` for a production."""
    return {
        "title": production.title,
        "subtitle": production.age_rating,
        "category": production.category.name,
        "colour": production.category.colour,
        "seed": production.slug,
    }


def uploaded_poster_url(subject: Event | Production) -> str:
    """Return the address of the uploaded picture of an event, or else of its production; empty if there is none."""
    if subject.poster:
        return subject.poster.url
    if isinstance(subject, Event) and subject.production:
        return uploaded_poster_url(subject.production)
    return ""


def event_poster_url(event: Event) -> str:
    """Return the address of an event's picture; dates of one production share that of the production.

    The event's venue, category and production must have been fetched.
    """
    if uploaded := uploaded_poster_url(event):
        return uploaded
    if event.production:
        return production_poster_url(event.production, event.category)
    return _drawn("events:poster", event.slug, drawing_of_event(event))


def production_poster_url(production: Production, category=None) -> str:
    """Return the address of a production's picture. ``category`` spares a query where it is at hand."""
    if uploaded := uploaded_poster_url(production):
        return uploaded
    if category is not None and category.pk == production.category_id:
        production.category = category
    return _drawn("events:production_poster", production.slug, drawing_of_production(production))


def absolute(address: str) -> str:
    """Make an address of this site absolute; one that is already, of a file store for instance, stays."""
    return settings.SITE_URL + address if address.startswith("/") else address


def _drawn(view: str, slug: str, drawing: dict[str, str]) -> str:
    return f"{reverse(view, args=[slug])}?v={poster_version(**drawing)}"
