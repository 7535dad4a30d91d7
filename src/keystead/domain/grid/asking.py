"""What a list is asked for: read from the words of an address, and written back into one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from keystead.base.numbers import whole
from keystead.domain.grid.columns import FOOT, Column, Grid
from keystead.domain.writing import FieldError

MOST_SORTS = 4
NARROWEST, WIDEST = 60, 800
_PARTS = ("from", "to", "empty")


class Params(Protocol):
    """The parameters of an address: Django's QueryDict."""

    def getlist(self, key: str) -> list[Any]: ...
    def __iter__(self) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Sort:
    column: str
    is_descending: bool = False

    @property
    def key(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column


@dataclass(frozen=True, slots=True)
class Asked:
    """`filters` holds parameters by name ("q", "owner", "amount.from", "amount.empty"), each with its values.

    Empty `order`, `columns` mean the usual ones. `problems`: what in the address was not understood and left out.
    """

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[Sort, ...] = ()
    group: tuple[str, ...] = ()
    foot: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[FieldError, ...] = ()

    def one(self, name: str) -> str:
        return next(iter(self.filters.get(name, ())), "")

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The address's parameters: only what differs from the usual."""
        made = [(name, value) for name, values in sorted(self.filters.items()) for value in values if value]
        made += [("order", ",".join(sort.key for sort in self.order))] if self.order else []
        made += [("group", ",".join(self.group))] if self.group else []
        made += [(f"foot_{column}", how) for column, how in self.foot.items()]
        made += [("columns", ",".join(self.columns))] if self.columns else []
        made += [("widths", ",".join(f"{column}:{width}" for column, width in self.widths.items()))] if self.widths else []
        return made

    @property
    def query(self) -> str:
        return urlencode(self.pairs, safe=",:")

    def with_filter(self, name: str, value: str) -> "Asked":
        return replace(self, filters={**self.filters, name: (value,)})

    def without(self, *names: str) -> "Asked":
        """The same without these filters."""
        return replace(self, filters={name: values for name, values in self.filters.items() if name not in names})


def read_asked(params: Params, grid: Grid) -> Asked:
    """What the parameters ask of this list. Unknown columns are told as problems; unknown parameters are none of ours."""
    problems: list[FieldError] = []
    return Asked(
        filters=_filters(params, grid),
        order=_order(params, grid, problems),
        group=_group(params, grid, problems),
        foot=_foot(params, grid, problems),
        columns=_columns(params, grid),
        widths=_widths(params, grid),
        problems=tuple(problems),
    )


def filter_names(column: Column) -> Iterable[str]:
    """The parameters by which this column filters."""
    return (column.id, *(f"{column.id}.{part}" for part in _PARTS))


def _texts(params: Params, name: str) -> tuple[str, ...]:
    found = (str(value).replace("\x00", "").strip()[:300] for value in params.getlist(name)[:50])
    return tuple(value for value in found if value)


def _filters(params: Params, grid: Grid) -> dict[str, tuple[str, ...]]:
    names = ["q", *grid.extra_filters, *(name for column in grid.columns.values() for name in filter_names(column))]
    found = {name: texts for name in names if (texts := _texts(params, name))}
    for alias, name in grid.aliases.items():
        if texts := _texts(params, alias):
            found.setdefault(name, texts)
    return found


def _listed(params: Params, name: str) -> list[str]:
    return [part.strip() for text in params.getlist(name)[:20] for part in str(text)[:2000].split(",") if part.strip()]


def _order(params: Params, grid: Grid, problems: list[FieldError]) -> tuple[Sort, ...]:
    found: dict[str, Sort] = {}
    for part in _listed(params, "order"):
        name = part.removeprefix("-")
        column = grid.columns.get(name)
        if column is None or not column.can_sort:
            problems.append(
                FieldError("order", "unknown_column", _("“%(value)s” is not a column to sort by.") % {"value": name[:80]})
            )
        else:
            found.setdefault(name, Sort(name, part.startswith("-")))
    made = tuple(found.values())[:MOST_SORTS]
    return () if tuple(sort.key for sort in made) == grid.usual else made


def _group(params: Params, grid: Grid, problems: list[FieldError]) -> tuple[str, ...]:
    found: list[str] = []
    for name in _listed(params, "group"):
        column = grid.columns.get(name)
        if column is None or not column.can_group:
            problems.append(
                FieldError("group", "unknown_column", _("“%(value)s” is not a column to group by.") % {"value": name[:80]})
            )
        elif name not in found:
            found.append(name)
    return tuple(found[: grid.most_groups])


def _foot(params: Params, grid: Grid, problems: list[FieldError]) -> dict[str, str]:
    found = {}
    for column in grid.columns.values():
        how = next(iter(_texts(params, f"foot_{column.id}")), "")
        if how and how != "none" and how not in FOOT:
            problems.append(
                FieldError("foot", "unknown_value", _("“%(value)s” is not one of the choices.") % {"value": how[:80]})
            )
        elif how and how != column.foot and (how == "none" or how in column.feet):
            found[column.id] = how
    return found


def _columns(params: Params, grid: Grid) -> tuple[str, ...]:
    named = [name for name in dict.fromkeys(_listed(params, "columns")) if name in grid.columns and grid.columns[name].can_show]
    made = (grid.first, *(name for name in named if name != grid.first))
    return () if not named or made == grid.usual_columns else made


def _widths(params: Params, grid: Grid) -> dict[str, int]:
    found = {}
    for part in _listed(params, "widths"):
        name, _colon, text = part.partition(":")
        if name in grid.columns and (width := whole(text, 4)) is not None:
            found[name] = max(NARROWEST, min(width, WIDEST))
    return found
