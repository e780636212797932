"""What pages of the catalogue say about sales: ``{% load sales %}``.

On a list, one query for all of its events::

    {% glance now events as sales %}
    {% for event in events %}{% include "components/event_card.html" with sales=sales|of:event %}{% endfor %}

On the page of one event, three queries::

    {% price_list event now as prices %}
    {% structured_data event prices %}
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from events.models import Event
from ticketing import price_list as prices
from ticketing.availability import Sales, sales_at_a_glance
from ticketing.structured_data import event_script

register = template.Library()


@register.simple_tag
def glance(now: datetime, *lists: Iterable[Event]) -> dict[int, Sales]:
    """Say of each event of the given lists how its sales stand. One query; none when there are no events."""
    return sales_at_a_glance([event for events in lists for event in events], now)


@register.filter
def of(sales: dict[int, Sales], event: Event) -> Sales:
    """Pick one event's sales out of what ``glance`` gave."""
    return sales[event.pk]


@register.simple_tag
def price_list(event: Event, now: datetime) -> prices.PriceList:
    """Write the price list of an event. Three queries."""
    return prices.price_list(event, now)


@register.simple_tag
def structured_data(event: Event, prices: prices.PriceList) -> SafeString:
    """Describe an event to search engines, as a script element that holds data only."""
    return event_script(event, prices)
