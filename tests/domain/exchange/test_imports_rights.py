"""Whoever imports reaches as far as she does anywhere else, and never into another workspace."""

import pytest

from keystead.data.models import Account, Contact, Deal, Import
from keystead.domain.exchange import imports, telling, working
from keystead.domain.exchange.changing.committing import _require_right
from keystead.domain.exchange.deciding import undecided
from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.recognising.learning import known_to
from keystead.domain.workspace.permissions import NotAllowed
from tests.domain.exchange.importing import bring_in, counts, problems, read, undo
from tests.support.world import World, account


def test_alice_imports_deals_of_her_accounts_and_not_of_one_she_does_not_see(world: World) -> None:
    with world.inside(world.alice):
        mine = account("Aurelia", owner=world.alice)
        account("Secret Oil", owner=world.bob)
        job = bring_in(world.alice, "deals", "Deal,Account\nPumps,Aurelia\nDrills,Secret Oil\n")
        assert problems(job) == [(3, "Account", "unknown_account")]
        assert telling.job_view(job)["offers"]["account"]["unknown"][0]["suggestions"] == []
        assert list(Deal.objects.values_list("name", "account_id", "owner_id")) == [("Pumps", mine.pk, world.alice.pk)]


def test_alice_does_not_change_a_deal_that_she_does_not_reach(world: World) -> None:
    with world.inside(world.alice):
        secret = account("Secret Oil", owner=world.bob)
        Deal.objects.create(name="Drills", external_id="D-1", account=secret, owner=world.bob, currency="EUR")
        job = bring_in(world.alice, "deals", "Opportunity ID,Deal\nD-1,Mine now\n")
        assert problems(job) == [(2, None, "not_allowed")]
        assert Deal.objects.get().name == "Drills"


def test_alice_imports_people_of_her_accounts_takes_them_back_and_makes_no_member_beside_them(world: World) -> None:
    with world.inside(world.alice):
        account("Aurelia", owner=world.alice)
        job = bring_in(world.alice, "contacts", "Last name,Account\nLindt,Aurelia\nMeyer,\n")
        assert counts(job) == (1, 0, 0, 1)
        undo(world.alice, job)
        assert not Contact.objects.exists()
        with pytest.raises(CannotRead, match="not_allowed"):
            _require_right("members", world.alice)


def test_an_account_that_alice_imports_is_hers(world: World) -> None:
    with world.inside(world.alice):
        bring_in(world.alice, "accounts", "Name\nAurelia\n")
        assert Account.objects.get(name="Aurelia").owner_id == world.alice.pk


@pytest.mark.parametrize(("kind", "text"), [
    ("deals", "Deal,Account\nPumps,Aurelia\n"),
    ("contacts", "Last name,Account\nLindt,Aurelia\n"),
    ("orders", "Number,Account,Amount,Date\nO-1,Aurelia,5,2026-01-31\n"),
])  # fmt: skip
def test_so_is_one_that_is_made_for_her_rows(world: World, kind: str, text: str) -> None:
    with world.inside(world.alice):
        job = bring_in(world.alice, kind, text, unknown={"account": "create"})
        assert counts(job) == (1, 0, 0, 0)
        assert Account.objects.get(name="Aurelia").owner_id == world.alice.pk


def test_mona_imports_for_the_people_who_report_to_her(world: World) -> None:
    with world.inside(world.mona):
        account("Aurelia", owner=world.alice)
        job = bring_in(world.mona, "deals", "Deal,Account,Owner\nPumps,Aurelia,Alice Alvarez\nDrills,,Bob Brown\n")
        assert counts(job) == (2, 0, 0, 0)


def test_a_stage_that_alice_may_not_make_costs_its_rows_and_not_the_file(world: World) -> None:
    with world.inside(world.alice):
        job = bring_in(world.alice, "deals", "Deal,Stage\nPumps,Closed Won\nDrills,Pilot\n")
        assert (job.state, problems(job)) == ("committed", [(3, "Stage", "unknown_stage")])
        assert (telling.job_view(job)["also_created"], undecided(job)) == ({}, 1)
        assert list(Deal.objects.values_list("name", "status")) == [("Pumps", "won")]
        meant = read(world.alice, "deals", "Deal,Stage\nDrills,Pilot\n", values={"stage": {"Pilot": "Prospecting"}})
        assert counts(meant) == (1, 0, 0, 0)


@pytest.mark.parametrize("kind", ["products", "members", "rates"])
def test_alice_does_not_import_what_only_admins_keep(world: World, kind: str) -> None:
    with world.inside(world.alice), pytest.raises(NotAllowed):
        read(world.alice, kind, "Name\nAnything\n")


def test_those_who_only_look_do_not_import(world: World) -> None:
    for person in (world.vera, world.gus):
        with world.inside(person), pytest.raises(NotAllowed):
            read(person, "accounts", "Name\nAurelia\n")


def test_an_import_is_its_makers_and_the_owners(world: World) -> None:
    with world.inside(world.alice):
        job = read(world.alice, "accounts", "Name\nAurelia\n")
        assert not Import.objects.visible_to(world.bob).exists()
        assert Import.objects.visible_to(world.olga).get() == job
        with pytest.raises(NotAllowed):
            imports.request_commit(job=job, viewer=world.bob)


def test_two_workspaces_import_the_same_ids_apart(world: World) -> None:
    text = "Account ID,Name,Industry\nA-1,Aurelia,{}\n"
    with world.inside(world.olga):
        bring_in(world.olga, "accounts", text.format("Food"))
    with world.inside(world.charlie):
        job = bring_in(world.charlie, "accounts", text.format("Steel"))
        assert counts(job) == (1, 0, 0, 0)
        assert not Import.objects.visible_to(world.charlie).exclude(pk=job.pk).exists()
        assert list(Account.objects.values_list("industry", flat=True)) == ["Steel"]
    with world.inside(world.olga):
        assert list(Account.objects.values_list("industry", flat=True)) == ["Food"]
        working.commit_now(job_id=job.pk)  # an id of another workspace is no import here
        assert Account.objects.count() == 1


def test_nothing_is_put_below_an_account_out_of_sight_by_naming_it_in_a_row_of_the_file(world: World) -> None:
    with world.inside():
        unseen = account("Unseen", external_id="K-1", owner=world.alice)
        account("Mine", external_id="M-1", owner=world.bob)
        below = account("Below", external_id="B-1", owner=world.bob, parent=unseen)
        rows = "K-1,Guess,\nN-1,New,K-1\nM-1,Mine,K-1\nB-1,Below now,K-1\n"
        job = bring_in(world.bob, "accounts", f"Account ID,Name,Parent ID\n{rows}")
        assert problems(job) == [
            (2, None, "not_allowed"), (3, "Parent ID", "refers_to_rejected"), (4, "Parent ID", "refers_to_rejected"),
        ]  # fmt: skip
        assert set(Account.objects.filter(parent=unseen)) == {below}
        below.refresh_from_db()
        assert below.name == "Below now"


def test_what_was_learnt_of_a_deals_name_is_told_to_whoever_sees_the_deal(world: World) -> None:
    learnt = {"status": {"ganho": "won"}, "name": {"bombas": "Pumps"}}
    with world.inside():
        Deal.objects.create(name="Pumps", currency="EUR", owner=world.bob)
        assert known_to(world.olga, "deals", learnt) == learnt
        assert known_to(world.alice, "deals", learnt) == {"status": {"ganho": "won"}}
