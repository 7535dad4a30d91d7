"""Money: an exact amount in one currency. Unlike currencies are never added or ordered.

Amounts are `Decimal`, never `float`, and arithmetic here is exact: nothing is rounded until somebody asks for
`rounded()`, which happens when a number is shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Self

from babel.numbers import get_currency_precision, list_currencies

# Decimal's usual 28 digits would round a long sum in silence. With amounts held inside these limits, a sum
# and a product with a rate are exact.
_DIGITS = 30
_EXACT = Context(prec=6 * _DIGITS, rounding=ROUND_HALF_EVEN)
_PLAIN_NUMBER = re.compile(rf"-?[0-9]{{1,{_DIGITS}}}(\.[0-9]{{1,{_DIGITS}}})?")


class InvalidMoney(ValueError):
    """Not money. `code` says why; `value` is what was offered."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value


class UnlikeCurrencies(ArithmeticError):
    """Two currencies met in an operation that needs one. Convert first, with a dated rate."""

    code = "unlike_currencies"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} are unlike currencies")
        self.left = left
        self.right = right


class MissingRate(LookupError):
    """No exchange rate is known for a pair on a date. It is shown, never replaced by 1."""

    code = "missing_rate"

    def __init__(self, base: str, quote: str, on: date) -> None:
        super().__init__(f"No exchange rate from {base} to {quote} on {on.isoformat()}")
        self.base = base
        self.quote = quote
        self.date = on


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` is a finite Decimal, at most 30 digits before and after the point; `currency` is ISO 4217.

    Raises InvalidMoney. Equality across currencies is simply False; ordering across currencies raises.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise InvalidMoney("amount_not_decimal", self.amount)
        if not self.amount.is_finite():
            raise InvalidMoney("amount_not_finite", self.amount)
        if self.amount.adjusted() >= _DIGITS or int(self.amount.as_tuple().exponent) < -_DIGITS:
            raise InvalidMoney("amount_out_of_range", self.amount)
        if not isinstance(self.currency, str) or self.currency not in known_currencies():
            raise InvalidMoney("currency_unknown", self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(Decimal(0), currency)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read {"amount": "1234.50", "currency": "EUR"}: the amount is text, in plain ASCII digits."""
        if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
            raise InvalidMoney("money_malformed", value)
        text = value["amount"]
        if not isinstance(text, str) or not _PLAIN_NUMBER.fullmatch(text):
            raise InvalidMoney("amount_malformed", text)
        return cls(Decimal(text), value["currency"])

    def to_json(self) -> dict[str, str]:
        """{"amount": "1234.50", "currency": "EUR"}: the currency's minor units, or more digits."""
        minor = -minor_units(self.currency)
        exponent = min(int(self.amount.as_tuple().exponent), minor)
        return {"amount": f"{_at_exponent(self.amount, exponent):f}", "currency": self.currency}

    def rounded(self) -> Self:
        """Half-even to the currency's minor units: 2 for EUR, 0 for JPY, 3 for KWD."""
        return type(self)(_at_exponent(self.amount, -minor_units(self.currency)), self.currency)

    def times(self, factor: Decimal | int) -> Self:
        """A share of this money, as in amount x probability. Raises InvalidMoney for a float."""
        return type(self)(_product(self.amount, factor), self.currency)

    def converted(self, rate: Decimal, currency: str) -> Self:
        """The same money in another currency: `rate` units of `currency` for one unit of this one."""
        return type(self)(_product(self.amount, rate), currency)

    def __add__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.add(self.amount, self._like(other)), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.subtract(self.amount, self._like(other)), self.currency)

    def __neg__(self) -> "Money":
        return Money(_EXACT.minus(self.amount), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._like(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._like(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._like(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._like(other)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _like(self, other: "Money") -> Decimal:
        if self.currency != other.currency:
            raise UnlikeCurrencies(self.currency, other.currency)
        return other.amount


def total(moneys: Iterable[Money], currency: str) -> Money:
    """The sum in `currency`, zero for none. Raises UnlikeCurrencies when one is in another currency."""
    return sum(moneys, start=Money.zero(currency))


@lru_cache(maxsize=1)
def known_currencies() -> frozenset[str]:
    """Every ISO 4217 code that Babel knows, former ones too: old deals may be in old money."""
    return frozenset(list_currencies())


@lru_cache(maxsize=512)
def minor_units(currency: str) -> int:
    """How many decimals a currency is shown with."""
    return get_currency_precision(currency)


def _at_exponent(amount: Decimal, exponent: int) -> Decimal:
    shown = amount.quantize(Decimal(1).scaleb(exponent), context=_EXACT)
    return abs(shown) if shown.is_zero() else shown  # nobody owes "-0.00"


def _product(amount: Decimal, factor: Decimal | int) -> Decimal:
    """Exact, unless the product has more decimals than money may carry: then half-even at the last one."""
    if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
        raise InvalidMoney("factor_not_decimal", factor)
    if isinstance(factor, Decimal) and not factor.is_finite():
        raise InvalidMoney("factor_not_finite", factor)
    product = _EXACT.multiply(amount, Decimal(factor))
    if int(product.as_tuple().exponent) >= -_DIGITS or product.adjusted() >= _DIGITS:
        return product
    return product.quantize(Decimal(1).scaleb(-_DIGITS), context=_EXACT)
