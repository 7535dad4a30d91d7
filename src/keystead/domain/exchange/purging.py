"""Imports are not kept whole for ever: their rows are copies of the CRM's data, and nobody takes back a year-old file."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from keystead.data.models import Import, ImportRow

KEPT = timedelta(days=90)  # a written import's rows and file: as long as it can be undone and its rejected rows be had
KEPT_UNWRITTEN = timedelta(days=30)  # one that was read and left lying, counted from the last thing that was done with it


def purge_imports(*, at: datetime) -> int:
    """In the open workspace: throws away imports that were never written, forgets the rows and the file of old ones.

    What remains of a written one is its line in the list: who, when, which file, with what result. Returns how many it were.
    """
    unwritten = Import.objects.filter(
        state__in=["received", "reading", "previewed", "failed"], updated_at__lt=at - KEPT_UNWRITTEN
    )
    last = Greatest("committed_at", Coalesce("undone_at", "committed_at"))
    written = Import.objects.annotate(last=last).filter(Q(last__lt=at - KEPT), state__in=["committed", "undone"], purged_at=None)
    forgotten = [*unwritten.values_list("pk", flat=True)], [*written.values_list("pk", flat=True)]
    for pk in forgotten[0]:
        _throw_away(pk, at - KEPT_UNWRITTEN)
    for pk in forgotten[1]:
        _forget_rows(pk, at)
    return sum(map(len, forgotten))


def _throw_away(pk: UUID, before: datetime) -> None:
    with transaction.atomic():
        job = Import.objects.select_for_update().filter(pk=pk, updated_at__lt=before).first()
        if job is None:  # somebody has just gone on with it
            return
        _delete_rows(job)
        job.delete()
        _delete_file(job)


def _forget_rows(pk: UUID, at: datetime) -> None:
    with transaction.atomic():
        job = Import.objects.select_for_update().get(pk=pk)
        if job.state not in ("committed", "undone"):
            return
        _delete_rows(job)
        Import.objects.filter(pk=job.pk).update(purged_at=at, columns=[], offers={})
        _delete_file(job)


def _delete_rows(job: Import) -> None:
    ImportRow.objects.filter(job=job)._raw_delete("default")


def _delete_file(job: Import) -> None:
    storage, name = job.file.storage, str(job.file.name)
    transaction.on_commit(lambda: storage.delete(name))
