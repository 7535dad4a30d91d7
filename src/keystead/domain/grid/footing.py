"""What the footer says of a column: over all rows that the filters leave, or over each group of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Avg, Count, DecimalField, F, Max, Min, QuerySet, Sum

from keystead.base.money import Money
from keystead.domain.grid.columns import Column, Kind

_EXACT = DecimalField(max_digits=60, decimal_places=20)


class _Middle(Aggregate):
    """The middle value as it stands; two of them, from either end, make an exact median of an even number of rows."""

    name = "middle"
    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s%(way)s)%(filter)s"

    def __init__(self, expression: Any, *, way: str = "", **extra: Any) -> None:
        super().__init__(expression, way=way, **extra)


@dataclass(frozen=True, slots=True)
class Foot:
    """One cell of the footer. `values`: one figure, or several amounts when a rate is missing (then one for each currency).

    `unknown`: how many rows have nothing there. `unrated`: how many amounts have no rate; they stand in `values` unconverted.
    """

    column: str
    how: str
    values: tuple[Any, ...]
    unknown: int = 0
    unrated: int = 0


def measures(column: Column, how: str, alias: str) -> dict[str, Any]:
    """The aggregates that this cell of the footer needs, over the expression under the alias."""
    name = f"{alias}_"
    value = F(alias)
    made: dict[str, Any] = {f"{name}known": Count(value)}
    if how == "median":
        return made | {f"{name}low": _Middle(value), f"{name}high": _Middle(value, way=" DESC")}
    simple = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}.get(how)
    if simple is None:
        return made
    exact: dict[str, Any] = {"output_field": _EXACT} if column.kind.is_figure and how in ("sum", "avg") else {}
    return made | {f"{name}value": simple(value, **exact)}


def said(column: Column, how: str, alias: str, found: Mapping[str, Any], rows: int) -> Any:
    """The figure out of what the database answered; None when there is none."""
    name = f"{alias}_"
    known = found[f"{name}known"]
    if how in ("count", "empty"):
        return known if how == "count" else rows - known
    if how == "median":
        low, high = found[f"{name}low"], found[f"{name}high"]
        return None if low is None else (Decimal(low) + Decimal(high)) / 2
    value = found[f"{name}value"]
    return Decimal(value) if value is not None and column.kind.is_figure else value


def by_currency(rows: QuerySet[Any], column: Column, how: str, keys: tuple[str, ...] = ()) -> dict[tuple[Any, ...], list[Money]]:
    """Amounts that cannot be converted stand apart by currency, for each group (one, without a name, when there are no keys)."""
    wanted = measures(column, how, "raw")
    found = rows.order_by().values(*keys, column.currency).annotate(**wanted)
    made: dict[tuple[Any, ...], list[Money]] = {}
    for each in sorted(found, key=lambda each: (-each["raw_known"], each[column.currency])):
        value = said(column, how, "raw", each, each["raw_known"])
        if value is not None:
            made.setdefault(tuple(each[key] for key in keys), []).append(Money(value, each[column.currency]))
    return made


def is_money_said(column: Column, how: str) -> bool:
    return column.kind is Kind.MONEY and how not in ("count", "empty")
