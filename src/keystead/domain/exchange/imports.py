"""An import from upload to undo: what surfaces and jobs call. Each step is safe to run again after a crash.

received -> reading -> previewed -> committing -> committed -> undoing -> undone
              any step that cannot go on -> failed, with a code and a sentence; nothing of the facts has changed then
committing, undoing -> back to previewed, committed when somebody cancels: rolled back
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keystead.base.clock import now
from keystead.base.money import known_currencies
from keystead.base.queue import enqueue
from keystead.data.models import Import, ImportRow, Member, SavedMapping
from keystead.data.permissions import Reach, editable, reach
from keystead.domain.exchange.cancelling import Cancelled, cancellable, hold_unless_cancelled, is_being_worked_at
from keystead.domain.exchange.committing import commit
from keystead.domain.exchange.diffing import judge, label_of
from keystead.domain.exchange.fields import KINDS, fields_of, header_key
from keystead.domain.exchange.guessing import EarlierMapping
from keystead.domain.exchange.parsing_days import date_order
from keystead.domain.exchange.parsing_numbers import NumberFormat
from keystead.domain.exchange.problems import BadValue, CannotRead, Problem, sentence
from keystead.domain.exchange.problems_rows import write_problem_rows
from keystead.domain.exchange.resembling import resembling
from keystead.domain.exchange.staging import stage
from keystead.domain.exchange.tables import TARGETS
from keystead.domain.exchange.undoing import undo
from keystead.domain.workspace.permissions import NotAllowed, require, require_for_import
from keystead.domain.writing import FieldError, Invalid

OPTIONS = frozenset(
    "mapping values match mode locale date_format number_format formats sheet header_row currency unknown".split()
)
PROBLEMS_SHOWN = 1_000


class WrongState(Exception):
    """The import is not in a state from which this leads on."""

    code = "wrong_state"

    def __init__(self, job: Import, wanted: str) -> None:
        super().__init__(f"{wanted}: the import is {job.state}")
        self.job, self.wanted = job, wanted


class TooOld(WrongState):
    """The rows that an undo needs were forgotten (`purging.KEPT`)."""

    code = "too_old"


def receive(*, viewer: Member, kind: str, filename: str, content: IO[bytes], options: Mapping[str, Any], at: datetime) -> Import:  # noqa: ARG001 - every verb is told the time
    """Stores an uploaded file and has it read in the background. Raises `NotAllowed`, `Invalid`.

    `options` as documented in docs/reference/import.md; unknown ones are refused.
    """
    require(viewer, "import.create")
    if kind not in KINDS:
        raise Invalid.one("kind", "bad_choice", _("There is no kind of import “%(kind)s”.") % {"kind": kind})
    require_for_import(viewer, TARGETS[kind].create)
    checked = check_options(kind, options)
    size = getattr(content, "size", None)
    if size is not None and size > settings.FILE_UPLOAD_MAX_BYTES:
        limit = settings.FILE_UPLOAD_MAX_BYTES // 1024 // 1024
        raise Invalid.one("file", "file_too_large", _("The file is larger than %(limit)s MB.") % {"limit": limit})
    job = Import(kind=kind, filename=Path(filename or "file").name[:300], options=checked, by=viewer)
    with transaction.atomic():
        job.file.save(f"{job.workspace_id}/{job.pk}{Path(filename).suffix.lower()[:10]}", File(content), save=False)
        job.save(force_insert=True)
        _enqueue("read", job, viewer)
    job.refresh_from_db()
    return job


def check_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an import, or `Invalid` with one error for each that is not understood."""
    errors = [FieldError(name, "unknown_option", _("There is no such option.")) for name in options if name not in OPTIONS]
    shapes: dict[str, type | tuple[type, ...]] = {
        "mapping": dict, "values": dict, "formats": dict, "unknown": dict, "match": list, "mode": str, "locale": str,
        "date_format": str, "number_format": str, "sheet": str, "currency": str, "header_row": int,
    }  # fmt: skip
    errors.extend(
        FieldError(name, "bad_option", _("This option has another shape."))
        for name, shape in shapes.items()
        if options.get(name) is not None and not isinstance(options[name], shape)
    )
    if errors:
        raise Invalid(errors)
    errors = [*_field_errors(kind, options), *_choice_errors(options), *_format_errors(options)]
    if errors:
        raise Invalid(errors)
    return {name: value for name, value in options.items() if value not in (None, "")}


def _field_errors(kind: str, options: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    fields = fields_of(kind)
    for header, name in (options.get("mapping") or {}).items():
        if name and name not in fields:
            errors.append(FieldError("mapping", "unknown_field", _("“%(field)s” is no field.") % {"field": f"{header}: {name}"}))
    errors.extend(
        FieldError("match", "unknown_field", _("“%(field)s” is no field.") % {"field": name})
        for name in options.get("match") or ()
        if name not in TARGETS[kind].columns and name != "full_name"
    )
    return errors


def _choice_errors(options: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    if options.get("mode", "both") not in ("create", "update", "both", None):
        errors.append(FieldError("mode", "bad_choice", _("The mode is create, update or both.")))
    if options.get("currency") and options["currency"] not in known_currencies():
        errors.append(FieldError("currency", "unknown_currency", _("This is not a currency code (ISO 4217).")))
    for name, decision in (options.get("unknown") or {}).items():
        if decision not in ("reject", "create", "empty"):
            errors.append(FieldError("unknown", "bad_choice", _("%(field)s: reject, create or empty.") % {"field": name}))
    return errors


def _format_errors(options: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for name, read in (("date_format", date_order), ("number_format", NumberFormat.of)):
        if options.get(name):
            try:
                read(options[name])
            except BadValue:
                errors.append(FieldError(name, "bad_option", _("This format is not understood.")))
    if not all(map(_is_format, (options.get("formats") or {}).values())):
        errors.append(FieldError("formats", "bad_option", _("This format is not understood.")))
    return errors


def _is_format(text: Any) -> bool:
    """Whether it says how days or how numbers are written."""
    for read in (date_order, NumberFormat.of):
        with suppress(BadValue):
            return isinstance(text, str) and bool(read(text))
    return False


def change_options(*, job: Import, viewer: Member, options: Mapping[str, Any]) -> Import:
    """New mapping, values or decisions: the file is read again. Raises `Invalid`, `WrongState`."""
    _require_own(job, viewer)
    checked = check_options(job.kind, {**job.options, **options})
    with _from(job, {"previewed", "failed", "received"}, "change_options") as locked:
        locked.options, locked.state, locked.progress, locked.failure = checked, "received", 0, None
        locked.save()
        _enqueue("read", locked, viewer)
    return locked


def request_commit(*, job: Import, viewer: Member) -> Import:
    """Has a previewed import written in the background. Raises `WrongState` from any other state, so twice does nothing."""
    _require_own(job, viewer)
    with _from(job, {"previewed"}, "commit") as locked:
        locked.state, locked.progress, locked.failure, locked.cancel_asked = "committing", 0, None, False
        locked.save()
        _enqueue("commit", locked, viewer)
    return locked


def request_undo(*, job: Import, viewer: Member) -> Import:
    """Has a committed import taken back in the background. Raises `NotAllowed` when a record of it is beyond her reach by now."""
    _require_own(job, viewer)
    _require_records(job, viewer)
    with _from(job, {"committed"}, "undo") as locked:
        if locked.purged_at:
            raise TooOld(locked, "undo")
        locked.state, locked.progress, locked.failure, locked.cancel_asked = "undoing", 0, None, False
        locked.save()
        _enqueue("undo", locked, viewer)
    return locked


def request_cancel(*, job: Import, viewer: Member) -> Import:
    """Has a running commit or undo rolled back; at once when no worker has begun it. Raises `WrongState` when it is done."""
    _require_own(job, viewer)
    with _from(job, {"committing", "undoing"}, "cancel") as locked:
        if is_being_worked_at(locked):
            locked.cancel_asked = True
            locked.save(update_fields=["cancel_asked"])
        else:
            _roll_back(locked)
    return locked


def _roll_back(job: Import) -> None:
    """The import as it was before the step that was cancelled, and the sentence for it."""
    job.state = "committed" if job.state == "undoing" else "previewed"
    job.progress, job.cancel_asked = 100, False
    job.failure = {"code": Cancelled.code, "params": {}}
    job.save(update_fields=["state", "progress", "failure", "cancel_asked"])


def discard(*, job: Import, viewer: Member) -> None:
    """Throws away an import that has changed nothing: its rows and its file."""
    _require_own(job, viewer)
    with _from(job, {"received", "reading", "previewed", "failed"}, "discard") as locked:
        ImportRow.objects.filter(job=locked)._raw_delete("default")
        stored = locked.file
        locked.delete()
        transaction.on_commit(lambda: stored.delete(save=False))


def _require_own(job: Import, viewer: Member) -> None:
    require(viewer, "import.create", job)
    require_for_import(viewer, TARGETS[job.kind].create)


def _require_records(job: Import, viewer: Member) -> None:
    """Rights are those of today: what she once imported and sees no longer is not changed by taking the import back."""
    target = TARGETS[job.kind]
    rows = ImportRow.objects.filter(job=job, verdict__in=["create", "update"])
    if job.kind == "members" and rows.filter(Q(before__role="owner") | Q(values__role="owner")).exists():
        require(viewer, "workspace.own")
    if reach(viewer, target.edit) is Reach.ALL:
        return
    model: Any = target.model
    written = model.objects.filter(pk__in=rows.values("target_id"))
    if written.exclude(pk__in=editable(model.objects.all(), viewer, target.edit).values("pk")).exists():
        raise NotAllowed(target.edit)


@contextmanager
def _from(job: Import, states: set[str], wanted: str) -> Iterator[Import]:
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=job.pk)
        if locked.state not in states:
            raise WrongState(locked, wanted)
        yield locked


def _enqueue(step: str, job: Import, viewer: Member) -> None:
    enqueue(f"keystead.jobs.exchange.{step}", lock=f"import {job.pk}", job_id=str(job.pk), member_id=str(viewer.pk))


def read_now(*, job_id: UUID | str) -> None:
    """Reads and judges the file: received or reading -> previewed (or failed). Run by the job."""
    with _working(job_id, {"received", "reading"}, "reading") as job:
        if job is None or job.by is None:
            return
        viewer = _viewer(job)
        with _local(job) as path:
            staged = stage(job=job, path=path, viewer=viewer, earlier=earlier_mappings(job.kind), told=_teller(job))
            job.mapping, job.columns, job.offers = staged.mapping, staged.columns, staged.offers
            job.format = {**staged.format, "match": list(staged.match), "headers": list(staged.headers), "rows": staged.rows}
        with transaction.atomic():
            job.counts = judge(job=job, viewer=viewer, match=staged.match, mapped=set(staged.mapping.values()))
            if alike := resembling(job=job, viewer=viewer, match=staged.match):
                offer = {"kind": job.kind, "unknown": alike, "decision": "create"}
                job.offers = {**job.offers, "fields": {**job.offers.get("fields", {}), "name": offer}}
            job.state, job.progress = "previewed", 100
            job.save()


def commit_now(*, job_id: UUID | str) -> None:
    """Writes a previewed import: committing -> committed. Found committing after a crash, it starts over: nothing was written."""
    with _working(job_id, {"committing"}, "committing") as job:
        if job is None or job.by is None:
            return
        viewer = _viewer(job)
        with cancellable(job), transaction.atomic():
            job.counts = commit(job=job, viewer=viewer, told=_teller_aside(job))
            hold_unless_cancelled(job)
            job.state, job.progress, job.committed_at = "committed", 100, now()
            job.save()
            remember_mapping(job)


def undo_now(*, job_id: UUID | str) -> None:
    """Takes a committed import back: undoing -> undone."""
    with _working(job_id, {"undoing"}, "undoing") as job:
        if job is None:
            return
        with cancellable(job), transaction.atomic():
            job.format = {**job.format, "undo": undo(job=job)}
            hold_unless_cancelled(job)
            job.state, job.progress, job.undone_at = "undone", 100, now()
            job.save()


def give_up(*, job_id: UUID | str, error: str) -> None:
    """Ends a step that cannot be finished, however often it is tried. Each step writes all or nothing, so nothing has changed."""
    failure = {"code": "interrupted", "params": {"error": error}}
    working = Import.objects.filter(pk=job_id)
    working.filter(state="undoing").update(state="committed", progress=0, failure=failure)
    working.filter(state__in=("received", "reading", "committing")).update(state="failed", progress=0, failure=failure)


def _viewer(job: Import) -> Member:
    """Whoever asked for the import; without one (the member is gone) its steps cannot go on."""
    assert job.by_id is not None
    return Member.objects.select_related("workspace").get(pk=job.by_id)


@contextmanager
def _working(job_id: UUID | str, states: set[str], state: str) -> Iterator[Import | None]:
    """The import while a step works on it; a sentence instead of a traceback when the step cannot go on."""
    job = Import.objects.select_related("by").filter(pk=job_id).first()
    if job is None or job.state not in states:
        yield None
        return
    Import.objects.filter(pk=job.pk).update(state=state, progress=1)
    job.state = state
    try:
        yield job
    except Cancelled:
        _roll_back(Import.objects.get(pk=job.pk))
    except CannotRead as error:
        back = "committed" if state == "undoing" else "failed"
        failure = {"code": error.code, "params": error.params}
        seen = {"columns": job.columns, "format": job.format, "mapping": job.mapping, "options": job.options}
        Import.objects.filter(pk=job.pk).update(state=back, progress=0, failure=failure, **(seen if state == "reading" else {}))


def _teller(job: Import) -> Callable[[int], None]:
    """Tells how far reading is. Each batch of rows is written in a transaction of its own, so that others see it move."""

    def tell(percent: int) -> None:
        Import.objects.filter(pk=job.pk).update(progress=percent)

    return tell


def _teller_aside(job: Import) -> Callable[[int], None]:
    """Tells how far a step is that writes in one transaction: on a connection of its own, as the rest is not seen yet."""

    def tell(percent: int) -> None:
        aside = connection.copy()
        try:
            with aside.cursor() as cursor:
                cursor.execute("SELECT set_config('keystead.workspace', %s, false)", [str(job.workspace_id)])
                cursor.execute("UPDATE keystead_import SET progress = %s WHERE id = %s", [percent, job.pk])
        finally:
            aside.close()

    return tell


@contextmanager
def _local(job: Import) -> Iterator[Path]:
    """The stored file as a local one: storages need not be."""
    name = job.file.name
    if not name or not job.file.storage.exists(name):
        raise CannotRead("file_missing")
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as copy, job.file.open("rb") as stored:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def earlier_mappings(kind: str) -> list[EarlierMapping]:
    """How files of this kind were mapped before, the latest first."""
    saved = SavedMapping.objects.filter(kind=kind).order_by("-updated_at")[:50]
    return [EarlierMapping(kind, last.headers, last.mapping, last.values, last.options) for last in saved]


def remember_mapping(job: Import) -> None:
    """Keeps the mapping and the learnt values for the next file with these headers."""
    headers = job.format.get("headers", [])
    signature = hashlib.sha256("\n".join(sorted(map(header_key, headers))).encode()).hexdigest()
    kept = {name: job.options[name] for name in ("date_format", "number_format", "formats", "currency") if name in job.options}
    values = job.options.get("values", {})
    SavedMapping.objects.update_or_create(
        kind=job.kind,
        signature=signature,
        defaults={"headers": headers, "mapping": job.mapping, "values": values, "options": kept},
    )


def job_view(job: Import) -> dict[str, Any]:
    """The import as the API and the pages show it; sentences in the active language."""
    problems, total = _problems(job)
    if job.failure:
        failure = {"row": None, "column": None, "code": job.failure["code"], "message": failure_sentence(job)}
        problems = [failure, *problems] if job.state == "previewed" else [failure]
    return {
        "id": str(job.pk), "kind": job.kind, "filename": job.filename, "state": job.state, "progress": job.progress,
        "counts": {name: job.counts.get(name, 0) for name in ("create", "update", "unchanged", "error")},
        "mapping": job.mapping, "match": job.format.get("match", []), "options": job.options,
        "problems": problems, "problems_total": total,
        "offers": job.offers.get("fields", {}),
        "also_created": {kind: len(items) for kind, items in job.offers.get("make", {}).items() if items},
        "format": {k: v for k, v in job.format.items() if k not in ("undo", "match")}, "columns": job.columns,
        "undo": _undo_view(job),
    }  # fmt: skip


def failure_sentence(job: Import) -> str:
    assert job.failure is not None  # only asked of an import that failed
    text = sentence(job.failure["code"], job.failure["params"])
    return text[:1].upper() + text[1:]


def _problems(job: Import) -> tuple[list[dict[str, Any]], int]:
    rows = ImportRow.objects.filter(job=job, verdict="error")
    shown: list[dict[str, Any]] = []
    for number, stored in rows.order_by("row").values_list("row", "problems")[:PROBLEMS_SHOWN]:
        shown += [_problem(number, item).to_json() for item in stored or []]
    return shown[:PROBLEMS_SHOWN], rows.count()


def _problem(row: int, stored: Mapping[str, Any]) -> Problem:
    return Problem(row, stored.get("column"), stored["code"], stored.get("params", {}))


def _undo_view(job: Import) -> dict[str, Any] | None:
    if job.state != "undone":
        return None
    kept = ImportRow.objects.filter(job=job, undone="kept").order_by("row").values_list("row", "target_id", "values__name")[:500]
    counts = job.format.get("undo", {})
    listed = [{"row": row, "id": str(pk), "name": name or ""} for row, pk, name in kept]
    return {"undone": counts.get("undone", 0), "kept_total": counts.get("kept", 0), "kept": listed}


def preview_rows(*, job: Import, verdict: str, limit: int = 50, offset: int = 0) -> list[dict[str, Any]]:
    """Staged rows of a verdict for the preview: what each is called, what changes from what to what, what is wrong."""
    rows = ImportRow.objects.filter(job=job, verdict=verdict).order_by("row")[offset : offset + limit]
    return [
        {
            "row": row.row, "verdict": row.verdict, "raw": row.raw, "values": row.values or {},
            "name": _called(row.values or {}), "target_id": row.target_id,
            "changes": [
                {"field": column, "label": label_of(job.kind, column), "old": (row.before or {}).get(column), "new": new}
                for column, new in (row.after or {}).items()
            ],
            "problems": [_problem(row.row, item).message for item in row.problems or []],
        }
        for row in rows
    ]  # fmt: skip


def _called(values: Mapping[str, Any]) -> str:
    full = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
    pair = f"{values.get('base')}/{values.get('quote')} {values.get('date')}" if values.get("quote") else ""
    return str(values.get("name") or values.get("_name") or values.get("number") or full or values.get("email") or pair or "")


@dataclass(frozen=True, slots=True)
class _Rejected:
    number: int
    cells: list[str]
    problems: list[Problem]
    extra: tuple[str, ...] = ()


def error_chunks(*, job: Import) -> Iterator[str]:
    """The rejected rows as a CSV that can be mended and imported again."""
    headers = job.format.get("headers", [])
    return write_problem_rows(headers, _rejected(job, len(headers)))


def _rejected(job: Import, width: int) -> Iterable[_Rejected]:
    rows = ImportRow.objects.filter(job=job, verdict="error").order_by("row").values_list("row", "raw", "problems")
    for number, raw, stored in rows.iterator(chunk_size=2_000):
        problems = [_problem(number, item) for item in stored or []]
        yield _Rejected(number, raw[:width], problems, tuple(raw[width:]))


def may_import(viewer: Member, kind: str) -> bool:
    """Whether the viewer may import files of this kind."""
    return reach(viewer, "import.create") is not Reach.NONE and reach(viewer, TARGETS[kind].create) is not Reach.NONE
