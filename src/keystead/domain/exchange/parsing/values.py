"""A text and what its field needs: the value, or BadValue with a code. Nothing here knows a database or a
float.

Amounts and days have modules of their own (numbers, days, currencies) and are given
from here as well, so that a caller needs one import.
"""

import re
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from keystead.base.words import fold
from keystead.domain.exchange.parsing.currencies import currency_in, meant_currency, parse_currency
from keystead.domain.exchange.parsing.days import DateOrder, date_order, parse_day
from keystead.domain.exchange.parsing.numbers import COMMA, POINT, SPREADSHEET_ERROR, NumberFormat, parse_amount, plain
from keystead.domain.exchange.problems.codes import BadValue

__all__ = [
    "COMMA", "POINT", "DateOrder", "NumberFormat", "currency_in", "date_order", "is_blank", "meant_currency",
    "parse_amount", "parse_bool", "parse_choice", "parse_currency", "parse_day", "parse_email",
    "parse_integer",
    "parse_probability", "parse_text", "parse_url", "plain", "split_name",
]  # fmt: skip

_NOTHING = frozenset(
    {
        "-",
        "--",
        "—",
        "–",
        "n/a",
        "na",
        "null",
        "none",
        "nil",
        "#n/a",
        "\\n",
        "nan",
        "(null)",
        "(blank)",
        "n/d",
    }
)
_NO_TEXT = frozenset({"NULL", "\\N", "#N/A"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRUE = _words("true t yes y 1 sim s si sí verdadeiro verdadero v x on checked ✓ ✔ ativo activo")
_FALSE = _words("false f no n 0 nao não falso off unchecked ✗ ✘ inativo inactivo")

_EMAIL = re.compile(r"[^\s@,;<>()\[\]\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]|localhost|\d{1,3}(?:\.\d{1,3}){3}")
_PARTICLES = _words("de da do dos das del della di van von der den la le y e ter ten bin ibn al el san santa")


def is_blank(text: str, *, words: bool = False) -> bool:
    """Whether a cell says nothing. In a column of words, "None" and "-" may be words; NULL, \\N and #N/A
    never are.
    """
    bare = text.strip()
    return not bare or (bare in _NO_TEXT if words else bare.casefold() in _NOTHING)


def parse_text(text: str, max_length: int, *, lines: bool = False) -> str:
    """The text without stray spaces and control characters. Raises BadValue too_long: it is never cut; error_value."""
    clean = text.replace("\u00a0", " ").strip()
    if clean[:1] in ("#", "E") and clean.strip("#") and SPREADSHEET_ERROR.fullmatch(clean):
        raise BadValue("error_value", text)
    if not clean.isprintable():
        clean = "".join(c for c in clean if c.isprintable() or c in "\n\t\u200c\u200d").strip()
    if not lines and ("\n" in clean or "\t" in clean):
        clean = " ".join(clean.split())
    if len(clean) > max_length:
        raise BadValue("too_long", text, length=len(clean), limit=max_length)
    return clean


def parse_bool(text: str) -> bool:
    """Yes and no in three languages, and what programs write. Raises BadValue bad_bool."""
    bare = text.strip().casefold()
    if bare in _TRUE:
        return True
    if bare in _FALSE:
        return False
    raise BadValue("bad_bool", text)


def parse_integer(text: str, number_format: NumberFormat | None) -> int:
    """A whole number of things: 0 or more. Raises BadValue not_whole, negative and those of parse_amount."""
    number = parse_amount(text, number_format)
    if number != number.to_integral_value():
        raise BadValue("not_whole", text)
    if number < 0:
        raise BadValue("negative", text)
    if number > 2_147_483_647:
        raise BadValue("out_of_range", text, low=0, high=2_147_483_647)
    return int(number)


def parse_probability(text: str, number_format: NumberFormat | None, *, fraction: bool = False) -> Decimal:
    """A share between 0 and 100. `fraction` says that the column counts from 0 to 1; a "%" sign says it does
    not.

    Raises BadValue out_of_range and those of parse_amount.
    """
    number = parse_amount(text, number_format)
    if fraction and "%" not in text:
        number *= 100
    if not 0 <= number <= 100:
        raise BadValue("out_of_range", text, low=0, high=1 if fraction else 100)
    return number


def parse_choice(text: str, choices: dict[str, str]) -> str:
    """The value meant by a word: `choices` maps folded words to values. Raises BadValue bad_choice."""
    value = choices.get(fold(text)) or choices.get(re.sub(r"[\W_]+", " ", fold(text)).strip())
    if value is None:
        raise BadValue("bad_choice", text, choices=", ".join(dict.fromkeys(choices.values())))
    return value


def parse_email(text: str) -> str:
    """One address, its domain in lower case; "Ana <ana@example.com>" and "mailto:" are understood.

    Raises BadValue bad_email.
    """
    return _parse_email(text)


@lru_cache(maxsize=16_384)
def _parse_email(text: str) -> str:
    bare = text.strip().removeprefix("mailto:")
    if found := re.fullmatch(r"[^<>]*<([^<>]+)>", bare):
        bare = found[1].strip()
    if len(bare) > 254 or not _EMAIL.fullmatch(bare):
        raise BadValue("bad_email", text)
    local, _at, domain = bare.rpartition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadValue("bad_email", text)
    return f"{local}@{domain.lower()}"


def parse_url(text: str, max_length: int = 300) -> str:
    """A web address; "example.com" becomes "https://example.com". Other schemes, script among them, are
    refused.

    Raises BadValue bad_url, too_long.
    """
    bare = text.strip()
    if len(bare) > max_length:
        raise BadValue("too_long", text, length=len(bare), limit=max_length)
    address = bare if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", bare) else f"https://{bare.removeprefix('//')}"
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise BadValue("bad_url", text) from None
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host):
        raise BadValue("bad_url", text)
    if parts.username or re.search(r"[\s<>\"]", bare):
        raise BadValue("bad_url", text)
    return address


def split_name(text: str) -> tuple[str, str]:
    """First and last name of a full name: "Silva, Ana" and "Ana da Silva" are ("Ana", "Silva") and ("Ana",
    "da Silva").
    """
    bare = " ".join(text.split())
    if bare.count(",") == 1:
        last, _comma, first = bare.partition(",")
        return first.strip(), last.strip()
    words = bare.split(" ")
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in _PARTICLES:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])
