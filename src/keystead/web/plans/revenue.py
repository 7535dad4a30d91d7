"""The tab of revenue: every row that is linked and why, the ones that nearly are and why not, and where won comes from."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keystead.analytics.measures import KPIS
from keystead.base import clock
from keystead.base.money import Money
from keystead.base.numbers import whole
from keystead.data.deals.models import DealStatus, Order
from keystead.data.plans.models import Plan, RevenueLink, RevenueSource
from keystead.domain.plans.editing import change_plan, link_again
from keystead.domain.plans.explanation import REASONS, names_of
from keystead.domain.plans.facts import FactRow, rows, summed
from keystead.domain.plans.kpis import figures, figures_of
from keystead.domain.plans.near import NearMiss, near_misses
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Stale
from keystead.web.plans.explained import row_url
from keystead.web.plans.figures import full_text, hidden_note
from keystead.web.plans.page import done, find_plan, render_plan
from keystead.web.plans.words import FACT_TONES, amount_in, count_text, language, rate_text
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats

_PAGE = 100
_NEAR = 20
_PARTS = [("won", _lazy("won")), ("pipeline", _lazy("pipeline")), ("left_out", _lazy("left out"))]
_KINDS = [("deal", _lazy("Deal")), *Order.Kind.choices]
_COMPARED = ("won", "pipeline", "forecast", "variance", "attainment")


@require_GET
def revenue(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    return _page(request, find_plan(request, pk))


def _page(request: WorkspaceRequest, plan: Plan) -> HttpResponse:
    today = clock.today(request.user.time_zone)
    include_hidden = request.workspace.totals_include_hidden
    found = rows(plan=plan.pk, viewer=request.viewer, include_hidden=include_hidden, today=today)
    block = figures_of(plan, summed(found, plan.currency), at=clock.now())
    linked = [row for row in found if row.visible]
    asked = {name: request.GET.get(name, "") for name in ("part", "kind")}
    fitting = [row for row in linked if row.fits(counts_in=asked["part"], kind=asked["kind"])]
    page = Paginator(fitting, _PAGE).get_page(request.GET.get("page"))
    names = names_of(page.object_list)
    near, unseen = near_misses(plan=plan, viewer=request.viewer, at_most=_NEAR)
    context = {
        "page": page,
        "rows": [_row(row, names[row.id], plan, request) for row in page],
        "total": len(linked),
        "fitting": len(fitting),
        "asked": asked,
        "parts": _PARTS,
        "kinds": [(kind, words) for kind, words in _KINDS if any(row.kind == kind for row in linked)],
        "counted": sum(not row.left_out for row in linked),
        "near": _near(near, request),
        "unseen": unseen,
        "hidden_note": hidden_note(block, is_included=include_hidden),
        "sources": RevenueSource.choices,
        "revenue_url": _address(request, plan),
        "preview": _preview(request, plan, today),
    }
    return render_plan(request, plan, "revenue", context)


def _address(request: WorkspaceRequest, plan: Plan) -> str:
    return reverse("plans:revenue", args=[request.workspace.slug, plan.pk])


@dataclass(frozen=True, slots=True)
class RowShown:
    name: str
    url: str
    kind: str
    tone: str
    day: Any
    amount: str
    how: str
    converted: str
    via: str
    part: str
    left_out: str


def _row(row: FactRow, name: str, plan: Plan, request: WorkspaceRequest) -> RowShown:
    kind = str(DealStatus(row.status).label) if row.kind == "deal" else str(Order.Kind(row.kind).label)
    amount = amount_in(row.amount, row.currency) if row.amount is not None else ""
    how = converted = ""
    if not row.left_out and row.converted is not None and row.rate is not None:
        converted = formats.money(Money(row.converted, plan.currency).rounded(), language())
        how = f"× {rate_text(row.rate)}" if row.currency != plan.currency else ""
    return RowShown(
        name,
        row_url(row.kind, row.id, request.workspace),
        kind,
        FACT_TONES.get(row.status, "") if row.kind == "deal" else "",
        row.day,
        _("list price %(amount)s") % {"amount": amount} if row.by_list_price else amount,
        how,
        converted,
        str(RevenueLink.Via(row.via).label),
        _("won") if row.part == "won" else _("pipeline"),
        str(REASONS[row.left_out]) if row.left_out else "",
    )


def _near(near: list[NearMiss], request: WorkspaceRequest) -> list[dict[str, Any]]:
    """By reason, with how many there are in all."""
    groups: dict[str, list[NearMiss]] = {}
    for miss in near:
        groups.setdefault(miss.reason, []).append(miss)
    return [
        {
            "reason": REASONS[reason],
            "count": sum({miss.kind: miss.of_reason for miss in found}.values()),
            "rows": [
                {
                    "name": miss.name,
                    "url": row_url(miss.kind, miss.id, request.workspace),
                    "day": miss.day,
                    "detail": miss.detail,
                    "amount": amount_in(miss.amount, miss.currency) if miss.amount is not None else "",
                }
                for miss in found
            ],
        }
        for reason, found in sorted(groups.items(), key=lambda pair: list(REASONS).index(pair[0]))
    ]


def _preview(request: WorkspaceRequest, plan: Plan, today: Any) -> dict[str, Any] | None:
    """What the figures would be with the source that is asked about, beside what they are; nothing is written."""
    source = request.GET.get("source", "")
    if source not in RevenueSource.values or source == plan.revenue_source:
        return None
    now = figures(plans=[plan], viewer=request.viewer, at=clock.now(), today=today)[plan.pk]
    then = figures(plans=[plan], viewer=request.viewer, at=clock.now(), today=today, source=source)[plan.pk]
    lines = [
        {
            "label": KPIS[kpi].name,
            "now": full_text(now, kpi),
            "then": full_text(then, kpi),
            "is_same": now.values[kpi] == then.values[kpi],
        }
        for kpi in _COMPARED
    ]
    return {"source": source, "label": RevenueSource(source).label, "lines": lines}


@require_POST
def revenue_source(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    seen = whole(request.POST.get("version", ""))
    source = request.POST.get("source", "")
    require(request.viewer, "plan.edit", plan)
    if source not in RevenueSource.values:
        return redirect(_address(request, plan))
    try:
        change_plan(plan=plan, viewer=request.viewer, fields={"revenue_source": source}, seen=seen)
    except Stale:
        text = _("Somebody has changed the plan meanwhile. Look at the figures again before you switch.")
        return done(request, lambda: _page(request, find_plan(request, pk)), _address(request, plan), text, level="error")
    text = _("Won now comes from: %(source)s.") % {"source": RevenueSource(source).label}
    return done(request, lambda: _page(request, find_plan(request, pk)), _address(request, plan), text)


@require_POST
def revenue_links(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    changed = link_again(plan=plan, viewer=request.viewer)
    if changed:
        text = ngettext("%(n)s link or reason was put right.", "%(n)s links and reasons were put right.", changed)
        text %= {"n": count_text(changed)}
    else:
        text = _("Every link was right already: nothing changed.")
    return done(request, lambda: _page(request, plan), _address(request, plan), text)
