"""The types of fields, and the shapes that every room's operations share."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.conf import settings
from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

T = TypeVar("T")

CENT = Decimal("0.01")
DEAREST = Decimal("99999999.99")
FOR_EXAMPLE = Decimal("45.50")
BIGGEST_ID = 2**63 - 1


def _number(value: object) -> object:
    """Let only numbers be numbers: "12" is a text, and true is neither."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("This is not a number.")
    return value


def _moment(value: object) -> object:
    """Let only texts be moments: pydantic would take numbers for seconds since 1970, even inside a text."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[Tt ]", value)):
        raise ValueError("Write the moment as a text in ISO 8601.")
    return value


def _day(value: object) -> object:
    if not isinstance(value, date) and not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        raise ValueError("Write the day as YYYY-MM-DD.")
    return value


def _sensible(moment: datetime | date) -> datetime | date:
    if not 2000 <= moment.year < 2200:
        raise ValueError("Give a date between the years 2000 and 2199.")
    return moment


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: amount.quantize(CENT), return_type=Decimal),
    WithJsonSchema({"type": "number", "description": "With two decimals, in `currency`.", "examples": [FOR_EXAMPLE]}),
]
"""An amount that is answered."""

Price = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(gt=0, le=DEAREST, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": CENT, "maximum": DEAREST, "examples": [FOR_EXAMPLE]}),
]
"""An amount above zero that is given, with two decimals at most."""

Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(ge=0, le=DEAREST, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": DEAREST, "examples": [FOR_EXAMPLE]}),
]
"""As :data:`Price`, and it may be nothing."""

Rate = Annotated[Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
"""A part of a whole, that is answered."""

Moment = Annotated[datetime, PlainSerializer(_in_utc, return_type=datetime)]
"""A moment that is answered, in UTC."""

LocalMoment = Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})]
"""A moment that is answered on the venue's clock: the schema that has it hands it over in the venue's zone."""

GivenMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment),
    AfterValidator(_sensible),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2027-05-14T19:30:00+02:00"]}),
]
"""A moment that is given, with the zone that it is meant in."""

Day = Annotated[
    date,
    BeforeValidator(_day),
    AfterValidator(_sensible),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2027-05-14"]}),
]
"""A day that is asked for: of the venue's calendar, unless the field says of which one."""

Id = Annotated[int, Field(strict=True, ge=1, le=BIGGEST_ID)]
Count = Annotated[int, Field(strict=True, ge=1, le=2_000_000)]
"""A number of people or places."""

Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A text in one line."""

LongText = Annotated[str, Field(max_length=20_000)]

Flag = Annotated[bool, Field(strict=True)]


def currency() -> str:
    return settings.CURRENCY


class Body(Schema):
    """What is given to an operation. A field that it does not know is refused, lest a misspelt one be lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    def changes(self) -> dict[str, Any]:
        """Return the fields that were given, by name: what a PATCH changes."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Page(Schema, Generic[T]):
    """A part of a list."""

    items: list[T]
    count: int = Field(description="How many there are in all.", examples=[1])
    next: str | None = Field(description="The address of the following part.", examples=[None])
    previous: str | None = Field(description="The address of the part before.", examples=[None])


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str = Field(description="Its path, such as `offers[0].price`.", examples=["capacity"])
    message: str = Field(examples=["Input should be greater than or equal to 1"])
    code: str = Field(examples=["greater_than_equal"])


class ProblemDocument(Schema):
    """What is answered when something is wrong (RFC 9457). A problem may have members of its own besides."""

    model_config = ConfigDict(title="Problem", extra="allow")

    type: str = Field(description="Identifies the kind of problem, and explains it.")
    title: str
    status: int
    detail: str = Field(description="For people.")
    code: str = Field(description="For programs: it never changes.")
    instance: str = Field(description="The path that was asked.")
    errors: list[FieldProblem] = Field(description="What is wrong with single fields.")
