"""Tell other systems what happens here: webhooks.

:mod:`~bookings.webhooks.noting` writes a delivery for each listener, in the transaction of the change itself, so that
nothing is told that was rolled back and nothing is forgotten that was not. :mod:`~bookings.webhooks.sending` sends them
from a queue of their own, through :mod:`~bookings.webhooks.requests`, which never goes where it should not.
"""
