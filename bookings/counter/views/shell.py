"""What the pages of the counter share: they look like the back office, and know whose till is open."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bookings.models import Shift


def needs(permission: str):
    """Let only those in who have the permission; whoever is signed in without it is told so."""
    return permission_required(permission, raise_exception=True)


def own_shift(request: HttpRequest) -> Shift | None:
    """Return the open shift of whoever asks."""
    return Shift.objects.open().filter(user=request.user).first()


def page(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    """Render a page of the counter, as wide as the window: without the sidebar of the back office."""
    request.current_app = admin.site.name
    shell = admin.site.each_context(request) | {"is_nav_sidebar_enabled": False}
    if "shift" not in context:
        shell["shift"] = own_shift(request)
    return TemplateResponse(request, template, shell | context, status=status)
