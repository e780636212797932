"""What this room tells the rooms above it.

The signal is sent inside the transaction of the change, with ``sender=Event``; a receiver that raises undoes it.
"""

from django.dispatch import Signal

places_returned = Signal()
"""Sent when staff may have put places on sale, again or for the first time: ``event``, ``now``.

Not when a booking gives places back: the room above does that, and knows.
"""
