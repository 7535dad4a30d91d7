"""What a list consists of: its columns, each with what it sorts, filters, groups and counts by. One engine reads them all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.models import Member

type Words = str | Promise
type Expression = Any  # a field's path, or anything Django takes for an expression


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    RATIO = "ratio"
    DAY = "day"
    CHOICE = "choice"
    PERSON = "person"
    REFERENCE = "reference"
    YES_NO = "yes_no"

    @property
    def is_figure(self) -> bool:
        return self in (Kind.NUMBER, Kind.MONEY, Kind.RATIO)

    @property
    def is_range(self) -> bool:
        return self.is_figure or self is Kind.DAY


FOOT: dict[str, Words] = {
    "sum": _("sum"),
    "avg": _("average"),
    "median": _("median"),
    "min": _("least"),
    "max": _("greatest"),
    "count": _("count"),
    "empty": _("empty"),
}
_OF_FIGURES = tuple(FOOT)
_OF_RATIOS = tuple(how for how in FOOT if how != "sum")
_OF_DAYS = ("min", "max", "count", "empty")
_OF_THE_REST = ("count", "empty")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and the day on which: a column of hidden things has other values for each reader."""

    viewer: Member
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`field` leads to one of `referred` (all that there are), in order `by` something; without these it has one of `values`.

    `can` says whether this reader's list is in that order: who sees a part of what is referred to has another one. `is_indexed`:
    the rows of one are looked up, as they are few among all.
    """

    field: str
    values: tuple[str, ...] = ()
    referred: Callable[[Reader], QuerySet[Any]] | None = None
    by: Expression | str = "pk"
    can: Callable[[Reader], bool] = lambda _reader: True
    is_indexed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`value` gives the expression by which rows are filtered, grouped and counted, NULL where there is nothing.

    What it is worth: `sort`, what it stands in order by, when that is not the value; `label`, what a group is called, when the
    value is a key; `choices`, the values with their words; `currency` and `rate_day` make `value` convertible money; `narrow`
    filters in another way than by the value; `nulls_high`, nothing counts as later than everything, as an index has it.

    How it is written: `edits`, the field that is written when a cell is; `in_bulk`, for many rows at once, too.

    Where it stands: without `can_filter` it is only drawn, and has no value; without `can_show` it groups, and is no column to be
    seen; `says`, what the footer may say, where its kind does not decide it.

    How it is quick: `is_ranked`, an index has the amounts of each currency in order; `most`, the keys of so many rows with the
    most (at most so much), ties included, None when it cannot tell; `reference`, its order is that of what it refers to.
    """

    id: str
    name: Words
    kind: Kind
    value: Callable[[Reader], Expression]
    sort: Callable[[Reader], Expression] | None = None
    label: Callable[[Reader], Expression] | None = None
    choices: Callable[[Reader], Sequence[tuple[str, Any]]] | None = None
    currency: str = ""
    rate_day: Callable[[Reader], Expression] | None = None
    narrow: Callable[[QuerySet[Any], str, Reader], QuerySet[Any]] | None = None
    edits: str = ""
    in_bulk: bool = False
    nulls_high: bool = False
    is_usual: bool = True
    is_annotated: bool = False
    is_never_empty: bool = False
    is_ranked: bool = False
    most: Callable[[QuerySet[Any], Reader, int, int | None], list[UUID] | None] | None = None
    reference: Reference | None = None
    can_sort: bool = True
    can_group: bool = True
    can_filter: bool = True
    can_show: bool = True
    says: tuple[str, ...] = ()
    foot: str = ""
    width: int = 120
    on_phone: bool = False

    @property
    def is_drawing(self) -> bool:
        """It only draws what other columns say."""
        return not self.can_filter and not self.can_sort and self.can_show

    @property
    def feet(self) -> tuple[str, ...]:
        """What the footer may say of it."""
        if self.says:
            return self.says
        if not self.can_filter:  # it is drawn, and has no value of its own
            return ()
        if self.kind is Kind.RATIO:
            return _OF_RATIOS
        if self.kind.is_figure:
            return _OF_FIGURES
        return _OF_DAYS if self.kind is Kind.DAY else _OF_THE_REST

    def sorts_by(self, reader: Reader) -> Expression:
        found = (self.sort or self.value)(reader)
        return F(found) if isinstance(found, str) else found

    def is_grouped_by(self, reader: Reader) -> Expression:
        found = self.value(reader)
        return F(found) if isinstance(found, str) else found


@dataclass(frozen=True, slots=True)
class Closed:
    """Rows that nobody changes: as a filter, asked of one row, and why."""

    rows: Q
    holds: Callable[[Any], bool]
    why: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A list of one model.

    `usual` is the list's order when none is asked for; its first column is always shown, and first. `most_groups`: by how many
    columns it is grouped at most. `context`: filters that are no narrowing (a period). `words` names the field that the search
    box looks through, `found_by` the kind of find's terms that hold its words.
    """

    id: str
    model: type[Model]
    columns: Mapping[str, Column]
    usual: tuple[str, ...]
    words: Callable[[Reader], Expression] | str = "name"
    found_by: str = ""
    edit_action: str = ""
    related: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    extra_filters: tuple[str, ...] = ()
    most_groups: int = 2
    context: tuple[str, ...] = ()
    closed: Closed | None = None

    @property
    def first(self) -> str:
        return next(iter(self.columns))

    @property
    def usual_columns(self) -> tuple[str, ...]:
        return tuple(column.id for column in self.columns.values() if column.is_usual)


def columns(*made: Column) -> dict[str, Column]:
    return {column.id: column for column in made}
