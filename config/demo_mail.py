"""The demo's mailbox: everything that would have been sent, readable by everybody. Routed only when ``DEMO`` is on."""

from __future__ import annotations

import re

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from . import mail

SHOWN = 200

LETTER_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "style-src": [UNSAFE_INLINE],  # mail programs know no other styles
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def find_letter(name: str) -> mail.Letter:
    try:
        return mail.letter(name)
    except FileNotFoundError:
        raise Http404("There is no such message.") from None


@login_not_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the messages, newest first."""
    return render(request, "config/demo_mail.html", {"letters": mail.letters(SHOWN), "shown": SHOWN})


@login_not_required
@never_cache
@require_safe
def message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message as a mail program would."""
    return render(request, "config/demo_mail_message.html", {"letter": find_letter(name)})


@login_not_required
@never_cache
@require_safe
@csp(LETTER_POLICY)
@xframe_options_sameorigin
def html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML part alone, for the frame of :func:`message`; its links open in a new tab."""
    letter = find_letter(name)
    if not letter.html:
        raise Http404("This message has no HTML part.")

    def address(match: re.Match[str]) -> str:
        number = letter.number_of_content_id(match[1])
        return match[0] if number is None else reverse("demo_mail_part", args=[name, number])

    content = re.sub(r"cid:([^\"'\s)]+)", address, letter.html)
    return HttpResponse(re.sub(r"<head\b[^>]*>", r'\g<0><base target="_blank">', content, count=1))


@login_not_required
@never_cache
@require_safe
@csp({"default-src": [NONE], "sandbox": ["allow-downloads"]})
def part(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Return an attachment, or a picture that the HTML part shows."""
    parts = find_letter(name).parts
    if number >= len(parts):
        raise Http404("This message has no such part.")
    found = parts[number]
    is_picture = found.get_content_maintype() == "image" and found["content-id"]
    disposition = content_disposition_header(not is_picture, found.get_filename() or f"part-{number}")
    return HttpResponse(
        found.get_payload(decode=True),
        content_type=found.get_content_type(),
        headers={"Content-Disposition": disposition},
    )
