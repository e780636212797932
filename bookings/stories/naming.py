"""Find the lines of history that name a place: the only trace of a hold whose tickets were exchanged or let go."""

from __future__ import annotations

from django.db.models import BooleanField, F, Func, Value


class Names(Func):
    """Whether the list ``places`` of a detail has a place's id, asked of the database: of many lines, few come."""

    output_field = BooleanField()

    def as_sql(self, compiler, connection, **context) -> tuple[str, list]:
        return super().as_sql(
            compiler,
            connection,
            template="COALESCE(%(expressions)s::bigint), FALSE)",
            arg_joiner=" -> 'places' @> to_jsonb(",
            **context,
        )

    def as_sqlite(self, compiler, connection, **context) -> tuple[str, list]:
        return super().as_sql(
            compiler,
            connection,
            template="EXISTS (SELECT 1 FROM json_each(%(expressions)s)",
            arg_joiner=", '$.places') WHERE json_each.value = ",
            **context,
        )


def names(place_id: int) -> Names:
    """Build the condition, for a filter on ``Activity`` or ``EventActivity``."""
    return Names(F("detail"), Value(place_id))
