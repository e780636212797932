"""What the queue does for bookings. Tasks are enqueued inside the transaction that makes them necessary."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from .models import Payment


@task(queue_name="mail")
def send_confirmation(booking_id: int) -> None:
    """Send a confirmed booking's tickets."""


@task(queue_name="mail")
def send_cancellation(booking_id: int) -> None:
    """Tell a customer that a booking is cancelled."""


@task(queue_name="mail")
def send_sign_in_link(email: str, url: str) -> None:
    """Send a link that shows all bookings of an address."""


@task()
def carry_out_refund(payment_id: int) -> None:
    """Let the provider give the money of a pending refund back."""
    from . import services

    refund = Payment.objects.select_related("booking", "charge").get(pk=payment_id)
    services.carry_out_refund(refund=refund, now=timezone.now())


@task()
def cancel_bookings_of_event(event_id: int) -> None:
    """Cancel whatever is booked at an event that has been cancelled."""
    from . import services

    services.cancel_bookings_of_event(event_id=event_id, now=timezone.now())
