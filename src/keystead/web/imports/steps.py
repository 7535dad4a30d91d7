"""One import from reading to undo: each state has its page, and work in the background has its progress."""

import re
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keystead.data.exchange.models import Import, ImportState
from keystead.domain.exchange.deciding import proposals, undecided
from keystead.domain.exchange.imports import WrongState, discard, request_cancel, request_commit, request_undo
from keystead.domain.exchange.judging.making import to_make
from keystead.domain.exchange.recognising.resembling import NAMING
from keystead.domain.exchange.telling import error_chunks, failure_sentence, job_view
from keystead.web.imports.finding import find_import, frame
from keystead.web.imports.rows import listed, record_urls
from keystead.web.imports.words import SEPARATORS, WORK, WORKING, key_words, made_words
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way

_SUGGESTED_NEXT = {"accounts": "products", "products": "members", "members": "deals", "deals": "orders"}
_IN_MEMORY = 1 << 20  # bytes of a file of rejected rows that need no file on disk


@require_GET
def import_page(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The page of the state that the import is in. `?next=columns` leads on to its columns once it is read,
    `?next=kind` to the question there what the file holds."""
    job = find_import(request, pk)
    if job.state in WORKING:
        return render(request, "imports/working.html", _working(request, job))
    if (leads := _leads(request)) and job.columns and job.state in ("previewed", "failed"):
        page = redirect("imports:columns", slug=request.workspace.slug, pk=job.pk)
        page["Location"] += "?ask=kind" if leads == "kind" else ""
        return page
    if job.state == ImportState.FAILED:
        context = {**frame(request, job, "preview"), "failure": failure_sentence(job)}
        return render(request, "imports/failed.html", context)
    rows = listed(request, job)
    if wants_fragment(request):
        return render(request, "imports/rows.html", {**rows, "job": job})
    if job.state == ImportState.PREVIEWED:
        return render(request, "imports/preview.html", {**rows, **_preview(request, job)})
    return render(request, "imports/result.html", {**rows, **_result(request, job)})


def _preview(request: WorkspaceRequest, job: Import) -> dict[str, Any]:
    view = job_view(job)
    return {
        **frame(request, job, "preview"),
        "view": view,
        "writes": job.writes,
        "also_created": _made(job),
        "undecided": undecided(job),
        "proposals": proposals(job=job, viewer=request.viewer),
        "resembling": len(view["offers"].get(NAMING.get(job.kind, ""), {}).get("unknown", ())),
        "adoptable": 0 if job.options.get("adopt") else job.offers.get("adoptable"),
        "separator": SEPARATORS.get(job.format.get("separator", "")),
        "failure": failure_sentence(job) if job.failure else "",
        "match_labels": [key_words(job.kind, key) for key in view["match"]],
    }


def _made(job: Import) -> list[dict[str, Any]]:
    """What is created beside the rows: [{words, names, count}]."""
    return [
        {"words": made_words(kind, len(items)), "count": len(items), "names": [item["name"] for item in items[:12]]}
        for kind, items in to_make(job).items()
    ]


def _result(request: WorkspaceRequest, job: Import) -> dict[str, Any]:
    view = job_view(job)
    undo = view["undo"]
    urls = record_urls(request, job.kind, [row["id"] for row in undo["kept"]]) if undo else {}
    kept = [{**row, "url": urls.get(row["id"], "")} for row in undo["kept"]] if undo else []
    return {
        **frame(request, job, "done"),
        "view": view,
        "writes": job.writes,
        "also_created": _made(job),
        "kept": kept,
        "failure": failure_sentence(job) if job.failure else "",
        # What has no list of its own is reached by the rows of the import.
        "records_url": way(f"{job.kind}:list", request.workspace) or way(job.kind, request.workspace) or "#rows",
        "next_kind": _SUGGESTED_NEXT.get(job.kind, ""),
    }


def _wait(waited: str) -> int:
    """Milliseconds until the next look at the progress, after those waited for this one: a small file is done at once."""
    return min(2 * int(waited), 1000) if re.fullmatch("[1-9][0-9]{0,3}", waited) else 200


def _working(request: WorkspaceRequest, job: Import) -> dict[str, Any]:
    leads = {"next": found} if (found := _leads(request)) else {}
    query = f"?{urlencode(leads)}" if leads else ""
    every = _wait(request.GET.get("waited", ""))
    address = [request.workspace.slug, job.pk]
    step = {"committing": "done", "undoing": "done", "reading": "columns"}.get(job.state, "file")
    return {
        **frame(request, job, step),
        "work": _("Stopping …") if job.cancel_asked else WORK[job.state],
        "share": job.progress / 100 if job.progress > 1 else None,
        "poll_url": f"{reverse('imports:progress', args=address)}?{urlencode({**leads, 'waited': every})}",
        "every": f"{every}ms",
        "page_url": reverse("imports:detail", args=address) + query,
        "rows": job.writes,
    }


def _leads(request: WorkspaceRequest) -> str:
    leads = request.GET.get("next", "")
    return leads if leads in ("columns", "kind") else ""


@require_GET
def progress(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The bar alone, asked for again and again; when the work is done the browser is sent to the page."""
    job = find_import(request, pk)
    context = _working(request, job) if job.state in WORKING else {}
    if context and wants_fragment(request):
        return render(request, "imports/working.html#progress", context)
    query = f"?next={leads}" if (leads := _leads(request)) else ""
    page = reverse("imports:detail", args=[request.workspace.slug, job.pk]) + query
    return HttpResponse(headers={"HX-Redirect": page}) if wants_fragment(request) else redirect(page)


@require_POST
def import_commit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    job = find_import(request, pk)
    try:
        request_commit(job=job, viewer=request.viewer)
    except WrongState:
        messages.info(request, _("This import has moved on meanwhile. Here is how it stands."))
    return redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)


def import_undo(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Says what undo does and asks; a POST does it."""
    job = find_import(request, pk)
    if request.method == "POST":
        try:
            request_undo(job=job, viewer=request.viewer)
        except WrongState:
            messages.info(request, _("This import has moved on meanwhile. Here is how it stands."))
        return redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)
    if job.state != ImportState.COMMITTED or job.purged_at:
        return redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)
    context = {**frame(request, job, "done", _("Undo")), "view": job_view(job), "also_created": _made(job)}
    return render(request, "imports/undo.html", context)


@require_POST
def import_cancellation(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Has a running commit or undo rolled back; the page goes on telling how far it is until it has stopped."""
    job = find_import(request, pk)
    try:
        request_cancel(job=job, viewer=request.viewer)
    except WrongState:
        messages.info(request, _("It was done already when you cancelled."))
    return redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)


@require_POST
def import_deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    job = find_import(request, pk)
    try:
        discard(job=job, viewer=request.viewer)
    except WrongState:
        messages.info(request, _("This import has moved on meanwhile. Here is how it stands."))
        return redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)
    messages.success(request, _("The import was discarded. Nothing was changed."))
    return redirect("imports:list", slug=request.workspace.slug)


@require_GET
def errors_file(request: WorkspaceRequest, pk: UUID) -> HttpResponseBase:
    """The rejected rows with what is wrong with each, as a file to mend and to import again."""
    job = find_import(request, pk)
    # Written aside while the workspace is open: it is closed by the time that the answer is sent.
    spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (a long answer is sent from it, and closes it)
    for chunk in error_chunks(job=job):
        spool.write(chunk.encode())
    size = spool.tell()
    spool.seek(0)
    rest = _("rejected rows")
    named = content_disposition_header(True, f"{job.filename.rsplit('.', 1)[0][:100]} - {rest}.csv")
    kind = "text/csv; charset=utf-8"
    if size > _IN_MEMORY:
        return FileResponse(spool, content_type=kind, headers={"Content-Disposition": named})
    with spool:
        return HttpResponse(spool.read(), content_type=kind, headers={"Content-Disposition": named})


@require_GET
def original_file(request: WorkspaceRequest, pk: UUID) -> HttpResponseBase:
    """The file as it was uploaded, for whoever may see the import; 404 once it was forgotten."""
    job = find_import(request, pk)
    if job.purged_at or not job.file.name or not job.file.storage.exists(job.file.name):
        raise Http404
    return FileResponse(job.file.open("rb"), as_attachment=True, filename=job.filename, content_type="application/octet-stream")
