"""Which column is which field, how the file is read, and what its unknown names mean."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keystead.data.exchange.models import Import, ImportKind, ImportRow, ImportState
from keystead.domain.exchange.imports import WrongState, change_kind, change_options, may_import
from keystead.domain.exchange.tables import TARGETS
from keystead.domain.exchange.telling import called, failure_sentence
from keystead.domain.writing import Invalid
from keystead.web.imports.columns_form import ColumnsForm
from keystead.web.imports.finding import find_import, frame
from keystead.web.imports.rows import record_urls
from keystead.web.imports.values import fields_with_values
from keystead.web.imports.words import DATE_FORMATS, MODES, NUMBER_FORMATS, ORDER, SEPARATORS
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.forms import currencies

_OPEN = {ImportState.PREVIEWED, ImportState.FAILED}


def import_columns(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    job = find_import(request, pk)
    if job.state not in _OPEN or not job.columns:
        return redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)
    values = fields_with_values(job, request.viewer)
    form = ColumnsForm(job, values, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (answer := _applied(request, job, form)) is not None:
        return answer
    return render(request, "imports/columns.html", _context(request, job, form), status=422 if form.errors else 200)


@require_POST
def import_kind(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Says what the file holds; another kind than before has it read again."""
    job = find_import(request, pk)
    kind = request.POST.get("kind", "")
    page = redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)
    page["Location"] += "?next=columns"
    if kind == job.kind:
        return page
    try:
        change_kind(job=job, viewer=request.viewer, kind=kind)
    except WrongState:
        messages.info(request, _("This import has moved on meanwhile. Here is how it stands."))
    except Invalid:
        messages.info(request, _("Choose one of the kinds below."))
    return page


def _applied(request: WorkspaceRequest, job: Import, form: ColumnsForm) -> HttpResponse | None:
    """Has the file read again when something was changed, and leads on; None when the change is refused."""
    slug = request.workspace.slug
    page = redirect("imports:detail", slug=slug, pk=job.pk)
    if not form.has_changed and job.state == ImportState.PREVIEWED:
        return page
    try:
        change_options(job=job, viewer=request.viewer, options=form.options)
    except WrongState:
        messages.info(request, _("This import has moved on meanwhile. Here is how it stands."))
    except Invalid as refusal:
        form.errors += [str(error.message) for error in refusal.errors]
        return None
    if form.is_other_table or form.is_taken:
        page["Location"] += "?next=columns"
    return page


def _context(request: WorkspaceRequest, job: Import, form: ColumnsForm) -> dict[str, Any]:
    return {
        **frame(request, job, "columns"),
        "form": form,
        "kinds": [(kind, ImportKind(kind).label) for kind in ORDER if may_import(request.viewer, kind)],
        "asks_kind": request.GET.get("ask") == "kind",
        "failure": failure_sentence(job) if job.failure else "",
        "separator": SEPARATORS.get(job.format.get("separator", "")),
        "remarks": form.remarks(),
        "date_formats": DATE_FORMATS,
        "number_formats": NUMBER_FORMATS,
        "currencies": currencies(),
        "alike": _alike(request, job),
        "modes": MODES,
        "rows": job.format.get("rows"),
        "preview_url": reverse("imports:detail", args=[request.workspace.slug, job.pk]),
    }


def _alike(request: WorkspaceRequest, job: Import) -> list[dict[str, Any]]:
    """Rows and the records without an external id that they may be, as far as the viewer sees these."""
    pairs = job.offers.get("alike") or []
    if not pairs:
        return []
    model: Any = TARGETS[job.kind].model
    records = model.objects.visible_to(request.viewer).filter(pk__in=[pair["id"] for pair in pairs])
    names = {str(record.pk): str(record) for record in records}
    urls = record_urls(request, job.kind, names)
    rows = dict(ImportRow.objects.filter(job=job, row__in=[pair["row"] for pair in pairs]).values_list("row", "values"))
    return [
        {**pair, "called": called(rows.get(pair["row"]) or {}), "name": names[pair["id"]],
         "url": urls.get(pair["id"], "")}
        for pair in pairs
        if pair["id"] in names
    ]  # fmt: skip
