"""Mail without a mail server: messages become ``.eml`` files in ``settings.MAIL_DIR``, and are read there."""

from __future__ import annotations

import email
import email.policy
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage as Parsed
from email.parser import BytesHeaderParser
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """Write messages where the demo's mail page finds them, newest last by name."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{uuid.uuid4().hex[:6]}"
            unfinished = settings.MAIL_DIR / f"{name}.part"
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.rename(settings.MAIL_DIR / f"{name}.eml")
        return len(email_messages)


class Letter:
    """One message of the folder. ``name`` is that of its file, without ``.eml``."""

    def __init__(self, path: Path, message: Parsed) -> None:
        self.name = path.stem
        self.message = message

    @property
    def subject(self) -> str:
        return self.message.get("subject", "")

    @property
    def sender(self) -> str:
        return self.message.get("from", "")

    @property
    def to(self) -> str:
        return self.message.get("to", "")

    @property
    def date(self) -> datetime | None:
        header = self.message["date"]
        return header.datetime if header else None

    @cached_property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return body.get_content() if body else ""

    @cached_property
    def html(self) -> str:
        body = self.message.get_body(("html",))
        return body.get_content() if body else ""

    @cached_property
    def parts(self) -> list[Parsed]:
        """Everything that is not a container, in the order of the message."""
        return [part for part in self.message.walk() if not part.is_multipart()]

    @property
    def attachments(self) -> list[tuple[int, str]]:
        """The number, among :attr:`parts`, and the file name of each attachment."""
        return [(number, part.get_filename()) for number, part in enumerate(self.parts) if part.get_filename()]

    def number_of_content_id(self, content_id: str) -> int | None:
        """Return which of :attr:`parts` an address ``cid:…`` in the HTML means."""
        wanted = f"<{content_id}>"
        return next((number for number, part in enumerate(self.parts) if part["content-id"] == wanted), None)


def letters(limit: int) -> list[Letter]:
    """Return the newest messages of the folder, newest first, with their headers only."""
    parser = BytesHeaderParser(policy=email.policy.default)
    paths = sorted(settings.MAIL_DIR.glob("*.eml"), reverse=True)[:limit]
    return [Letter(path, parser.parsebytes(path.read_bytes())) for path in paths]


def letter(name: str) -> Letter:
    """Return one message of the folder, whole.

    Raises:
        FileNotFoundError: there is none of this name, or the name is not one that the folder gives.
    """
    if not re.fullmatch(r"[\w-]+", name):
        raise FileNotFoundError(name)
    path = settings.MAIL_DIR / f"{name}.eml"
    return Letter(path, email.message_from_bytes(path.read_bytes(), policy=email.policy.default))
