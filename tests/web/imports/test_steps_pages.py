"""Commit, cancel, undo, the files that come back, and the list of imports."""

import re

from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from keystead.base.clock import now
from keystead.data.models import Account, Contact, Import
from keystead.domain.accounts.editing import change_account
from tests.web.imports.conftest import ACCOUNTS, Desk, text_of

QUERIES = 10


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
    assert "Somebody has edited this record since." in undone
    assert "Brasilux" in undone
    counters = olga.get("detail", job).context["counters"]
    assert [(str(one["label"]), one["count"]) for one in counters[:2]] == [("Deleted again", 1), ("Set back", 0)]
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


def test_the_history_lists_who_and_what_with_the_same_few_queries(
    olga: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    olga.committed(ACCOUNTS, "first.csv")
    olga.get("list")
    with django_assert_num_queries(QUERIES):
        olga.get("list")
    olga.committed(ACCOUNTS, "second.csv")
    olga.previewed("Account\nCalyx\n", "third.csv")
    with django_assert_num_queries(QUERIES):
        page = text_of(olga.get("list"))
    assert all(name in page for name in ("first.csv", "second.csv", "third.csv", "Olga Owner", "Undo", "Continue"))


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


def test_imported_people_are_reached_from_the_rows_at_their_accounts_or_alone(olga: Desk) -> None:
    olga.committed("Account\nAurelia Foods\n", kind="accounts")
    job = olga.committed("First name;Last name;Account\nBruno;Prado;Aurelia Foods\nIda;Berg;\n", kind="contacts")
    with olga.world.inside():
        bruno, ida = Contact.objects.order_by("first_name")
    page = text_of(olga.get("detail", job))
    assert 'href="#rows"' in page
    assert f"/accounts/{bruno.account_id}/contacts/{bruno.pk}/" in page
    assert f"/accounts/contacts/{ida.pk}/" in page


def test_an_import_that_waits_has_one_colour_on_every_page(olga: Desk) -> None:
    job = olga.previewed(ACCOUNTS)
    chips = re.compile(r'<span class="(chip[^"]*)">Ready')
    home = text_of(olga.client.get(reverse("workspace_home", args=["northwind"])))
    found = [chips.findall(page) for page in (home, text_of(olga.get("list")), text_of(olga.get("detail", job)))]
    assert found == [["chip is-warn"]] * 3
