"""Operations on what it all adds up to: an event's revenue, the house at a glance, and every report as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, QueryDict
from ninja import Field, Query, Router, Schema

from bookings.models import Booking
from events.models import Event
from ticketing.models import TicketType
from ticketing.stock import BIGGEST_ID
from venues.api.access import needs
from venues.api.pages import Found
from venues.api.problems import FieldError, Forbidden, Invalid, NotFound
from venues.api.schemas import Money, Page, currency
from venues.models import Venue

from .access import REVENUE, columns_for, reports_for, sees_revenue
from .figures import REPORTS, popular
from .filters import ScopeFilter
from .report import Column, Report, Section
from .scope import Period, Scope
from .snapshot import snapshot
from .sums import Sales, bookings_made, sales

router = Router(tags=["Reports"])

EVER = Period(date(1970, 1, 1), date(2999, 12, 31))
"""Long enough for every line of the ledger."""

TOP = 10


class Sums(Schema):
    """What was sold and taken back. `net` is gross, less discounts and refunds, with what exchanges have changed."""

    sold: int = Field(description="Tickets that were sold.", examples=[120])
    returned: int = Field(description="Tickets that were cancelled.", examples=[4])
    tickets: int = Field(description="Tickets that are left.", examples=[116])
    gross: Money
    discounts: Money
    refunds: Money
    exchanges: Money
    net: Money


class RevenueOfType(Sums):
    ticket_type_id: int = Field(examples=[2])
    ticket_type: str = Field(examples=["Standard"])


class Revenue(Sums):
    event_id: int = Field(examples=[17])
    event_name: str = Field(examples=["Spring Concert"])
    currency: str = Field(examples=["EUR"])
    bookings: int = Field(description="Bookings that were sold.", examples=[58])
    by_ticket_type: list[RevenueOfType]


class PopularEvent(Schema):
    event_id: int = Field(examples=[17])
    name: str = Field(examples=["Spring Concert"])
    venue: str = Field(examples=["Grand Theatre"])
    tickets_sold: int = Field(examples=[120])
    capacity: int = Field(examples=[400])
    revenue: Money | None = Field(description="Empty for whoever may not see revenue.")


class BusyVenue(Schema):
    venue_id: int = Field(examples=[3])
    name: str = Field(examples=["Grand Theatre"])
    tickets_sold: int = Field(examples=[950])
    events: int = Field(examples=[12])
    revenue: Money | None = Field(description="Empty for whoever may not see revenue.")


class Stats(Schema):
    """The house at a glance."""

    total_venues: int = Field(examples=[8])
    total_events: int = Field(examples=[40])
    total_bookings: int = Field(examples=[620])
    bookings_by_status: dict[str, int] = Field(examples=[{"pending": 3, "confirmed": 560, "cancelled": 57}])
    tickets_sold: int = Field(description="Less those that were returned.", examples=[1480])
    total_revenue: Money | None = Field(description="Net. Empty for whoever may not see revenue.")
    currency: str = Field(examples=["EUR"])
    most_popular_events: list[PopularEvent]
    busiest_venues: list[BusyVenue]


class ColumnOut(Schema):
    name: str = Field(examples=["sold"])
    title: str = Field(examples=["Sold"])
    kind: str = Field(description="`text`, `count`, `money`, `share`, `number`, `day` or `moment`.", examples=["count"])
    about: str = Field(examples=[""])


class SectionIndex(Schema):
    slug: str = Field(examples=["events"])
    title: str = Field(examples=["Most popular events"])
    columns: list[ColumnOut]


class ReportIndex(Schema):
    """A report that may be asked for."""

    slug: str = Field(examples=["popular"])
    title: str = Field(examples=["Most popular"])
    question: str = Field(examples=["Which events and venues sell best?"])
    basis: str = Field(
        description="What its period means: when it was `sold`, or when it is `staged`.", examples=["sold"]
    )
    sections: list[SectionIndex]


class SectionOut(SectionIndex):
    note: str = Field(description="What the figures mean, where that is not plain.")
    reading: str = Field(description="One sentence that says what is to be seen.")
    count: int = Field(description="How many rows there are in all.", examples=[12])
    rows: list[dict[str, Any]] = Field(description="Each has the columns as its members.")


class PeriodOut(Schema):
    first: date
    last: date


class ReportOut(Schema):
    slug: str = Field(examples=["popular"])
    title: str = Field(examples=["Most popular"])
    question: str = Field(examples=["Which events and venues sell best?"])
    period: PeriodOut
    compared: PeriodOut | None
    currency: str = Field(examples=["EUR"])
    sections: list[SectionOut]


class ReportFilter(Schema):
    """What is asked: as in the filter bar of the pages."""

    period: str | None = Field(None, max_length=20, description="Such as `last_30`, `this_month`, `all` or `custom`.")
    since: str | None = Field(None, max_length=10, description="The first day, such as 2027-05-01.")
    until: str | None = Field(None, max_length=10, description="The last day.")
    compare: str | None = Field(
        None, max_length=20, description="With the days `before`, those a `year` before, or `none`."
    )
    venue: str | None = Field(None, max_length=250, description="Its slug.")
    category: str | None = Field(None, max_length=70, description="Its slug.")
    production: str | None = Field(None, max_length=220, description="Its slug.")
    event: str | None = Field(None, max_length=240, description="Its slug, or words of its name.")
    ticket_type: str | None = Field(None, max_length=20, description="Its id.")
    channel: str | None = Field(None, max_length=12, description="`web`, `box_office` or `api`.")
    by: str | None = Field(None, max_length=10, description="`day`, `week` or `month`.")
    limit: int = Field(1_000, ge=1, le=10_000, description="So many rows of each section at most.")
    offset: int = Field(0, ge=0, le=1_000_000, description="So many rows of each section are left out before them.")


# An event's revenue ---------------------------------------------------------------------------------


@router.get("/events/{int:event_id}/revenue", response=Revenue, summary="Get an event's revenue")
@needs(REVENUE, raises=[NotFound])
def get_event_revenue(request: HttpRequest, event_id: int):
    """Say what an event has brought, in all and by ticket type: from the ledger, to which every report ties."""
    event = Event.objects.filter(pk=min(event_id, BIGGEST_ID)).first()
    if event is None:
        raise NotFound(f"There is no event {event_id}.")
    scope = Scope(now=request.now, period=EVER, event=event)
    with snapshot():
        rows = sales(scope, "ticket_type")
        made = bookings_made(scope)[()]
        names = dict(TicketType.objects.filter(pk__in=[row.key[0] for row in rows]).values_list("pk", "name"))
    return {
        "event_id": event.pk,
        "event_name": event.name,
        "currency": currency(),
        "bookings": made,
        **_figures(Sales.total(rows)),
        "by_ticket_type": [
            {"ticket_type_id": row.key[0], "ticket_type": names[row.key[0]], **_figures(row)} for row in rows
        ],
    }


def _figures(row: Sales) -> dict[str, object]:
    return {name: getattr(row, name) for name in Sums.model_fields}


# The house at a glance -------------------------------------------------------------------------------


@router.get("/booking-system/stats", response=Stats, summary="Get the house at a glance")
@needs("reports.view_sales", insight=REVENUE)
def get_stats(request: HttpRequest):
    """Say how much there is of everything, since the first day: with the most popular events and busiest venues."""
    with snapshot():
        bar = ScopeFilter(QueryDict("period=all"), now=request.now)
        bar.form.full_clean()
        scope = bar.scope
        by_status = dict(Booking.objects.order_by().values_list("status").annotate(count=Count("pk")))
        total, events, venues = Sales.total(sales(scope)), popular.events(scope), popular.venues(scope)
        homes = dict(Event.objects.order_by().values_list("venue").annotate(count=Count("pk")))
        total_venues = Venue.objects.count()
    return {
        "total_venues": total_venues,
        "total_events": sum(homes.values()),
        "total_bookings": sum(by_status.values()),
        "bookings_by_status": {status: by_status.get(status, 0) for status in Booking.Status.values},
        "tickets_sold": total.tickets,
        "total_revenue": total.net if request.has_insight else None,
        "currency": currency(),
        "most_popular_events": [
            {
                "event_id": row.event_id,
                "name": row.event,
                "venue": row.venue,
                "tickets_sold": row.sold,
                "capacity": row.capacity,
                "revenue": row.net if request.has_insight else None,
            }
            for row in events[:TOP]
        ],
        "busiest_venues": [
            {
                "venue_id": row.venue_id,
                "name": row.venue,
                "tickets_sold": row.sold,
                "events": homes.get(row.venue_id, 0),
                "revenue": row.net if request.has_insight else None,
            }
            for row in venues[:TOP]
        ],
    }


# Every report -----------------------------------------------------------------------------------------


@router.get("/reports", response=Page[ReportIndex], summary="List reports")
@needs("reports.view_sales")
def list_reports(request: HttpRequest):
    """List the reports that the key's member of staff may see, with their sections and columns."""
    found = [
        {
            "slug": report.slug,
            "title": report.title,
            "question": report.question,
            "basis": report.basis,
            "sections": [_head(section, columns_for(section, request.user)) for section in report.sections],
        }
        for report in reports_for(request.user)
    ]
    return Found(found, len(found))


@router.get("/reports/{slug}", response=ReportOut, summary="Get a report")
@needs("reports.view_sales", raises=[NotFound])
def get_report(request: HttpRequest, slug: str, asked: Query[ReportFilter]):
    """Get the rows of all sections of a report: the same figures as on its page. Money only for who may see revenue."""
    report = _find(request, slug)
    with snapshot():
        bar = ScopeFilter(_said(asked), now=request.now, basis=report.basis, period=report.period)
        if not bar.form.is_valid():
            raise Invalid("Some fields are missing or wrong.", errors=_errors(bar))
        scope = bar.scope
        sections = [_show(section, scope, request, asked) for section in report.sections]
    return {
        "slug": report.slug,
        "title": report.title,
        "question": report.question,
        "period": scope.period,
        "compared": scope.compared,
        "currency": currency(),
        "sections": sections,
    }


def _find(request: HttpRequest, slug: str) -> Report:
    report = next((one for one in REPORTS if one.slug == slug), None)
    if report is None:
        raise NotFound(f"There is no report {slug}.")
    if not request.user.has_perm(report.permission):
        raise Forbidden(f"The member of staff of this key needs the permission {report.permission}.")
    return report


def _said(asked: ReportFilter) -> QueryDict:
    said = QueryDict(mutable=True)
    said.update({name: value for name, value in asked.dict(exclude={"limit", "offset"}).items() if value})
    return said


def _errors(bar: ScopeFilter) -> list[FieldError]:
    found = bar.form.errors.as_data()
    return [
        FieldError("" if name == "__all__" else name, " ".join(error.messages), error.code or "invalid")
        for name, errors in found.items()
        for error in errors
    ]


def _head(section: Section, columns: Sequence[Column]) -> dict[str, object]:
    return {
        "slug": section.slug,
        "title": section.title,
        "columns": [
            {"name": column.name, "title": column.title, "kind": column.kind.value, "about": column.about}
            for column in columns
        ],
    }


def _show(section: Section, scope: Scope, request: HttpRequest, asked: ReportFilter) -> dict[str, object]:
    rows, columns = section.rows(scope), columns_for(section, request.user)
    may_read = sees_revenue(request.user) or not section.reveals_money
    return _head(section, columns) | {
        "note": section.note,
        "reading": section.reading(rows, scope) if rows and section.reading and may_read else "",
        "count": len(rows),
        "rows": [
            {column.name: getattr(row, column.name) for column in columns}
            for row in rows[asked.offset : asked.offset + asked.limit]
        ],
    }
