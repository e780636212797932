"""What belongs to the installation rather than to a room: its health, and its uploaded files."""

from __future__ import annotations

import logging

from csp.constants import NONE
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from .health import state_of_health

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Say whether the site can sell: 200, or 503 when the database is away."""
    try:
        return JsonResponse(state_of_health(timezone.now()))
    except DatabaseError:
        logger.exception("The database does not answer.")
        return JsonResponse({"status": "error", "database": "away", "version": settings.VERSION}, status=503)


@login_not_required
@require_safe
@cache_control(public=True, max_age=30 * 24 * 3600)
@csp({"default-src": [NONE], "sandbox": [""]})
def media(request: HttpRequest, path: str) -> FileResponse | HttpResponse:
    """Return an uploaded picture. A replaced one has a new name, so it may be cached for long."""
    return static.serve(request, path, document_root=str(settings.MEDIA_ROOT))
