"""From the upload to undo through the pages: what a person sees and does at each step."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from keystead.base.clock import now
from keystead.data.models import Account, Deal, Import, Product, SavedMapping
from keystead.domain.accounts.editing import change_account
from keystead.domain.accounts.merging import merge_accounts
from keystead.domain.exchange.guessing import guess_kind, guess_mapping
from tests.support.world import World, account
from tests.web.imports.conftest import Desk

ACCOUNTS = "Account;Sector;Country\nAurelia Foods;Food;Spain\nBrasilux;Energy;Brazil\n"
DEALS = (
    "Opportunity ID;Deal;Account;Product;Stage;Amount;Close date\n"
    "D-1;Pumps;Aurelia Foods;GTXPro;Won;1.234,56;31/01/2026\n"
    "D-2;Drills;Nowhere Ltd;GTX Pro;Qualified;12.000,00;28/02/2026\n"
)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_first_visit_teaches_three_steps(olga: Desk) -> None:
    page = text_of(olga.get("list"))
    assert all(words in page for words in ("Choose the file", "Check the columns", "Look, then import"))


def test_a_file_tells_its_kind_by_its_columns(olga: Desk) -> None:
    response = olga.upload(ACCOUNTS, "export.csv")
    assert response["Location"].endswith("?next=columns")
    with olga.world.inside():
        assert (Import.objects.get().kind, Import.objects.get().state) == ("accounts", "received")


def test_a_file_that_tells_nothing_is_asked_about(olga: Desk) -> None:
    job = olga.uploaded("Foo,Bar\nAurelia,2\n", "x.csv")
    waiting = olga.get("detail", job, next="kind")
    assert "next=kind" in text_of(waiting)
    olga.work(job, "read")
    asked = olga.get("detail", job, next="kind")
    assert asked["Location"] == f"{olga.url('columns', job)}?ask=kind"
    assert "It could not be told from the names of the columns" in text_of(olga.client.get(asked["Location"]))
    assert olga.post("kind", job, {"kind": "accounts"})["Location"].endswith("?next=columns")
    assert olga.work(job, "read").kind == "accounts"
    assert "Choose a file first" in text_of(olga.post("new"))
    assert "The file is empty" in text_of(olga.upload("", "x.csv", "accounts"))


def test_another_kind_is_read_anew_and_only_by_whoever_may_import_it(olga: Desk, alice: Desk) -> None:
    job = alice.previewed(DEALS)
    assert alice.post("kind", job, {"kind": "members"}).status_code == 403
    assert alice.post("kind", job, {"kind": "nonsense"}).status_code == 302
    with alice.world.inside():
        job.refresh_from_db()
        assert (job.kind, job.state) == ("deals", "previewed")
    alice.post("kind", job, {"kind": "orders"})
    again = alice.work(job, "read")
    assert (again.kind, again.mapping["Amount"], "stage" in again.mapping.values()) == ("orders", "amount", False)
    alice.post("kind", job, {"kind": "deals"})
    done = alice.work(job, "read")
    assert done.mapping["Stage"] == "stage"
    assert olga.post("kind", alice.committed(ACCOUNTS, "export.csv"), {"kind": "deals"}).status_code == 302
    with alice.world.inside():
        assert set(Import.objects.values_list("kind", "state")) == {("deals", "previewed"), ("accounts", "committed")}


def test_something_that_is_no_table_is_refused_at_the_upload(olga: Desk) -> None:
    response = olga.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "photo.csv")
    assert response.status_code == 422
    with olga.world.inside():
        assert not Import.objects.exists()


def test_waiting_shows_progress_and_leads_on_to_the_columns(olga: Desk) -> None:
    job = olga.uploaded(ACCOUNTS)
    waiting = text_of(olga.get("detail", job, next="columns"))
    assert "Waiting to be read" in waiting
    assert f'hx-get="{olga.url("progress", job)}?next=columns"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert "import-progress" in text_of(olga.fragment("progress", job))
    olga.work(job, "read")
    done = olga.fragment("progress", job, next="columns")
    assert done["HX-Redirect"] == f"{olga.url('detail', job)}?next=columns"
    assert olga.get("detail", job, next="columns")["Location"] == olga.url("columns", job)


def test_the_columns_page_shows_examples_guesses_and_formats(olga: Desk) -> None:
    job = olga.previewed(DEALS.encode("cp1252"), "deals.csv")
    page = text_of(olga.get("columns", job))
    assert all(words in page for words in ("Pumps · Drills", "a usual name for it", "31/12/2025", "1.234,56", "semicolons"))
    assert '<option value="amount" selected>' in page
    assert "Names in the file" in page


def test_values_are_mapped_on_the_page_and_a_sure_one_is_preselected(olga: Desk) -> None:
    with olga.world.inside():
        account("Aurelia Foods")
        Product.objects.create(name="GTX Pro")
    job = olga.previewed(DEALS)
    page = text_of(olga.get("columns", job))
    assert '<option value="GTX Pro" selected>' in page
    sent = olga.form(job, **{"value-product-0": "GTX Pro", "unknown-account": "create"})
    assert olga.post("columns", job, sent)["Location"] == olga.url("detail", job)
    olga.work(job, "read")
    assert job.counts == {"create": 2, "update": 0, "unchanged": 0, "error": 0}
    assert job.options["values"] == {"product": {"GTXPro": "GTX Pro"}}
    preview = text_of(olga.get("detail", job))
    assert "Also created: 1 account" in preview
    assert "Nowhere Ltd" in preview
    assert "€ 1,234.56" in preview.replace("\xa0", " ")


def test_columns_that_stay_as_they_are_need_no_second_reading(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    assert olga.post("columns", job, olga.form(job))["Location"] == olga.url("detail", job)
    with olga.world.inside():
        job.refresh_from_db()
    assert job.state == "previewed"


def test_one_field_from_two_columns_is_refused_at_both(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    response = olga.post("columns", job, olga.form(job, **{"column-1": "name"}))
    assert response.status_code == 422
    assert text_of(response).count("Two columns are mapped to “Name”.") == 2
    assert 'aria-invalid="true"' in text_of(response)


def test_a_needed_field_without_a_column_is_said_before_anything_is_read_again(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    response = olga.post("columns", job, olga.form(job, **{"column-0": ""}))
    assert "No column is mapped to “Name”, which every record needs." in text_of(response)


def test_columns_changed_in_another_window_are_not_overwritten(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    stale = olga.form(job, **{"column-1": ""})
    olga.post("columns", job, olga.form(job, **{"column-2": ""}))
    olga.work(job, "read")
    response = olga.post("columns", job, stale)
    assert response.status_code == 422
    assert "changed in another window" in text_of(response)


def test_another_header_row_leads_back_to_the_columns(olga: Desk) -> None:
    job = olga.previewed("Foo,Bar\nName,Sector\nAurelia,Food\n", kind="accounts")
    response = olga.post("columns", job, olga.form(job, header_row="2"))
    assert response["Location"].endswith("?next=columns")
    olga.work(job, "read")
    assert [column["name"] for column in job.columns] == ["Name", "Sector"]


def test_the_preview_counts_and_switches_between_what_happens_to_the_rows(olga: Desk) -> None:
    with olga.world.inside():
        account("Aurelia Foods", industry="Retail", owner=olga.world.alice)
        account("Calyx", industry="Paper")
    text = "Account,Sector,Owner\nAurelia Foods,Food,Bob Brown\nBrasilux,Energy,\nCalyx,Paper,\nNo one,X,Nobody\n"
    job = olga.previewed(text, kind="accounts")
    changed = text_of(olga.fragment("detail", job, show="update"))
    assert "<del>Retail</del>" in changed
    assert "<ins>Food</ins>" in changed
    assert "<del>Alice Alvarez</del>" in changed
    assert "<ins>Bob Brown</ins>" in changed
    rejected = text_of(olga.fragment("detail", job, show="error"))
    assert "there is nobody named “Nobody”" in rejected
    assert "Energy" in text_of(olga.fragment("detail", job, show="create"))
    assert "Calyx" in text_of(olga.fragment("detail", job, show="unchanged"))
    whole = text_of(olga.get("detail", job, show="update"))
    assert "Import 2 rows" in whole
    assert "<title>" in whole
    assert "<title>" not in changed


def test_commit_errors_file_and_undo_with_what_was_kept(olga: Desk) -> None:
    job = olga.committed("Account,Sector,Employees\nAurelia,Food,10\nBrasilux,Energy,20\nCalyx,Paper,many\n")
    page = text_of(olga.get("detail", job))
    assert "2 rows were imported" in page
    assert "1 row was rejected" in page
    file = olga.get("errors", job)
    assert 'filename="deals - rejected rows.csv"' in file["Content-Disposition"]
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Account,Sector,Employees,_row,_problems"
    assert lines[1].startswith("Calyx,Paper,many,4,")
    with olga.world.inside():
        brasilux = Account.objects.get(name="Brasilux")
        change_account(account=brasilux, viewer=olga.world.olga, fields={"country": "Brazil"})
    assert "Undo “deals.csv”?" in text_of(olga.get("undo", job))
    olga.post("undo", job)
    olga.work(job, "undo")
    undone = text_of(olga.get("detail", job))
    assert "1 row was taken back" in undone
    assert "1 row was kept" in undone
    assert "Brasilux" in undone
    with olga.world.inside():
        assert list(Account.objects.values_list("name", flat=True)) == ["Brasilux"]


def test_buttons_pressed_twice_or_too_late_say_how_it_stands(olga: Desk) -> None:
    job = olga.committed(ACCOUNTS)
    for name in ("commit", "deletion"):
        response = olga.client.post(olga.url(name, job), follow=True)
        assert "has moved on meanwhile" in text_of(response)
    olga.post("undo", job)
    assert "has moved on meanwhile" in text_of(olga.client.post(olga.url("undo", job), follow=True))


def test_a_failed_file_says_why_and_can_be_thrown_away(olga: Desk) -> None:
    job = olga.previewed("Foo,Sector\nAurelia,Food\n", kind="accounts")
    page = text_of(olga.get("detail", job))
    assert "Nothing was changed." in page
    assert "No column is mapped to “Name”" in page
    assert olga.url("columns", job) in page
    olga.post("deletion", job)
    with olga.world.inside():
        assert not Import.objects.exists()


def test_a_template_has_every_column_and_is_recognised_as_its_kind(olga: Desk) -> None:
    for kind in ("accounts", "contacts", "products", "deals", "orders", "members", "rates"):
        response = olga.client.get(reverse("imports:template", args=["northwind", kind]))
        headers = response.content.decode("utf-8-sig").strip().split(",")
        assert guess_kind(headers)[0][0] == kind
        assert len(guess_mapping(kind, headers)) == len(headers)


def test_three_hundred_columns_and_a_thousand_problems_fit_a_page(olga: Desk) -> None:
    wide = "Name," + ",".join(f"Custom {n}" for n in range(299)) + "\nAurelia" + ",x" * 299 + "\n"
    page = text_of(olga.get("columns", olga.previewed(wide, kind="accounts")))
    assert "299 columns are not imported" in page
    long = "Name,Employees\n" + "".join(f"Company {n},{n}\n" for n in range(1_500))
    long += "".join(f"Wrong {n},many\n" for n in range(1_100))
    job = olga.previewed(long, kind="accounts")
    page = text_of(olga.get("detail", job, show="error"))
    assert "1,100" in page
    assert "1–15 of 1,100" in page
    assert page.count("“many” is not") == 16  # once for all, and at the fifteen rows


def test_scripts_and_long_names_in_a_file_stay_text(olga: Desk) -> None:
    evil = "<script>alert(1)</script>"
    job = olga.previewed(f'Name,{evil}\n"{evil}",{"x" * 3000}\n', name=f"{evil}.csv", kind="accounts")
    for name in ("detail", "columns", "list"):
        page = olga.get(name, None if name == "list" else job).content.decode()
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in olga.get("detail", job).content.decode()


def test_the_history_lists_who_and_what_with_the_same_few_queries(
    olga: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    olga.committed(ACCOUNTS, "first.csv")
    olga.get("list")
    with django_assert_num_queries(QUERIES):
        olga.get("list")
    olga.committed(ACCOUNTS, "second.csv")
    olga.previewed(ACCOUNTS, "third.csv")
    with django_assert_num_queries(QUERIES):
        page = text_of(olga.get("list"))
    assert all(name in page for name in ("first.csv", "second.csv", "third.csv", "Olga Owner", "Undo", "Continue"))


QUERIES = 11
NAMES = "Account\nAurelia\n"


@pytest.mark.parametrize("name", ["detail", "progress", "columns", "undo", "errors"])
def test_alice_sees_her_import_bob_and_charlie_do_not(alice: Desk, world: World, name: str) -> None:
    job = alice.committed(NAMES, "accounts.csv") if name == "undo" else alice.previewed(NAMES, "accounts.csv")
    assert alice.get(name, job).status_code in (200, 302)
    for stranger in (world.bob, world.charlie):
        assert Desk(world, stranger).get(name, job).status_code == 404
    assert Client().get(alice.url(name, job)).status_code == 302


@pytest.mark.parametrize("name", ["commit", "undo", "deletion", "columns"])
def test_bob_cannot_act_on_an_import_of_alice(alice: Desk, world: World, name: str) -> None:
    job = alice.previewed(NAMES, "accounts.csv")
    assert Desk(world, world.bob).post(name, job).status_code == 404
    with world.inside():
        job.refresh_from_db()
        assert job.state == "previewed"


def test_viewers_and_guests_have_no_data_page(world: World) -> None:
    for person in (world.vera, world.gus):
        desk = Desk(world, person)
        assert desk.get("list").status_code == 403
        assert desk.get("new").status_code == 403
        assert desk.url("list") not in desk.client.get(reverse("workspace_home", args=["northwind"])).content.decode()
    assert Desk(world, world.charlie).get("list").status_code == 404


def test_alice_is_offered_the_kinds_that_she_may_import(alice: Desk) -> None:
    page = text_of(alice.get("new"))
    assert 'value="deals"' in page
    assert 'value="products"' not in page
    assert alice.upload("Product,Price\nPump,1\n", "products.csv", "products").status_code == 422
    assert alice.client.get(reverse("imports:template", args=["northwind", "products"])).status_code == 404
    with alice.world.inside():
        assert not Deal.objects.exists()


def test_one_column_is_told_how_it_is_written_and_the_others_stay_as_found(olga: Desk) -> None:
    job = olga.previewed("Opportunity ID;Deal;Amount;Close date\nD-1;Pumps;1.234;02/03/2026\n")
    page = text_of(olga.get("columns", job))
    assert "How “Amount” is written" in page
    posted = {
        "seen": str(job.version),
        "column-0": "external_id",
        "column-1": "name",
        "column-2": "amount",
        "column-3": "close_date",
    }
    olga.post("columns", job, posted | {"format-1": "dmy", "format-2": "1.234,56", "format-3": "mdy"})
    with olga.world.inside():
        job.refresh_from_db()
        assert job.options["formats"] == {"Amount": "1.234,56", "Close date": "mdy"}
    olga.work(job, "read")
    again = text_of(olga.get("columns", job))
    assert '<option value="mdy" selected>' in again
    assert '<option value="1.234,56" selected>' in again


def test_a_commit_is_cancelled_from_its_page_and_the_preview_says_so(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    olga.post("commit", job)
    waiting = text_of(olga.get("detail", job))
    assert olga.url("cancellation", job) in waiting
    olga.post("cancellation", job)
    preview = text_of(olga.get("detail", job))
    assert "The import was cancelled" in preview
    assert "Nothing was changed." in preview
    with olga.world.inside():
        assert Import.objects.get().state == "previewed"
    assert "It was done already" in text_of(olga.client.post(olga.url("cancellation", job), follow=True))


def test_an_import_that_is_stopping_says_so_and_offers_no_second_cancel(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    olga.post("commit", job)
    with olga.world.inside():
        Import.objects.update(cancel_asked=True)
    waiting = text_of(olga.get("detail", job))
    assert "Stopping …" in waiting
    assert olga.url("cancellation", job) not in waiting


def test_new_accounts_that_are_like_known_ones_are_offered_with_their_likeness_and_can_be_merged(olga: Desk) -> None:
    olga.committed(ACCOUNTS, kind="accounts")
    job = olga.previewed("Account;Sector;Country\nAurelia Foods Ltd;Fish;Spain\nZenith;Energy;Peru\n", kind="accounts")
    assert "1 new name is like one that is here" in text_of(olga.get("detail", job))
    page = text_of(olga.get("columns", job))
    assert "1 new name is like one that is here" in page
    assert re.search(r"96\s?% alike", page)
    assert '<option value="Aurelia Foods" selected>' in page
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Aurelia Foods"}))
    olga.work(job, "read")
    assert (job.counts["create"], job.counts["update"]) == (1, 1)
    assert "like one that is here" not in text_of(olga.get("detail", job))


def test_new_deals_and_people_are_compared_with_those_of_the_same_account_and_not_where_an_id_tells_them_apart(
    olga: Desk,
) -> None:
    olga.committed("Account\nAurelia Foods\nBorealis\n", kind="accounts")
    olga.committed("Deal;Account\nCold-chain renewal;Aurelia Foods\n", kind="deals")
    file = "Deal;Account\nCold chain renewal;Aurelia Foods\nCold chain renewals;Borealis\n"
    job = olga.previewed(file, kind="deals")
    page = text_of(olga.get("columns", job))
    assert "1 new name is like one that is here" in page
    assert '<option value="Cold-chain renewal" selected>' in page
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Cold-chain renewal"}))
    olga.work(job, "read")
    assert (job.counts["create"], job.counts["unchanged"]) == (1, 1)
    by_id = olga.previewed("Opportunity ID;Deal;Account\nD-1;Cold chain renewal;Aurelia Foods\n", kind="deals")
    assert "like one that is here" not in text_of(olga.get("detail", by_id))
    olga.committed("Contact;Account\nBruno Prado;Aurelia Foods\n", kind="contacts")
    person = olga.previewed("Contact;Account\nBruno Pradó;Aurelia Foods\nBruno  Prada;Aurelia Foods\n", kind="contacts")
    assert "1 new name is like one that is here" in text_of(olga.get("detail", person))


def test_the_preview_names_people_once_and_what_rows_refer_to_by_name(olga: Desk) -> None:
    rows = "1,Adams,Andrew,andrew@chinook.example,\n2,Edwards,Nancy,nancy@chinook.example,1\n"
    staff = f"EmployeeId,LastName,FirstName,Email,ReportsTo\n{rows}"
    job = olga.previewed(staff, "Employee.csv")
    response = olga.get("detail", job)
    assert [str(field.label) for field in response.context["fields"]] == ["External id", "E-mail", "Manager"]
    assert [row["cells"][-1]["text"] for row in response.context["rows"]] == ["", "Andrew Adams"]


def test_more_unknown_names_than_are_listed_are_counted_all_the_same(olga: Desk) -> None:
    rows = "".join(f"D-{number},Pumps,Customer {number},1\n" for number in range(205))
    job = olga.previewed(f"Deal ID,Name,Account,Amount\n{rows}", "deals.csv")
    assert "205 names in the file are not known here" in text_of(olga.get("detail", job))
    columns = text_of(olga.get("columns", job))
    assert "205 names are not known" in columns
    assert "5 more names are not listed: what is decided above holds for them." in columns


def test_records_without_an_external_id_are_offered_and_taken_when_it_is_ticked(olga: Desk) -> None:
    with olga.world.inside():
        account("Aurelia Foods")
    job = olga.previewed("Account ID,Account\nC-1,Aurelia Foods\nC-2,Brasilux\n", "accounts.csv")
    assert "1 new row is called like a record here that has no external id" in text_of(olga.get("detail", job))
    olga.post("columns", job, olga.form(job, adopt="yes"))
    again = olga.work(job, "read")
    assert (again.counts["create"], again.counts["update"]) == (1, 1)
    assert "called like a record" not in text_of(olga.get("detail", job))
    assert 'name="adopt" value="yes" checked' in text_of(olga.get("columns", job))
    olga.post("columns", job, olga.form(job))
    assert olga.work(job, "read").counts["create"] == 2


def test_a_row_of_a_merged_account_says_into_which_on_the_preview(olga: Desk) -> None:
    with olga.world.inside():
        kept = account("Aurelia Foods", external_id="A-1")
        merge_accounts(keep=kept, lose=account("Aurelia <SA>", external_id="A-2"), viewer=olga.world.olga)
    job = olga.previewed("Account ID;Account\nA-2;Aurelia <SA>\n", "accounts.csv")
    page = text_of(olga.get("detail", job))
    assert "This record was merged into “Aurelia Foods”; its row changes nothing." in page
    assert f"/accounts/{kept.pk}/" in page


def test_the_original_file_comes_back_byte_for_byte_to_whoever_may_see_the_import(olga: Desk) -> None:
    job = olga.committed(ACCOUNTS, name="contas ação.csv", kind="accounts")
    assert olga.url("file", job) in text_of(olga.get("detail", job))
    assert olga.url("file", job) in text_of(olga.get("list"))
    answer = olga.get("file", job)
    assert b"".join(answer.streaming_content) == ACCOUNTS.encode()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert Desk(olga.world, olga.world.alice).get("file", job).status_code == 404
    with olga.world.inside():
        Import.objects.update(purged_at=now())
    assert olga.get("file", job).status_code == 404
    assert olga.url("file", job) not in text_of(olga.get("detail", job))


def test_a_learnt_value_can_be_forgotten_alone_and_with_all_that_was_learnt(olga: Desk) -> None:
    olga.committed(ACCOUNTS, kind="accounts")
    job = olga.previewed("Account;Sector;Country\nAurelia Foods Ltd;Fish;Spain\n", kind="accounts")
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Aurelia Foods"}))
    olga.work(job, "read")
    olga.post("commit", job)
    olga.work(job, "commit")
    assert "Aurelia Foods Ltd" in text_of(olga.get("learnt"))
    with olga.world.inside():
        (kept,) = SavedMapping.objects.filter(values__has_key="name")
    known = {"mapping": str(kept.pk), "field": "name", "text": "Aurelia Foods Ltd"}
    assert Desk(olga.world, olga.world.alice).post("learnt", data=known).status_code == 403
    assert "Forgotten" in text_of(olga.client.post(olga.url("learnt"), known, follow=True))
    assert "forgotten already" in text_of(olga.client.post(olga.url("learnt"), known, follow=True))
    assert "forgotten already" in text_of(olga.client.post(olga.url("learnt"), {"mapping": "x"}, follow=True))
    assert "Aurelia Foods Ltd" not in text_of(olga.get("learnt"))
    olga.post("learnt", data={"mapping": str(kept.pk)})
    with olga.world.inside():
        assert not SavedMapping.objects.filter(pk=kept.pk).exists()
