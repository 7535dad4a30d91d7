from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.base.money import InvalidMoney, Money, known_currencies

amounts = st.decimals(min_value=Decimal("-1e18"), max_value=Decimal("1e18"), allow_nan=False, allow_infinity=False, places=6)
codes = st.sampled_from(["EUR", "USD", "BRL", "JPY", "KWD"])


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


@given(amounts, codes)
def test_rounding_moves_by_at_most_half_a_minor_unit_and_settles(amount: Decimal, code: str) -> None:
    money = Money(amount, code)
    half = Fraction(1, 2 * {"JPY": 1, "KWD": 1000}.get(code, 100))

    assert abs(Fraction(money.rounded().amount) - Fraction(amount)) <= half
    assert money.rounded().rounded() == money.rounded()


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0.125", "EUR", "0.12"),
        ("0.135", "EUR", "0.14"),
        ("-0.125", "EUR", "-0.12"),
        ("2.5", "JPY", "2"),
        ("3.5", "JPY", "4"),
        ("1.0005", "KWD", "1.000"),
        ("-0.001", "EUR", "0.00"),
    ],
)
def test_rounding_is_half_even_to_the_minor_units_of_the_currency(amount: str, currency: str, shown: str) -> None:
    assert str(Money(Decimal(amount), currency).rounded()) == f"{shown} {currency}"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (1.5, "EUR", "amount_not_decimal"),
        (1, "EUR", "amount_not_decimal"),
        (Decimal("NaN"), "EUR", "amount_not_finite"),
        (Decimal("Infinity"), "EUR", "amount_not_finite"),
        (Decimal("1E+30"), "EUR", "amount_out_of_range"),
        (Decimal("1E-61"), "EUR", "amount_out_of_range"),
        (Decimal(1), "eur", "currency_unknown"),
        (Decimal(1), "EURO", "currency_unknown"),
        (Decimal(1), "QQQ", "currency_unknown"),
        (Decimal(1), None, "currency_unknown"),
    ],
)
def test_what_is_not_money_is_refused_with_its_reason(amount: object, currency: object, code: str) -> None:
    with pytest.raises(InvalidMoney) as raised:
        Money(amount, currency)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_money_has_no_arithmetic_so_that_unlike_currencies_are_never_added_or_ordered() -> None:
    euros: Any = eur("1")
    dollars: Any = Money(Decimal(1), "USD")

    for attempt in (lambda: euros + dollars, lambda: euros - dollars, lambda: euros < dollars, lambda: euros + 1):
        with pytest.raises(TypeError):
            attempt()
    assert euros != dollars
    assert euros == eur("1.00")
    assert bool(euros)
    assert not eur("0")


def test_money_reads_as_amount_and_currency() -> None:
    assert str(eur("1234.50")) == "1234.50 EUR"


def test_currencies_known_are_upper_case_codes_of_three_letters() -> None:
    assert {"EUR", "USD", "BRL"} <= known_currencies()
    assert all(len(code) == 3 and code.isupper() for code in known_currencies())
