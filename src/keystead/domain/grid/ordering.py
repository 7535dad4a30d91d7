"""The order of a list, and going on after a row of it: by several columns, each way round, however deep, without counting."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from keystead.domain.grid.asking import Sort


@dataclass(frozen=True, slots=True)
class Key:
    """One step of an order: an expression under its alias. Nothing comes last, or with `nulls_high` as the greatest."""

    alias: str
    expression: Any
    is_descending: bool
    nulls_high: bool = False
    is_never_empty: bool = False

    @property
    def nulls_first(self) -> bool:
        return self.nulls_high and self.is_descending

    @property
    def order(self) -> OrderBy:
        if self.nulls_high or self.is_never_empty:  # as PostgreSQL orders by itself, and as an index stands
            return OrderBy(F(self.alias), descending=self.is_descending)
        return OrderBy(F(self.alias), descending=self.is_descending, nulls_last=True)

    def after(self, value: Any) -> Q:
        """What stands behind this value."""
        if value is None:
            return Q(**{f"{self.alias}__isnull": False}) if self.nulls_first else Q(pk__in=[])
        behind = Q(**{f"{self.alias}__{'lt' if self.is_descending else 'gt'}": value})
        if self.is_never_empty or self.nulls_first:
            return behind
        return behind | Q(**{f"{self.alias}__isnull": True})

    def at(self, value: Any) -> Q:
        return Q(**{f"{self.alias}__isnull": True}) if value is None else Q(**{self.alias: value})

    def bound(self, value: Any) -> Q:
        """A plain condition that an index understands, true for everything from this value on."""
        if value is None or not (self.is_never_empty or self.nulls_first):
            return Q()
        return Q(**{f"{self.alias}__{'lte' if self.is_descending else 'gte'}": value})


def keys_of(sorts: list[tuple[Sort, Any, bool, bool]], *, is_descending: bool) -> list[Key]:
    """(sort, expression, nulls_high, is_never_empty) as keys, ended by the row's own so that no two rows are equal."""
    made = [
        Key(f"s{at}", expression, sort.is_descending, nulls_high, never_empty)
        for at, (sort, expression, nulls_high, never_empty) in enumerate(sorts)
    ]
    return [*made, Key("pk", None, is_descending, is_never_empty=True)]


def ordered(rows: QuerySet[Any], keys: list[Key]) -> QuerySet[Any]:
    named = {key.alias: key.expression for key in keys if key.expression is not None}
    found: QuerySet[Any] = rows.annotate(**named).order_by(*(key.order for key in keys))
    return found


def beyond(rows: QuerySet[Any], keys: list[Key], cursor: str) -> QuerySet[Any]:
    """The rows after the one that the cursor names; a cursor that is none starts from the top."""
    values = values_of(rows, keys, cursor)
    if values is None:
        return rows
    behind, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        behind |= same & key.after(value)
        same &= key.at(value)
    return rows.filter(keys[0].bound(values[0])).filter(behind)


def cursor_of(record: Any, keys: list[Key]) -> str:
    return json.dumps([_text(getattr(record, key.alias)) for key in keys], separators=(",", ":"))


def first_of(cursor: str) -> Decimal | None:
    """The first value of a cursor, when it is a number."""
    try:
        found = json.loads(cursor)
        value = Decimal(found[0]) if isinstance(found, list) and found and isinstance(found[0], (str, int)) else None
    except (ValueError, RecursionError, ArithmeticError):
        return None
    return value if value is not None and value.is_finite() else None


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def values_of(rows: QuerySet[Any], keys: list[Key], cursor: str) -> list[Any] | None:
    """What the row of the cursor has for each key; None for a cursor that is none."""
    try:
        found = json.loads(cursor)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) != len(keys):
        return None
    fields = [
        rows.query.annotations[key.alias].output_field if key.expression is not None else rows.model._meta.pk for key in keys
    ]
    try:
        return [None if value is None else _typed(field, value) for field, value in zip(fields, found, strict=True)]
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        return None


def _typed(field: Any, value: Any) -> Any:
    if isinstance(value, (list, dict)) or (isinstance(value, str) and "\x00" in value):
        raise ValueError(value)
    if isinstance(value, str):
        value.encode()  # half a surrogate pair is a UnicodeEncodeError, which is a ValueError
    return field.to_python(value)
