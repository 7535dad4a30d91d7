"""/imports: a table file on its way in, its preview, its commit, its undo, and its rejected rows as a file."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from keystead.api.imports_schema import DESCRIBED, IMPORTS
from keystead.api.wire import openapi
from keystead.api.wire.bodies import moment, read_object
from keystead.api.wire.problems import Fault, Problem, invalid_faults, not_found, refused, refused_one
from keystead.api.wire.repeats import once
from keystead.api.wire.routes import BASE, list_page, refuse_parameters, viewer_of
from keystead.api.wire.texts import clean_text
from keystead.api.wire.versions import respond_versioned
from keystead.base import clock
from keystead.base.numbers import whole
from keystead.data.exchange.models import Import
from keystead.data.workspace.models import Member
from keystead.domain.exchange import imports, telling
from keystead.domain.exchange.imports import WrongState
from keystead.domain.exchange.purging import KEPT
from keystead.domain.writing import Invalid

router = Router()
_CSV = "text/csv; charset=utf-8"
_IN_MEMORY = 1024 * 1024  # bytes of a file of rejected rows that need no file on disk
_FORM_ROOM = 1024 * 1024  # for what surrounds the file in the form
_ABOUT_THE_FORM = ("file", "kind")


class Step(Protocol):
    def __call__(self, *, job: Import, viewer: Member) -> Import: ...


@router.get("/imports", **openapi.describe(IMPORTS, "list"))
def list_imports(request: HttpRequest) -> HttpResponse:
    return list_page(IMPORTS, request)


@router.post("/imports", **DESCRIBED["create"])
def create_import(request: HttpRequest) -> HttpResponse:
    refuse_parameters(request)
    viewer = viewer_of(request)
    file, kind, options = _read_form(request)

    def make() -> HttpResponse:
        with _pointing_into_the_form():
            job = imports.receive(
                viewer=viewer, kind=kind, filename=file.name or "", content=file, options=options, at=clock.now()
            )
        return _show(request, job, status=201, headers={"Location": f"{BASE}/imports/{job.pk}"})

    return once(request, viewer, make, content=_digest(file, kind, options))


def _read_form(request: HttpRequest) -> tuple[UploadedFile, str, dict[str, Any]]:
    if request.content_type != "multipart/form-data":
        raise Problem(415, "unsupported_media_type", _("Send the file as a form: Content-Type: multipart/form-data."))
    length = whole(request.META.get("CONTENT_LENGTH") or "0", 12)
    if length is None or length > settings.FILE_UPLOAD_MAX_BYTES + _FORM_ROOM:
        limit = settings.FILE_UPLOAD_MAX_BYTES // 1024 // 1024
        raise Problem(413, "too_large", _("The file is larger than the %(limit)s MB that are accepted.") % {"limit": limit})
    form, files = request.POST, request.FILES
    known = {"file", "kind", "options"}
    faults = [Fault(f"/{name[:100]}", "unknown_field", _("There is no such field.")) for name in {*form, *files} - known]
    faults += [
        Fault(f"/{name}", "required", _("This is needed."))
        for name, given in (("file", files), ("kind", form))
        if name not in given
    ]
    if faults:
        raise refused(faults)
    file: UploadedFile = files["file"]  # type: ignore[assignment]
    clean_text(file.name, "/file")
    return file, clean_text(form["kind"], "/kind"), _read_options(form.get("options") or "{}")


def _read_options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
        json.dumps(options, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise refused_one("/options", "bad_json", _("The options are not valid JSON.")) from error
    if not isinstance(options, dict):
        raise refused_one("/options", "not_an_object", _("The options must be a JSON object."))
    if "\\u0000" in json.dumps(options):
        raise refused_one("/options", "invalid_text", _("The text holds characters that cannot be stored."))
    return options


def _digest(file: UploadedFile, kind: str, options: dict[str, Any]) -> bytes:
    """What tells one upload from another; the form itself is written differently each time."""
    digest = hashlib.sha256(json.dumps([file.name, kind, options], sort_keys=True).encode())
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()


class _pointing_into_the_form:  # noqa: N801 - reads as a statement
    """Turns the errors of the options into places in the form."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, Invalid):
            pointers = {found.field: f"/options/{found.field}" for found in error.errors if found.field not in _ABOUT_THE_FORM}
            raise refused(invalid_faults(error, pointers)) from error


@router.get("/imports/{key}", **DESCRIBED["get"])
def get_import(request: HttpRequest, key: UUID) -> HttpResponse:
    refuse_parameters(request)
    return _show(request, _find(request, key))


@router.patch("/imports/{key}", **DESCRIBED["change"])
def change_import(request: HttpRequest, key: UUID) -> HttpResponse:
    """New options: the file is read and judged again."""
    refuse_parameters(request)
    job, body = _find(request, key), read_object(request)
    if set(body) != {"options"}:
        raise refused_one("/options", "required", _("Only options can be changed, and they are needed."))
    options = _read_options(json.dumps(body["options"], default=float))
    with _pointing_into_the_form():
        return _show(request, _in_state(lambda: imports.change_options(job=job, viewer=viewer_of(request), options=options)))


@router.delete("/imports/{key}", **DESCRIBED["delete"])
def discard_import(request: HttpRequest, key: UUID) -> HttpResponse:
    refuse_parameters(request)
    job = _find(request, key)
    _in_state(lambda: imports.discard(job=job, viewer=viewer_of(request)))
    return HttpResponse(status=204)


@router.post("/imports/{key}/commit", **DESCRIBED["commit"])
def commit_import(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, imports.request_commit)


@router.post("/imports/{key}/undo", **DESCRIBED["undo"])
def undo_import(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, imports.request_undo)


@router.post("/imports/{key}/cancel", **DESCRIBED["cancel"])
def cancel_import(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, imports.request_cancel)


def _step(request: HttpRequest, key: UUID, step: Step) -> HttpResponse:
    """202: it is done in the background; GET tells when."""
    refuse_parameters(request)
    viewer, job = viewer_of(request), _find(request, key)
    return once(request, viewer, lambda: _show(request, _in_state(lambda: step(job=job, viewer=viewer)), status=202))


@router.get("/imports/{key}/errors.csv", **DESCRIBED["errors"])
def import_errors(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Written to a file first: the answer is sent when the workspace is closed again."""
    refuse_parameters(request)
    job = _find(request, key)
    written = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    for chunk in telling.error_chunks(job=job):
        written.write(chunk.encode())
    size = written.tell()
    written.seek(0)
    if size > _IN_MEMORY:
        return FileResponse(written, as_attachment=True, filename="errors.csv", content_type=_CSV)
    with written:
        return HttpResponse(
            written.read(), content_type=_CSV, headers={"Content-Disposition": 'attachment; filename="errors.csv"'}
        )


def _find(request: HttpRequest, key: UUID) -> Import:
    job: Import | None = Import.objects.visible_to(viewer_of(request)).select_related("by").filter(pk=key).first()
    if job is None:
        raise not_found()
    return job


def _in_state[T](step: Callable[[], T]) -> T:
    try:
        return step()
    except imports.TooOld as error:
        detail = _("This import is too old to be undone: its rows were forgotten after %(days)s days.") % {"days": KEPT.days}
        raise Problem(409, error.code, detail, state=error.job.state) from error
    except WrongState as error:
        detail = _("An import that is %(state)s cannot take this step.") % {"state": error.job.get_state_display()}
        raise Problem(409, error.code, detail, state=error.job.state) from error


def _show(request: HttpRequest, job: Import, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    times = {"created_at": moment(job.created_at), "updated_at": moment(job.updated_at)}
    return respond_versioned(request, telling.job_view(job) | times, job.version, status=status, headers=headers)
