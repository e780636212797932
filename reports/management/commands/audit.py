"""Ask the whole database whether every rule of the house holds."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reports.audit import SHOWN, Result, audit


class Command(BaseCommand):
    help = "Check every invariant by SQL over the whole database. Changes nothing; exit code 1 if anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--shown", type=int, default=SHOWN, help="How many of the wrong rows to show of each check."
        )

    def handle(self, *args, **options) -> None:
        results = audit(timezone.now(), shown=options["shown"])
        for result in results:
            self._write(result)
        wrong = sum(not result.is_ok for result in results)
        if wrong:
            self.stdout.write(self.style.ERROR(f"{wrong} of {len(results)} rules are broken."))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"All {len(results)} rules hold."))

    def _write(self, result: Result) -> None:
        verdict = self.style.SUCCESS(f"{'ok':>9}") if result.is_ok else self.style.ERROR(f"{result.count:>9,}")
        self.stdout.write(f"{verdict}  {result.check:<36}  {result.rule}")
        for finding in result.findings:
            self.stdout.write(f"{'':>9}  - {finding.row}: {finding.message}")
        if result.count > len(result.findings):
            self.stdout.write(f"{'':>9}  - and {result.count - len(result.findings):,} more")
