"""A file of guesses tells nothing about records that its sender may not see, and gives her no right that she has not."""

import pytest

from keystead.data.models import Account, Contact, Deal, ImportRow, Member
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.exchange import imports, telling, working
from keystead.domain.workspace.permissions import NotAllowed
from tests.domain.exchange.importing import bring_in, commit, counts, problems, read
from tests.support.world import World, account


@pytest.mark.parametrize("guess", ["1200", "1300"])
def test_a_right_guess_of_an_unseen_amount_is_answered_like_a_wrong_one(world: World, guess: str) -> None:
    with world.inside(world.alice):
        secret = account("Secret Oil", owner=world.bob)
        Deal.objects.create(name="Drills", external_id="D-1", account=secret, owner=world.bob, amount=1200, currency="EUR")
        job = read(world.alice, "deals", f"Opportunity ID,Amount\nD-1,{guess}\n")
        assert problems(job) == [(2, None, "not_allowed")]
        assert counts(job) == (0, 0, 0, 1)


def test_what_an_unseen_record_holds_is_not_kept_with_the_file(world: World) -> None:
    with world.inside(world.alice):
        secret = account("Secret Oil", owner=world.bob)
        Deal.objects.create(name="Drills", external_id="D-1", account=secret, owner=world.bob, amount=1200, currency="EUR")
        job = read(world.alice, "deals", "Opportunity ID,Deal,Amount\nD-1,Guess,7\n")
        assert list(ImportRow.objects.filter(job=job).values_list("before", "after")) == [(None, None)]


def test_a_file_of_guessed_names_is_answered_as_if_nobody_had_them(world: World) -> None:
    with world.inside(world.alice):
        account("Secret Oil", owner=world.bob)
        job = read(world.alice, "accounts", "Name\nSecret Oil\nInvented Oil\n")
        assert (counts(job), problems(job)) == ((2, 0, 0, 0), [])
        commit(world.alice, job)
        assert Account.objects.get(name="Secret Oil", owner=world.bob).industry == ""


def test_a_circle_through_an_unseen_account_does_not_name_it(world: World) -> None:
    with world.inside(world.alice):
        top = account("Aurelia", external_id="A-1", owner=world.alice)
        hidden = account("Secret Oil", parent=top, owner=world.bob)
        account("Aurelia Iberia", external_id="A-3", parent=hidden, owner=world.alice)
        refresh_lineage()
        job = read(world.alice, "accounts", "Account ID,Name,Parent account\nA-1,Aurelia,Aurelia Iberia\n")
        told = str(telling.job_view(job))
        assert problems(job) == [(2, "Parent account", "circle")]
        assert "Secret Oil" not in told
        assert "…" in told


def _ada(world: World) -> Member:
    return Member.objects.create(name="Ada Admin", email="ada@northwind.example", role="admin")


def test_an_admin_does_not_unmake_an_owner_with_a_file(world: World) -> None:
    with world.inside():
        job = bring_in(_ada(world), "members", "Email,Name,Role\nolga@northwind.example,Olga Owner,viewer\n")
        assert problems(job) == [(2, None, "not_allowed")]
        world.olga.refresh_from_db()
        assert world.olga.role == "owner"


def test_an_admin_makes_nobody_an_owner_with_a_file(world: World) -> None:
    with world.inside():
        job = bring_in(
            _ada(world), "members", "Email,Name,Role\nada@northwind.example,Ada Admin,owner\nnew@x.example,New,owner\n"
        )
        assert [code for _row, _column, code in problems(job)] == ["not_allowed", "not_allowed"]
        assert Member.objects.filter(role="owner").count() == 1


def test_the_last_owner_does_not_unmake_herself_with_a_file(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "members", "Email,Name,Role\nolga@northwind.example,Olga Owner,viewer\n")
        assert problems(job) == [(2, None, "not_allowed")]
        second = Member.objects.create(name="Otto Owner", role="owner", user=world.charlie.user)
        job = bring_in(second, "members", "Email,Name,Role\nolga@northwind.example,Olga Owner,viewer\n")
        assert counts(job) == (0, 1, 0, 0)


def test_an_admin_takes_no_import_back_that_would_make_an_owner_again(world: World) -> None:
    with world.inside():
        otto = Member.objects.create(name="Otto Owner", external_id="M-9", role="owner")
        job = bring_in(world.olga, "members", "Employee ID,Name,Role\nM-9,Otto Owner,viewer\n", mapping={
            "Employee ID": "external_id", "Name": "name", "Role": "role"})  # fmt: skip
        assert counts(job) == (0, 1, 0, 0)
        with pytest.raises(NotAllowed):
            imports.request_undo(job=job, viewer=_ada(world))
        otto.refresh_from_db()
        assert otto.role == "viewer"


def test_the_address_of_somebody_who_logs_in_is_not_changed_by_a_file(world: World) -> None:
    with world.inside():
        Member.objects.filter(pk=world.alice.pk).update(external_id="M-1")
        job = bring_in(world.olga, "members", "Employee ID,Name,Email\nM-1,Alice Alvarez,thief@x.example\n", mapping={
            "Employee ID": "external_id", "Name": "name", "Email": "email"})  # fmt: skip
        assert problems(job) == [(2, None, "not_allowed")]


def test_a_demoted_admin_does_not_take_her_large_import_back(world: World) -> None:
    with world.inside():
        ada = _ada(world)
        job = bring_in(ada, "accounts", "Name,Owner\nSecret Oil,Bob Brown\n")
        ada.role = "account_manager"
        ada.save()
        with pytest.raises(NotAllowed):
            imports.request_undo(job=job, viewer=ada)
        assert Account.objects.filter(name="Secret Oil").exists()


def test_an_import_waiting_for_its_commit_ends_when_its_maker_has_lost_the_right(world: World) -> None:
    with world.inside():
        job = read(world.alice, "accounts", "Name\nAurelia\n")
        imports.request_commit(job=job, viewer=world.alice)
        Member.objects.filter(pk=world.alice.pk).update(role="viewer")
        working.commit_now(job_id=job.pk)
        job.refresh_from_db()
        assert (job.state, job.failure) == ("failed", {"code": "not_allowed", "params": {}})
        assert not Account.objects.exists()


def test_what_was_learnt_from_others_files_names_no_unseen_record(world: World) -> None:
    text = "Deal,Account\nPumps,{}\n"
    with world.inside():
        account("Secret Oil", owner=world.bob)
        account("Aurelia", owner=world.alice)
        meant = {"account": {"SO": "Secret Oil", "Aurelia (ex Hidden Holding)": "Aurelia", "AUR": "Aurelia"}}
        bring_in(world.olga, "deals", text.format("AUR"), values=meant)
    with world.inside(world.alice):
        job = read(world.alice, "deals", text.format("SO"))
        told = str(telling.job_view(job))
        assert problems(job) == [(2, "Account", "unknown_account")]
        assert "Secret Oil" not in told
        assert "Hidden Holding" not in told
        hers = bring_in(world.alice, "deals", text.format("AUR"))
        assert counts(hers)[3] == 0
        assert hers.options["values"] == {"account": {"AUR": "Aurelia"}}
    with world.inside():
        again = read(world.olga, "deals", text.format("SO"))
        assert again.options["values"] == meant, "what was learnt from others is not forgotten by her file"


@pytest.mark.parametrize(
    ("kind", "text"),
    [("deals", "Opportunity ID,Account\nD-1,Borealis\n"), ("contacts", "Email,Account\nroe@aurelia.example,Borealis\n")],
)
def test_nothing_is_moved_to_an_account_that_was_given_away_since_the_preview(world: World, kind: str, text: str) -> None:
    with world.inside(world.alice):
        mine, other = account("Aurelia", owner=world.alice), account("Borealis", owner=world.alice)
        deal = Deal.objects.create(name="Drills", external_id="D-1", account=mine, owner=world.alice, currency="EUR")
        contact = Contact.objects.create(last_name="Roe", email="roe@aurelia.example", external_id="C-1", account=mine)
        job = read(world.alice, kind, text)
        assert counts(job) == (0, 1, 0, 0)
        Account.objects.filter(pk=other.pk).update(owner=world.bob)
        assert problems(commit(world.alice, job)) == [(2, None, "not_allowed")]
        deal.refresh_from_db()
        contact.refresh_from_db()
        assert (deal.account_id, contact.account_id) == (mine.pk, mine.pk)
