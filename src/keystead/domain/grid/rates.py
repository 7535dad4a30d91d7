"""Rates for many days at once: by the same rule as the database's `keystead_rate_on`, read once instead of asked for each day."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext

from django.db import connection

from keystead.base.scope import current_workspace

FEW = 20  # as many days of a currency are sooner asked one by one
_ONE_BY_ONE = """
SELECT p.base, p.day, r.rate::text
FROM unnest(%s::text[], %s::date[]) AS p(base, day) CROSS JOIN LATERAL keystead_rate_on(p.base, %s, p.day) r
WHERE r.rate IS NOT NULL
"""
# Of a day's two rates, the pair's own comes last, and so is taken before its inverse.
_LEGS = """
SELECT base, date, rate::text, 1 AS turn FROM keystead_rate
WHERE workspace_id = %(workspace)s AND base = ANY(%(bases)s) AND quote = %(quote)s
UNION ALL
SELECT quote, date, round(1 / rate, 12)::text, 0 FROM keystead_rate
WHERE workspace_id = %(workspace)s AND base = %(quote)s AND quote = ANY(%(bases)s)
ORDER BY 1, 2, 4
"""
_ENDS = "SELECT base, quote, min(rate), max(rate) FROM keystead_rate WHERE workspace_id = %s GROUP BY base, quote"
_PLACES = Decimal("0.000000000001")  # to which inverse rates, and those through a third currency, are rounded

type Pair = tuple[str, date]


class Rates:
    """The rates into one currency, as exact decimal text. What was read for one question is there for the next."""

    def __init__(self, quote: str) -> None:
        self.quote = quote
        self._legs: dict[str, tuple[list[date], list[str]]] = {}

    def of(self, pairs: Iterable[Pair]) -> dict[Pair, str]:
        """Of currencies on days; what has none is left out."""
        days: dict[str, set[date]] = {}
        for base, day in pairs:
            days.setdefault(base, set()).add(day)
        many = [base for base, found in days.items() if len(found) > FEW and base != self.quote and base not in self._legs]
        self._legs |= _legs(many, self.quote)
        made: dict[Pair, str] = {}
        rest: list[Pair] = []
        for base, wanted in days.items():
            dates, rates = self._legs.get(base, ([], []))
            for day in wanted:
                at = bisect_right(dates, day)
                if at:
                    made[base, day] = rates[at - 1]
                else:
                    rest.append((base, day))
        return made | _one_by_one(rest, self.quote)


def _legs(bases: list[str], quote: str) -> dict[str, tuple[list[date], list[str]]]:
    """By currency: the days on which a rate begins, and these rates."""
    made: dict[str, tuple[list[date], list[str]]] = {}
    if not bases:
        return made
    with connection.cursor() as cursor:
        cursor.execute(_LEGS, {"workspace": current_workspace(), "bases": bases, "quote": quote})
        for base, day, rate, _turn in cursor.fetchall():
            dates, rates = made.setdefault(base, ([], []))
            dates.append(day)
            rates.append(rate)
    return made


def _one_by_one(pairs: list[Pair], quote: str) -> dict[Pair, str]:
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ONE_BY_ONE, [[base for base, _day in pairs], [day for _base, day in pairs], quote])
        return {(base, day): rate for base, day, rate in cursor.fetchall()}


def bounds(quote: str) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency, two numbers between which each of its rates into `quote` lies; of a currency without rates, nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, [current_workspace()])
        ends = _both_ways(cursor.fetchall())
    made: dict[str, tuple[Decimal, Decimal]] = {quote: (Decimal(1), Decimal(1))}
    for base in {each for pair in ends for each in pair} - {quote}:
        ways = [ends[base, quote]] if (base, quote) in ends else []
        for pivot in {to for of, to in ends if of == base and (to, quote) in ends}:
            (least, most), (then_least, then_most) = ends[base, pivot], ends[pivot, quote]
            ways.append((least * then_least, most * then_most))
        if ways:
            least, most = min(way[0] for way in ways), max(way[1] for way in ways)
            made[base] = (max(Decimal(0), least - _PLACES), most + _PLACES)
    return made


def _both_ways(found: list[tuple[str, str, Decimal, Decimal]]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    made: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    with localcontext(prec=80):
        for base, quote, least, most in found:
            for pair, ends in (
                ((base, quote), (least, most)),
                ((quote, base), ((1 / most).quantize(_PLACES), (1 / least).quantize(_PLACES))),
            ):
                known = made.get(pair, ends)
                made[pair] = (min(known[0], ends[0]), max(known[1], ends[1]))
    return made
