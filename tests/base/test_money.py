from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.base.money import InvalidMoney, MissingRate, Money, UnlikeCurrencies, known_currencies, total

amounts = st.decimals(min_value=Decimal("-1e18"), max_value=Decimal("1e18"), allow_nan=False, allow_infinity=False, places=6)
codes = st.sampled_from(["EUR", "USD", "BRL", "JPY", "KWD"])


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


@given(st.lists(amounts), codes)
def test_a_total_is_exact_and_does_not_depend_on_the_order(parts: list[Decimal], code: str) -> None:
    moneys = [Money(part, code) for part in parts]
    expected = sum((Fraction(part) for part in parts), Fraction(0))

    assert Fraction(total(moneys, code).amount) == expected
    assert total(reversed(moneys), code) == total(moneys, code)


@given(amounts, amounts, codes)
def test_taking_away_undoes_adding_and_negation_mirrors(left: Decimal, right: Decimal, code: str) -> None:
    a, b = Money(left, code), Money(right, code)

    assert a + b - b == a
    assert a - b == -(b - a)


@given(amounts, codes)
def test_json_gives_back_the_same_money(amount: Decimal, code: str) -> None:
    money = Money(amount, code)

    assert Money.from_json(money.to_json()) == money


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
    assert Money(Decimal(amount), currency).rounded().to_json() == {"amount": shown, "currency": currency}


@pytest.mark.parametrize(
    ("amount", "written"), [("1234.5", "1234.50"), ("1E+3", "1000.00"), ("0.1234", "0.1234"), ("-0", "0.00")]
)
def test_json_shows_the_minor_units_and_hides_no_digit(amount: str, written: str) -> None:
    assert eur(amount).to_json()["amount"] == written


def test_the_total_of_nothing_is_zero_in_the_currency_asked_for() -> None:
    assert total([], "BRL") == Money.zero("BRL")
    assert not Money.zero("BRL")
    assert eur("0.01")


def test_euros_and_dollars_are_never_added_taken_away_or_ordered() -> None:
    euros, dollars = eur("1"), Money(Decimal(1), "USD")

    for attempt in (
        lambda: euros + dollars,
        lambda: euros - dollars,
        lambda: euros < dollars,
        lambda: total([euros, dollars], "EUR"),
    ):
        with pytest.raises(UnlikeCurrencies, match="EUR and USD") as raised:
            attempt()
        assert (raised.value.code, raised.value.left, raised.value.right) == (
            "unlike_currencies",
            "EUR",
            "USD",
        )
    assert euros != dollars


def test_like_money_is_ordered_by_amount() -> None:
    one, two = eur("1"), eur("2")

    assert one < two
    assert one <= two
    assert one <= eur("1.00") <= one
    assert two > one
    assert two >= one
    assert not two < one
    assert hash(one) == hash(eur("1.00"))


def test_a_bare_number_is_not_money() -> None:
    with pytest.raises(TypeError):
        eur("1") + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        eur("1") - 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (1.5, "EUR", "amount_not_decimal"),
        (1, "EUR", "amount_not_decimal"),
        (Decimal("NaN"), "EUR", "amount_not_finite"),
        (Decimal("Infinity"), "EUR", "amount_not_finite"),
        (Decimal("1E+30"), "EUR", "amount_out_of_range"),
        (Decimal("1E-31"), "EUR", "amount_out_of_range"),
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


@pytest.mark.parametrize(
    "value",
    [
        None,
        "12",
        {"amount": "12"},
        {"amount": "12", "currency": "EUR", "rate": "1"},
        {"amount": 12, "currency": "EUR"},
        {"amount": "1,5", "currency": "EUR"},
        {"amount": "1_000", "currency": "EUR"},
        {"amount": " 1", "currency": "EUR"},
        {"amount": "1e5", "currency": "EUR"},
        {"amount": "NaN", "currency": "EUR"},
        {"amount": "١٢", "currency": "EUR"},
        {"amount": "9" * 31, "currency": "EUR"},
        {"amount": "1", "currency": ["EUR"]},
    ],
)
def test_json_that_is_not_money_is_refused(value: object) -> None:
    with pytest.raises(InvalidMoney):
        Money.from_json(value)


def test_a_deal_in_dollars_converts_by_its_rate_and_a_share_stays_exact() -> None:
    deal = Money(Decimal("1200000.00"), "USD")

    assert deal.converted(Decimal("0.9214"), "EUR") == eur("1105680")
    assert deal.times(Decimal("0.35")) == Money(Decimal(420000), "USD")
    assert deal.times(2) == Money(Decimal(2400000), "USD")


def test_a_product_with_too_many_decimals_is_cut_half_even_at_the_thirtieth() -> None:
    tiny = Decimal("0.000000000000001")
    assert eur("0.5").times(tiny * tiny) == eur("0")
    assert eur("1.5").times(tiny * tiny) == Money(Decimal("2E-30"), "EUR")


def test_a_product_beyond_the_range_is_an_error() -> None:
    huge = eur("9" * 30 + ".5")
    with pytest.raises(InvalidMoney) as raised:
        huge.times(Decimal("9." + "1" * 30))
    assert raised.value.code == "amount_out_of_range"


@pytest.mark.parametrize(
    ("factor", "code"),
    [(0.5, "factor_not_decimal"), (True, "factor_not_decimal"), (Decimal("NaN"), "factor_not_finite")],
)
def test_a_factor_that_is_not_exact_is_refused(factor: object, code: str) -> None:
    with pytest.raises(InvalidMoney) as raised:
        eur("1").times(factor)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_a_missing_rate_names_the_pair_and_the_day() -> None:
    missing = MissingRate("USD", "EUR", date(2026, 1, 12))

    assert str(missing) == "No exchange rate from USD to EUR on 2026-01-12"
    assert (missing.code, missing.base, missing.quote, missing.date) == (
        "missing_rate",
        "USD",
        "EUR",
        date(2026, 1, 12),
    )


def test_money_reads_as_amount_and_currency() -> None:
    assert str(eur("1234.50")) == "1234.50 EUR"


def test_currencies_known_are_upper_case_codes_of_three_letters() -> None:
    assert {"EUR", "USD", "BRL"} <= known_currencies()
    assert all(len(code) == 3 and code.isupper() for code in known_currencies())
