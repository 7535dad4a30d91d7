"""An import from upload to undo: what surfaces and jobs call. Each step is safe to run again after a crash.

received -> reading -> previewed -> committing -> committed -> undoing -> undone
              any step that cannot go on -> failed, with a code and a sentence; nothing of the facts has changed then
committing, undoing -> back to previewed, committed when somebody cancels: rolled back
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keystead.base.queue import enqueue
from keystead.data.models import Import, ImportRow, Member
from keystead.data.permissions import Reach, editable, reach
from keystead.domain.exchange.cancelling import is_being_worked_at, roll_back
from keystead.domain.exchange.fields import KINDS
from keystead.domain.exchange.judging.making import to_make
from keystead.domain.exchange.options import check_options
from keystead.domain.exchange.recognising.names import TO_MAKE
from keystead.domain.exchange.tables import TARGETS
from keystead.domain.workspace.permissions import (
    NotAllowed,
    importing,
    require,
    require_for_import,
    require_scope_for_import,
)
from keystead.domain.writing import Invalid

_UNWRITTEN = {"previewed", "failed", "received"}
_OF_THE_FILE = {"locale", "date_format", "number_format", "sheet", "header_row", "currency"}  # options that hold for any kind


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
    _require_kind(viewer, kind)
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


def change_options(*, job: Import, viewer: Member, options: Mapping[str, Any]) -> Import:
    """New mapping, values or decisions: the file is read again. Raises `Invalid`, `WrongState`."""
    _require_own(job, viewer)
    checked = check_options(job.kind, {**job.options, **options})
    with _from(job, _UNWRITTEN, "change_options") as locked:
        _read_again(locked, viewer, checked)
    return locked


def change_kind(*, job: Import, viewer: Member, kind: str) -> Import:
    """Has the file read as one of another kind. How it is written stays as chosen; what was said of its columns means nothing
    any more. Raises `NotAllowed`, `Invalid`, `WrongState`."""
    _require_own(job, viewer)
    _require_kind(viewer, kind)
    with _from(job, _UNWRITTEN, "change_kind") as locked:
        locked.kind, locked.mapping, locked.offers = kind, {}, {}
        _read_again(locked, viewer, {name: value for name, value in locked.options.items() if name in _OF_THE_FILE})
    return locked


def _read_again(locked: Import, viewer: Member, options: dict[str, Any]) -> None:
    locked.options, locked.state, locked.progress, locked.failure = options, "received", 0, None
    locked.save()
    _enqueue("read", locked, viewer)


def _require_kind(viewer: Member, kind: str) -> None:
    if kind not in KINDS:
        raise Invalid.one("kind", "bad_choice", _("There is no kind of import “%(kind)s”.") % {"kind": kind})
    require_for_import(viewer, TARGETS[kind].create)


def request_commit(*, job: Import, viewer: Member) -> Import:
    """Has a previewed import written in the background. Raises `WrongState` from any other state, so twice does nothing;
    `MissingScope` when it makes something beside its rows (a stage, a person) that the token is not for."""
    _require_own(job, viewer)
    with _from(job, {"previewed"}, "commit") as locked:
        for kind in to_make(locked):
            require_scope_for_import(viewer, TO_MAKE[kind])
        locked.state, locked.progress, locked.failure, locked.cancel_asked = "committing", 0, None, False
        locked.save()
        _enqueue("commit", locked, viewer)
    return locked


def request_undo(*, job: Import, viewer: Member) -> Import:
    """Has a committed import taken back in the background. Raises `NotAllowed` when a record of it is beyond her reach by now, or
    one that was made beside its rows (a stage, a person), which goes with it; `MissingScope` when her token is not for these."""
    _require_own(job, viewer)
    for kind in job.offers.get("made", {}):
        require_for_import(viewer, TO_MAKE[kind])
    with importing(viewer):
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
            roll_back(locked)
    return locked


def discard(*, job: Import, viewer: Member) -> None:
    """Throws away an import that has changed nothing: its rows and its file."""
    _require_own(job, viewer)
    with _from(job, {"received", "reading", "previewed", "failed"}, "discard") as locked:
        ImportRow.objects.filter(job=locked)._raw_delete("default")
        stored = locked.file
        locked.delete()
        transaction.on_commit(lambda: stored.delete(save=False))


def may_import(viewer: Member, kind: str) -> bool:
    """Whether the viewer may import files of this kind."""
    return reach(viewer, "import.create") is not Reach.NONE and reach(viewer, TARGETS[kind].create) is not Reach.NONE


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
    # What is written waits for its turn in the queue, where it keeps no worker from other work.
    lock = f"import {job.pk}" if step == "read" else f"imports {job.workspace_id}"
    enqueue(f"keystead.jobs.exchange.{step}", lock=lock, job_id=str(job.pk), member_id=str(viewer.pk))
