"""One list, asked once: its rows page by page, its groups, its footer. Every list of the product is read through this."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import TruncMonth

from keystead.base.money import Money
from keystead.data.counting.models import kept_count
from keystead.domain.grid.asking import Asked, Sort
from keystead.domain.grid.columns import Column, Grid, Kind, Reader, Reference
from keystead.domain.grid.converting import converted, rates_for, sum_of, table_of
from keystead.domain.grid.filtering import narrowed
from keystead.domain.grid.footing import Foot, by_currency, is_money_said, measures, said
from keystead.domain.grid.ordering import Key, beyond, cursor_of, first_of, keys_of, ordered, values_of
from keystead.domain.grid.shortlist import Shortlist
from keystead.domain.grid.walking import Walk
from keystead.domain.writing import FieldError

PAGE = 100
FIRST_PAGE = 50  # fills the largest screens; the next rows come while it is looked at
MOST_GROUPS_SHOWN = 200
SORTED_AT_ONCE = 2_000  # of so few rows the amounts are all converted and sorted
MOST_SHORTLISTED = 5_000  # when more rows are worth the same, all are sorted


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that agree in the grouped columns so far. `keys` are their values, `words` what the last of them is called."""

    keys: tuple[Any, ...]
    words: Any
    count: int
    foot: dict[str, Foot]

    @property
    def address(self) -> str:
        """The keys as an address names them."""
        return json.dumps(self.keys, cls=DjangoJSONEncoder, separators=(",", ":"))


@dataclass
class Rows:
    """`every` are the rows that the reader may see, with the annotations that the columns speak of."""

    grid: Grid
    asked: Asked
    reader: Reader
    every: QuerySet[Any]
    shown: tuple[str, ...] = ()
    _values: dict[str, Any] = field(default_factory=dict)
    _rates: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _counted: dict[int | None, int] = field(default_factory=dict)

    problems: ClassVar[Sequence[FieldError]] = ()

    def __post_init__(self) -> None:
        self.shown = self.asked.columns or self.grid.usual_columns
        self.found = narrowed(self.every, self.asked, self.grid, self.reader, self.value_of)

    # What columns are worth

    def value_of(self, column: Column) -> Any:
        """The expression of a column; money in the workspace's currency."""
        if column.id not in self._values:
            is_money = column.kind is Kind.MONEY and column.currency
            self._values[column.id] = (
                converted(column, self.reader, self._rates_of(column)) if is_money else column.is_grouped_by(self.reader)
            )
        return self._values[column.id]

    def _rates_of(self, column: Column) -> dict[str, str]:
        """Asked once for all columns of money that share their currency and day, for the rows that are left so far."""
        day = str(column.rate_day(self.reader)) if column.rate_day else ""
        if (column.currency, day) not in self._rates:
            self._rates[column.currency, day] = rates_for(getattr(self, "found", self.every), column, self.reader)
        return self._rates[column.currency, day]

    def _group_value(self, name: str) -> Any:
        """Days are grouped by month."""
        column = self.grid.columns[name]
        value = self.value_of(column)
        return TruncMonth(value) if column.kind is Kind.DAY else value

    # Rows

    @property
    def order(self) -> tuple[Sort, ...]:
        return self.asked.order or tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in self.grid.usual)

    def keys(self, known: Mapping[str, Any] = MappingProxyType({})) -> list[Key]:
        """`known`: expressions of columns of money that need not be asked for."""
        made = []
        for sort in self.order:
            column = self.grid.columns[sort.column]
            is_money = column.kind is Kind.MONEY
            by = (known.get(column.id) or self.value_of(column)) if is_money else column.sorts_by(self.reader)
            made.append((sort, by, column.nulls_high, column.is_never_empty))
        return keys_of(made, is_descending=self.order[-1].is_descending)

    def in_order(self, rows: QuerySet[Any] | None = None) -> QuerySet[Any]:
        """All that is left, in order: group by group when it is grouped."""
        named, labels = {}, {}
        for at, name in enumerate(self.asked.group):
            column = self.grid.columns[name]
            if column.kind is not Kind.DAY:
                named[f"t{at}"] = column.sorts_by(self.reader)
            named[f"g{at}"] = self._group_value(name)
            if column.label:
                labels[f"l{at}"] = column.label(self.reader)
        keys = self.keys()
        before = [F(name).asc(nulls_last=True) for name in named]
        found = ordered(self.drawn(self.found if rows is None else rows).annotate(**named, **labels), keys)
        return found.order_by(*before, *(key.order for key in keys))

    def page(self, after: str = "", within: tuple[Any, ...] | None = None, limit: int = PAGE) -> tuple[list[Any], str]:
        """The next rows (of one group, when the list is grouped), and the cursor behind them, "" when they are the last."""
        rows = self.found if within is None else self.within(within)
        rows, keys = self._shortlisted(rows, after, limit + 1)
        rows = ordered(self.drawn(rows), keys)
        listed = list((beyond(rows, keys, after) if after else rows)[: limit + 1])
        more = len(listed) > limit
        return listed[:limit], cursor_of(listed[limit - 1], keys) if more else ""

    def _shortlisted(self, rows: QuerySet[Any], after: str, wanted: int) -> tuple[QuerySet[Any], list[Key]]:
        """The rows with the keys of their order; when many stand in that of their amounts, those that may be the next ones."""
        first = self.order[0]
        column = self.grid.columns[first.column]
        if column.reference:
            return self._referring(column.reference, rows, after, wanted), self.keys()
        beyond = first_of(after)
        can = (column.is_ranked and column.id not in self._values) or (column.most and first.is_descending)
        if not can or (after and beyond is None) or self.count(SORTED_AT_ONCE + 1) <= SORTED_AT_ONCE:
            return rows, self.keys()
        if column.most:
            found = column.most(rows, self.reader, wanted, None if beyond is None else int(beyond))
            return (rows if found is None else self.every.filter(pk__in=found)), self.keys()
        short = Shortlist(rows, column, self.reader, first.is_descending, wanted, beyond)
        keys = short.keys()
        if keys is None or len(keys) > MOST_SHORTLISTED:
            return rows, self.keys()
        worth = converted(column, self.reader, table_of(short.rates))
        return self.every.filter(pk__in=keys), self.keys({column.id: worth})

    def _referring(self, reference: Reference, rows: QuerySet[Any], after: str, wanted: int) -> QuerySet[Any]:
        if not reference.can(self.reader) or self.count(SORTED_AT_ONCE + 1) <= SORTED_AT_ONCE:
            return rows
        keys = self.keys()
        behind = values_of(ordered(rows, keys), keys, after) if after else None
        if behind and behind[0] is None:
            return rows
        walk = Walk(rows, reference, self.reader, self.order[0].is_descending, wanted, behind)
        found = walk.found(is_alone=len(self.order) == 1)
        return rows if found is None else found

    def one(self, pk: Any) -> list[Any]:
        """The row of this key, also when the filters leave it out."""
        return list(self.drawn(self.every.filter(pk=pk)))

    def drawn(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """With what the shown columns draw beyond the model's own fields."""
        columns = [self.grid.columns[name] for name in self.shown]
        extra = {f"v_{column.id}": column.is_grouped_by(self.reader) for column in columns if column.is_annotated}
        related = [name for name in self.grid.related if name in self.shown or name not in self.grid.columns]
        found: QuerySet[Any] = (rows.select_related(*related) if related else rows).annotate(**extra)
        return found

    def count(self, most: int | None = None) -> int:
        """How many rows are left; counted no further than `most`."""
        if most not in self._counted:
            rows = self.found.order_by()
            known = kept_count(rows)
            if known is None:
                known = (rows if most is None else rows.values("pk")[:most]).count()
            self._counted[most] = known if most is None else min(known, most)
        return self._counted[most]

    # Groups

    def within(self, keys: tuple[Any, ...]) -> QuerySet[Any]:
        rows = self.found
        for at, (name, key) in enumerate(zip(self.asked.group, keys, strict=False)):
            rows = rows.alias(**{f"w{at}": self._group_value(name)})
            rows = rows.filter(**{f"w{at}__isnull": True} if key is None else {f"w{at}": key})
        return rows

    def groups(self, offset: int = 0, limit: int = MOST_GROUPS_SHOWN) -> list[Group]:
        """The groups of the first column with, behind each, those of the second. `limit` counts the first column's."""
        if not self.asked.group:
            return []
        outer = self._grouped(1, self.found, offset, limit)
        if len(self.asked.group) == 1:
            return outer
        inner: dict[Any, list[Group]] = {}
        for group in self._grouped(2, self.found, 0, None, only={group.keys[0] for group in outer}):
            inner.setdefault(group.keys[0], []).append(group)
        return [each for group in outer for each in (group, *inner.get(group.keys[0], []))]

    def _grouped(
        self, depth: int, rows: QuerySet[Any], offset: int, limit: int | None, only: set[Any] | None = None
    ) -> list[Group]:
        names = self.asked.group[:depth]
        keys = {f"k{at}": self._group_value(name) for at, name in enumerate(names)}
        rows = rows.annotate(**self._measured(), **keys)
        if only is not None:
            known = [key for key in only if key is not None]
            rows = rows.filter(Q(k0__in=known) | (Q(k0__isnull=True) if None in only else Q()))
        last = self.grid.columns[names[-1]]
        words = last.label(self.reader) if last.label else None
        labels = {"words": Min(words)} if words is not None else {}
        is_own_turn = last.kind in (Kind.DAY, Kind.YES_NO)  # the database knows no least of two truths
        turn = F(f"k{depth - 1}") if is_own_turn else Min(last.sorts_by(self.reader))
        found = rows.order_by().values(*keys).annotate(n=Count("*"), turn=turn, **labels, **self._aggregates())
        listed = list(
            found.order_by(F("turn").asc(nulls_last=True), f"k{depth - 1}")[offset : None if limit is None else offset + limit]
        )
        money = self._apart(rows, listed, tuple(keys))
        return [
            Group(
                tuple(each[key] for key in keys), each.get("words", each[f"k{depth - 1}"]), each["n"],
                self._feet(each, each["n"], money, tuple(each[key] for key in keys)),
            )
            for each in listed
        ]  # fmt: skip

    # The footer

    @property
    def foots(self) -> dict[str, str]:
        """What the footer says of each shown column."""
        found = {}
        for name in self.shown:
            how = self.asked.foot.get(name, self.grid.columns[name].foot)
            if how and how != "none":
                found[name] = how
        return found

    def foot(self) -> tuple[dict[str, Foot], int]:
        """The footer over all rows that are left, and how many these are; one statement unless money is in it."""
        summed = {name for name, how in self.foots.items() if self._is_summed(name, how)}
        rows = self.found.order_by().annotate(**self._measured(summed))
        found = rows.aggregate(n=Count("*"), **self._aggregates(summed))
        for name in summed:
            found |= sum_of(self.found, self.grid.columns[name], self.reader, f"m_{name}_")
        return self._feet(found, found["n"], self._apart(rows, [found], ()), ()), found["n"]

    def _is_summed(self, name: str, how: str) -> bool:
        """Whether amounts are added up by currency and day, and these sums converted: sooner than converting so many rows."""
        return how == "sum" and self.grid.columns[name].is_ranked and name not in self._values

    def _measured(self, without: Collection[str] = ()) -> dict[str, Any]:
        """The expressions under the names that the aggregates use; `r_` for amounts before they are converted."""
        made = {}
        for name, how in self.foots.items():
            if name in without:
                continue
            column = self.grid.columns[name]
            made[f"m_{name}"] = self.value_of(column) if is_money_said(column, how) else column.is_grouped_by(self.reader)
            if is_money_said(column, how):
                made[f"r_{name}"] = column.is_grouped_by(self.reader)
        return made

    def _aggregates(self, without: Collection[str] = ()) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, how in self.foots.items():
            if name in without:
                continue
            column = self.grid.columns[name]
            made |= measures(column, how, f"m_{name}")
            if is_money_said(column, how):
                made[f"m_{name}_there"] = Count(F(f"r_{name}"))
        return made

    def _apart(self, rows: QuerySet[Any], found: list[Any], keys: tuple[str, ...]) -> dict[str, Any]:
        """For each money column that lacks a rate: its amounts by group and currency."""
        made = {}
        for name, how in self.foots.items():
            column = self.grid.columns[name]
            if is_money_said(column, how) and any(_unrated(each, name) for each in found):
                made[name] = by_currency(rows.alias(raw=column.is_grouped_by(self.reader)), column, how, keys)
        return made

    def _feet(self, found: Any, rows: int, money: dict[str, Any], keys: tuple[Any, ...]) -> dict[str, Foot]:
        made = {}
        for name, how in self.foots.items():
            column = self.grid.columns[name]
            unknown, lacking = rows - found[f"m_{name}_known"], 0
            value = said(column, how, f"m_{name}", found, rows)
            values: tuple[Any, ...] = () if value is None else (value,)
            if is_money_said(column, how):
                lacking = _unrated(found, name)
                values = tuple(Money(each, self.reader.viewer.workspace.currency) for each in values)
                if name in money:
                    values, unknown = tuple(money[name].get(keys, [])), unknown - lacking
            made[name] = Foot(name, how, values, unknown, lacking)
        return made


def _unrated(found: Any, name: str) -> int:
    """How many amounts have no rate."""
    return int(found[f"m_{name}_there"] - found[f"m_{name}_known"])


type Source = Callable[[Asked, Reader], Rows]
