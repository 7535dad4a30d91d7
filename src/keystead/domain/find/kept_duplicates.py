"""Likely duplicates of many records, which nobody can wait for: the worker compares them, and its pairs are kept.

A viewer of a few records has them compared at every look. For others the kept pairs are read in their order, as far as she may
see both, and judged again by what the records hold now. Compared is each night, after an import, and when somebody asks.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error, transaction
from django.db.models import QuerySet

from keystead.base.queue import enqueue
from keystead.base.scope import current_workspace
from keystead.data.counting.models import count, kept_count
from keystead.data.find.alike import AlikePair, Comparison
from keystead.data.permissions import only_about
from keystead.data.workspace.models import Member
from keystead.domain.find.duplicates import KINDS, MOST_SHOWN, Pair, Row, duplicates, in_order, judged, likeliest
from keystead.domain.workspace.permissions import require

FEW = 2_000  # records are compared in a tenth of a second
MOST_KEPT = 10_000  # pairs of a kind; beyond, merging has work for weeks
_AT_ONCE = MOST_SHOWN  # pairs: most often all that is asked for
_LONGEST = timedelta(hours=1)  # what was begun or asked for earlier has met its end unseen
_OF_IMPORTS = {"accounts": "account", "contacts": "contact"}


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs, the likeliest first. `is_kept`: as of `compared_at` (None: never yet); `is_awaited`: newer ones are coming."""

    pairs: list[Pair]
    is_kept: bool = False
    compared_at: datetime | None = None
    is_awaited: bool = False


def find_duplicates(kind: str, *, viewer: Member, at: datetime) -> Found:
    """No more than `MOST_SHOWN` pairs, of which the viewer may see both records, without those that were told apart."""
    if sees_few(kind, viewer=viewer):
        return Found(duplicates(kind, viewer=viewer))
    return replace(standing(kind, at=at), pairs=_kept(kind, viewer))


def standing(kind: str, *, at: datetime) -> Found:
    """How far comparing is, without the pairs."""
    stands = Comparison.objects.filter(kind=kind).first()
    return Found([], True, stands.compared_at, _is_awaited(stands, at)) if stands else Found([], is_kept=True)


def sees_few(kind: str, *, viewer: Member) -> bool:
    """Whether what the viewer may see is compared at every look."""
    records = KINDS[kind].model.objects.visible_to(viewer)
    known = kept_count(records)
    return (records.order_by()[: FEW + 1].count() if known is None else known) <= FEW


def is_large(kind: str) -> bool:
    """Whether the open workspace has more records of the kind than are compared while somebody waits."""
    return count(KINDS[kind].model.objects.all()) > FEW


def look_again(kind: str, *, viewer: Member, at: datetime) -> bool:
    """Has the worker compare all records of the kind; False when it is about to, or there are so few that it need not.

    Raises `NotAllowed` without the right to merge.
    """
    require(viewer, f"{kind}.edit")
    return not standing(kind, at=at).is_awaited and ask(kind, at=at)


def ask_after_import(kind: str, *, at: datetime) -> bool:
    """What an import of this kind wrote or took back is compared soon. One that is being compared now began without it."""
    return kind in _OF_IMPORTS and ask(_OF_IMPORTS[kind], at=at)


def ask(kind: str, *, at: datetime) -> bool:
    """Puts the work in unless it waits already, or there are few records. Returns whether it did."""
    if not is_large(kind):
        return False
    with transaction.atomic():
        Comparison.objects.bulk_create([Comparison(kind=kind)], ignore_conflicts=True)
        free = Comparison.objects.filter(kind=kind).exclude(asked_at__gt=at - _LONGEST)
        if not free.update(asked_at=at):
            return False
        enqueue("keystead.jobs.find.compare", lock=f"find.compare {current_workspace()} {kind}", kind=kind)
    return True


def compare_all(kind: str, *, at: datetime) -> int:
    """Compares all records of a large workspace and keeps the pairs in place of the former ones; returns how many.

    Of few records nothing is kept. Safe to run again, and beside another one.
    """
    if not is_large(kind):
        AlikePair.objects.filter(kind=kind).delete()
        Comparison.objects.filter(kind=kind).delete()
        return 0
    Comparison.objects.bulk_create([Comparison(kind=kind)], ignore_conflicts=True)
    Comparison.objects.filter(kind=kind).update(asked_at=None, begun_at=at)
    try:
        return _keep(kind, at)
    except Exception:
        with suppress(Error):  # the database may be what failed
            Comparison.objects.filter(kind=kind).update(begun_at=None)
        raise


def _keep(kind: str, at: datetime) -> int:
    pairs = likeliest(kind, KINDS[kind].model.objects.all(), most=MOST_KEPT)
    with transaction.atomic():
        Comparison.objects.filter(kind=kind).update(begun_at=None, compared_at=at)  # (whoever else is as far waits for this row)
        AlikePair.objects.filter(kind=kind).delete()
        rows = (AlikePair(kind=kind, place=place, first=pair.first, second=pair.second) for place, pair in enumerate(pairs))
        AlikePair.objects.bulk_create(rows, batch_size=2_000)
    return len(pairs)


def _is_awaited(stands: Comparison, at: datetime) -> bool:
    return any(moment is not None and moment > at - _LONGEST for moment in (stands.asked_at, stands.begun_at))


def about_accounts_of(kind: str, records: QuerySet, viewer: Member) -> AbstractContextManager[None]:
    """Inside, a viewer who only reads is asked about the accounts of these records alone."""
    accounts = records.values_list("pk" if kind == "account" else "account_id", flat=True)
    return only_about(viewer, f"{kind}.read", accounts)


def _kept(kind: str, viewer: Member) -> list[Pair]:
    found: list[Pair] = []
    for couples in _couples(kind, viewer):
        found += judged(kind, couples)
        if len(found) >= MOST_SHOWN:
            break
    return sorted(found, key=in_order)[:MOST_SHOWN]


def _couples(kind: str, viewer: Member) -> Iterator[list[tuple[Row, Row]]]:
    """The kept pairs as their records are now, a few hundred at a time, without what the viewer may not see or was told apart."""
    of, begin = KINDS[kind], 0
    while True:
        kept = AlikePair.objects.filter(kind=kind, place__gte=begin).order_by("place")
        pairs: list[tuple[UUID, UUID]] = list(kept.values_list("first", "second")[:_AT_ONCE])
        records = of.model.objects.filter(pk__in={key for pair in pairs for key in pair}).order_by()
        with about_accounts_of(kind, records, viewer):
            rows: dict[UUID, Row] = {row[0]: row for row in records.visible_to(viewer).values_list("pk", *of.columns)}
        told = set(of.distinct.objects.filter(first__in=[first for first, _ in pairs]).values_list("first_id", "second_id"))
        there = [pair for pair in pairs if pair not in told and rows.keys() >= set(pair)]
        yield [(rows[one], rows[other]) for one, other in there]
        if len(pairs) < _AT_ONCE:
            return
        begin += _AT_ONCE
