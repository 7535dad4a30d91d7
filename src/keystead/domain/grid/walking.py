"""The rows with which a list goes on when it is in the order of what they refer to: a stage, an owner, an account.

Those referred to are few, or an index has them in order. They are walked from their end until rows enough refer to them: only
these are sorted then, however many there are.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast, Collate

from keystead.domain.grid.columns import Reader, Reference

MOST_WALKED = 512  # when rows enough refer to none of so many, all are sorted
FEW = 8  # of so few different ones the first rows are looked up one by one

type Walked = Sequence[tuple[Any, Any]]  # what is referred to and what it stands in order by


def referring(
    rows: QuerySet[Any], reference: Reference, reader: Reader, *, is_descending: bool, wanted: int, behind: Sequence[Any] | None,
    is_alone: bool,
) -> QuerySet[Any] | None:  # fmt: skip
    """Those rows among which the next `wanted` are, behind one with these values of the order. None when it cannot tell.

    `is_alone`: the order goes on with nothing but the rows' own keys.
    """
    beyond = behind[0] if behind else None
    walked = _walked(reference, reader, beyond, is_descending=is_descending)
    end, step, found = 0, 1, 0
    while found < wanted:
        start, end, step = end, _end(walked, end + step), step * 2
        if end in (start, MOST_WALKED):  # there are no more, or alike ones that were not read
            return None
        # Rows of the same order as the one behind which to go on may stand before it.
        fresh = [key for key, by in walked[start:end] if beyond is None or by != beyond]
        found += rows.filter(**{f"{reference.field}__in": fresh}).order_by().values("pk")[:wanted].count() if fresh else 0
    alike = [[key for key, _by in group] for _by, group in groupby(walked[:end], key=itemgetter(1))]
    if not is_alone or len(alike) > FEW:
        return rows.filter(**{f"{reference.field}__in": [key for keys in alike for key in keys]})
    # By the keys' text, which stands in the same order, the database does not read all keys in order to meet those of a few rows.
    key = Collate(Cast("pk", TextField()), "C") if reference.is_indexed else F("pk")
    than = "pk__lt" if is_descending else "pk__gt"
    first: list[Any] = []
    for at, keys in enumerate(alike):
        if len(first) >= wanted:
            break
        part = rows.filter(**{f"{reference.field}__in": keys})
        if behind and at == 0 and walked[0][1] == beyond:  # part of these stood on the page before
            part = part.filter(**{than: behind[-1]})
        first += part.order_by(key.desc() if is_descending else key.asc()).values_list("pk", flat=True)[:wanted]
    return rows.filter(pk__in=first)


def _walked(reference: Reference, reader: Reader, beyond: Any, *, is_descending: bool) -> Walked:
    if reference.referred is None:
        found = sorted(reference.values, reverse=is_descending)
        return [(one, one) for one in found if beyond is None or (one <= beyond if is_descending else one >= beyond)]
    by = F(reference.by) if isinstance(reference.by, str) else reference.by
    referred = reference.referred(reader).order_by().annotate(by=by).filter(by__isnull=False)
    if beyond is not None:
        referred = referred.filter(**{f"by__{'lte' if is_descending else 'gte'}": beyond})
    return list(referred.order_by("-by" if is_descending else "by").values_list("pk", "by")[:MOST_WALKED])


def _end(walked: Walked, end: int) -> int:
    """No further than there is something, and not between two that are alike."""
    end = min(end, len(walked))
    while 0 < end < len(walked) and walked[end][1] == walked[end - 1][1]:
        end += 1
    return end
