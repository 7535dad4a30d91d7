"""The rows with which a list goes on when it is in the order of what they refer to: a stage, an owner, an account.

Those referred to are few, or an index has them in order. They are walked from their end until rows enough refer to them: only
these are sorted then, however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast, Collate

from keystead.domain.grid.columns import Reader, Reference

MOST_WALKED = 512  # when rows enough refer to none of so many, all are sorted
FEW = 8  # of so few different ones the first rows are looked up one by one

type Walked = Sequence[tuple[Any, Any]]  # what is referred to and what it stands in order by


@dataclass(frozen=True, slots=True)
class Walk:
    """Along what rows refer to, for the next `wanted` of them. `behind`: the values of the order that they come behind."""

    rows: QuerySet[Any]
    reference: Reference
    reader: Reader
    is_descending: bool
    wanted: int
    behind: Sequence[Any] | None

    def found(self, *, is_alone: bool) -> QuerySet[Any] | None:
        """Those rows among which the wanted ones are; None when it cannot tell.

        `is_alone`: the order goes on with nothing but the rows' own keys.
        """
        alike = self._referred()
        if alike is None:
            return None
        if is_alone and len(alike) <= FEW:
            return self.rows.filter(pk__in=self._first(alike))
        return self._of([key for _by, keys in alike for key in keys])

    def _of(self, keys: Sequence[Any]) -> QuerySet[Any]:
        return self.rows.filter(**{f"{self.reference.field}__in": keys})

    @property
    def _beyond(self) -> Any:
        return self.behind[0] if self.behind else None

    def _referred(self) -> list[tuple[Any, list[Any]]] | None:
        """What rows enough refer to: the keys of each that are alike, by what they stand in order by."""
        beyond, walked = self._beyond, self._walked()
        end, step, found = 0, 1, 0
        while found < self.wanted:
            start, end, step = end, _end(walked, end + step), step * 2
            if end in (start, MOST_WALKED):  # there are no more, or alike ones that were not read
                return None
            # Rows of the same order as the one behind which to go on may stand before it.
            fresh = [key for key, by in walked[start:end] if beyond is None or by != beyond]
            found += self._of(fresh).order_by().values("pk")[: self.wanted].count() if fresh else 0
        return [(by, [key for key, _by in group]) for by, group in groupby(walked[:end], key=itemgetter(1))]

    def _first(self, alike: Sequence[tuple[Any, list[Any]]]) -> list[Any]:
        """The keys of the wanted rows, looked up for one of those referred to after the other."""
        # By the keys' text, which stands in the same order, the database does not read all keys to meet those of few rows.
        order = Collate(Cast("pk", TextField()), "C") if self.reference.is_indexed else F("pk")
        first: list[Any] = []
        for by, keys in alike:
            if len(first) >= self.wanted:
                break
            part = self._of(keys)
            if self.behind and by == self._beyond:  # part of these stood on the page before
                part = part.filter(**{"pk__lt" if self.is_descending else "pk__gt": self.behind[-1]})
            part = part.order_by(order.desc() if self.is_descending else order.asc())
            first += part.values_list("pk", flat=True)[: self.wanted]
        return first

    def _walked(self) -> Walked:
        reference, beyond = self.reference, self._beyond
        if reference.referred is None:
            values = sorted(reference.values, reverse=self.is_descending)
            return [(one, one) for one in values if beyond is None or (one <= beyond if self.is_descending else one >= beyond)]
        by = F(reference.by) if isinstance(reference.by, str) else reference.by
        referred = reference.referred(self.reader).order_by().annotate(by=by).filter(by__isnull=False)
        if beyond is not None:
            referred = referred.filter(**{f"by__{'lte' if self.is_descending else 'gte'}": beyond})
        return list(referred.order_by("-by" if self.is_descending else "by").values_list("pk", "by")[:MOST_WALKED])


def _end(walked: Walked, end: int) -> int:
    """No further than there is something, and not between two that are alike."""
    end = min(end, len(walked))
    while 0 < end < len(walked) and walked[end][1] == walked[end - 1][1]:
        end += 1
    return end
