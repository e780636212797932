"""What belongs to the installation rather than to a room: its health, and its uploaded files."""

from __future__ import annotations

import logging
from datetime import datetime

from csp.constants import NONE
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.db.models import Case, Count, F, Min, When
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult, get_date_max

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Say whether the site can sell: 200, or 503 when the database is away.

    A queue that nobody works on is no reason to take the web server out of service, so its age is told, not judged.
    """
    try:
        queue = queue_state(timezone.now())
    except DatabaseError:
        logger.exception("The database does not answer.")
        return JsonResponse({"status": "error", "database": "away", "version": settings.VERSION}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "queue": queue, "version": settings.VERSION})


def queue_state(now: datetime) -> dict[str, int]:
    """Count the tasks that wait for a worker, and the seconds that the oldest of them has been due."""
    due_at = Case(When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after"))
    ready = DBTaskResult.objects.ready().order_by().aggregate(waiting=Count("pk"), oldest=Min(due_at))
    seconds = int((now - ready["oldest"]).total_seconds()) if ready["oldest"] else 0
    return {"waiting": ready["waiting"], "oldest_seconds": max(seconds, 0)}


@login_not_required
@require_safe
@cache_control(public=True, max_age=30 * 24 * 3600)
@csp({"default-src": [NONE], "sandbox": [""]})
def media(request: HttpRequest, path: str) -> FileResponse | HttpResponse:
    """Return an uploaded picture. A replaced one has a new name, so it may be cached for long."""
    return static.serve(request, path, document_root=str(settings.MEDIA_ROOT))
