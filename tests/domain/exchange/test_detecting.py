"""What a sample tells about its columns."""

from typing import Any

import pytest

from keystead.domain.exchange.parsing.detecting import ColumnFacts, columns_facts
from keystead.domain.exchange.parsing.detecting_days import locale_order
from keystead.domain.exchange.parsing.detecting_numbers import locale_format
from keystead.domain.exchange.parsing.values import COMMA, POINT


def facts(*texts: str, locale: str = "en") -> ColumnFacts:
    return columns_facts(["Column"], [[text] for text in texts], locale=locale)[0]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01/02/2025", "13/02/2025"], "dmy"), (["01/02/2025", "02/13/2025"], "mdy"), (["2025-02-13", "2025-03-01"], "ymd"),
        (["2009/1/1", "2009/1/13"], "ymd"), (["99-12-31", "98-02-28", "01-02-03"], "ymd"), (["1 mar 2025", "13/02/2025"], "dmy"),
        (["1577836800000", "1609459200000"], "epoch"),
    ],
)  # fmt: skip
def test_the_order_of_days_is_found_from_days_above_twelve(texts: list[str], order: str) -> None:
    found = facts(*texts).dates
    assert found is not None
    assert (found.order, found.ambiguous) == (order, False)


@pytest.mark.parametrize(("locale", "order"), [("en", "mdy"), ("en-gb", "dmy"), ("pt-br", "dmy"), ("es", "dmy"), ("sv", "dmy")])
def test_days_that_decide_nothing_are_read_by_the_locale_and_said_to_be_ambiguous(locale: str, order: str) -> None:
    found = facts("01/02/2025", "03/04/2025", locale=locale).dates
    assert found is not None
    assert (found.order, found.ambiguous, found.mixed) == (order, True, False)


def test_the_same_number_for_day_and_month_is_no_doubt() -> None:
    found = facts("01/01/2025", "02/02/2025").dates
    assert found is not None
    assert (found.order, found.ambiguous) == ("ymd", False)


def test_two_orders_in_one_column_are_said_to_be_mixed() -> None:
    found = facts("13/02/2025", "14/02/2025", "02/15/2025").dates
    assert found is not None
    assert (found.order, found.mixed, found.share) == ("dmy", True, 0.6667)


def test_days_with_times_are_days() -> None:
    found = facts("2025-01-01 10:00:00", "2025-01-02 11:30:00")
    assert found.content == "day"
    assert found.dates is not None
    assert found.dates.has_times


def test_a_day_that_does_not_exist_leaves_its_column_a_column_of_days() -> None:
    found = facts("13/02/2025", "31/02/2025", "30/02/2025", "14/02/2025")
    assert found.dates is not None
    assert (found.dates.order, found.dates.share) == ("dmy", 0.5)


@pytest.mark.parametrize(
    ("texts", "number_format"),
    [
        (["1.234,56", "2"], COMMA), (["1,234.56", "2"], POINT), (["1.234.567", "2"], COMMA), (["1,234,567"], POINT),
        (["1,5", "2,25"], COMMA), (["0.123", "0.456"], POINT), (["1234.567"], POINT), (["1 234,5"], COMMA),
        (["R$ 10,5"], COMMA), (["(1,234.5)"], POINT), (["12"], POINT), (["1.5E+05"], POINT),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_found_from_the_numbers_themselves(texts: list[str], number_format: Any) -> None:
    found = facts(*texts).numbers
    assert found is not None
    assert (found.format, found.ambiguous, found.mixed) == (number_format, False, False)


@pytest.mark.parametrize(("locale", "number_format"), [("en", POINT), ("pt-br", COMMA), ("es", COMMA), ("es-mx", POINT)])
def test_a_thousand_or_one_is_decided_by_the_locale_and_said_to_be_ambiguous(locale: str, number_format: Any) -> None:
    found = facts("1.234", "5.678", locale=locale).numbers
    assert found is not None
    assert (found.format, found.ambiguous) == (number_format, True)


def test_a_stray_number_of_the_other_format_is_said() -> None:
    found = facts("1,234.56", "7,890.12", "1.234,56").numbers
    assert found is not None
    assert (found.format, found.mixed, found.share) == (POINT, True, 0.6667)
    even = facts("1,234.56", "1.234,56", locale="es").numbers
    assert even is not None
    assert even.format == COMMA


def test_currencies_percentages_and_shares_are_seen() -> None:
    money = facts("R$ 10,50", "R$ 11,00", "$ 5,00").numbers
    assert money is not None
    assert money.currencies == ("BRL", "$")
    percent = facts("10%", "25%").numbers
    assert percent is not None
    assert (percent.percent, percent.whole, percent.fraction) == (True, True, False)
    share = facts("0.1", "1", "0.75").numbers
    assert share is not None
    assert (share.fraction, share.whole) == (True, False)


@pytest.mark.parametrize(
    ("texts", "content"),
    [
        (["", " ", "N/A"], "empty"), (["Acme", "Bolt"], "text"), (["5", "6"], "number"), (["0", "1"], "bool"), (["Sim", "Não"],
        "bool"),
        (["ana@example.com", "bob@example.org"], "email"), (["https://a.com", "www.b.org"], "url"), (["EUR", "USD"], "currency"),
        (["Booking.com", "Amazon.com"], "text"), (["5", "six", "seven", "8", "9"], "text"), (["12345", "01/02/2025", "x"],
        "text"),
    ],
)  # fmt: skip
def test_what_a_column_holds_is_named(texts: list[str], content: str) -> None:
    assert facts(*texts).content == content


def test_a_column_is_counted() -> None:
    column = facts("Acme", "", "Bolt", "Acme", "N/A", "=1+1\n" + "x" * 200)
    assert (column.filled, column.empty, column.distinct, column.longest) == (4, 2, 3, 205)
    assert column.examples[:2] == ("Acme", "Bolt")
    assert len(column.examples[2]) == 80


def test_day_counts_are_possible_days_and_plain_numbers_until_someone_says() -> None:
    column = facts("45292", "45657")
    assert (column.content, column.serial, column.dates) == ("number", True, None)
    assert not facts("7", "45657").serial


def test_without_rows_every_column_is_empty() -> None:
    assert [column.content for column in columns_facts(["A", "B"], [], locale="en")] == ["empty", "empty"]


def test_facts_are_told_as_plain_values() -> None:
    told = facts("01/02/2025", "13/02/2025").to_json()
    assert told["date_format"] == {"order": "dmy", "example": "31/12/2025", "ambiguous": False, "mixed": False}
    assert told["number_format"] is None
    assert facts("R$ 1.234,50").to_json()["number_format"] == {
        "example": "1.234,56", "ambiguous": False, "mixed": False, "currencies": ["BRL"], "fraction": False,
    }  # fmt: skip


def test_locales_have_their_usual_order_and_signs() -> None:
    assert [locale_order(tag) for tag in ("en_US", "pt_BR", "es", "hu", "ja-JP", "en-CA")] == [
        "mdy",
        "dmy",
        "dmy",
        "ymd",
        "ymd",
        "ymd",
    ]
    assert [locale_format(tag) for tag in ("en", "pt-br", "es-es", "es-MX", "de")] == [POINT, COMMA, COMMA, POINT, COMMA]
