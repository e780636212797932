"""``manage.py openapi``: write the OpenAPI document of this version to openapi.json, which is kept with the code."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.api.docs import openapi
from venues.api.wire import write_json

FILE = Path(settings.BASE_DIR) / "openapi.json"


def text_of_document() -> str:
    return write_json(openapi(), indent=1) + "\n"


class Command(BaseCommand):
    help = "Write the OpenAPI document to openapi.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the file is not up to date.")

    def handle(self, *args, **options) -> None:
        text = text_of_document()
        if not options["check"]:
            FILE.write_text(text, encoding="utf-8")
            self.stdout.write(f"Written: {FILE.name}")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
            raise CommandError("openapi.json is not up to date. Run: manage.py openapi")
