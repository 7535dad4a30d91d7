"""Money: an exact amount in one currency, as it is shown.

Money has no arithmetic: sums and conversions are made by the database, currency by currency, so that nothing here could add
unlike ones. Amounts are `Decimal`, never `float`; nothing is rounded until somebody asks for `rounded()`.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Self

from babel.numbers import get_currency_precision, list_currencies

_DIGITS = 30
_DECIMALS = 60  # a share of a converted target: 4 decimals of the amount, 12 of the rate, and what a division adds
# Decimal's usual 28 digits would round a long amount in silence. Converted amounts carry up to 20 decimals, and sums of them more
# digits before the point (a ratio to a tiny target too): whoever reckons with them outside the database does it here, exactly.
EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)


class InvalidMoney(ValueError):
    """Not money. `code` says why; `value` is what was offered."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` is a finite Decimal, at most 30 digits before the point and 60 after it; `currency` is ISO 4217.

    Raises InvalidMoney. Equality across currencies is simply False; there is no order.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise InvalidMoney("amount_not_decimal", self.amount)
        if not self.amount.is_finite():
            raise InvalidMoney("amount_not_finite", self.amount)
        if self.amount.adjusted() >= _DIGITS or int(self.amount.as_tuple().exponent) < -_DECIMALS:
            raise InvalidMoney("amount_out_of_range", self.amount)
        if not isinstance(self.currency, str) or self.currency not in known_currencies():
            raise InvalidMoney("currency_unknown", self.currency)

    def rounded(self) -> Self:
        """Half-even to the currency's minor units: 2 for EUR, 0 for JPY, 3 for KWD."""
        return type(self)(_at_exponent(self.amount, -minor_units(self.currency)), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@lru_cache(maxsize=1)
def known_currencies() -> frozenset[str]:
    """Every ISO 4217 code that Babel knows, former ones too: old deals may be in old money."""
    return frozenset(list_currencies())


@lru_cache(maxsize=512)
def minor_units(currency: str) -> int:
    """How many decimals a currency is shown with."""
    return get_currency_precision(currency)


def _at_exponent(amount: Decimal, exponent: int) -> Decimal:
    shown = amount.quantize(Decimal(1).scaleb(exponent), context=EXACT)
    return abs(shown) if shown.is_zero() else shown  # nobody owes "-0.00"
