"""What this room tells the rooms above it: the only way in which an event makes something happen there.

Both signals are sent inside the transaction that changes the event, with ``sender=Event``; a receiver that raises
undoes the change. What takes long belongs into a task that the receiver enqueues.
"""

from django.dispatch import Signal

event_cancelled = Signal()
"""Sent once, when an event is cancelled: ``event``, ``now``, ``by`` (a user name). How it was done is in its history:
``events.services.how_cancelled``."""

event_rescheduled = Signal()
"""Sent when an event moves to another date or venue, published or not: ``event``, ``previous_date``, ``now``, ``by``
(a user name), and the ``activity`` of its history that says how."""
