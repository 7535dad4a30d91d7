"""A key of the source system goes on meaning the record that it was merged into: files, references, undo."""

from typing import Any

import pytest

from keystead.data.accounts.keys import AccountKey, ContactKey
from keystead.data.models import Account, Contact, Deal
from keystead.domain.accounts.editing import delete_account
from keystead.domain.accounts.merging import merge_accounts, merge_contacts
from keystead.domain.exchange import telling
from tests.domain.exchange.conftest import _files_of_the_test  # noqa: F401  (a fixture: files are kept in the test's folder)
from tests.domain.exchange.importing import bring_in, commit, counts, facts, problems, read, undo
from tests.domain.undoing.scene import change, take_back
from tests.support.world import World, account

BOTH = "Account ID,Name,Country\nC-1,Aurelia,Spain\nC-2,Aurelia SA,France\n"


def _merged(world: World, **fields: Any) -> Account:
    """Aurelia (C-1), into which Aurelia SA (C-2) was merged by Olga."""
    keep = account("Aurelia", external_id="C-1", owner=world.alice, **fields)
    lose = account("Aurelia SA", external_id="C-2", owner=world.alice)
    return merge_accounts(keep=keep, lose=lose, viewer=world.olga)


def test_the_next_file_changes_the_kept_record_by_its_own_row_alone_and_says_why(world: World) -> None:
    with world.inside():
        kept = _merged(world)
        job = read(world.olga, "accounts", BOTH)
        assert counts(job) == (0, 1, 1, 0)
        assert (problems(job), telling.job_view(job)["problems_total"]) == ([], 0)
        [row] = telling.preview_rows(job=job, verdict="unchanged")
        assert (row["target_id"], row["changes"]) == (kept.pk, [])
        assert row["problems"] == ["This record was merged into “Aurelia”; its row changes nothing."]
        commit(world.olga, job)
        assert list(Account.objects.values_list("name", "external_id", "country")) == [("Aurelia", "C-1", "Spain")]
        assert counts(read(world.olga, "accounts", BOTH)) == (0, 0, 2, 0)
        assert counts(read(world.olga, "accounts", BOTH, mode="create")) == (0, 0, 2, 0)
        assert counts(read(world.olga, "accounts", BOTH, match=[["name"]])) == (0, 0, 2, 0)


def test_a_name_of_today_goes_before_a_key_of_yesterday(world: World) -> None:
    with world.inside():
        _merged(world)
        other = account("C-2")
        bring_in(world.olga, "deals", "Deal ID,Name,Account,Amount\nD-1,Pumps,C-2,100\n")
        bring_in(world.olga, "accounts", "Account ID,Name,Parent\nC-3,Aurelia Iberia,C-2\n")
        assert Deal.objects.get().account == Account.objects.get(external_id="C-3").parent == other


def test_deals_people_and_children_that_name_the_lost_key_find_the_kept_record(world: World) -> None:
    with world.inside():
        kept = _merged(world)
        bring_in(world.olga, "deals", "Deal ID,Name,Account ID,Amount\nD-1,Pumps,C-2,100\n")
        bring_in(world.olga, "contacts", "Contact ID,Last name,Account ID\nP-1,Lindt,C-2\n")
        bring_in(world.olga, "accounts", "Account ID,Name,Parent ID\nC-3,Aurelia Iberia,C-2\n")
        assert Deal.objects.get().account == Contact.objects.get().account == kept
        assert Account.objects.get(external_id="C-3").lineage[0] == kept.pk


def test_a_chain_of_merges_leads_to_the_last_one_and_a_file_with_the_parent_below_it_to_the_same(world: World) -> None:
    with world.inside():
        last = account("Holding", external_id="H-1")
        merge_accounts(keep=last, lose=_merged(world), viewer=world.olga)
        assert dict(AccountKey.objects.values_list("key", "record")) == {"C-1": last.pk, "C-2": last.pk}
        job = bring_in(world.olga, "accounts", "Account ID,Name,Parent ID\nC-3,Iberia,C-2\nC-2,Aurelia SA,\n")
        assert counts(job) == (1, 0, 1, 0)
        assert Account.objects.get(external_id="C-3").parent == last


def test_what_an_account_has_itself_means_that_account_again(world: World) -> None:
    with world.inside():
        kept = _merged(world)
        new = account("Aurelia Nova", external_id="C-2")
        assert counts(read(world.olga, "accounts", BOTH)) == (0, 2, 0, 0)
        bring_in(world.olga, "deals", "Deal ID,Name,Account ID,Amount\nD-1,Pumps,C-2,100\n")
        assert Deal.objects.get().account == new
        merge_accounts(keep=account("Bolt", external_id="B-1"), lose=new, viewer=world.olga)
        assert AccountKey.objects.get().record.name == "Bolt"
        assert Account.objects.filter(pk=kept.pk).exists()


def test_a_key_that_the_kept_one_takes_over_is_its_own(world: World) -> None:
    with world.inside():
        keep, lose = account("Aurelia"), account("Aurelia SA", external_id="C-2")
        merge_accounts(keep=keep, lose=lose, viewer=world.olga)
        assert not AccountKey.objects.exists()
        assert counts(read(world.olga, "accounts", BOTH)) == (1, 1, 0, 0)


def test_undo_of_the_merge_gives_the_key_back_and_redo_takes_it_again(world: World) -> None:
    with world.inside():
        keep = account("Aurelia", external_id="C-1", owner=world.alice)
        lose = account("Aurelia SA", external_id="C-2", owner=world.alice)
        other = account("Old", external_id="C-0", owner=world.alice)
        change(world.alice, lambda: merge_accounts(keep=lose, lose=other, viewer=world.alice))
        made = change(world.alice, lambda: merge_accounts(keep=keep, lose=lose, viewer=world.alice))
        previewed = read(world.olga, "accounts", BOTH)
        undone = take_back(world.alice, made)
        assert dict(AccountKey.objects.values_list("key", "record")) == {"C-0": lose.pk}
        # Judged again at the commit: the row means the record that came back.
        assert counts(commit(world.olga, previewed)) == (0, 2, 0, 0)
        assert Account.objects.get(pk=lose.pk).country == "France"
        undo(world.olga, previewed)
        take_back(world.alice, undone.change)
        assert dict(AccountKey.objects.values_list("key", "record")) == {"C-0": keep.pk, "C-2": keep.pk}


def test_a_row_whose_record_is_gone_meanwhile_comes_in_anew_and_not_with_the_id_of_another(world: World) -> None:
    with world.inside():
        kept = _merged(world)
        merged = read(world.olga, "accounts", "Account ID,Name\nC-2,Aurelia SA\n")
        own = read(world.olga, "accounts", "Account ID,Name\nC-1,Aurelia now\n")
        AccountKey.objects.all().delete()
        Account.objects.filter(pk=kept.pk).update(external_id="C-9")
        assert counts(commit(world.olga, merged)) == counts(commit(world.olga, own)) == (1, 0, 0, 0)
        assert set(Account.objects.values_list("external_id", flat=True)) == {"C-9", "C-1", "C-2"}


def test_deleting_the_kept_record_forgets_the_keys(world: World) -> None:
    with world.inside():
        delete_account(account=_merged(world), viewer=world.olga)
        assert not AccountKey.objects.exists()
        assert counts(read(world.olga, "accounts", BOTH)) == (2, 0, 0, 0)


def test_an_import_that_made_the_kept_record_leaves_it_when_it_is_undone(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", BOTH)
        keep, lose = Account.objects.get(external_id="C-1"), Account.objects.get(external_id="C-2")
        merge_accounts(keep=keep, lose=lose, viewer=world.olga)
        before = facts()["keystead_account"]
        undo(world.olga, job)
        assert facts()["keystead_account"] == before
        assert AccountKey.objects.get().record == keep


def test_who_does_not_reach_the_kept_record_learns_nothing_of_it(world: World) -> None:
    with world.inside():
        kept = _merged(world)
        Account.objects.filter(pk=kept.pk).update(name="Secret Holding")
        job = read(world.bob, "accounts", "Account ID,Name\nC-2,Aurelia SA\n")
        assert problems(job) == [(2, None, "not_allowed")]
        deals = read(world.bob, "deals", "Deal ID,Name,Account ID,Amount\nD-1,Pumps,C-2,100\n")
        assert problems(deals) == [(2, "Account ID", "unknown_account")]
        assert "Secret" not in f"{telling.job_view(job)}{telling.job_view(deals)}"


def test_a_key_of_another_workspace_means_nothing_here(world: World) -> None:
    with world.inside():
        _merged(world)
    with world.inside(world.charlie):
        assert counts(read(world.charlie, "accounts", BOTH)) == (2, 0, 0, 0)


@pytest.mark.parametrize("match", [None, [["email"]]])
def test_contacts_keep_theirs_alike(world: World, match: list[str] | None) -> None:
    with world.inside():
        people = "Contact ID,Last name,Email,Phone\nP-1,Lindt,lena@aurelia.example,1\nP-2,Lind,lind@aurelia.example,2\n"
        bring_in(world.olga, "contacts", people)
        keep, lose = Contact.objects.get(external_id="P-1"), Contact.objects.get(external_id="P-2")
        merge_contacts(keep=keep, lose=lose, viewer=world.olga)
        assert ContactKey.objects.get().key == "P-2"
        job = read(world.olga, "contacts", people, **({"match": match} if match else {}))
        assert counts(job) == (0, 0, 2, 0)
        assert "“Lindt”" in telling.preview_rows(job=job, verdict="unchanged")[1]["problems"][0]
