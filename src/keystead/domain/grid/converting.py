"""Amounts of many currencies in the workspace's own, by the same dated rates as every figure: NULL where a rate is missing."""

import json
from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

from django.db.models import Case, Count, DateField, DecimalField, F, Func, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast, Concat, Least

from keystead.base.money import EXACT
from keystead.data.workspace.models import RatePolicy
from keystead.domain.grid.columns import Column, Reader
from keystead.domain.grid.rates import Pair, Rates

_NUMBER = DecimalField(max_digits=60, decimal_places=20)


class RateIn(Func):
    """`table ->> key`: a rate out of a table that is a parameter of the statement."""

    function = ""
    arg_joiner = "::jsonb ->> "
    template = "((%(expressions)s)::numeric)"
    output_field = _NUMBER


def converted(column: Column, reader: Reader, rates: Mapping[str, str]) -> Any:
    """The expression of the column's amount in the workspace's currency, by these rates."""
    amount = column.value(reader)
    amount = F(amount) if isinstance(amount, str) else amount
    if not rates:
        is_foreign = ~Q(**{column.currency: reader.viewer.workspace.currency})
        return Case(When(is_foreign, then=None), default=amount, output_field=_NUMBER)
    table = Value(json.dumps(rates), output_field=TextField())
    key = Concat(F(column.currency), Cast(_day(column, reader), TextField()), output_field=TextField())
    own = When(**{column.currency: reader.viewer.workspace.currency}, then=amount)
    return Case(own, default=amount * RateIn(table, key), output_field=_NUMBER)


def rates_for(rows: QuerySet[Any], column: Column, reader: Reader) -> dict[str, str]:
    """The rates that these rows need for their currencies and days, as far as they are known: by currency and day in one text."""
    quote = reader.viewer.workspace.currency
    foreign = rows.exclude(**{column.currency: quote}).order_by().annotate(rate_day=_day(column, reader))
    pairs = list(foreign.values_list(column.currency, "rate_day").distinct())
    return table_of(Rates(quote).of(pairs))


def sum_of(rows: QuerySet[Any], column: Column, reader: Reader, prefix: str) -> dict[str, Any]:
    """The sum of a column of money in the workspace's currency ("value"), of how many amounts ("known"), and how many there are
    ("there"). Amounts of one currency and day are added up before they are converted, which is as exact."""
    quote = reader.viewer.workspace.currency
    amount = column.value(reader)
    given = rows.order_by().annotate(sum_day=_day(column, reader)).values(column.currency, "sum_day")
    listed = given.annotate(sum_amount=Sum(amount, output_field=_NUMBER), sum_there=Count(amount)).values_list(
        column.currency, "sum_day", "sum_amount", "sum_there"
    )
    found = [row for row in listed if row[3]]
    rates = Rates(quote).of({(base, day) for base, day, _total, _there in found if base != quote})
    known = [
        (row, Decimal(1) if row[0] == quote else Decimal(rates[row[:2]])) for row in found if row[0] == quote or row[:2] in rates
    ]
    with localcontext(EXACT):
        value = sum((Decimal(row[2]) * rate for row, rate in known), Decimal(0)) if known else None
    return {
        f"{prefix}value": value,
        f"{prefix}known": sum(row[3] for row, _rate in known),
        f"{prefix}there": sum(row[3] for row in found),
    }


def table_of(rates: Mapping[Pair, str]) -> dict[str, str]:
    """As `converted` looks them up: by currency and day in one text."""
    return {f"{base}{day}": rate for (base, day), rate in rates.items()}


def _day(column: Column, reader: Reader) -> Any:
    today = Value(reader.today, output_field=DateField())
    if column.rate_day is None or reader.viewer.workspace.rate_policy == RatePolicy.CURRENT:
        return today
    day = column.rate_day(reader)
    return Least(F(day) if isinstance(day, str) else day, today, output_field=DateField())
