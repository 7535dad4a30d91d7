"""By what a row's record is found: chosen and ordered on the page of columns, told in the preview, kept for the next file."""

from datetime import date

from keystead.data.models import Deal
from tests.support.world import account
from tests.web.imports.conftest import Desk, text_of

FILE = "Account;Country;Website\nAurelia;Spain;www.aurelia.example\nBrasilux;Brazil;brasilux.example\nCalyx;Chile;\n"


def known(olga: Desk) -> None:
    with olga.world.inside():
        account("Aurelia", country="Spain", website="https://www.aurelia.example")
        account("Brasilux Energia", website="https://www.brasilux.example/pt")


def test_keys_are_chosen_in_their_order_and_the_preview_says_by_which_each_row_was_found(olga: Desk) -> None:
    known(olga)
    job = olga.previewed(FILE, kind="accounts")
    page = text_of(olga.get("columns", job))
    assert '<option value="name" selected>Name</option>' in page
    assert '<option value="name+country">Name + Country</option>' in page
    assert '<option value="website">Domain</option>' in page
    olga.post("columns", job, olga.form(job, **{"match-0": "website", "match-1": "name+country", "match-2": "name"}))
    olga.work(job, "read")
    assert job.options["match"] == [["website"], ["name", "country"], ["name"]]
    assert (job.counts["create"], job.counts["update"], job.counts["unchanged"]) == (1, 1, 1)
    preview = text_of(olga.get("detail", job, show="update"))
    assert "records found by Domain, else Name + Country , else Name" in preview.replace("Country,", "Country ,")
    assert '<td class="only-wide sub">Domain</td>' in preview
    assert '<td class="only-wide sub">Domain</td>' in text_of(olga.fragment("detail", job, show="unchanged"))
    assert "Found by" not in text_of(olga.fragment("detail", job, show="create"))
    again = text_of(olga.get("columns", job))
    assert '<option value="website" selected>Domain</option>' in again
    olga.post("commit", job)
    olga.work(job, "commit")
    following = olga.previewed(FILE, kind="accounts")
    assert following.options["match"] == [["website"], ["name", "country"], ["name"]]
    assert following.counts["unchanged"] == 3
    assert "records found by Domain, else Name + Country" in text_of(olga.get("learnt")).replace(" , ", ", ")


def test_keys_that_nobody_touched_follow_the_columns_and_a_key_whose_column_goes_is_left_out(olga: Desk) -> None:
    job = olga.previewed("Ref;Account;Country\nA-1;Aurelia;Spain\n", kind="accounts")
    assert job.format["keys"] == [["name"]]
    olga.post("columns", job, olga.form(job, **{"column-0": "external_id"}))
    assert olga.work(job, "read").format["keys"] == [["external_id"], ["name"]]
    olga.post("columns", job, olga.form(job, **{"match-0": "name+country", "match-1": ""}))
    assert olga.work(job, "read").format["keys"] == [["name", "country"]]
    olga.post("columns", job, olga.form(job, **{"column-2": ""}))
    assert olga.work(job, "read").format["keys"] == [["external_id"], ["name"]]


def test_what_is_no_key_is_not_taken_from_the_form(olga: Desk) -> None:
    job = olga.previewed(FILE, kind="accounts")
    olga.post("columns", job, olga.form(job, **{"match-0": "version+id", "match-1": "name+country", "match-2": "name+country"}))
    assert olga.work(job, "read").format["keys"] == [["name", "country"]]


def test_deals_that_may_be_ones_typed_in_are_listed_with_their_likeness_to_whoever_sees_them(olga: Desk) -> None:
    with olga.world.inside():
        aurelia = account("Aurelia", owner=olga.world.alice)
        deal = Deal.objects.create(
            name="Pumps", account=aurelia, amount=1000, currency="EUR", close_date=date(2026, 1, 31), owner=olga.world.alice
        )
    alice = Desk(olga.world, olga.world.alice)
    job = alice.previewed("Deal ID,Deal,Account,Amount,Close date\nD-1,pumps,Aurelia,1000,2026-02-28\n", kind="deals")
    assert "1 new row is like a record here that has no external id" in text_of(alice.get("detail", job))
    page = text_of(alice.get("columns", job))
    assert f"/deals/{deal.pk}/" in page
    assert '<td class="wrap-anywhere">pumps<div class="sub num">row 2</div></td>' in page
    assert "80" in page.split('id="adopt"')[1].split("</table>")[0]
    with olga.world.inside():
        aurelia.owner = deal.owner = olga.world.bob
        aurelia.save()
        deal.save()
    assert f"/deals/{deal.pk}/" not in text_of(alice.get("columns", job))
    alice.post("columns", job, alice.form(job, adopt="yes"))
    again = alice.work(job, "read")
    assert again.counts["update"] == 0
