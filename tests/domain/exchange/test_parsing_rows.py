"""Rows to values by a plan: formats per column, currencies, references, and what is missing."""

from typing import Any

from django.utils import translation

from keystead.domain.exchange.parsing.detecting import columns_facts
from keystead.domain.exchange.parsing.plan import make_plan
from keystead.domain.exchange.parsing.rows import ParsedRow, parse_rows
from keystead.domain.exchange.parsing.values import COMMA
from keystead.domain.exchange.problems.codes import Problem
from keystead.domain.exchange.reading.table import Row
from keystead.domain.exchange.recognising.columns import guess_mapping


def parsed(kind: str, text: str, *, locale: str = "en", mapping: dict[str, str] | None = None, **options: Any) -> list[ParsedRow]:
    """Rows of a little table written with | and line ends, its columns guessed unless they are given."""
    headers, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    facts = columns_facts(headers, rows, locale=locale)
    mapping = mapping or {header: guess.field for header, guess in guess_mapping(kind, headers, facts).items()}
    plan = make_plan(kind, headers, mapping, facts, locale=locale, **options)
    return list(parse_rows([Row(number, cells) for number, cells in enumerate(rows, start=2)], plan))


def codes(row: ParsedRow) -> list[tuple[str | None, str]]:
    return [(problem.column, problem.code) for problem in row.problems]


def test_a_brazilian_pipeline_reads_exactly() -> None:
    (row,) = parsed(
        "deals",
        """
        ID da oportunidade | Conta | Vendedor | Etapa | Valor | Criado em | Data de fechamento | Probabilidade
        OP-1 | Pão & Cia | Ana Lima | Proposta | R$ 1.234,50 | 13/01/2025 | 31/12/2025 | 75%
        """,
        locale="pt-br",
    )
    assert row.problems == ()
    assert row.values == {
        "external_id": "OP-1", "account": "Pão & Cia", "owner": "Ana Lima", "stage": "Proposta", "amount": "1234.5",
        "currency": "BRL", "created_date": "2025-01-13", "close_date": "2025-12-31", "probability": "75",
    }  # fmt: skip


def test_every_problem_is_told_with_its_row_and_column() -> None:
    (good, bad) = parsed(
        "deals",
        """
        Name | Amount | Close date | Probability
        Big | 1,234.50 | 12/31/2025 | 50
        Bad | 1.234,50 | 02/31/2025 | 150
        """,
        currency="USD",
        mapping={"Name": "name", "Amount": "amount", "Close date": "close_date", "Probability": "probability"},
    )
    assert good.problems == ()
    assert [problem.message for problem in bad.problems] == [
        "Row 3, column “Amount”: “1.234,50” is not written like the other numbers, for example 1,234.56.",
        "Row 3, column “Close date”: “02/31/2025” is a day that does not exist.",
        "Row 3, column “Probability”: “150” is not between 0 and 100.",
    ]


def test_an_empty_cell_is_none_and_an_unmapped_field_is_absent() -> None:
    (row,) = parsed(
        "deals", "Name | Amount | Close date\nBig | | -", currency="USD", mapping={"Name": "name", "Amount": "amount"}
    )
    assert row.values == {"name": "Big", "amount": None, "currency": "USD"}


def test_values_are_mapped_without_minding_case_and_accents() -> None:
    rows = parsed("deals", "Name | Product\nA | GTXPro\nB | gtxpro\nC | MG", values={"product": {"GTXPro": "GTX Pro"}})
    assert [row.values["product"] for row in rows] == ["GTX Pro", "GTX Pro", "MG"]


def test_a_value_can_be_mapped_to_nothing() -> None:
    (row,) = parsed("deals", "Name | Product\nA | unknown", values={"product": {"Unknown": ""}})
    assert row.values["product"] is None


def test_the_currency_comes_from_the_row_then_from_the_sign_then_from_the_file() -> None:
    text = """
        Name | Amount | Currency
        Own | 5 | BRL
        Sign | €5 |
        File | 5 |
        Dollar | $5 | CAD
        Clash | €5 | BRL
        """
    rows = parsed("deals", text, currency="USD")
    assert [row.values["currency"] for row in rows[:4]] == ["BRL", "EUR", "USD", "CAD"]
    assert codes(rows[4]) == [("Amount", "currency_conflict")]
    assert codes(parsed("deals", "Name | Amount\nA | 5")[0]) == [("Amount", "missing_currency")]
    assert codes(parsed("deals", "Name | Amount\nA | $5")[0]) == [("Amount", "ambiguous_currency")]
    assert parsed("deals", "Name | Amount\nA | $5", currency="MXN")[0].values["currency"] == "MXN"


def test_a_sign_of_another_country_gives_way_to_no_default() -> None:
    (row,) = parsed("deals", "Name | Amount\nA | $5", currency="EUR")
    assert codes(row) == [("Amount", "ambiguous_currency")]


def test_names_are_parted_for_contacts_and_joined_for_members() -> None:
    (contact,) = parsed("contacts", "Full name | Email\nAna da Silva | ana@example.com")
    assert contact.values == {"email": "ana@example.com", "first_name": "Ana", "last_name": "da Silva"}
    (nameless,) = parsed("contacts", "Full name | Email\n | bob@example.com")
    assert (nameless.values, nameless.problems) == ({"email": "bob@example.com"}, ())
    (member,) = parsed("members", "First name | Last name | Manager\nAna | Lima | Bob")
    assert member.values == {"name": "Ana Lima", "manager": "Bob"}


def test_a_row_that_names_nothing_is_refused_once() -> None:
    (deal,) = parsed("deals", "Name | Amount\n | 5", currency="EUR", mapping={"Name": "name", "Amount": "amount"})
    (lacks,) = deal.problems
    assert lacks.message == "Row 2: nothing in this row says what it is about. Without a value: Name, External id."
    with translation.override("es"):
        assert lacks.message.endswith("Sin valor: Nombre, Id externo.")
    (account,) = parsed("accounts", "Account | Country\n | Spain", mapping={"Account": "name", "Country": "country"})
    assert codes(account) == [("Account", "required")]
    (unmapped,) = parsed("accounts", "Country\nSpain", mapping={"Country": "country"})
    assert codes(unmapped) == [("name", "required")]


def test_a_required_value_that_is_wrong_is_told_once() -> None:
    (row,) = parsed("orders", "Number | Total | Date\n7 | abc | 2025-01-01", currency="EUR", mapping={"Number": "number",
        "Total": "amount", "Date": "order_date"})  # fmt: skip
    assert codes(row) == [("Total", "bad_number")]


def test_a_rate_is_above_zero_and_between_two_currencies() -> None:
    good, zero, same, none, large = parsed(
        "rates",
        """
        From | To | Date | Rate
        EUR | USD | 2025-01-31 | 1.0351234567891
        EUR | BRL | 2025-01-31 | 0
        EUR | EUR | 2025-01-31 | 1
        EUR | GBP | 2025-01-31 | 0.0000000000004
        EUR | CHF | 2025-01-31 | 999999999999.9999999999999
        """,
    )
    assert good.values == {"base": "EUR", "quote": "USD", "date": "2025-01-31", "rate": "1.035123456789"}
    assert codes(zero) == codes(none) == [("Rate", "not_positive")]
    assert codes(large) == [("Rate", "number_too_large")]
    assert codes(same) == [(None, "same_currency")]


def test_decimals_beyond_the_fields_are_rounded_half_up() -> None:
    (row,) = parsed("deals", "Name | Amount\nA | 10.00005", currency="USD")
    assert row.values["amount"] == "10.0001"
    (row,) = parsed("deals", f"Name | Amount\nA | {'9' * 16}.99995", currency="USD")
    assert codes(row) == [("Amount", "number_too_large")], "as its column holds it"


def test_what_was_wrong_already_stays_wrong() -> None:
    plan = make_plan("accounts", ["Name"], {"Name": "name"}, locale="en")
    told = Problem(2, "Name", "nul_byte")
    (row,) = parse_rows([Row(2, ["Acme"], (told,))], plan)
    assert row.problems == (told,)


def test_a_chosen_format_holds_against_what_was_found() -> None:
    (row,) = parsed(
        "deals", "Name | Amount | Close date\nA | 1.234 | 01/02/2025", currency="EUR", number_format=COMMA, date_order="dmy"
    )
    assert (row.values["amount"], row.values["close_date"]) == ("1234", "2025-02-01")


def test_the_day_counts_of_a_spreadsheet_are_days_in_a_day_column() -> None:
    rows = parsed("deals", "Name | Close date\nA | 45292\nB | 45657")
    assert [row.values["close_date"] for row in rows] == ["2024-01-01", "2024-12-31"]


def test_shares_from_zero_to_one_are_told_from_percentages() -> None:
    rows = parsed("deals", "Name | Probability\nA | 0.2\nB | 1.0\nC | 0.75")
    assert [row.values["probability"] for row in rows] == ["20", "100", "75"]


def test_kinds_of_words_come_as_their_values() -> None:
    rows = parsed("deals", "Name | Status\nA | Ganho\nB | closed_lost\nC | Abierta")
    assert [row.values["status"] for row in rows] == ["won", "lost", "open"]
    (account,) = parsed("accounts", "Name | Employees | Website | Former\nAcme | 2,822 | acme.com | Sim", locale="en")
    assert account.values == {"name": "Acme", "employees": 2822, "website": "https://acme.com", "former": True}


def test_more_texts_than_are_remembered_are_still_read_right() -> None:
    plan = make_plan("accounts", ["Name"], {"Name": "name"}, locale="en")
    rows = (Row(number, [f"Account {number}"]) for number in range(1, 50_103))
    assert all(row.values["name"] == f"Account {row.number}" for row in parse_rows(rows, plan))


def test_what_is_called_the_name_beside_a_family_name_is_the_first_name_or_the_whole_one() -> None:
    names = {"Name": "full_name", "Surname": "last_name"}
    people = parsed("contacts", "Name | Surname\nAna | Souza\nAna Souza | Souza\nSouza, Ana | Souza\nAna |", mapping=names)
    assert [(row.values["first_name"], row.values["last_name"]) for row in people] == [("Ana", "Souza")] * 3 + [(None, "Ana")]
    members = {"Nome": "name", "Sobrenome": "last_name"}
    rows = parsed("members", "Nome | Sobrenome\nAna | de Souza\nAna De Souza | de Souza\nAna |", mapping=members)
    assert [row.values["name"] for row in rows] == ["Ana de Souza", "Ana De Souza", "Ana"]
