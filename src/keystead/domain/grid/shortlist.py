"""The rows with which a list goes on when it is in the order of amounts of many currencies: found without converting all.

In each currency the amounts stand in an index. Some rows are read from its end, or from where no rate leads before the row behind
which the list goes on, and converted exactly; the last of those wanted is a threshold. What was not read lies behind what was,
and no rate is above (or below) its bound: when even the bound leads no further than the threshold, the currency is done; else
more of it is read.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from keystead.data.workspace.models import RatePolicy
from keystead.domain.grid.columns import Column, Reader
from keystead.domain.grid.rates import Rates, bounds

FIRST, TIMES = 100, 8
EXACT = 80  # digits
FINEST, MOST = Decimal("0.0001"), Decimal(10) ** 30  # no amount is kept more exactly, none is worth more

type Seen = tuple[UUID, str, Decimal, date | None]


@dataclass
class Shortlist:
    """`rows` must carry no order. `wanted` rows are looked for from `beyond` on (a converted amount; None: from the top).

    `rates` are, at the end, those of the rows found.
    """

    rows: QuerySet[Any]
    column: Column
    reader: Reader
    is_descending: bool
    wanted: int
    beyond: Decimal | None
    rates: dict[tuple[str, date], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = Rates(self.reader.viewer.workspace.currency)
        self._ends = bounds(self._known.quote)
        self._seen: dict[str, list[Seen]] = {}
        self._worth: dict[str, list[tuple[UUID, Decimal]]] = {}
        self._threshold: Decimal | None = None

    def keys(self) -> list[UUID] | None:
        """All rows that may be among those wanted, ties included; None when there are fewer with a converted amount."""
        first = max(FIRST, self.wanted)
        with localcontext(prec=EXACT):
            self._read(dict.fromkeys(self._ends, first))
            tops = {currency: self._furthest(rows[0]) for currency, rows in self._seen.items() if rows}
            for currency in sorted(tops, key=lambda each: tops[each], reverse=self.is_descending):
                if not self._may_hold(self._seen[currency][0]):
                    break
                self._take(currency)
                depth = first
                while len(self._seen[currency]) == depth and self._may_hold(self._seen[currency][-1]):
                    depth *= TIMES
                    self._read({currency: depth})
                    self._take(currency)
            return self._chosen()

    def _chosen(self) -> list[UUID] | None:
        if self._threshold is None:
            return None
        found = {key for rows in self._worth.values() for key, value in rows if self._is_wanted(value, self._threshold)}
        needed = {self._pair(row) for currency in self._worth for row in self._seen[currency] if row[0] in found}
        self.rates = {pair: rate for pair, rate in self.rates.items() if pair in needed}
        return list(found)

    def _read(self, depths: dict[str, int]) -> None:
        """From each currency's end so many rows."""
        amount, currency, day = str(self.column.value(self.reader).name), self.column.currency, self.column.rate_day
        order = f"-{amount}" if self.is_descending else amount
        fields = ("pk", currency, amount, str(day(self.reader).name) if day else "pk")
        known = self.rows.filter(**{f"{amount}__isnull": False}).order_by(order)
        first, *others = (
            known.filter(**{currency: each}, **self._from(amount, each)).values_list(*fields)[:depth]
            for each, depth in depths.items()
        )
        self._seen |= {each: [] for each in depths}
        for row in first.union(*others, all=True) if others else first:
            self._seen[row[1]].append(row)
        for each in depths:
            self._seen[each].sort(key=itemgetter(2), reverse=self.is_descending)

    def _from(self, amount: str, currency: str) -> dict[str, Decimal]:
        """The filter that leaves out what stands before `beyond` at every rate: a page far down is not read from the top."""
        if self.beyond is None or abs(self.beyond) > MOST:
            return {}
        least, most = self._ends[currency]
        rate = least if self.is_descending == (self.beyond > 0) else most
        if not rate:
            return {}
        rounding = ROUND_CEILING if self.is_descending else ROUND_FLOOR
        edge = (self.beyond / rate).quantize(FINEST, rounding=rounding)
        return {f"{amount}__{'lte' if self.is_descending else 'gte'}": edge}

    def _take(self, currency: str) -> None:
        """Converts what was read of a currency; the threshold is what the last of the rows wanted is worth, or less."""
        self._worth[currency] = self._converted(self._seen[currency])
        beyond = [value for rows in self._worth.values() for _key, value in rows if self._is_beyond(value)]
        if len(beyond) >= self.wanted:
            self._threshold = sorted(beyond, reverse=self.is_descending)[self.wanted - 1]

    def _converted(self, rows: list[Seen]) -> list[tuple[UUID, Decimal]]:
        """What each row is worth, where its rate is known."""
        if rows[0][1] == self._known.quote:
            return [(row[0], row[2]) for row in rows]
        self.rates |= self._known.of({self._pair(row) for row in rows} - self.rates.keys())
        found = ((row, self.rates.get(self._pair(row))) for row in rows)
        return [(row[0], row[2] * Decimal(rate)) for row, rate in found if rate is not None]

    def _pair(self, row: Seen) -> tuple[str, date]:
        today, day = self.reader.today, row[3]
        is_current = self.column.rate_day is None or self.reader.viewer.workspace.rate_policy == RatePolicy.CURRENT
        return row[1], today if is_current or day is None else min(day, today)

    def _is_beyond(self, value: Decimal) -> bool:
        return self.beyond is None or (value < self.beyond if self.is_descending else value > self.beyond)

    def _is_wanted(self, value: Decimal, threshold: Decimal) -> bool:
        """Rows worth as much as `beyond` may stand before or behind it: the list's own order decides."""
        low, high = (threshold, self.beyond) if self.is_descending else (self.beyond, threshold)
        return (low is None or value >= low) and (high is None or value <= high)

    def _furthest(self, row: Seen) -> Decimal:
        """What a row is worth by the rate that brings it nearest to the top."""
        least, most = self._ends[row[1]]
        return row[2] * (most if self.is_descending == (row[2] > 0) else least)

    def _may_hold(self, row: Seen) -> bool:
        """Whether this row, or one behind it in its currency, may be wanted."""
        if self._threshold is None:
            return True
        furthest = self._furthest(row)
        return furthest >= self._threshold if self.is_descending else furthest <= self._threshold
