"""Exports as other systems write them: ids beside numbers, currencies in headers, totals below, ids that nobody knows."""

from decimal import Decimal

import pytest

from keystead.data.models import Account, Contact, Deal, Member
from keystead.domain.exchange.parsing.currencies import split_header
from keystead.domain.exchange.recognising.columns import guess_mapping
from keystead.domain.exchange.recognising.kinds import guess_kind
from tests.domain.exchange.importing import bring_in, counts, problems, read
from tests.support.world import World

REPORT = (
    "Opportunity Name,Stage,Amount (EUR),Close Date\n"
    'Trucks,Won,"1,000.00",2025-01-31\n'
    "Opportunity Name,Stage,Amount (EUR),Close Date\n"
    "Parts,Qualified,20,2025-02-28\n"
    'Grand Totals (2 records),,"1,020.00",\n'
    "Confidential Information - Do Not Distribute,,,\n"
)


def test_what_a_report_prints_around_its_rows_becomes_no_deal(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "deals", REPORT)
        assert counts(job) == (2, 0, 0, 3)
        codes = [(row, code) for row, _column, code in problems(job)]
        assert codes == [(3, "repeated_header"), (5, "totals_row"), (6, "notice_row")]
        found = [(deal.name, deal.amount, deal.currency) for deal in Deal.objects.order_by("name")]
        assert found == [("Parts", Decimal(20), "EUR"), ("Trucks", Decimal(1000), "EUR")]


@pytest.mark.parametrize(
    ("header", "name", "sign"),
    [
        ("Amount (EUR)", "Amount", "EUR"), ("Valor (R$)", "Valor", "R$"), ("Valor em R$", "Valor", "R$"),
        ("Price [usd]", "Price", "usd"),
        ("Importe en EUR", "Importe", "EUR"), ("Amount USD", "Amount", "USD"), ("list_price_usd", "list_price", "usd"),
        ("Revenue, €", "Revenue", "€"), ("Amount", "Amount", ""), ("Amount (net)", "Amount (net)", ""),
        ("amount_all", "amount_all", ""),
        ("Amount in company currency", "Amount in company currency", ""), ("USD", "USD", ""),
    ],
)  # fmt: skip
def test_a_header_may_name_the_currency_of_its_amounts(header: str, name: str, sign: str) -> None:
    assert split_header(header) == (name, sign)


def test_the_currency_of_the_row_stands_against_the_one_of_the_header(world: World) -> None:
    with world.inside():
        job = read(world.olga, "deals", "Name,Amount (EUR),Currency\nTrucks,5,USD\nParts,5,EUR\n")
        assert problems(job) == [(2, "Amount (EUR)", "currency_conflict")]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("contacts", "Name,Title\nAna Lima,CEO\nRui Reis,CTO\n"),
        ("contacts", "Contact ID,Name\n7,Ana Lima\n,Rui Reis\n"),
        ("accounts", "Account Name,Account Number\nAcme,A1\nBolt,\nCrux,\n"),
        ("deals", "Deal ID,Deal name,Amount\n1,Trucks,5\n,Parts,7\n"),
        ("members", "User ID,First name,Last name\n1,Ana,Lima\n,Rui,Reis\n"),
    ],
)
def test_rows_without_an_id_or_a_parted_name_are_found_again(world: World, kind: str, content: str) -> None:
    with world.inside():
        created = bring_in(world.olga, kind, content).counts["create"]
        assert created >= 2
        assert counts(read(world.olga, kind, content)) == (0, 0, created, 0)


def test_a_row_without_an_id_that_fits_two_records_is_rejected(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "deals", "Deal ID,Deal name\n1,Trucks\n2,Trucks\n")
        assert problems(read(world.olga, "deals", "Deal ID,Deal name\n,Trucks\n3,Parts\n")) == [(2, None, "several_match")]


def test_an_id_that_nobody_knows_is_never_made_a_record_of_that_name(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Id,Name,ParentId\n001A,Alpha,\n001B,Beta,001A\n001C,Gamma,001Z\n")
        assert problems(job) == [(4, "ParentId", "unknown_account")]
        assert not Account.objects.filter(name="001Z").exists()
        beta = Account.objects.select_related("parent").get(name="Beta")
        assert beta.parent is not None
        assert beta.parent.name == "Alpha"
        job = bring_in(world.olga, "members", "User ID,Full name,Manager ID\n5,Ana Lima,9\n6,Rui Reis,5\n")
        assert problems(job) == [(2, "Manager ID", "unknown_member"), (3, "Manager ID", "refers_to_rejected")]
        assert not Member.objects.filter(name="9").exists()


def test_rows_below_a_rejected_row_are_rejected_all_the_way_down(world: World) -> None:
    with world.inside():
        content = "Id,Name,ParentId,Employees\n1,Alpha,,many\n2,Beta,1,5\n3,Gamma,2,5\n4,Delta,,5\n"
        job = bring_in(world.olga, "accounts", content)
        assert counts(job) == (1, 0, 0, 3)
        below = [(row, code) for row, _column, code in problems(job)]
        assert below[1:] == [(3, "refers_to_rejected"), (4, "refers_to_rejected")]
        assert counts(read(world.olga, "accounts", content)) == (0, 0, 1, 3)


def test_a_row_below_a_rejected_change_of_a_known_record_comes_in(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "accounts", "Id,Name\n1,Alpha\n")
        job = bring_in(world.olga, "accounts", "Id,Name,ParentId,Employees\n1,Alpha,,many\n2,Beta,1,5\n3,Gamma,2,5\n")
        assert counts(job) == (2, 0, 0, 1)
        assert Account.objects.get(name="Beta").parent == Account.objects.get(name="Alpha")


def test_an_id_is_made_a_record_when_somebody_says_so(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "accounts", "Id,Name,ParentId\n001C,Gamma,001Z\n", unknown={"parent": "create"})
        assert Account.objects.filter(name="001Z").exists()


def test_the_id_of_the_other_system_goes_before_its_numbers_and_codes() -> None:
    for kind, headers in (
        ("accounts", ["Account Number", "Id", "Name"]),
        ("products", ["Product Code", "ID", "Name"]),
        ("accounts", ["CNPJ", "Record ID", "Name"]),
    ):
        guesses = guess_mapping(kind, headers)
        assert {guess.field: header for header, guess in guesses.items()}["external_id"] == headers[1]


@pytest.mark.parametrize(
    ("headers", "filename", "kind"),
    [
        (["EmployeeId", "LastName", "FirstName", "Title", "Country", "Phone", "Email", "ReportsTo"], "Employee.csv", "members"),
        (["id", "email", "first_name", "last_name", "role_id"], "users_data.csv", "members"),
        (["CustomerId", "FirstName", "LastName", "Company", "Country", "Email", "SupportRepId"], "Customer.csv", "contacts"),
        (["id", "account_id", "total_amount", "effective_date", "order_number"], "order_data.csv", "orders"),
        (["deal", "stage", "amount"], "deals by stage.csv", "deals"),
    ],
)  # fmt: skip
def test_people_and_records_are_recognised_surely(headers: list[str], filename: str, kind: str) -> None:
    found, share = guess_kind(headers, filename=filename)[0]
    assert found == kind
    assert share >= 0.6


@pytest.mark.parametrize(
    ("headers", "filename"),
    [
        (["account_id", "name", "industry", "owner_id", "_fivetran_start"], "account_history.csv"),
        (["id", "name", "product_code", "list_price", "quantity", "opportunity_id"], "opportunity_line_item.csv"),
        (["InvoiceLineId", "InvoiceId", "TrackId", "UnitPrice", "Quantity"], "InvoiceLine.csv"),
        (["deal_id", "contact_id"], "deal_contact.csv"),
        (["ticket_id", "pipeline_stage_id", "subject", "created_at"], "ticket_data.csv"),
        (["stage_id", "label", "probability", "pipeline_id"], "deal_pipeline_stage.csv"),
    ],
)
def test_what_only_belongs_to_records_is_left_to_the_person(headers: list[str], filename: str) -> None:
    assert guess_kind(headers, filename=filename)[0][1] < 0.6


def test_a_full_name_is_matched_though_it_is_kept_in_two_parts(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "contacts", "Name,Title\nAna Lima,CEO\n")
        bring_in(world.olga, "contacts", "Name,Title\nANA LIMA,Chair\n")
        assert [contact.title for contact in Contact.objects.filter(last_name__iexact="lima")] == ["Chair"]


def test_a_new_account_that_is_like_a_known_one_is_offered_and_can_be_the_same(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "accounts", "Name,Industry\nUmbra Systems,Farming\n")
        content = "Name,Industry\nUmbra Systems Inc.,Energy\nWholly Other,Trade\n"
        offered = read(world.olga, "accounts", content)
        assert counts(offered) == (2, 0, 0, 0)
        (one,) = offered.offers["fields"]["name"]["unknown"]
        assert (one["value"], one["count"], one["suggestions"][0]["value"]) == ("Umbra Systems Inc.", 1, "Umbra Systems")
        assert one["suggestions"][0]["likeness"] > 0.9
        same = bring_in(world.olga, "accounts", content, values={"name": {"Umbra Systems Inc.": "Umbra Systems"}})
        assert counts(same) == (1, 1, 0, 0)
        assert Account.objects.get(name="Umbra Systems").industry == "Energy"
        assert not Account.objects.filter(name="Umbra Systems Inc.").exists()
        assert "name" not in same.offers["fields"]
        assert counts(read(world.olga, "accounts", content)) == (0, 0, 2, 0)  # the meaning is learnt
