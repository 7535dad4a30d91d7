"""Numbers, money and days in three languages, as filters in a template write them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from babel.numbers import format_currency, format_decimal
from django.template import Context, Template
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from keystead.base.money import known_currencies
from keystead.web.templatetags import formats

LOCALES = {"pt-br": "pt_BR", "es": "es"}


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def written(source: str, language: str, **values: object) -> str:
    with translation.override(language):
        return Template(source).render(Context(values)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "full", "compact"),
    [
        ("en", "€ 4,196,420.50", "€ 4.20 M"),
        ("pt-br", "€ 4.196.420,50", "€ 4,20 mi"),
        ("es", "4.196.420,50 €", "4,20 M €"),
    ],
)
def test_money_follows_the_language(language: str, full: str, compact: str) -> None:
    target = euro("4196420.50")
    assert written("{{ it|money }}", language, it=target) == full
    assert written("{{ it|money_compact }}", language, it=target) == compact


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "€ 0"),
        ("950.49", "€ 950"),
        ("9999.49", "€ 9,999"),
        ("9999.50", "€ 10.0 K"),
        ("84250", "€ 84.3 K"),
        ("519349", "€ 519 K"),
        ("999499", "€ 999 K"),
        ("999500", "€ 1.00 M"),
        ("-621580", "−€ 622 K"),
        ("1234567890", "€ 1.23 B"),
        ("999994999999", "€ 999.99 B"),
        ("999999999999999.99", "€ 1,000 T"),
    ],
)
def test_compact_money_keeps_three_or_four_digits(amount: str, expected: str) -> None:
    assert written("{{ it|money_compact }}", "en", it=euro(amount)) == expected


def test_a_column_of_compact_money_can_share_one_unit() -> None:
    assert written('{{ it|money_compact:"M" }}', "en", it=euro("621580")) == "€ 0.62 M"
    assert written('{{ it|money_compact:"K" }}', "pt-br", it=euro("621580")) == "€ 621,6 mil"


def test_what_is_far_too_long_for_a_column_leaves_its_shared_unit() -> None:
    assert written('{{ it|money_compact:"M" }}', "en", it=euro("370370368056677.01")) == "€ 370.37 T"
    assert written('{{ it|money_compact:"M" }}', "en", it=euro("987654321000")) == "€ 987.65 B"
    assert written('{{ it|money_compact:"M" }}', "en", it=euro("1500")) == "€ 1,500"
    assert written('{{ it|money_compact:"M" }}', "en", it=euro("0")) == "€ 0.00 M"
    assert written('{{ it|money_compact:"M" }}', "pt-br", it=euro("370370368056677.01")) == "€ 370,37 tri"


def test_spanish_has_no_short_word_for_a_thousand_million() -> None:
    assert written("{{ it|money_compact }}", "es", it=euro("2519349000")) == "2.519,35 M €"


def test_currencies_are_shown_with_their_own_decimals_and_symbols() -> None:
    assert written("{{ it|money }}", "en", it=Money(Decimal("1234.4"), "JPY")) == "JP¥ 1,234"
    assert written("{{ it|money }}", "pt-br", it=Money(Decimal("-12.5"), "BRL")) == "−R$ 12,50"


def test_signed_money_says_plus_but_never_signs_a_zero() -> None:
    assert written("{{ it|signed_money }}", "en", it=euro("40")) == "+€ 40.00"
    assert written("{{ it|signed_money }}", "en", it=euro("-0.001")) == "€ 0.00"
    assert written('{{ it|signed_money:"M" }}', "en", it=euro("-621580")) == "−€ 0.62 M"


@given(st.decimals(min_value=0, max_value=10**14, places=2), st.sampled_from(["EUR", "USD", "BRL", "GBP"]))
def test_full_money_agrees_with_babel(amount: Decimal, currency: str) -> None:
    for language, locale in LOCALES.items():
        assert formats.money(Money(amount, currency), language) == format_currency(amount, currency, locale=locale)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=3))
def test_numbers_agree_with_babel(value: Decimal) -> None:
    for language, locale in LOCALES.items():
        expected = format_decimal(value, format="#,##0.###", locale=locale, decimal_quantization=False)
        assert formats.number(value, language) == expected.replace("-", formats.MINUS) or not value


def test_thirty_digits_stay_exact() -> None:
    assert formats.money(euro("123456789012345678901234567890.12"), "en").endswith("234,567,890.12")


def test_ratios_and_percentages() -> None:
    assert written("{{ it|percent }}", "en", it=Decimal("0.852")) == "85 %"
    assert written("{{ it|percent:1 }}", "es", it=Decimal("0.468")) == "46,8 %"
    assert written("{{ it|percent }}", "pt-br", it=Decimal("1.05")) == "105%"
    assert written("{{ it|ratio }}", "pt-br", it=Decimal("0.72")) == "0,72×"
    assert written("{{ it|number }}", "en", it=8800) == "8,800"


def test_days_and_periods_follow_the_language() -> None:
    review = date(2026, 12, 4)
    assert [written("{{ it|day }}", code, it=review) for code in ("en", "pt-br", "es")] == [
        "4 Dec 2026",
        "4 de dez. de 2026",
        "4 dic 2026",
    ]
    assert written("{{ it|day_short }}", "en", it=review) == "4 Dec"
    assert written("{% period a b %}", "en", a=date(2026, 1, 1), b=date(2026, 12, 31)) == "1 Jan – 31 Dec 2026"


def test_moments_are_told_in_the_members_time_zone() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Madrid"):
        assert written("{{ it|moment }}", "en", it=late) == "1 Jan 2027, 00:30"
        assert written("{{ it|day }}", "en", it=late) == "1 Jan 2027"


def test_a_missing_value_is_a_dash_with_a_name() -> None:
    for name in ("money", "money_compact", "signed_money", "number", "percent", "ratio", "day", "day_short", "moment"):
        dash = written("{{ it|" + name + " }}", "en", it=None)
        assert dash == '<span class="none" role="img" aria-label="no value">—</span>'


def test_initials_take_the_first_and_the_last_name() -> None:
    assert written("{{ it|initials }}", "en", it="João Pedro da Silva") == "JS"
    assert written("{{ it|initials }}", "en", it="ana@nordlicht.example") == "A"
    assert written("{{ it|initials }}", "en", it="") == "?"


@pytest.mark.parametrize(
    ("language", "million", "milliard"),
    [("en", "1.23 M", "1.23 B"), ("pt-br", "1,23 mi", "1,23 bi"), ("es", "1,23 M", "1.235 M")],
)
def test_a_long_number_under_a_narrow_column_is_told_by_its_first_digits(language: str, million: str, milliard: str) -> None:
    short = partial(formats.number_compact, language=language)
    assert short(1_234_567).replace(formats.NBSP, " ") == million
    assert short(Decimal(1_234_567_890)).replace(formats.NBSP, " ") == milliard
    assert short(-2_000_000).startswith(formats.MINUS)
    assert short(156_761) == formats.number(156_761, language)


def test_rates_stand_under_one_another_and_probabilities_have_the_percent_sign_of_the_language() -> None:
    assert written("{{ it|rate }}", "en", it=Decimal("5.3300000000")) == "5.3300"
    assert written("{{ it|rate }}", "pt-br", it=Decimal("0.0000578")) == "0,0000578"
    assert written("{{ it|points }}", "pt-br", it=Decimal("12.50")) == "12,5%"
    assert written("{{ it|points }}", "es", it=10).replace(formats.NBSP, " ") == "10 %"


def test_no_two_currencies_are_written_with_one_sign() -> None:
    for language in ("en", "pt-br", "es"):
        signs = {formats.money(Money(Decimal(1), code), language).strip("1.,0\u00a0") for code in known_currencies()}
        assert len(signs) == len(known_currencies()), language


def test_days_and_periods_of_a_list_are_as_short_in_portuguese_as_in_the_others() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert [written("{{ it|day_in_list }}", code, it=last) for code in ("en", "pt-br", "es")] == [
        "31 Dec 2026",
        "31/12/2026",
        "31 dic 2026",
    ]
    assert formats.period_in_list(first, last, "pt-br") == "01/01 – 31/12/2026"
    assert formats.period_in_list(first, date(2027, 3, 31), "pt-br") == "01/01/2026 – 31/03/2027"
    assert formats.period_in_list(first, last, "en") == formats.period(first, last, "en")
