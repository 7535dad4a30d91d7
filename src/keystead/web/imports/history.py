"""The first page of Data: what was imported, by whom, with what result."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keystead.data.exchange.models import Import
from keystead.domain.exchange.imports import may_import
from keystead.domain.exchange.recognising.learning import may_see_learnt
from keystead.domain.workspace.permissions import require
from keystead.web.imports.finding import frame
from keystead.web.imports.words import KINDS, ORDER, WORKING, tone_of
from keystead.web.requests import WorkspaceRequest

_PAGE = 50


@require_GET
def imports(request: WorkspaceRequest) -> HttpResponse:
    require(request.viewer, "import.read")
    kinds = [kind for kind in ORDER if may_import(request.viewer, kind)]
    mine = Import.objects.visible_to(request.viewer).select_related("by").defer("columns", "offers", "options", "mapping")
    page = Paginator(mine.order_by("-created_at"), _PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(request, None, "file"),
        "page": page,
        "rows": [_row(job) for job in page],
        "kinds": kinds,
        "may_see_learnt": may_see_learnt(request.viewer),
    }
    return render(request, "imports/list.html", context)


def _row(job: Import) -> dict[str, Any]:
    counts = {name: job.counts.get(name, 0) for name in ("create", "update", "unchanged", "error")}
    return {
        "job": job,
        "icon": KINDS[job.kind][0],
        "tone": tone_of(job),
        "counts": counts if any(counts.values()) else None,
        "is_working": job.state in WORKING,
        "kept": job.format.get("undo", {}).get("kept", 0),
    }
