"""The steps of an import that are done in the background: reading, writing, undoing. Each may be run again after a crash."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from keystead.base.clock import now
from keystead.base.turns import IMPORTS, take_turns
from keystead.data.models import Import, Member
from keystead.domain.exchange.cancelling import Cancelled, cancellable, hold_unless_cancelled, roll_back
from keystead.domain.exchange.changing.committing import commit
from keystead.domain.exchange.changing.undoing import undo
from keystead.domain.exchange.judging.diffing import judge
from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.recognising.learning import earlier_mappings, remember_mapping
from keystead.domain.exchange.recognising.resembling import resembling
from keystead.domain.exchange.staging import stage


def read_now(*, job_id: UUID | str) -> None:
    """Reads and judges the file: received or reading -> previewed (or failed). Run by the job."""
    with _working(job_id, {"received", "reading"}, "reading") as job:
        if job is None or job.by is None:
            return
        viewer = _viewer(job)
        with _local(job) as path:
            staged = stage(job=job, path=path, viewer=viewer, earlier=earlier_mappings(job.kind), told=_teller(job))
            job.mapping, job.columns, job.offers = staged.mapping, staged.columns, staged.offers
            job.format = {
                **staged.format,
                "keys": [list(key) for key in staged.match],
                "headers": list(staged.headers),
                "rows": staged.rows,
            }
        with transaction.atomic():
            if not _hold(job):  # thrown away while it was being read
                return
            job.counts = judge(job=job, viewer=viewer, match=staged.match, mapped=set(staged.mapping.values()))
            for name, alike in resembling(job=job, viewer=viewer, match=staged.match).items():
                offer = {"kind": job.kind, "unknown": alike, "decision": "create"}
                job.offers = {**job.offers, "fields": {**job.offers.get("fields", {}), name: offer}}
            job.state, job.progress = "previewed", 100
            job.save()


def commit_now(*, job_id: UUID | str) -> None:
    """Writes a previewed import: committing -> committed. Found committing after a crash, it starts over: nothing was written."""
    with _working(job_id, {"committing"}, "committing") as job:
        if job is None or job.by is None:
            return
        _met_by_others(job, _commit)


def undo_now(*, job_id: UUID | str) -> None:
    """Takes a committed import back: undoing -> undone."""
    with _working(job_id, {"undoing"}, "undoing") as job:
        if job is not None:
            _met_by_others(job, _undo)


def _commit(job: Import) -> None:
    with cancellable(job), transaction.atomic():
        _take_turns()
        job.counts = commit(job=job, viewer=_viewer(job), told=_teller_aside(job))
        hold_unless_cancelled(job)
        job.state, job.progress, job.committed_at = "committed", 100, now()
        job.save()
        remember_mapping(job, at=job.committed_at)


def _undo(job: Import) -> None:
    with cancellable(job), transaction.atomic():
        _take_turns()
        job.format = {**job.format, "undo": undo(job=job)}
        hold_unless_cancelled(job)
        job.state, job.progress, job.undone_at = "undone", 100, now()
        job.save()


def _met_by_others(job: Import, step: Callable[[Import], None]) -> None:
    """Does a step, and once more from its beginning when others have deleted what a row refers to, or have taken a key, after it
    was judged: it finds that then. To hold all that a file names would keep everybody from changing it for as long as it takes.
    """
    try:
        step(job)
    except IntegrityError:
        job.refresh_from_db()
        step(job)


def _take_turns() -> None:
    """One import of a workspace is written or taken back at a time: two that are judged at once would both make what only one of
    them may make, or both hand their id to the one record that has none. The queue lets one go after the other already; a step
    that runs again, because its worker was taken for dead, may still meet the next."""
    take_turns(IMPORTS)


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
    with transaction.atomic():  # whoever wants it otherwise meanwhile is told that it has begun
        job = Import.objects.select_for_update(of=("self",)).select_related("by").filter(pk=job_id, state__in=states).first()
        if job is not None:
            Import.objects.filter(pk=job.pk).update(state=state, progress=1)
            job.state = state
    if job is None:
        yield None
        return
    try:
        yield job
    except Cancelled:
        roll_back(Import.objects.get(pk=job.pk))
    except CannotRead as error:
        back = "committed" if state == "undoing" else "failed"
        failure = {"code": error.code, "params": error.params}
        seen = {"columns": job.columns, "format": job.format, "mapping": job.mapping, "options": job.options}
        Import.objects.filter(pk=job.pk).update(state=back, progress=0, failure=failure, **(seen if state == "reading" else {}))


def _hold(job: Import) -> bool:
    """Whether it is there still; whoever wants to throw it away waits until the transaction ends."""
    return Import.objects.select_for_update().filter(pk=job.pk).values_list("pk", flat=True).first() is not None


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
