"""Which signs a column uses for decimals and thousands, by what its texts leave possible."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from keystead.domain.exchange.parsing.currencies import AMBIGUOUS, currency_in, parse_currency
from keystead.domain.exchange.parsing.numbers import COMMA, POINT, NumberFormat, bare_number, parse_amount
from keystead.domain.exchange.problems.codes import BadValue

_POINT_LANGUAGES = ("en", "zh", "ja", "ko", "th", "he", "hi")
_POINT_LOCALES = ("es-mx", "es-us", "es-gt", "es-hn", "es-ni", "es-pa", "es-pr", "es-sv", "es-do", "es-pe")
_NUMBER = re.compile(r"[0-9]*(?:[., '][0-9]+)*[.,]?|[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """`format` is how the column is to be read. `ambiguous`: only texts such as "1.234" are there, so the
    locale decided. `mixed`: some texts fit the other format only. `currencies` are the codes, or unclear
    signs, beside the numbers. `fraction`: a share written from 0 to 1. `share` is how much of the column are
    numbers at all.
    """

    format: NumberFormat
    share: float
    ambiguous: bool = False
    mixed: bool = False
    currencies: tuple[str, ...] = ()
    percent: bool = False
    whole: bool = False
    fraction: bool = False


def locale_format(locale: str) -> NumberFormat:
    """The format usual in a locale: "1,234.56" in English, "1.234,56" in Portuguese and Spanish."""
    tag = locale.replace("_", "-").casefold()
    return POINT if tag.partition("-")[0] in _POINT_LANGUAGES or tag in _POINT_LOCALES else COMMA


def number_facts(texts: Mapping[str, int], locale: str) -> NumberFacts | None:
    """The facts of a column whose filled texts are counted in `texts`; None when they are not numbers."""
    total = sum(texts.values())
    votes: Counter[str] = Counter()
    currencies: Counter[str] = Counter()
    percent = 0
    for text, count in texts.items():
        bare = _bare(text)
        if bare is None:
            continue
        votes["number"] += count
        votes[_vote(bare)] += count
        percent += count * ("%" in text)
        if written := currency_in(text):
            currencies[_code(written)] += count
    if not total or votes["number"] < 0.6 * total:
        return None
    number_format, ambiguous = _decided(votes, locale)
    values = [value for text in texts if (value := _value(text, number_format)) is not None]
    good = sum(count for text, count in texts.items() if _value(text, number_format) is not None)
    return NumberFacts(
        number_format,
        round(good / total, 4),
        ambiguous=ambiguous,
        mixed=bool(votes["."] and votes[","]),
        currencies=tuple(code for code, _count in currencies.most_common()),
        percent=percent > total / 2,
        whole=all(value == value.to_integral_value() for value in values),
        fraction=_is_fraction(values) and not percent,
    )


def _bare(text: str) -> str | None:
    try:
        bare = bare_number(text)[0]
    except BadValue:
        return None
    return bare if _NUMBER.fullmatch(bare) and any(map(str.isdecimal, bare)) else None


def _vote(bare: str) -> str:
    """ "." or "," when the text shows which one parts the decimals, "either" when it could be both, else
    "".
    """
    marks = [c for c in bare if c in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:  # repeated: it parts thousands, so the other one parts decimals
        return "," if marks[0] == "." else "."
    whole, _mark, decimals = bare.partition(marks[0])
    if len(decimals) != 3 or not whole or whole.startswith("0") or len(whole) > 3:
        return marks[0]
    return f"either {marks[0]}"


def _decided(votes: Counter[str], locale: str) -> tuple[NumberFormat, bool]:
    usual = locale_format(locale)
    if votes["."] or votes[","]:
        if votes["."] == votes[","]:
            return usual, False
        return (POINT if votes["."] > votes[","] else COMMA), False
    # All of one kind, three digits behind the sign: "1.234" may be a thousand or one.
    return usual, bool(votes["either ."] or votes["either ,"])


def _code(written: str) -> str:
    return written if written in AMBIGUOUS else parse_currency(written)


def _value(text: str, number_format: NumberFormat) -> Decimal | None:
    try:
        return parse_amount(text, number_format)
    except BadValue:
        return None


def _is_fraction(values: list[Decimal]) -> bool:
    return bool(values) and all(0 <= v <= 1 for v in values) and any(v != v.to_integral_value() for v in values)
