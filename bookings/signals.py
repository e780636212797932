"""What this room tells the rooms above it."""

from django.dispatch import Signal

tidied = Signal()
"""Sent about once a minute, when the house has been tidied (``manage.py tidy``): ``now``. It is sent outside of any
transaction, and perhaps by several machines at once. A receiver returns a line that says what it did, or None."""
