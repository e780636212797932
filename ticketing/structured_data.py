"""An event in the words of schema.org, for search engines: never rosier than what the page says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from events.artwork import absolute, event_poster_url
from events.models import Event

from .availability import SalesState
from .price_list import OfferState, PriceList, PriceRow

SCHEMA = "https://schema.org"

KINDS = {
    "concerts": "MusicEvent",
    "music": "MusicEvent",
    "films": "ScreeningEvent",
    "film": "ScreeningEvent",
    "cinema": "ScreeningEvent",
    "theatre": "TheaterEvent",
    "plays": "TheaterEvent",
    "comedy": "ComedyEvent",
    "sport": "SportsEvent",
    "sports": "SportsEvent",
    "dance": "DanceEvent",
}
"""The narrower type of event, by the category's slug."""

AVAILABILITY = {
    OfferState.AVAILABLE: f"{SCHEMA}/InStock",
    OfferState.FEW_LEFT: f"{SCHEMA}/LimitedAvailability",
    OfferState.SOLD_OUT: f"{SCHEMA}/SoldOut",
    OfferState.LATER: f"{SCHEMA}/PreOrder",
}
"""By the state of an offer. One whose sales have ended is not mentioned."""

# What could end the script element, or begin a comment in it, is written as JavaScript writes it.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def event_script(event: Event, prices: PriceList) -> SafeString:
    """Return the ``<script type="application/ld+json">`` element of an event's page."""
    text = json.dumps(event_data(event, prices), ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above


def event_data(event: Event, prices: PriceList) -> dict[str, object]:
    """Describe an event: what, when, where, whether it takes place, and what can be bought."""
    data: dict[str, object] = {
        "@context": SCHEMA,
        "@type": KINDS.get(event.category.slug, "Event"),
        "name": event.name,
        "url": settings.SITE_URL + event.get_absolute_url(),
        "image": [absolute(event_poster_url(event))],
        "startDate": _local(event, event.event_date),
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": _place(event),
        "organizer": {"@type": "Organization", "name": settings.SITE_NAME, "url": settings.SITE_URL},
        **_status(event),
    }
    if event.about:
        data["description"] = event.about
    if event.doors_at:
        data["doorTime"] = _local(event, event.doors_at)
    if ends_at := _ends_at(event):
        data["endDate"] = _local(event, ends_at)
    if offers := _offers(event, prices):
        data["offers"] = offers
    return data


def _local(event: Event, moment: datetime) -> str:
    return moment.astimezone(event.venue.tz).isoformat(timespec="seconds")


def _ends_at(event: Event) -> datetime | None:
    if event.ends_at or not (event.production and event.production.running_time):
        return event.ends_at
    return event.event_date + timedelta(minutes=event.production.running_time)


def _status(event: Event) -> dict[str, str]:
    if event.status == Event.Status.CANCELLED:
        return {"eventStatus": f"{SCHEMA}/EventCancelled"}
    if event.rescheduled_from:
        return {
            "eventStatus": f"{SCHEMA}/EventRescheduled",
            "previousStartDate": _local(event, event.rescheduled_from),
        }
    return {"eventStatus": f"{SCHEMA}/EventScheduled"}


def _place(event: Event) -> dict[str, object]:
    venue = event.venue
    address = {
        "@type": "PostalAddress",
        "streetAddress": venue.address,
        "addressLocality": venue.city,
        "addressCountry": venue.country,
    }
    return {
        "@type": "Place",
        "name": venue.name,
        "url": settings.SITE_URL + venue.get_absolute_url(),
        "address": {key: value for key, value in address.items() if value},
    }


def _offers(event: Event, prices: PriceList) -> list[dict[str, str]]:
    if prices.sales.state in (SalesState.CANCELLED, SalesState.PAST):
        return []
    return [_offer(event, row) for row in prices.rows if row.state in AVAILABILITY]


def _offer(event: Event, row: PriceRow) -> dict[str, str]:
    data = {
        "@type": "Offer",
        "name": row.offer.name,
        "price": str(row.offer.price),
        "priceCurrency": settings.CURRENCY,
        "availability": AVAILABILITY[row.state],
        "url": settings.SITE_URL + event.get_absolute_url(),
    }
    if row.offer.on_sale_at:
        data["validFrom"] = _local(event, row.offer.on_sale_at)
    if row.offer.off_sale_at:
        data["validThrough"] = _local(event, row.offer.off_sale_at)
    return data
