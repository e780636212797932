"""Whether the site can sell: asked by load balancers at /health, and by other programs at /api/health."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from bookings.queue import backlog


def state_of_health(now: datetime) -> dict[str, object]:
    """Say how the installation is. One query.

    A queue that nobody works on is no reason to take the web server out of service, so its age is told, not judged.

    Raises:
        DatabaseError: the database does not answer.
    """
    queue = backlog(now)
    state = {"waiting": queue.waiting, "oldest_seconds": int(queue.oldest.total_seconds())}
    return {"status": "ok", "database": "ok", "queue": state, "version": settings.VERSION}
