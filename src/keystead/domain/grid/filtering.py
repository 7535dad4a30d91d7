"""From what is asked to the rows that are left. What makes no sense leaves nothing, so that it is not taken for "all"."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from keystead.domain.accounts.finding import with_words
from keystead.domain.grid.asking import Asked
from keystead.domain.grid.columns import Column, Grid, Kind, Reader
from keystead.domain.grid.searching import among_terms

NOTHING = Q(pk__in=[])
_YES, _NO = ("1", "true", "yes", "today"), ("0", "false", "no")


def narrowed(rows: QuerySet[Any], asked: Asked, grid: Grid, reader: Reader, values: Callable[[Column], Any]) -> QuerySet[Any]:
    """The rows that pass every filter. `values` gives a column's expression (money: in the workspace's currency)."""
    words = grid.words if isinstance(grid.words, str) else grid.words(reader)
    if text := asked.one("q"):
        rows = with_words(among_terms(rows, text, grid.found_by) if grid.found_by else rows, text, words)
    for column in grid.columns.values():
        if not column.can_filter:
            continue
        if chosen := asked.filters.get(column.id):
            rows = _by_value(rows, column, chosen, reader, values)
        for part in ("from", "to", "empty"):
            if text := asked.one(f"{column.id}.{part}"):
                rows = _by_part(rows, column, part, text, values)
    return rows


def _by_value(
    rows: QuerySet[Any], column: Column, chosen: tuple[str, ...], reader: Reader, values: Callable[[Column], Any]
) -> QuerySet[Any]:
    if column.narrow is not None:
        return column.narrow(rows, chosen[0], reader)
    if column.kind in (Kind.TEXT, Kind.REFERENCE) and chosen[0] not in ("none", "any") and not _is_key(column, chosen[0]):
        words = (column.label or column.value)(reader)
        return with_words(rows, chosen[0], words)
    name = f"f_{column.id}"
    rows = rows.alias(**{name: values(column)})
    condition = NOTHING
    for text in chosen:
        condition |= _is(name, column, text, reader)
    return rows.filter(condition)


def _is_key(column: Column, text: str) -> bool:
    if column.kind is not Kind.REFERENCE:
        return False
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _is(name: str, column: Column, text: str, reader: Reader) -> Q:
    if text in ("none", "nobody"):
        return Q(**{f"{name}__isnull": True})
    if text == "any":
        return Q(**{f"{name}__isnull": False})
    if column.kind is Kind.YES_NO:
        return Q(**{name: text in _YES}) if text in _YES + _NO else NOTHING
    if column.kind is Kind.PERSON and text == "me":
        return Q(**{name: reader.viewer.pk})
    try:
        return Q(**{name: _python(column, text)})
    except (ValueError, InvalidOperation):
        return NOTHING


def _python(column: Column, text: str) -> Any:
    if column.kind is Kind.CHOICE and column.choices is not None and not column.label:
        return text
    if column.kind in (Kind.CHOICE, Kind.PERSON, Kind.REFERENCE):
        return UUID(text)
    return date.fromisoformat(text) if column.kind is Kind.DAY else _number(column, text) if column.kind.is_figure else text


def _number(column: Column, text: str) -> Decimal:
    """A ratio is written in percent. A comma is a decimal point: an address has no thousands."""
    number = Decimal(text.replace(",", "."))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 20:
        raise ValueError(text)
    return number / 100 if column.kind is Kind.RATIO else number


def _by_part(rows: QuerySet[Any], column: Column, part: str, text: str, values: Callable[[Column], Any]) -> QuerySet[Any]:
    name = f"f_{column.id}"
    rows = rows.alias(**{name: values(column)})
    if part == "empty":
        return rows.filter(**{f"{name}__isnull": text in _YES}) if text in _YES + _NO else rows.none()
    if not column.kind.is_range:
        return rows.none()
    try:
        bound = date.fromisoformat(text) if column.kind is Kind.DAY else _number(column, text)
    except (ValueError, InvalidOperation):
        return rows.none()
    return rows.filter(**{f"{name}__{'gte' if part == 'from' else 'lte'}": bound})
