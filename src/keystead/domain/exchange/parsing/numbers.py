"""Numbers as people and exports write them, read exactly: text in, Decimal out, never a float on the way.

A number is read in one format, the format of its column (see detecting_numbers). What does not fit that
format is refused with its code instead of being read as another number: “1.234,56” in a column of “1,234.56”
is an error.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from keystead.domain.exchange.fields import MAX_WHOLE_DIGITS
from keystead.domain.exchange.parsing.currencies import split_currency
from keystead.domain.exchange.problems.codes import BadValue

MAX_TEXT = 64

# One kind of space, one kind of minus, one kind of apostrophe.
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u2002\u2003\u3000\t"), " ")
_SIGNS = {ord("−"): "-", ord("–"): "-", ord("’"): "'", ord("‘"): "'", ord("´"): "'", ord("＋"): "+"}
_PLAINER = {**_SPACES, **_SIGNS}
# The cell of a workbook that holds a number with three decimals (reading/opener): with the fourth they part nothing else.
_FOURTH_DECIMAL = re.compile(r"(?<=\.[0-9]{3})\u2007$")

_SCIENTIFIC = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?[eE]([+-]?[0-9]{1,2})")
SPREADSHEET_ERROR = re.compile(
    r"#[¡¿]?(?:N/A|N/D|REF!|DIV/0!|VALUE!|VALOR!|NAME\?|NOME\?|NOMBRE\?|N[UÚ]M!|NULL!|NULO!|SPILL!|CALC!|FIELD!|BLOCKED!|"
    r"CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|ERROR!)|#+|Err:[0-9]{3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Which sign separates the decimals and which the thousands; `group` is "" when none is used or known."""

    decimal: str = "."
    group: str = ","

    @property
    def example(self) -> str:
        """The format shown by a number written in it: "1.234,56"."""
        return f"1{self.group}234{self.decimal}56"

    @classmethod
    def of(cls, example: str) -> "NumberFormat":
        """The format of an example such as "1.234,56", "1 234.5" or "1234,5". Raises BadValue bad_number."""
        found = re.fullmatch(r"1([., ']?)234([.,])5+6?", example.translate(_PLAINER).strip())
        if not found or found[1] == found[2]:
            raise BadValue("bad_number", example)
        return cls(decimal=found[2], group=found[1])


POINT = NumberFormat(".", ",")
COMMA = NumberFormat(",", ".")


def parse_amount(text: str, number_format: NumberFormat | None) -> Decimal:
    """The amount in a text, whatever currency stands around it: "R$ 1.234,56", "(1,234.56)", "1234-", "12 %"
    is 12.

    With no format the number must be readable in one way only. Raises BadValue: bad_number,
    other_number_format, ambiguous_number, number_too_large, error_value.
    """
    return _parse(text, number_format)


@lru_cache(maxsize=65_536)
def _parse(text: str, number_format: NumberFormat | None) -> Decimal:
    bare, negative = bare_number(text)
    if number_format is None:
        number_format = _only_reading(bare, text)
    digits = _digits(bare, number_format)
    if digits is None:
        digits = _scientific(bare)
    if digits is None:
        raise _not_in_format(bare, text, number_format)
    if len(digits.partition(".")[0].lstrip("0")) > MAX_WHOLE_DIGITS:
        raise BadValue("number_too_large", text, limit=MAX_WHOLE_DIGITS)
    number = Decimal(digits)
    return -number if negative and number else number


def bare_number(text: str) -> tuple[str, bool]:
    """The text without currency, percent, brackets and sign, and whether it is negative. Raises BadValue."""
    plain = _FOURTH_DECIMAL.sub("0", text).translate(_PLAINER).strip()
    if SPREADSHEET_ERROR.fullmatch(plain):
        raise BadValue("error_value", text)
    if len(plain) > MAX_TEXT:
        raise BadValue("bad_number", text)
    bare, signs = _without_signs(plain)
    if not bare or len(signs) > 1:
        raise BadValue("bad_number", text)
    return bare, signs in ("-", "(")


def _without_signs(plain: str) -> tuple[str, str]:
    """Peel signs, brackets, currency and percent off both ends, in whatever order they come: "-$5", "$ (5)",
    "5-%".
    """
    signs = ""
    for _turn in range(2):
        if plain[:1] in ("+", "-"):
            signs, plain = signs + plain[0], plain[1:].lstrip()
        plain = split_currency(plain)[0].removesuffix("%").rstrip()
        if plain.startswith("(") and plain.endswith(")"):
            signs, plain = signs + "(", plain[1:-1].strip()
        if plain.endswith("-"):
            signs, plain = signs + "-", plain[:-1].rstrip()
    return plain, signs


def _digits(bare: str, number_format: NumberFormat) -> str | None:
    """The plain digits "1234.56", or None when the text is not in the format."""
    if bare.isdecimal() and bare.isascii():
        return bare
    found = _pattern(number_format).fullmatch(bare)
    if not found:
        return None
    whole = re.sub(r"[^0-9]", "", found[1] or "0")
    return f"{whole}.{found[2]}" if found[2] else whole


@lru_cache(maxsize=32)
def _pattern(number_format: NumberFormat) -> re.Pattern[str]:
    # Spaces and apostrophes part thousands in every format: they can mean nothing else. Commas also the
    # Indian way, in twos with a last three.
    kinds = [sign for sign in dict.fromkeys((number_format.group, " ", "'")) if sign]
    grouped = "".join(rf"[0-9]{{1,3}}(?:{re.escape(sign)}[0-9]{{3}})+|" for sign in kinds)
    if number_format.group == ",":
        grouped += r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}|"
    decimal = re.escape(number_format.decimal)
    return re.compile(rf"({grouped}[0-9]+|(?={decimal}[0-9]))(?:{decimal}([0-9]*))?")


def _scientific(bare: str) -> str | None:
    found = _SCIENTIFIC.fullmatch(bare)
    if not found:
        return None
    return f"{Decimal(f'{found[1]}.{found[2] or 0}E{found[3]}'):f}"


def _only_reading(bare: str, text: str) -> NumberFormat:
    fits = [
        f
        for f in (POINT, COMMA, NumberFormat(".", "'"), NumberFormat(".", " "), NumberFormat(",", " "))
        if _digits(bare, f) is not None
    ]
    if len({_digits(bare, f) for f in fits}) > 1:
        raise BadValue("ambiguous_number", text)
    return fits[0] if fits else POINT


def _not_in_format(bare: str, text: str, number_format: NumberFormat) -> BadValue:
    if re.fullmatch(r"[0-9][0-9.,' ]*", bare):
        return BadValue("other_number_format", text, example=number_format.example)
    return BadValue("bad_number", text)


def plain(number: Decimal) -> str:
    """A Decimal as plain text without exponent and without needless zeros: Decimal("1054.50") is "1054.5"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
