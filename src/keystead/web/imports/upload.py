"""A new import: the file and what it holds. The kind may be left to the file itself."""

import csv
import io
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base.clock import now
from keystead.data.exchange.models import ImportKind
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.imports import may_import, receive
from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading.limits import LIMITS
from keystead.domain.exchange.reading.table import open_table
from keystead.domain.exchange.recognising.kinds import guess_kind
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid
from keystead.web.imports.finding import frame
from keystead.web.imports.words import KINDS, ORDER
from keystead.web.requests import WorkspaceRequest

_REFERRED = {"accounts", "products", "members"}  # what deals and orders name
_SURE = 0.6  # a kind that is less likely than this is asked about
_LOOKED_INTO = 20 * 1024 * 1024  # bytes; a larger file is not opened while somebody waits for the page
# Parts of a name that stand in a column of their own, and are not offered beside it.
_ONE_OF_TWO = {"contacts": {"full_name"}, "members": {"first_name", "last_name"}}


def import_new(request: WorkspaceRequest) -> HttpResponse:
    require(request.viewer, "import.create")
    kinds = [kind for kind in ORDER if may_import(request.viewer, kind)]
    errors: dict[str, str] = {}
    chosen = request.POST.get("kind", "") if request.method == "POST" else request.GET.get("kind", "")
    file = request.FILES.get("file")
    if request.method == "POST":
        errors, kind, is_sure = _checked(file, chosen, kinds)
        if not errors and file is not None:
            try:
                job = receive(viewer=request.viewer, kind=kind, filename=file.name or "", content=file, options={}, at=now())
            except Invalid as refusal:
                errors = {error.field or "file": str(error.message) for error in refusal.errors}
            else:
                response = redirect("imports:detail", slug=request.workspace.slug, pk=job.pk)
                response["Location"] += "?next=columns" if is_sure else "?next=kind"
                return response
    context = {
        **frame(request, None, "file", _("New import")),
        "kinds": [_kind(kind) for kind in kinds],
        "begins_with": get_text_list([str(ImportKind(kind).label).lower() for kind in kinds if kind in _REFERRED], _("and")),
        "chosen": chosen,
        "errors": errors,
        "limit": settings.FILE_UPLOAD_MAX_BYTES // 1024 // 1024,
        "rows": LIMITS.rows,
        "columns": LIMITS.columns,
    }
    return render(request, "imports/new.html", context, status=422 if errors else 200)


def _kind(kind: str) -> dict[str, Any]:
    icon, text = KINDS[kind]
    return {"kind": kind, "label": ImportKind(kind).label, "icon": icon, "text": text}


def _checked(file: UploadedFile | None, chosen: str, kinds: list[str]) -> tuple[dict[str, str], str, bool]:
    """What is wrong with the upload; the kind, the one chosen or the one that the file looks like; whether that is sure."""
    if file is None:
        return {"file": _("Choose a file first.")}, chosen, True
    if not file.size:
        return {"file": _("The file is empty.")}, chosen, True
    if chosen:
        return ({} if chosen in kinds else {"kind": _("Choose one of the kinds below.")}), chosen, True
    try:
        found = [(kind, share) for kind, share in _recognised(file) if kind in kinds]
    except CannotRead as problem:
        return {"file": problem.message}, "", True
    return {}, found[0][0], found[0][1] >= _SURE


def _recognised(file: UploadedFile) -> list[tuple[str, float]]:
    """How surely the headers and the name speak for each kind, the likeliest first. Raises CannotRead."""
    name = file.name or ""
    if (file.size or 0) > _LOOKED_INTO:
        return guess_kind([], filename=name)
    if isinstance(file, TemporaryUploadedFile):
        headers = open_table(Path(file.temporary_file_path()), name=name).headers
    else:
        with NamedTemporaryFile(suffix=Path(name).suffix[:10]) as copy:
            copy.writelines(file.chunks())
            copy.flush()
            headers = open_table(Path(copy.name), name=name).headers
    file.seek(0)
    return guess_kind(headers, filename=name)


@require_GET
def template_file(request: WorkspaceRequest, kind: str) -> HttpResponse:
    """An empty file with every column of the kind, in names that are recognised in every language."""
    require(request.viewer, "import.create")
    if kind not in KINDS or not may_import(request.viewer, kind):
        raise Http404
    line = io.StringIO()
    left_out = _ONE_OF_TWO.get(kind, set())
    csv.writer(line, lineterminator="\r\n").writerow(
        name.replace("_", " ").capitalize() for name in fields_of(kind) if name not in left_out
    )
    response = HttpResponse("\ufeff" + line.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response
