"""The admin of what can be sold, and of what it adds to the page of an event."""

from . import events, named_holds, offers, promo_codes, stock, ticket_types

__all__ = ["events", "named_holds", "offers", "promo_codes", "stock", "ticket_types"]
