"""Amounts of many currencies in the workspace's own, by the same dated rates as every figure: NULL where a rate is missing."""

import json
from typing import Any

from django.db import connection
from django.db.models import Case, DateField, DecimalField, F, Func, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat, Least

from keystead.data.workspace.models import RatePolicy
from keystead.domain.grid.columns import Column, Reader

_NUMBER = DecimalField(max_digits=60, decimal_places=20)


class RateIn(Func):
    """`table ->> key`: a rate out of a table that is a parameter of the statement."""

    function = ""
    arg_joiner = "::jsonb ->> "
    template = "((%(expressions)s)::numeric)"
    output_field = _NUMBER


def converted(rows: QuerySet[Any], column: Column, reader: Reader) -> Any:
    """The expression of the column's amount in the workspace's currency. Asks once which rates these rows need."""
    quote = reader.viewer.workspace.currency
    day = _day(column, reader)
    amount = column.value(reader)
    amount = F(amount) if isinstance(amount, str) else amount
    foreign = rows.exclude(**{column.currency: quote}).order_by().alias(rate_amount=amount).annotate(rate_day=day)
    pairs = list(foreign.filter(rate_amount__isnull=False).values_list(column.currency, "rate_day").distinct())
    if not pairs:
        return amount
    rates = Value(json.dumps(_rates(pairs, quote)), output_field=TextField())
    key = Concat(F(column.currency), Cast(day, TextField()), output_field=TextField())
    own = When(**{column.currency: quote}, then=amount)
    return Case(own, default=amount * RateIn(rates, key), output_field=_NUMBER)


def _day(column: Column, reader: Reader) -> Any:
    today = Value(reader.today, output_field=DateField())
    if column.rate_day is None or reader.viewer.workspace.rate_policy == RatePolicy.CURRENT:
        return today
    day = column.rate_day(reader)
    return Least(F(day) if isinstance(day, str) else day, today, output_field=DateField())


def _rates(pairs: list[tuple[str, Any]], quote: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.base || p.day::text, r.rate::text
            FROM unnest(%s::text[], %s::date[]) AS p(base, day) CROSS JOIN LATERAL keystead_rate_on(p.base, %s, p.day) r
            WHERE r.rate IS NOT NULL
            """,
            [[base for base, _day in pairs], [day for _base, day in pairs], quote],
        )
        return dict(cursor.fetchall())
