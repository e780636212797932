"""How dates and times are written where a page does not say it itself: on the clock of 24 hours, as everywhere else."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
