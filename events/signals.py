"""What this room tells the rooms above it: the only way in which an event makes something happen there.

Signals are sent inside the transaction that changes something; a receiver that raises undoes the change. What takes
long belongs into a task that the receiver enqueues.
"""

from django.dispatch import Signal

event_cancelled = Signal()
"""Sent once by ``Event``, when one is cancelled: ``event``, ``now``, ``by`` (a user name). How it was done is in its
history: ``events.services.how_cancelled``."""

event_rescheduled = Signal()
"""Sent by ``Event`` when one moves to another date or venue, published or not: ``event``, ``previous_date``, ``now``,
``by`` (a user name), and the ``activity`` of its history that says how."""

history_written = Signal()
"""Sent whenever lines of history have been written, one or many, by the model that they are of: ``lines``."""
