"""Operations that belong to no room: health, and what the problems mean."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Field, Router, Schema

from config.health import state_of_health
from venues.api.access import public
from venues.api.pages import Found
from venues.api.problems import NotFound, Unavailable, type_of
from venues.api.schemas import Page

from .problems import kinds

router = Router(tags=["House"])


class Queue(Schema):
    waiting: int = Field(description="Tasks that wait for a worker.", examples=[0])
    oldest_seconds: int = Field(description="How long the first of them has waited.", examples=[0])


class Health(Schema):
    status: str = Field(examples=["ok"])
    database: str = Field(examples=["ok"])
    queue: Queue
    version: str = Field(examples=["0.1.0"])


class ProblemKind(Schema):
    code: str = Field(examples=["places_taken"])
    type: str = Field(examples=["https://tickets.example.org/api/problems/places_taken"])
    status: int = Field(examples=[409])
    title: str
    description: str


def _show(kind) -> ProblemKind:
    return ProblemKind(
        code=kind.code, type=type_of(kind.code), status=kind.status, title=kind.title, description=kind.description
    )


@router.get("/health", response=Health, summary="Get the health")
@public(max_age=None, is_limited=False, raises=[Unavailable])
def get_health(request: HttpRequest):
    """Say whether the house can sell. Answers 503 when the database is away."""
    return state_of_health(request.now)


@router.get("/problems", response=Page[ProblemKind], summary="List problems")
@public(max_age=3600)
def list_problems(request: HttpRequest):
    """List every kind of problem that the API may answer with."""
    found = [_show(kind) for kind in kinds().values()]
    return Found(found, len(found))


@router.get("/problems/{code}", response=ProblemKind, summary="Explain a problem")
@public(max_age=3600, raises=[NotFound])
def get_problem(request: HttpRequest, code: str):
    """Explain one kind of problem. The `type` of a problem document is the address of this operation."""
    kind = kinds().get(code)
    if kind is None:
        raise NotFound("There is no such kind of problem.")
    return _show(kind)
