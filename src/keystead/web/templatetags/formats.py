"""How numbers, money and days are written in each language: plain text, no markup, no request.

`language` is a Django language code ("en", "pt-br", "es"). Symbols and orders come from CLDR by way of Babel, read once
per language: a grid formats hundreds of amounts, and Babel's own calls cost thirty times as much as these.
English writes its days in the British order, the one that readers of all three languages get right.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Protocol

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_skeleton
from babel.numbers import get_currency_precision, get_currency_symbol

from keystead.base.money import EXACT

NBSP = "\u00a0"
MINUS = "\u2212"
_LOCALES = {"en": "en_GB", "pt-br": "pt_BR", "es": "es"}
_TRILLION, _BILLION, _MILLION, _THOUSAND = 12, 9, 6, 3


class MoneyLike(Protocol):
    """Anything with an exact amount and an ISO 4217 currency."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


@dataclass(frozen=True)
class Style:
    """What a language needs to write a number."""

    locale: Locale
    group: str
    decimal: str
    symbol_first: bool
    percent: str
    units: dict[int, str]


@lru_cache(maxsize=16)
def style_for(language: str) -> Style:
    """Falls back to the language without its region, then to English."""
    name = _LOCALES.get(language.lower()) or _LOCALES.get(language.split("-", maxsplit=1)[0].lower(), "en_GB")
    locale = Locale.parse(name)
    symbols = locale.number_symbols["latn"]
    return Style(
        locale=locale,
        group=symbols["group"],
        decimal=symbols["decimal"],
        symbol_first=locale.currency_formats["standard"].pattern.startswith("¤"),
        percent="%" if locale.language == "pt" else f"{NBSP}%",
        units={exponent: _unit(locale, exponent) for exponent in (_THOUSAND, _MILLION, _BILLION, _TRILLION)},
    )


def _unit(locale: Locale, exponent: int) -> str:
    """The short name of a power of ten: K, M, B, T; mil, mi, bi, tri. Spanish has none for a thousand million."""
    pattern = locale.compact_decimal_formats["short"]["other"][str(10**exponent)]
    pattern = getattr(pattern, "pattern", pattern)
    suffix = pattern.strip("0").strip()
    return suffix if pattern.count("0") == 1 else ""


@lru_cache(maxsize=512)
def _currency(code: str, language: str) -> tuple[str, int]:
    return get_currency_symbol(code, locale=style_for(language).locale), get_currency_precision(code)


def _digits(value: Decimal | int | float, places: int, style: Style) -> str:
    """Without sign. Rounds half up, as a person with a pencil does; exact for any size."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.copy_abs().quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)
    text = f"{rounded:,.{places}f}"
    return text.translate({ord(","): style.group, ord("."): style.decimal})


def _is_zero(text: str) -> bool:
    return not any(digit in text for digit in "123456789")


def _sign(value: Decimal | int | float, text: str, *, always: bool = False) -> str:
    if _is_zero(text):
        return ""
    if value < 0:
        return MINUS
    return "+" if always else ""


def number(value: Decimal | int | float, language: str, places: int | None = None) -> str:
    """`places` decimals; without it, as many as the value carries, at most 6."""
    style = style_for(language)
    if places is None:
        exponent = Decimal(str(value)).normalize(EXACT).as_tuple().exponent
        places = min(6, max(0, -int(exponent)))
    text = _digits(value, places, style)
    return _sign(value, text) + text


def number_compact(value: Decimal | int | float, language: str) -> str:
    """For the feet of narrow columns: in full below a million, else "1.23 M", "1.23 B"; the full number has room elsewhere."""
    style = style_for(language)
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    exponent, places = _scale(exact, style)
    if exponent < _MILLION:
        return number(exact, language)
    scaled = exact.scaleb(-exponent, context=EXACT)
    text = _digits(scaled, places if scaled.copy_abs() < 1000 else 0, style)
    return f"{_sign(exact, text)}{text}{NBSP}{style.units[exponent]}"


def money(value: MoneyLike, language: str, *, always_sign: bool = False) -> str:
    """In full: "€ 1,234.50", "€ 1.234,50", "1.234,50 €"."""
    style = style_for(language)
    symbol, places = _currency(value.currency, language)
    text = _digits(value.amount, places, style)
    return _placed(_sign(value.amount, text, always=always_sign), text, symbol, style)


def money_compact(value: MoneyLike, language: str, unit: str = "", *, always_sign: bool = False) -> str:
    """For headlines and grids: "€ 4.20 M", "€ 519 K", "€ 9,500". `unit` ("K", "M") is that of a whole column, except on amounts
    that it would make nothing of ("€ 0.00 M") or too long for the column."""
    style = style_for(language)
    symbol, _ = _currency(value.currency, language)
    forced = {"K": (_THOUSAND, 1), "M": (_MILLION, 2)}.get(unit)
    if forced and value.amount and not Decimal(10).scaleb(forced[0] - 3) <= value.amount.copy_abs() < Decimal(999995000):
        forced = None
    exponent, places = forced or _scale(value.amount, style)
    text = _digits(value.amount.scaleb(-exponent, context=EXACT), places, style)
    suffix = style.units.get(exponent, "")
    whole = f"{text}{NBSP}{suffix}" if suffix else text
    return _placed(_sign(value.amount, text, always=always_sign), whole, symbol, style)


def _scale(amount: Decimal, style: Style) -> tuple[int, int]:
    """(power of ten, decimals) so that three to four digits are left, after rounding."""
    size = amount.copy_abs()
    if size >= Decimal(999995000000):
        return _TRILLION, 2 if size < Decimal("999.995e12") else 0
    if size >= Decimal(999995000) and style.units[_BILLION]:
        return _BILLION, 2
    if size >= Decimal(999500):
        return _MILLION, 2
    if size >= Decimal(99950):
        return _THOUSAND, 0
    return (_THOUSAND, 1) if size >= Decimal("9999.5") else (0, 0)


def _placed(sign: str, text: str, symbol: str, style: Style) -> str:
    return f"{sign}{symbol}{NBSP}{text}" if style.symbol_first else f"{sign}{text}{NBSP}{symbol}"


def percent(value: Decimal | float, language: str, places: int = 0) -> str:
    """A ratio as a percentage: Decimal("0.852") is "85 %"."""
    style = style_for(language)
    text = _digits((value if isinstance(value, Decimal) else Decimal(str(value))).scaleb(2, context=EXACT), places, style)
    return f"{_sign(value, text)}{text}{style.percent}"


def points(value: Decimal | float, language: str) -> str:
    """What is kept in hundredths already, as a probability is: 12.5 is "12.5 %"."""
    return f"{number(value, language)}{style_for(language).percent}"


def ratio(value: Decimal | float, language: str, places: int = 2) -> str:
    """A multiple: "0.72×"."""
    return f"{number(value, language, places)}×"


def rate(value: Decimal, language: str) -> str:
    """An exchange rate with four decimals, or as many as it carries, at most 10: those of a list stand under one another."""
    exponent = value.normalize(EXACT).as_tuple().exponent
    return number(value, language, min(10, max(4, -int(exponent))))


def day(value: date, language: str) -> str:
    return _written(date(value.year, value.month, value.day), "medium", language)


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, language: str) -> str:
    """Kept, since a page has few different days. Of a plain day: two moments that are equal may be of different days."""
    return format_date(value, pattern, locale=style_for(language).locale)


def day_in_list(value: date, language: str) -> str:
    """Short enough for one line of a column: Portuguese writes its medium form, "27 de fev. de 2027", too long for that."""
    is_long = language.startswith("pt")
    return _written(date(value.year, value.month, value.day), "dd/MM/y", language) if is_long else day(value, language)


def day_short(value: date, language: str) -> str:
    """Without the year: "4 Dec"."""
    return format_skeleton("MMMd", value, locale=style_for(language).locale)


def moment(value: datetime, language: str) -> str:
    """Day and time to the minute, in the value's own time zone."""
    return format_datetime(value, _MOMENT[style_for(language).locale.language], locale=style_for(language).locale)


_MOMENT = {"en": "d MMM y, HH:mm", "pt": "d 'de' MMM 'de' y, HH:mm", "es": "d MMM y, H:mm"}


@lru_cache(maxsize=1024)
def period_in_list(start: date, end: date, language: str) -> str:
    """As short as `day_in_list`: "01/01 – 31/12/2026" in Portuguese, with the year once where it is the same."""
    if not language.startswith("pt"):
        return period(start, end, language)
    first, last = day_in_list(start, language), day_in_list(end, language)
    return f"{first[:-5] if start.year == end.year else first} – {last}"


@lru_cache(maxsize=1024)
def period(start: date, end: date, language: str) -> str:
    """ "1 Jan – 31 Dec 2026": what the two days share is written once."""
    text = format_interval(start, end, "yMMMd", locale=style_for(language).locale)
    return text.replace("\u2009", " ")


def initials(name: str) -> str:
    """First and last name's first letters: "Ana Maria Moreira" is AM. An e-mail address gives one letter."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
