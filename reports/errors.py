"""Why a report cannot be given, signed or sent, in words fit for whoever asks."""


class ReportError(Exception):
    """A rule of the reports says no. ``message`` is shown as it is."""

    code = "report_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SigningRefused(ReportError):
    """The settlement of an event cannot be signed yet, or not like this."""

    code = "signing_refused"


class ScheduleRefused(ReportError):
    """A report cannot be sent as it is asked for."""

    code = "schedule_refused"
