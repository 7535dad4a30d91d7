"""The preview: what happens to the rows, and what is said of them."""

from django.urls import reverse

from keystead.domain.accounts.merging import merge_accounts
from tests.support.world import account
from tests.web.imports.conftest import ACCOUNTS, Desk, text_of


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


def test_the_preview_names_people_once_and_what_rows_refer_to_by_name(olga: Desk) -> None:
    rows = "1,Adams,Andrew,andrew@chinook.example,\n2,Edwards,Nancy,nancy@chinook.example,1\n"
    staff = f"EmployeeId,LastName,FirstName,Email,ReportsTo\n{rows}"
    job = olga.previewed(staff, "Employee.csv")
    response = olga.get("detail", job)
    assert [str(field.label) for field in response.context["fields"]] == ["External id", "E-mail", "Manager"]
    assert [row["cells"][-1]["text"] for row in response.context["rows"]] == ["", "Andrew Adams"]


def test_a_row_of_a_merged_account_says_into_which_on_the_preview(olga: Desk) -> None:
    with olga.world.inside():
        kept = account("Aurelia Foods", external_id="A-1")
        merge_accounts(keep=kept, lose=account("Aurelia <SA>", external_id="A-2"), viewer=olga.world.olga)
    job = olga.previewed("Account ID;Account\nA-2;Aurelia <SA>\n", "accounts.csv")
    page = text_of(olga.get("detail", job))
    assert "This record was merged into “Aurelia Foods”; its row changes nothing." in page
    assert f"/accounts/{kept.pk}/" in page


def test_a_rejected_row_has_its_number_once(olga: Desk) -> None:
    job = olga.previewed("Name,Industry\n,Food\n,Paper\n", kind="accounts")
    page = text_of(olga.fragment("detail", job, show="error"))
    assert page.count("Column “Name”: ") == 2
    assert "Row 2" not in page


def test_a_file_with_nothing_to_write_is_ready_for_nothing_and_offers_to_be_closed(olga: Desk) -> None:
    olga.committed(ACCOUNTS)
    assert "Ready to commit" in text_of(olga.get("detail", olga.previewed("Account\nCalyx\n", "new.csv")))
    for content, says in ((ACCOUNTS, "Everything is here already"), ("Account;Sector\n;Food\n", "nothing to import yet")):
        job = olga.previewed(content, "again.csv", "accounts")
        page = text_of(olga.get("detail", job))
        assert "Nothing to write" in page
        assert says in page
        assert "Ready to commit" not in page
        assert olga.url("commit", job) not in page
        assert (">Close<" in page) is (content == ACCOUNTS)
        olga.post("deletion", job)
    olga.previewed(ACCOUNTS, "again.csv")
    listed = text_of(olga.get("list"))
    assert listed.count("Continue") == 1  # of the one that has something new
    assert "Nothing to write" in listed
    home = text_of(olga.client.get(reverse("workspace_home", args=["northwind"])))
    assert "Nothing to write" in home
