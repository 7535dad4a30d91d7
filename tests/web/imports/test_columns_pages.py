"""The page of columns: which is which field, how each is written, what names mean."""

from keystead.data.models import Product
from tests.support.world import account
from tests.web.imports.conftest import ACCOUNTS, DEALS, Desk, text_of


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


def test_more_unknown_names_than_are_listed_are_counted_all_the_same(olga: Desk) -> None:
    rows = "".join(f"D-{number},Pumps,Customer {number},1\n" for number in range(205))
    job = olga.previewed(f"Deal ID,Name,Account,Amount\n{rows}", "deals.csv")
    assert "205 names in the file are not known here" in text_of(olga.get("detail", job))
    columns = text_of(olga.get("columns", job))
    assert "205 names are not known" in columns
    assert "5 more names are not listed: what is decided above holds for them." in columns


def test_a_likely_name_is_proposed_and_others_are_a_press_of_a_button_and_the_preview_says_which_was_taken(olga: Desk) -> None:
    with olga.world.inside():
        account("Aurelia Foods Group")
        account("Borealis Marine")
    job = olga.previewed("Deal;Account;Stage\nFreezer;Aurelia Fods Group;Closed Won\nPumps;Boreal Marines;Won\n", kind="deals")
    page = text_of(olga.get("columns", job))
    assert '<option value="Aurelia Foods Group" selected>' in page
    assert ">proposed<" in page
    assert '<option value="Won" selected>' in page
    assert "recognised by its name" in page
    assert 'name="take-account-1" value="Borealis Marine"' in page
    assert "2 names in the file are not known here" in page
    assert "2 names in the file are not known here" in text_of(olga.get("detail", job))
    assert "Ready but for rejected rows" not in page  # there is nothing to write yet
    sent = {"value-account-0": "Aurelia Foods Group", "value-stage-0": "Won", "take-account-1": "Borealis Marine"}
    assert olga.post("columns", job, olga.form(job, **sent))["Location"].endswith("?next=columns")
    olga.work(job, "read")
    assert job.options["values"] == {
        "account": {"Aurelia Fods Group": "Aurelia Foods Group", "Boreal Marines": "Borealis Marine"}
    }
    preview = text_of(olga.get("detail", job))
    assert "1 name is taken for one that is much like it" in preview
    assert "As proposed: “Aurelia Fods Group” in the file is “Aurelia Foods Group” here" in preview
    assert job.counts["create"] == 2
