"""From an uploaded file to records: what is read, offered, created, changed, left and rejected."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keystead.data.models import Account, Deal, Import, ImportRow, Product, Rate, Stage
from keystead.domain.exchange import imports, telling, working
from keystead.domain.exchange.deciding import undecided, unknown_words
from keystead.domain.writing import Invalid
from tests.domain.exchange.files import xlsx_file
from tests.domain.exchange.importing import again, bring_in, commit, counts, facts, problems, read
from tests.support.world import World, account

DEALS = (
    "Código;Negócio;Conta;Etapa;Valor;Fechamento\n"
    "D-1;Caminhões;São João Agro;Won;1.234,56;31/01/2026\n"
    "D-2;Peças;São João Agro;Qualified;12.000,00;28/02/2026\n"
)
ROWS = [list(line.split(";")) for line in DEALS.splitlines()]


def _in_a_book(folder: Path) -> bytes:
    """Two sheets; the table begins in row 4 of the second, with days as days and amounts as numbers."""
    table = [
        ["D-1", "Caminhões", "São João Agro", "Won", 1234.56, date(2026, 1, 31)],
        ["D-2", "Peças", "São João Agro", "Qualified", 12000, date(2026, 2, 28)],
    ]
    report: list[list[Any]] = [["Relatório de vendas"], ["gerado em 2026"], [], ROWS[0], *table]
    return xlsx_file(folder, ("Notas", [["nada aqui"], ["mesmo"]]), ("Negócios", report)).read_bytes()


@pytest.mark.parametrize(
    ("name", "options", "of_text"),
    [
        ("utf8.csv", {}, lambda _: DEALS.encode()),
        ("cp1252.csv", {}, lambda _: DEALS.encode("cp1252")),
        ("utf16.txt", {}, lambda _: DEALS.replace(";", "\t").encode("utf-16")),
        ("book.xlsx", {"sheet": "Negócios"}, _in_a_book),
    ],
)
def test_every_shape_of_the_same_table_becomes_the_same_deals(
    world: World, tmp_path: Path, name: str, options: dict[str, Any], of_text: Any
) -> None:
    with world.inside():
        account("São João Agro")
        job = read(world.olga, "deals", of_text(tmp_path), name=name, **options)
        assert counts(job) == (2, 0, 0, 0), telling.job_view(job)
        commit(world.olga, job)
        deals = Deal.objects.order_by("external_id").values_list("external_id", "name", "status", "amount", "close_date")
        assert list(deals) == [
            ("D-1", "Caminhões", "won", Decimal("1234.5600"), date(2026, 1, 31)),
            ("D-2", "Peças", "open", Decimal("12000.0000"), date(2026, 2, 28)),
        ]


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    with world.inside():
        account("São João Agro")
        bring_in(world.olga, "deals", DEALS)
        before = facts()
        second = bring_in(world.olga, "deals", DEALS)
        assert counts(second) == (0, 0, 2, 0)
        assert facts() == before


def test_an_unknown_account_is_offered_and_its_rows_are_rejected(world: World) -> None:
    with world.inside():
        account("São João Agro Ltda")
        account("Brasilux")
        job = read(world.olga, "deals", DEALS + "D-3;Luz;Brasilux;Won;10,00;31/01/2026\n")
        assert counts(job) == (1, 0, 0, 2)
        assert problems(job) == [(2, "Conta", "unknown_account"), (3, "Conta", "unknown_account")]
        offer = telling.job_view(job)["offers"]["account"]
        assert (offer["kind"], offer["decision"]) == ("accounts", "reject")
        unknown = offer["unknown"][0]
        assert (unknown["value"], unknown["count"]) == ("São João Agro", 2)
        assert unknown["suggestions"][0]["value"] == "São João Agro Ltda"
        commit(world.olga, job)
        assert not Account.objects.filter(name="São João Agro").exists()


def test_an_unknown_account_is_created_when_asked_for(world: World) -> None:
    with world.inside():
        job = read(world.olga, "deals", DEALS, unknown={"account": "create"})
        assert (counts(job), telling.job_view(job)["also_created"]["accounts"]) == ((2, 0, 0, 0), 1)
        commit(world.olga, job)
        made = Account.objects.get(name="São João Agro")
        assert made.lineage == [made.pk]
        assert set(Deal.objects.values_list("account_id", flat=True)) == {made.pk}


def test_nothing_is_made_for_a_row_that_is_rejected(world: World) -> None:
    """Neither when its cells are wrong nor when it is refused at one judgement; at the next it may come in, with its names."""
    with world.inside():
        deal = Deal.objects.create(external_id="D-9", name="Luz", currency="EUR")
        more = "D-8;Luz;Brasilux;Perhaps;10,00;31/02/2026\nD-9;Luz;Calyx;Then;10,00;31/01/2026\n"
        job = read(world.olga, "deals", DEALS + more, unknown={"account": "create"}, mode="create")
        assert counts(job) == (2, 0, 0, 2)
        assert telling.job_view(job)["also_created"] == {"accounts": 1, "stages": 1}
        deal.delete()
        commit(world.olga, job)
        assert counts(job) == (3, 0, 0, 1)
        assert set(Account.objects.values_list("name", flat=True)) == {"São João Agro", "Calyx"}
        assert Stage.objects.filter(name="Then").exists()
        assert not Stage.objects.filter(name="Perhaps").exists()


def test_an_unknown_account_is_left_empty_when_asked_for(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "deals", DEALS, unknown={"account": "empty"})
        assert list(Deal.objects.values_list("account", "unlinked_reason")) == [(None, "no_account")] * 2


def test_a_name_that_is_mapped_means_what_it_is_mapped_to(world: World) -> None:
    text = "Opportunity ID,Product,Stage\nD-1,GTXPro,Won\nD-2,GTX Pro,Won\n"
    with world.inside():
        pro = Product.objects.create(name="GTX Pro")
        assert problems(read(world.olga, "deals", text)) == [(2, "Product", "unknown_product")]
        bring_in(world.olga, "deals", text, values={"product": {"GTXPro": "GTX Pro"}})
        assert set(Deal.objects.values_list("product_id", flat=True)) == {pro.pk}


def test_columns_values_and_formats_are_remembered_for_the_next_file_with_the_same_columns(world: World) -> None:
    text = "Key;Thing;Betrag;Day\nD-1;GTXPro;1.000;03/04/2026\n"
    mapping = {"Key": "external_id", "Thing": "product", "Betrag": "amount", "Day": "close_date"}
    with world.inside():
        Product.objects.create(name="GTX Pro")
        meant = {"product": {"GTXPro": "GTX Pro"}}
        bring_in(world.olga, "deals", text, mapping=mapping, values=meant, date_format="mdy", number_format="1.234,56")
        following = read(world.olga, "deals", text.replace("D-1", "D-2"))
        assert following.mapping == mapping
        assert {column["guess"]["why"] for column in following.columns} == {"saved"}
        assert counts(following) == (1, 0, 0, 0)
        commit(world.olga, following)
        days = Deal.objects.values_list("close_date", "amount", "product__name")
        assert list(days) == [(date(2026, 3, 4), Decimal("1000.0000"), "GTX Pro")] * 2


def test_a_stage_that_is_not_known_becomes_an_open_one_and_won_is_recognised_in_every_language(world: World) -> None:
    with world.inside():
        won = Stage.objects.get(status="won")
        text = "Opportunity ID,Stage\nD-1,Closed Won\nD-2,Ganho\nD-3,Ganada\nD-4,Pilot\n"
        bring_in(world.olga, "deals", text)
        stages = dict(Deal.objects.values_list("external_id", "stage__name"))
        assert stages == {"D-1": won.name, "D-2": won.name, "D-3": won.name, "D-4": "Pilot"}
        assert Stage.objects.get(name="Pilot").status == "open"


def test_closed_won_means_the_one_stage_of_won_deals_and_is_a_new_one_beside_several(world: World) -> None:
    with world.inside():
        won = Stage.objects.get(status="won")
        text = "Opportunity ID,Stage\nD-1,Closed Won\n"
        (offer,) = read(world.olga, "deals", text).offers["fields"]["stage"]["unknown"]
        assert (offer["decision"], offer["means"]) == ("recognised", won.name)
        Stage.objects.create(name="Won back", status="won", probability=100, position=90)
        assert read(world.olga, "deals", text).offers["make"]["stages"][0]["name"] == "Closed Won"


def test_parents_are_found_among_the_rows_of_the_file_in_any_order(world: World) -> None:
    with world.inside():
        bring_in(world.olga, "accounts", "Name,Parent\nLeaf,Branch\nBranch,Root\nRoot,\n")
        leaf, branch, root = (Account.objects.get(name=name) for name in ("Leaf", "Branch", "Root"))
        assert leaf.lineage in ([leaf.pk, branch.pk, root.pk], [root.pk, branch.pk, leaf.pk])


def test_a_circle_through_a_file_is_rejected_with_its_path(world: World) -> None:
    with world.inside():
        account("Delta")
        job = bring_in(world.olga, "accounts", "Name,Parent\nAlpha,Beta\nBeta,Gamma\nGamma,Alpha\nDelta,\n")
        assert counts(job) == (0, 0, 1, 3)
        shown = telling.job_view(job)["problems"]
        assert {(one["row"], one["code"]) for one in shown} == {(2, "circle"), (3, "circle"), (4, "circle")}
        assert all("Alpha" in one["message"] and "Gamma" in one["message"] for one in shown)
        assert set(Account.objects.values_list("name", flat=True)) == {"Delta"}


def test_of_a_long_circle_each_row_is_told_its_beginning_and_no_more(world: World) -> None:
    many = 60
    lines = "".join(f"Unit {at},Unit {(at + 1) % many}\n" for at in range(many))
    with world.inside():
        job = read(world.olga, "accounts", f"Name,Parent\n{lines}")
        assert counts(job) == (0, 0, 0, many)
        path = ImportRow.objects.filter(job=job).first().problems[0]["params"]["path"].split(" > ")  # type: ignore[union-attr, index]
        assert (len(path), path[0] == path[-1], path[-2]) == (22, True, "…")


def test_a_parent_is_named_by_its_own_id_as_well(world: World) -> None:
    with world.inside():
        group = account("Group")
        bring_in(world.olga, "accounts", f"Name,Parent\nAurelia,{group.pk}\n")
        assert dict(Account.objects.values_list("name", "parent__name")) == {"Group": None, "Aurelia": "Group"}


def test_a_refused_move_leaves_its_account_where_it_stands_and_no_circle_closes_there(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia", parent=account("Group"))
        account("Calyx")
        job = bring_in(world.olga, "accounts", "Name,Parent\nAurelia,Calyx\nCalyx,Aurelia\nGroup,Aurelia\n")
        assert problems(job) == [(2, "Parent", "circle"), (3, "Parent", "circle"), (4, "Parent", "circle")]
        assert set(Account.objects.exclude(parent=None)) == {aurelia}


def test_nor_where_an_account_stays_because_the_one_it_should_stand_below_is_refused(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia", parent=account("Group"))
        job = bring_in(world.olga, "accounts", "Name,Parent,Employees\nAurelia,New,5\nNew,,many\nGroup,Aurelia,5\n")
        assert [code for _, _, code in problems(job)] == ["refers_to_rejected", "bad_number", "circle"]
        assert set(Account.objects.exclude(parent=None)) == {aurelia}


def test_a_rejected_row_is_not_made_by_its_name_for_the_rows_below_it(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Name,Parent,Employees\nCalyx,Aurelia,5\nBolt,Aurelia,7\nAurelia,,many\n")
        assert [code for _, _, code in problems(job)] == ["refers_to_rejected", "refers_to_rejected", "bad_number"]
        assert not Account.objects.exists()


def test_rows_far_below_a_rejected_one_name_the_row_above_them_at_no_more_queries(world: World) -> None:
    def queries(depth: int) -> int:
        below = "".join(f"Unit {at},Unit {at - 1},5\n" for at in range(1, depth))
        with CaptureQueriesContext(connection) as asked:
            job = read(world.olga, "accounts", f"Name,Parent,Employees\nUnit 0,,many\n{below}")
        firsts = [row.problems[0]["params"]["first"] for row in ImportRow.objects.filter(job=job, row__gt=2).order_by("row")]
        assert firsts == list(range(2, depth + 1))
        return len(asked)

    with world.inside():
        queries(3)
        assert queries(12) == queries(4)


def test_a_circle_that_closes_through_a_record_is_rejected(world: World) -> None:
    with world.inside():
        root = account("Root")
        account("Child", parent=root)
        job = read(world.olga, "accounts", "Name,Parent\nRoot,Child\n")
        assert problems(job) == [(2, "Parent", "circle")]


def test_the_mode_decides_about_new_and_known_rows(world: World) -> None:
    text = "Name,Industry\nAurelia,Food\nBrasilux,Energy\n"
    with world.inside():
        account("Aurelia")
        assert problems(read(world.olga, "accounts", text, mode="create")) == [(2, None, "mode_create_only")]
        assert problems(read(world.olga, "accounts", text, mode="update")) == [(3, None, "mode_update_only")]
        assert counts(read(world.olga, "accounts", text)) == (1, 1, 0, 0)


def test_bad_cells_reject_their_row_and_leave_the_others(world: World) -> None:
    text = "Deal,Amount,Close date\nGood,100,2026-01-31\nBad day,100,2026-02-31\nBad number,12x,2026-01-31\n"
    with world.inside():
        job = bring_in(world.olga, "deals", text)
        assert counts(job) == (1, 0, 0, 2)
        assert problems(job) == [(3, "Close date", "impossible_date"), (4, "Amount", "bad_number")]
        assert list(Deal.objects.values_list("name", flat=True)) == ["Good"]


def test_rejected_rows_come_as_a_file_that_imports_once_it_is_mended(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "deals", "Deal,Amount\nGood,100\nFine,200\n=Bad,1x\n")
        text = "".join(telling.error_chunks(job=job))
        assert "'=Bad" in text
        assert "Good" not in text
        mended = bring_in(world.olga, "deals", text.replace("1x", "17"))
        assert counts(mended) == (1, 0, 0, 0)
        assert list(Deal.objects.order_by("amount").values_list("name", flat=True)) == ["=Bad", "Good", "Fine"]


def test_a_file_that_is_no_table_fails_with_a_sentence(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", b"%PDF-1.7 \x00\x01\x02 not a table", name="report.csv")
        assert job.state == "failed"
        assert telling.failure_sentence(job)
        assert not ImportRow.objects.filter(job=job).exists()
        with pytest.raises(imports.WrongState):
            imports.request_commit(job=job, viewer=world.olga)


def test_a_file_without_the_needed_column_shows_its_columns_and_goes_on_once_they_are_mapped(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Foo,Sector\nAurelia,Food\n")
        assert (job.state, job.failure["code"]) == ("failed", "required_unmapped")
        assert [column["name"] for column in job.columns] == ["Foo", "Sector"]
        imports.change_options(job=job, viewer=world.olga, options={"mapping": {"Foo": "name", "Sector": "industry"}})
        assert counts(again(job)) == (1, 0, 0, 0)
        assert job.failure is None


def test_only_a_previewed_import_is_committed_and_only_once(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name\nAurelia\n")
        commit(world.olga, job)
        with pytest.raises(imports.WrongState):
            imports.request_commit(job=job, viewer=world.olga)
        working.commit_now(job_id=job.pk)
        assert Account.objects.filter(name="Aurelia").count() == 1


def test_a_discarded_import_leaves_nothing(world: World, django_capture_on_commit_callbacks: Any) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name\nAurelia\n")
        path = Path(job.file.path)
        assert path.exists()
        with django_capture_on_commit_callbacks(execute=True):
            imports.discard(job=job, viewer=world.olga)
        assert not path.exists()
        assert not Import.objects.exists()
        assert not ImportRow.objects.exists()
        working.read_now(job_id=job.pk)  # its job may still stand in the queue


def test_what_changed_between_preview_and_commit_is_judged_anew(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name,Industry\nAurelia,Food\n")
        assert counts(job) == (1, 0, 0, 0)
        account("Aurelia", industry="Retail")
        commit(world.olga, job)
        assert counts(job) == (0, 1, 0, 0)
        assert list(Account.objects.values_list("name", "industry")) == [("Aurelia", "Food")]


def test_options_that_nobody_understands_are_refused_by_name(world: World) -> None:
    with world.inside(), pytest.raises(Invalid) as refused:
        read(world.olga, "accounts", "Name\nA\n", colour="red")
    assert [(error.field, error.code) for error in refused.value.errors] == [("colour", "unknown_option")]


def test_a_step_that_is_given_up_says_so_and_can_be_tried_again(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name\nAurelia\n")
        imports.request_commit(job=job, viewer=world.olga)
        working.give_up(job_id=job.pk, error="power cut")
        job.refresh_from_db()
        assert (job.state, job.failure["code"]) == ("failed", "interrupted")
        assert "power cut" in telling.failure_sentence(job)
        imports.change_options(job=job, viewer=world.olga, options={})
        commit(world.olga, again(job))
        assert Account.objects.filter(name="Aurelia").exists()


def test_each_column_can_be_written_in_its_own_way(world: World) -> None:
    text = "Opportunity ID;Deal;Account;Amount;Created;Close date\nD-1;Drills;Aurelia;1.234;02/03/2026;04/05/2026\n"
    with world.inside():
        account("Aurelia", owner=world.olga)
        formats = {"Amount": "1.234,56", "Created": "dmy", "Close date": "mdy"}
        job = read(world.olga, "deals", text, locale="en", formats=formats)
        assert problems(job) == []
        commit(world.olga, job)
        deal = Deal.objects.get()
        assert (deal.amount, str(deal.created_date), str(deal.close_date)) == (1234, "2026-03-02", "2026-04-05")
        again_ = read(world.olga, "deals", text.replace("D-1", "D-2"), locale="en")
        assert again_.options["formats"] == formats  # remembered for the next file with these columns


def test_a_format_that_says_nothing_or_fits_another_field_is_refused(world: World) -> None:
    with world.inside():
        for wrong in ("nonsense", "", 7):
            with pytest.raises(Invalid) as refused:
                read(world.olga, "deals", "Deal,Amount\nDrills,7\n", formats={"Amount": wrong})
            assert [error.field for error in refused.value.errors] == ["formats"]
        job = read(world.olga, "deals", "Opportunity ID,Deal,Amount\nD-1,Drills,7\n", formats={"Amount": "dmy"})
        assert job.state == "failed"
        assert "dmy" in telling.failure_sentence(job)


def test_words_that_are_none_of_a_fixed_list_are_to_be_decided_like_names(world: World) -> None:
    with world.inside(world.olga):
        job = read(world.olga, "deals", "Id,Name,Status\nD-1,Cold rooms,Gewinn!\nD-2,Freezers,Gewinn!\nD-3,Doors,won\n")
        assert unknown_words(job) == {"status": [("Gewinn!", 2)]}
        assert undecided(job) == 1


def test_a_day_of_two_currencies_has_one_rate_by_whatever_the_rows_are_found(world: World) -> None:
    with world.inside():
        for day, key in ((1, "R-1"), (2, None), (3, "R-3")):
            Rate.objects.create(base="EUR", quote="USD", date=date(2026, 1, day), rate=1, external_id=key)
        rows = (
            "R-1,EUR,USD,2026-01-02,2", "R-3,EUR,USD,2026-01-03,3", "R-7,EUR,USD,2026-01-03,4",
            "R-8,EUR,USD,2026-01-08,5", "R-9,EUR,USD,2026-01-08,6",
        )  # fmt: skip
        job = read(world.olga, "rates", "\n".join(["External ID,From,To,Date,Rate", *rows]))
        assert problems(job) == [(2, None, "taken"), (4, None, "taken"), (6, None, "duplicate_row")]
        commit(world.olga, job)
        assert (job.state, counts(job)) == ("committed", (1, 1, 0, 3))


def test_an_address_is_the_same_in_other_letters(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "members", "External ID,Name,Email\nM-1,Ann,Ann@x.example\nM-2,Anna,ann@X.example\n")
        assert (problems(job), counts(job)) == ([(3, None, "duplicate_row")], (1, 0, 0, 1))
