"""Who may open a page that does not say."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse


class StaffRequiredMiddleware(LoginRequiredMiddleware):
    """Keep everything for staff but what is marked ``@login_not_required``.

    Unlike Django's own, it does not ask who comes to a public page, so that such a page costs no query for it and may
    be cached for everybody.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True) or request.user.is_staff:
            return None
        return self.handle_no_permission(request, view_func)


class PermissionsPolicyMiddleware:
    """Let no page use camera, microphone or position, unless its view says otherwise: the door does, to read codes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response
