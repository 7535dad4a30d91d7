"""Every figure opens its explanation: a part of the page for the popover, a whole page without script, and a file."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.analytics.measures import KPIS
from keystead.base import clock
from keystead.data.plans.models import Plan
from keystead.domain.plans.explanation import Explanation, explain
from keystead.web.plans.explained import explained
from keystead.web.plans.page import find_plan, plan_context
from keystead.web.requests import WorkspaceRequest, wants_fragment


@require_GET
def explanation(request: WorkspaceRequest, pk: UUID, kpi: str) -> HttpResponse:
    plan = find_plan(request, pk)
    why = _explain(request, plan, kpi)
    if wants_fragment(request):
        return render(
            request, "plans/explanation.html#popover", {"plan": plan, **explained(why, request.workspace, shortened=True)}
        )
    context = plan_context(request, plan, "overview", str(why.definition.name))
    shown = explained(why, request.workspace, shortened=False, is_whole="all" in request.GET)
    return render(request, "plans/explanation.html", {**context, **shown})


@require_GET
def explanation_csv(request: WorkspaceRequest, pk: UUID, kpi: str) -> HttpResponse:
    """All rows, exact and in plain numbers, for a spreadsheet: nothing is rounded or translated but the words."""
    plan = find_plan(request, pk)
    why = _explain(request, plan, kpi)
    writer = csv.writer(_Echo())
    lines = (writer.writerow([_safe(cell) for cell in row]) for row in _rows(why))
    name = f"{slugify(plan.name) or 'plan'}-{kpi}-{why.as_of:%Y%m%dT%H%M%SZ}.csv"
    body = ["\ufeff", *lines]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def _explain(request: WorkspaceRequest, plan: Plan, kpi: str) -> Explanation:
    if kpi not in KPIS:
        raise Http404
    return explain(plan=plan, kpi=kpi, viewer=request.viewer, at=clock.now(), today=clock.today())


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula is kept a text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _rows(why: Explanation) -> Iterator[list[Any]]:
    currency = why.plan.currency
    yield [_("Figure"), str(why.definition.name), why.definition.id, why.definition.version, str(why.definition.formula)]
    yield [_("Plan"), why.plan.name, why.plan.account.name, why.plan.start_date, why.plan.end_date]
    yield [_("As of"), why.as_of.isoformat(timespec="seconds"), _("Rate policy"), why.plan.rate_policy]
    yield []
    yield [
        _("Counts"),
        _("Kind"),
        _("Name"),
        _("Status"),
        _("Date"),
        _("Amount"),
        _("Currency"),
        _("Rate"),
        _("Rate of"),
        _("Through"),
        _("Probability, %"),
        currency,
        _("Reason"),
        _("Rows"),
    ]
    for line in why.included:
        yield [
            _("yes"),
            line.kind,
            line.name,
            line.status,
            line.day,
            line.amount,
            line.currency,
            line.rate,
            line.rate_date,
            line.rate_via,
            line.probability,
            f"{line.converted:f}",
            _("list price") if line.by_list_price else "",
            line.count,
        ]
    for item in why.excluded:
        yield [
            _("no"),
            item.kind,
            item.name,
            "",
            item.day,
            item.amount,
            item.currency,
            "",
            "",
            "",
            "",
            "",
            f"{item.sentence} {item.detail}".strip(),
            item.count,
        ]
    if why.total is not None:
        yield [_("Total"), "", "", "", "", "", "", "", "", "", "", f"{why.total:f}", "", ""]
