"""Why a file cannot be imported, in words fit for the staff who bring it."""

from __future__ import annotations

from venues.errors import VenueError


class ImportRefused(VenueError):
    """The import cannot be started, or not be finished: nothing of it has happened."""

    code = "import_refused"


class FileRefused(ImportRefused):
    """The file as a whole cannot be read."""

    code = "file_refused"
