"""Currencies in texts: codes, and the signs that mean one currency only.

"$", "¥" and "kr" are the signs of several currencies: they are recognised, and never guessed.
"""

import re
from functools import lru_cache

from keystead.base.money import known_currencies
from keystead.base.words import fold
from keystead.domain.exchange.problems.codes import BadValue

SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS",
    "₫": "VND",
    "₱": "PHP", "฿": "THB", "₦": "NGN", "₡": "CRC", "₲": "PYG", "₸": "KZT", "zł": "PLN", "Kč": "CZK",
    "Ft": "HUF",
    "R$": "BRL", "US$": "USD", "U$S": "USD", "U$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD", "MX$": "MXN", "S/": "PEN", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "CN¥": "CNY",
    "JP¥": "JPY",
    "RMB": "CNY", "Fr.": "CHF", "SFr.": "CHF", "Bs": "BOB", "RD$": "DOP", "COL$": "COP", "AR$": "ARS",
    "CLP$": "CLP",
}  # fmt: skip
AMBIGUOUS = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "MXN", "ARS", "CLP", "COP", "UYU", "HKD", "SGD", "DOP", "TWD"}),
    "¥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}
_NAMES = {
    "euro": "EUR", "euros": "EUR", "real": "BRL", "reais": "BRL", "reales": "BRL", "brazilian real": "BRL",
    "us dollar": "USD", "us dollars": "USD", "american dollar": "USD", "dolar americano": "USD",
    "dolar estadounidense": "USD", "dolares estadounidenses": "USD", "dolares americanos": "USD",
    "pound sterling": "GBP", "british pound": "GBP", "libra esterlina": "GBP", "swiss franc": "CHF",
    "franco suizo": "CHF", "franco suico": "CHF", "mexican peso": "MXN", "peso mexicano": "MXN",
    "argentine peso": "ARS", "peso argentino": "ARS", "chilean peso": "CLP", "peso chileno": "CLP",
    "colombian peso": "COP", "peso colombiano": "COP", "japanese yen": "JPY", "yen": "JPY", "iene": "JPY",
    "canadian dollar": "CAD", "australian dollar": "AUD", "indian rupee": "INR", "yuan": "CNY",
    "sol peruano": "PEN",
}  # fmt: skip

_ALL_SIGNS = sorted([*SIGNS, *AMBIGUOUS], key=len, reverse=True)
_BEFORE = re.compile(rf"({'|'.join(map(re.escape, _ALL_SIGNS))}|[A-Za-z]{{3}})\s*(?=[0-9(.,+-])")
_AFTER = re.compile(rf"(?<=[0-9).,%\s-])\s*({'|'.join(map(re.escape, _ALL_SIGNS))}|[A-Za-z]{{3}})")
_SIGN = "|".join(map(re.escape, _ALL_SIGNS))
_HEADERS = (
    re.compile(rf"(?P<name>.*?\S)[\s_]*[(\[]\s*(?:in |em |en )?(?P<sign>{_SIGN}|[A-Za-z]{{3}})\s*[)\]]"),
    re.compile(rf"(?P<name>.*?\S)[\s,]+(?:in |em |en )?(?P<sign>{_SIGN}|[A-Z]{{3}})"),
    # "amount_usd": only the usual ones, as "all", "top" and "try" are currencies as well
    re.compile(r"(?P<name>.+)_(?P<sign>[A-Z]{3}|usd|eur|brl|gbp|mxn|cad|aud|chf|jpy|cny|inr|ars|clp|cop|pen)"),
)


def split_header(header: str) -> tuple[str, str]:
    """The header of a column of amounts without the currency that it names, and that currency as written, or "": "Amount (EUR)",
    "Valor em R$", "price_usd"."""
    text = " ".join(header.split())
    for shape in _HEADERS:
        if (found := shape.fullmatch(text)) and _is_currency(found["sign"]):
            return found["name"], found["sign"]
    return header, ""


def split_currency(text: str) -> tuple[str, str]:
    """The text without the currency written before or after the number, and that currency as written, or
    "".
    """
    if (before := _BEFORE.match(text)) and _is_currency(before[1]):
        return text[before.end() :].strip(), before[1]
    if text[-1:] and text[-1] not in "0123456789" and (after := _last(text)):
        return text[: after.start()].strip(), after[1]
    return text, ""


def parse_currency(text: str) -> str:
    """The ISO 4217 code of "EUR", "eur", "€", "Euro". Raises BadValue bad_currency, ambiguous_currency."""
    return _parse(text)


@lru_cache(maxsize=4096)
def _parse(text: str) -> str:
    bare = text.strip()
    if bare.upper() in known_currencies():
        return bare.upper()
    if bare in SIGNS:
        return SIGNS[bare]
    if bare in AMBIGUOUS:
        raise BadValue("ambiguous_currency", text)
    # "USD - U.S. Dollar", "BRL (Real)": the code leads.
    if (found := re.match(r"([A-Z]{3})\b", bare)) and found[1] in known_currencies():
        return found[1]
    if name := _NAMES.get(fold(bare)):
        return name
    raise BadValue("bad_currency", text)


def currency_in(text: str) -> str:
    """The currency written beside an amount, as written: "$ 5" has "$", "5 EUR" has "EUR", "5" has ""."""
    return split_currency(text.replace("\u00a0", " ").strip().lstrip("+-(−").rstrip(")"))[1]


def meant_currency(written: str, expected: str, text: str) -> str:
    """The currency of an amount with `written` beside it, where the row or the file says `expected` (either
    may be "").

    Raises BadValue missing_currency, ambiguous_currency, currency_conflict.
    """
    if not written:
        if not expected:
            raise BadValue("missing_currency", text)
        return expected
    if possible := AMBIGUOUS.get(written):
        if not expected:
            raise BadValue("ambiguous_currency", written)
        found = expected if expected in possible else written
    else:
        found = parse_currency(written)
    if expected and found != expected:
        raise BadValue("currency_conflict", text, found=found, expected=expected)
    return found


def _last(text: str) -> re.Match[str] | None:
    for found in _AFTER.finditer(text):
        if found.end() == len(text) and _is_currency(found[1]):
            return found
    return None


def _is_currency(written: str) -> bool:
    return written in SIGNS or written in AMBIGUOUS or written.upper() in known_currencies()
