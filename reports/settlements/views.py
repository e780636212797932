"""Settlements: the list of events, one event's figures, the sheet to print, and the signature."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookings.stories.bookings import name_way
from events.models import Event
from reports import services
from reports.access import REVENUE
from reports.errors import SigningRefused
from reports.exports import settlements
from reports.filters import ScopeFilter
from reports.models import SettlementTerms
from reports.report import Basis, Section
from reports.snapshot import snapshot
from reports.views import UNANSWERABLE, page, show

from .figures import Figures, settle
from .forms import SignForm, TermsForm
from .pdf import settlement_pdf

may_see = permission_required(REVENUE, raise_exception=True)
may_sign = permission_required("reports.sign_settlement", raise_exception=True)


@require_safe
@may_see
def settlement_list(request: HttpRequest) -> HttpResponse:
    """List the events of a period, with what is due and whether it was signed."""
    bar = ScopeFilter.alone(request.GET, now=timezone.now(), basis=Basis.STAGED)
    context = {"title": "Settlements", "menu": "settlements", "bar": bar}
    if not bar.form.is_valid():
        return page(request, "reports/settlements.html", context, status=UNANSWERABLE)
    return page(request, "reports/settlements.html", context | {"shown": show(request, LIST, bar)})


@require_safe
@never_cache
@may_see
def settlement(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one event's settlement, as it stands now, and what has been signed."""
    event = _get(slug)
    return page(request, "reports/settlement.html", _context(request, event))


@require_safe
@never_cache
@may_see
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Print the settlement: the figures that were signed last, or else those of now."""
    event, now = _get(slug), timezone.now()
    with snapshot():
        last = event.settlements.last()
        figures = Figures.from_json(last.figures) if last else settle([event.pk])[event.pk]
    content = settlement_pdf(event, figures, last, now=now)
    headers = {"Content-Disposition": f'inline; filename="settlement-{event.slug}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_POST
@may_sign
def terms(request: HttpRequest, slug: str) -> HttpResponse:
    """Agree on what the house keeps."""
    event = _get(slug)
    form = TermsForm(request.POST)
    if not form.is_valid():
        context = _context(request, event) | {"terms_form": form}
        return page(request, "reports/settlement.html", context, status=UNANSWERABLE)
    services.set_terms(event=event, **form.cleaned_data, now=timezone.now(), by=request.user.get_username())
    messages.success(request, "The terms are kept.")
    return redirect("reports:settlement", slug)


@require_POST
@may_sign
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """Sign the figures that were seen."""
    event, form = _get(slug), SignForm(request.POST)
    if form.is_valid():
        try:
            services.sign_settlement(
                event=event, **form.cleaned_data, by=request.user.get_username(), now=timezone.now()
            )
        except SigningRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The settlement is signed. Its figures are kept as they are now.")
            return redirect("reports:settlement", slug)
    context = _context(request, event) | {"sign_form": form}
    return page(request, "reports/settlement.html", context, status=UNANSWERABLE)


LIST = Section(
    slug="settlements",
    title="Events",
    rows=lambda scope: list(settlements.rows(scope)),
    columns=settlements.LISTED,
    empty="No event begins in this time.",
)


def _get(slug: str) -> Event:
    return get_object_or_404(Event.objects.with_details(), slug=slug)


def _context(request: HttpRequest, event: Event) -> dict[str, object]:
    now = timezone.now()
    with snapshot():
        figures = settle([event.pk])[event.pk]
        signed = list(event.settlements.all())
        last = signed[-1] if signed else None
        reasons = services.why_not_signed(event, figures, last, now)
    is_over = event.is_over(now) or event.status == Event.Status.CANCELLED
    agreed = SettlementTerms(percent=figures.percent, per_ticket=figures.per_ticket)
    return {
        "title": f"Settlement: {event.name}",
        "menu": "settlements",
        "event": event,
        "figures": figures,
        "ways": [(name_way(line.provider), line) for line in figures.payments],
        "state": settlements.state_of(is_over, figures, last),
        "signed": [(one, Figures.from_json(one.figures)) for one in reversed(signed)],
        "reasons": reasons,
        "may_sign": request.user.has_perm("reports.sign_settlement"),
        "terms_form": TermsForm(instance=agreed),
        "sign_form": SignForm(initial={"seen": services.digest(figures)}),
    }
