"""Texts to values, exactly, or with a code that says why not."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from keystead.domain.exchange.parsing.detecting_days import locale_order
from keystead.domain.exchange.parsing.detecting_numbers import locale_format
from keystead.domain.exchange.parsing.values import (
    COMMA,
    POINT,
    NumberFormat,
    currency_in,
    date_order,
    is_blank,
    meant_currency,
    parse_amount,
    parse_bool,
    parse_choice,
    parse_currency,
    parse_day,
    parse_email,
    parse_integer,
    parse_probability,
    parse_text,
    parse_url,
    plain,
    split_name,
)
from keystead.domain.exchange.problems.codes import BadValue

LOCALES = {"en": "en_US", "pt-br": "pt_BR", "es": "es_ES"}


def code_of(parse: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    with pytest.raises(BadValue) as bad:
        parse(*arguments, **options)
    return bad.value.code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"), ("R$ 1.234,56", "1234.56"), ("1.234,56 €", "1234.56"), ("EUR 1.234,56", "1234.56"),
        ("1.234,56 EUR", "1234.56"), ("(1.234,56)", "-1234.56"), ("US$ (5)", "-5"), ("-5", "-5"), ("+5", "5"),
        ("€ -5", "-5"), ("-€5", "-5"), ("5- EUR", "-5"), ("5-", "-5"), ("\u22125,5", "-5.5"), ("1 234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"), ("1\u202f234,5", "1234.5"), ("1'234,5", "1234.5"), ("1\u2019234,5", "1234.5"),
        ("1.234.567", "1234567"), ("12 %", "12"), (",5", "0.5"), ("5,", "5"), ("1E+05", "100000"), ("1,5e2", "150"),
        ("007", "7"), ("-0", "0"), (" 12 ", "12"), ("0,0000000000001", "0.0000000000001"),
    ],
)  # fmt: skip
def test_amounts_as_a_portuguese_or_spanish_file_writes_them(text: str, amount: str) -> None:
    assert parse_amount(text, COMMA) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "amount"), [("1,234.56", "1234.56"), ("$1,234.56", "1234.56"), ("12,34,567.8", "1234567.8"), (".5", "0.5")]
)
def test_amounts_as_an_english_file_writes_them(text: str, amount: str) -> None:
    assert parse_amount(text, POINT) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "bad_number"), ("", "bad_number"), ("--5", "bad_number"), ("(-5)", "bad_number"), ("R$", "bad_number"),
        ("12 kg", "bad_number"), ("1.2.3", "other_number_format"), ("1,234.56", "other_number_format"),
        ("1,2,3", "other_number_format"), ("#N/A", "error_value"), ("#DIV/0!", "error_value"), ("####", "error_value"),
        ("9" * 17, "number_too_large"), ("1E+50", "number_too_large"), ("1" * 100, "bad_number"), ("1E+5000", "bad_number"),
        ("\u0661\u0662", "bad_number"), ("inf", "bad_number"), ("NaN", "bad_number"), ("2025-12-31", "bad_number"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_its_code(text: str, code: str) -> None:
    assert code_of(parse_amount, text, COMMA) == code


def test_a_german_number_under_an_english_format_is_never_another_number() -> None:
    with pytest.raises(BadValue) as bad:
        parse_amount("1.234,56", POINT)
    assert (bad.value.code, bad.value.params) == ("other_number_format", {"value": "1.234,56", "example": "1,234.56"})


def test_without_a_format_only_what_reads_one_way_is_read() -> None:
    assert code_of(parse_amount, "1.234", None) == "ambiguous_number"
    assert code_of(parse_amount, "x", None) == "bad_number"
    for text in ("1,234,567", "1 234 567", "1'234'567"):
        assert parse_amount(text, None) == 1234567
    assert parse_amount("1,234.5", None) == Decimal("1234.5")


def test_a_format_is_named_by_an_example() -> None:
    assert NumberFormat.of("1.234,56") == COMMA
    assert NumberFormat.of("1,234.56") == POINT
    assert NumberFormat.of("1 234,5") == NumberFormat(",", " ")
    assert NumberFormat.of("1234.56") == NumberFormat(".", "")
    assert COMMA.example == "1.234,56"
    assert code_of(NumberFormat.of, "1.234.56") == "bad_number"


_AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@given(amount=_AMOUNTS, language=st.sampled_from(sorted(LOCALES)))
def test_an_amount_written_in_a_locale_reads_back(amount: Decimal, language: str) -> None:
    text = format_decimal(amount, format="#,##0.00", locale=LOCALES[language])
    assert parse_amount(text, locale_format(language)) == amount


@given(
    amount=_AMOUNTS,
    language=st.sampled_from(sorted(LOCALES)),
    currency=st.sampled_from(["EUR", "BRL", "USD", "JPY", "GBP", "CHF"]),
)
def test_money_written_in_a_locale_reads_back_with_its_currency(amount: Decimal, language: str, currency: str) -> None:
    text = format_currency(amount, currency, locale=LOCALES[language], currency_digits=False, format="¤ #,##0.00")
    assert parse_amount(text, locale_format(language)) == amount
    assert meant_currency(currency_in(text), currency, text) == currency


@given(
    day=st.dates(date(1970, 1, 1), date(2068, 12, 31)),
    language=st.sampled_from(sorted(LOCALES)),
    length=st.sampled_from(["short", "medium", "long", "full"]),
)
def test_a_day_written_in_a_locale_reads_back(day: date, language: str, length: Any) -> None:
    assert parse_day(format_date(day, length, locale=LOCALES[language]), locale_order(language)) == day


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31/12/2025", "dmy", "2025-12-31"), ("31.12.2025", "dmy", "2025-12-31"), ("31-12-25", "dmy", "2025-12-31"),
        ("31 12 2025", "dmy", "2025-12-31"), ("1/2/03", "dmy", "2003-02-01"), ("1/2/69", "dmy", "1969-02-01"),
        ("12/31/2025", "mdy", "2025-12-31"), ("2009/1/5", "dmy", "2009-01-05"), ("2025-12-31", "mdy", "2025-12-31"),
        ("25-12-31", "ymd", "2025-12-31"), ("20251231", "dmy", "2025-12-31"), ("31122025", "dmy", "2025-12-31"),
        ("2017-03-01T23:30:00.000+0000", "ymd", "2017-03-01"), ("2017-03-01 3:15:52", "dmy", "2017-03-01"),
        ("1/15/2024 3:45 PM", "mdy", "2024-01-15"), ("01/03/2017 14h30", "dmy", "2017-03-01"),
        ("2017-03-01T00:00:00Z", "ymd", "2017-03-01"), ("1 de mar\u00e7o de 2017", "dmy", "2017-03-01"),
        ("Mar 1st, 2017", "dmy", "2017-03-01"), ("1-mar-17", "mdy", "2017-03-01"), ("2017 Mar 1", "dmy", "2017-03-01"),
        ("Thu, 2 Mar 2017", "dmy", "2017-03-02"), ("mar, 5 de mayo de 2020", "dmy", "2020-05-05"),
        ("43101", "serial", "2018-01-01"), ("43101.75", "serial", "2018-01-01"), ("2018-01-01", "serial", "2018-01-01"),
        ("1577836800000", "epoch", "2020-01-01"), ("1577836800", "epoch", "2020-01-01"),
    ],
)  # fmt: skip
def test_days_as_files_write_them(text: str, order: Any, day: str) -> None:
    assert parse_day(text, order) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("31/02/2025", "dmy", "impossible_date"), ("2025-02-30", "ymd", "impossible_date"), ("00/01/2025", "dmy",
        "impossible_date"),
        ("30/02/2025", "mdy", "wrong_date_order"), ("12/31/2025", "dmy", "wrong_date_order"), ("31/12/2025", "ymd",
        "wrong_date_order"),
        ("0217-01-01", "ymd", "unlikely_year"), ("9999-12-31", "ymd", "unlikely_year"), ("9999999999999", "epoch",
        "unlikely_year"),
        ("soon", "dmy", "bad_date"), ("", "dmy", "bad_date"), ("1/2", "dmy", "bad_date"), ("1987 Jan", "dmy", "bad_date"),
        ("4.5", "dmy", "bad_date"), ("12/345/2020", "dmy", "bad_date"), ("1/2/3", "dmy", "bad_date"), ("1/2/345", "dmy",
        "bad_date"),
        ("2020/1/2020", "dmy", "bad_date"), ("1 foo Mar 2017", "dmy", "bad_date"), ("x" * 99, "dmy", "bad_date"),
        ("12", "serial", "bad_date"), ("99999", "epoch", "bad_date"), ("#REF!", "dmy", "error_value"), ("Mar 12345, 1", "dmy",
        "bad_date"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_its_code(text: str, order: Any, code: str) -> None:
    assert code_of(parse_day, text, order) == code


@pytest.mark.parametrize(
    ("written", "order"),
    [("DD/MM/YYYY", "dmy"), ("%m/%d/%Y", "mdy"), ("dd-MM-yyyy", "dmy"), ("yyyy-mm-dd", "ymd"), ("ISO", "ymd"), ("%d %b %Y",
    "dmy"),
     ("dd/mm/aaaa", "dmy"), ("serial", "serial"), ("epoch", "epoch"), ("mdy", "mdy")],
)  # fmt: skip
def test_a_date_format_is_its_order_however_it_is_written(written: str, order: str) -> None:
    assert date_order(written) == order


def test_an_unknown_date_format_is_refused() -> None:
    assert code_of(date_order, "whenever") == "option_unknown"


def test_yes_and_no_in_three_languages() -> None:
    assert all(parse_bool(text) for text in ("true", "Sim", "SÍ", "yes", "1", "Verdadeiro", "x"))
    assert not any(parse_bool(text) for text in ("false", "Não", "no", "0", "Falso"))
    assert code_of(parse_bool, "maybe") == "bad_bool"


def test_whole_numbers_and_shares_have_their_bounds() -> None:
    assert parse_integer("2.822", COMMA) == 2822
    assert code_of(parse_integer, "2,5", COMMA) == "not_whole"
    assert code_of(parse_integer, "-1", COMMA) == "negative"
    assert code_of(parse_integer, "3000000000", COMMA) == "out_of_range"
    assert parse_probability("75%", POINT) == 75
    assert parse_probability("0.75", POINT, fraction=True) == 75
    assert parse_probability("75%", POINT, fraction=True) == 75
    assert code_of(parse_probability, "101", POINT) == "out_of_range"
    assert code_of(parse_probability, "1.5", POINT, fraction=True) == "out_of_range"


def test_currencies_by_code_sign_or_name() -> None:
    for text in ("EUR", "eur", " \u20ac ", "Euro", "EUR - Euro"):
        assert parse_currency(text) == "EUR"
    assert parse_currency("D\u00f3lar americano") == "USD"
    assert code_of(parse_currency, "$") == "ambiguous_currency"
    assert code_of(parse_currency, "XQX") == "bad_currency"


def test_the_currency_beside_an_amount_must_agree_with_the_row() -> None:
    assert meant_currency("", "BRL", "5") == "BRL"
    assert meant_currency("$", "CAD", "$5") == "CAD"
    assert meant_currency("\u20ac", "", "5\u20ac") == "EUR"
    assert code_of(meant_currency, "", "", "5") == "missing_currency"
    assert code_of(meant_currency, "$", "", "$5") == "ambiguous_currency"
    assert code_of(meant_currency, "$", "EUR", "$5") == "currency_conflict"
    assert code_of(meant_currency, "R$", "EUR", "R$5") == "currency_conflict"


def test_three_letters_that_are_no_currency_stay_beside_the_number() -> None:
    assert currency_in("abc 5") == ""
    assert code_of(parse_amount, "abc 5", POINT) == "bad_number"


def test_addresses_are_checked_and_tidied() -> None:
    assert parse_email("Ana Lima <ana@Example.COM>") == "ana@example.com"
    assert parse_email("mailto:jo\u00e3o@exemplo.com.br") == "jo\u00e3o@exemplo.com.br"
    for wrong in ("ana", "a@b", "a b@c.de", ".a@b.cd", "a..b@c.de", "a@b.cd, e@f.gh", "a@-b.cd", "x" * 250 + "@b.cd"):
        assert code_of(parse_email, wrong) == "bad_email"
    assert parse_url("www.example.com") == "https://www.example.com"
    assert parse_url("http://caf\u00e9.fr:8080/a?b=c") == "http://caf\u00e9.fr:8080/a?b=c"
    assert parse_url("//example.com/x") == "https://example.com/x"
    for wrong in (
        "foo",
        "javascript:alert(1)",
        "ftp://example.com",
        "http://a b.com",
        "http://u:p@example.com",
        "http://[",
        "http://x.com/<b>",
    ):
        assert code_of(parse_url, wrong) == "bad_url"
    assert code_of(parse_url, "http://example.com/" + "x" * 300) == "too_long"


def test_words_are_tidied_and_never_cut() -> None:
    assert parse_text("  Acme\u00a0\x07 Inc\n", 20) == "Acme  Inc"
    assert parse_text("one\ntwo", 20) == "one two"
    assert parse_text("one\ntwo", 20, lines=True) == "one\ntwo"
    with pytest.raises(BadValue) as bad:
        parse_text("x" * 21, 20)
    assert (bad.value.code, bad.value.params["length"], bad.value.params["limit"]) == ("too_long", 21, 20)


@pytest.mark.parametrize("error", ["#REF!", "#¡VALOR!", "#NOME?", "#SPILL!", "Err:502"])
def test_an_error_of_a_spreadsheet_is_neither_a_word_nor_a_number(error: str) -> None:
    for parse in (lambda: parse_text(error, 100), lambda: parse_amount(error, POINT)):
        with pytest.raises(BadValue, match="error_value"):
            parse()
    assert [parse_text(text, 100) for text in ("#", "#12", "#REF! 7", "Err")] == ["#", "#12", "#REF! 7", "Err"]


def test_nothing_is_written_in_many_ways_but_words_are_words() -> None:
    assert all(is_blank(text) for text in ("", "  ", "-", "N/A", "null", "#N/A"))
    assert [is_blank(text, words=True) for text in ("", "NULL", "\\N", "None", "-", "Null")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_choice_is_found_without_case_accents_or_underscores() -> None:
    choices = {"fechado ganho": "won", "won": "won", "lost": "lost"}
    assert parse_choice("Fechado_Ganho", choices) == "won"
    assert code_of(parse_choice, "perhaps", choices) == "bad_choice"


def test_full_names_part_before_the_family_name() -> None:
    assert split_name("Silva, Ana") == ("Ana", "Silva")
    assert split_name("Ana Maria da Silva") == ("Ana Maria", "da Silva")
    assert split_name("Mei-Mei  Johns") == ("Mei-Mei", "Johns")
    assert split_name("Madonna") == ("", "Madonna")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_a_plain_number_is_the_same_number(number: Decimal) -> None:
    assert Decimal(plain(number)) == number
    assert "E" not in plain(number)
