"""An import taken back leaves the workspace as it was, except for what somebody has touched since."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Account, Contact, Deal, Import, Member, Objective, Rate, Stage
from keystead.domain.accounts.editing import change_account, change_contact, delete_account
from keystead.domain.accounts.merging import merge_accounts, tell_apart
from keystead.domain.deals.editing import create_deal
from keystead.domain.exchange import telling, working
from keystead.domain.plans.editing import create_plan
from keystead.domain.undoing.restoring import check_constraints
from keystead.domain.workspace.members import change_member
from keystead.domain.workspace.stages import save_stage
from tests.domain.exchange.importing import bring_in, counts, facts, read, undo
from tests.domain.undoing.scene import AT
from tests.support.world import World, account

KNOWN = "Opportunity ID,Name,Account,Product line,Stage,Amount,Close date\nD-1,Pumps,Aurelia,,Qualified,100,2026-01-31\n"
CHANGED = (
    "Opportunity ID,Name,Account,Product,Stage,Amount,Close date\n"
    "D-1,Big pumps,Brasilux,Valve,Won,250,2026-03-31\nD-2,Filters,Aurelia,Valve,Pilot,70,2026-02-28\n"
)


def test_undo_gives_back_created_and_changed_rows_and_what_was_made_beside_them(world: World) -> None:
    with world.inside():
        account("Aurelia")
        bring_in(world.olga, "deals", KNOWN)
        before = facts()
        job = bring_in(world.olga, "deals", CHANGED, unknown={"account": "create", "product": "create"})
        assert counts(job) == (1, 1, 0, 0)
        assert Account.objects.filter(name="Brasilux").exists()
        undo(world.olga, job)
        after = facts()
        # That the deal passed through another stage did happen, and is noted as happened.
        before.pop("keystead_dealstagechange")
        after.pop("keystead_dealstagechange")
        assert after == before
        assert telling.job_view(job)["undo"] == {"undone": 2, "kept_total": 0, "kept": []}


def test_what_is_remembered_of_a_record_goes_with_it_and_an_objective_that_names_a_person_keeps_her(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia", owner=world.alice)
        people = bring_in(world.olga, "contacts", "Last name,Account\nLindt,Aurelia\nMarr,Aurelia\nMarre,Aurelia\n")
        lindt, marr, marre = Contact.objects.order_by("last_name")
        tell_apart(first=marr, second=marre, viewer=world.olga)
        fields = {"account": aurelia, "name": "Growth", "start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
        plan = create_plan(viewer=world.olga, fields=fields, today=date(2026, 6, 15))
        Objective.objects.create(plan=plan, title="Win her over", stakeholder=lindt, rank=1)
        undo(world.olga, people)
        check_constraints()
        assert list(Contact.objects.all()) == [lindt]


def test_undo_of_a_tree_gives_back_parents_and_lineages(world: World) -> None:
    with world.inside():
        root = account("Root")
        account("Child", parent=root)
        before = facts()
        job = bring_in(world.olga, "accounts", "Name,Parent\nChild,Other\nOther,\nGrandchild,Child\n")
        assert counts(job) == (2, 1, 0, 0)
        undo(world.olga, job)
        assert facts() == before


def test_a_row_that_somebody_has_edited_since_is_kept_and_listed(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia", industry="Retail")
        job = bring_in(world.olga, "accounts", "Name,Industry\nAurelia,Food\nBrasilux,Energy\nCalyx,Paper\n")
        aurelia.refresh_from_db()
        change_account(account=aurelia, viewer=world.olga, fields={"country": "Spain"})
        brasilux = Account.objects.get(name="Brasilux")
        change_account(account=brasilux, viewer=world.olga, fields={"country": "Brazil"})
        undo(world.olga, job)
        view = telling.job_view(job)["undo"]
        assert (view["undone"], view["kept_total"]) == (1, 2)
        assert {(row["name"], row["code"]) for row in view["kept"]} == {
            ("Aurelia", "edited_since"), ("Brasilux", "edited_since"),
        }  # fmt: skip
        assert dict(Account.objects.values_list("name", "industry")) == {"Aurelia": "Food", "Brasilux": "Energy"}


def test_a_created_account_that_has_got_a_deal_since_is_kept(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Name\nAurelia\nBrasilux\n")
        aurelia = Account.objects.get(name="Aurelia")
        Deal.objects.create(name="Pumps", account=aurelia, amount=Decimal(1), currency="EUR")
        undo(world.olga, job)
        assert list(Account.objects.values_list("name", flat=True)) == ["Aurelia"]
        (kept,) = telling.job_view(job)["undo"]["kept"]
        assert (kept["name"], kept["message"]) == ("Aurelia", "Other records refer to this one by now.")


def test_a_created_account_that_was_merged_since_is_told_to_be_gone(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Name\nAurelia\n")
        merge_accounts(keep=account("Calyx"), lose=Account.objects.get(name="Aurelia"), viewer=world.olga)
        undo(world.olga, job)
        assert [row["code"] for row in telling.job_view(job)["undo"]["kept"]] == ["gone_since"]


def test_undo_happens_once(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Name\nAurelia\n")
        undo(world.olga, job)
        again = bring_in(world.olga, "accounts", "Name\nAurelia\n")
        working.undo_now(job_id=job.pk)
        assert Account.objects.filter(name="Aurelia").exists()
        assert counts(again) == (1, 0, 0, 0)


def test_the_same_file_after_undo_does_it_all_again(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Name,Industry\nAurelia,Food\n")
        undo(world.olga, job)
        assert counts(read(world.olga, "accounts", "Name,Industry\nAurelia,Food\n")) == (1, 0, 0, 0)


def _a_deleted_account(who: Member) -> Import:
    aurelia = account("Aurelia")
    account("Brasilux")
    create_deal(viewer=who, fields={"name": "Pumps", "external_id": "D-1", "account": aurelia})
    job = bring_in(who, "deals", "Opportunity ID,Name,Account\nD-1,Pumps,Brasilux\n")
    delete_account(account=aurelia, viewer=who)
    return job


def _a_stage_of_another_status(who: Member) -> Import:
    pilot = Stage.objects.create(name="Pilot", position=90)
    create_deal(viewer=who, fields={"name": "Pumps", "external_id": "D-1", "stage": pilot})
    job = bring_in(who, "deals", "Opportunity ID,Name,Stage\nD-1,Pumps,Won\n")
    save_stage(stage=pilot, viewer=who, fields={"status": "lost"})
    return job


def _a_key_that_another_has(who: Member) -> Import:
    account("Aurelia", external_id="A-1")
    job = bring_in(who, "accounts", "Account ID,Name\nA-2,Aurelia\n", match=["name"])
    account("Brasilux", external_id="A-1")
    return job


def _a_day_that_another_rate_has(who: Member) -> Import:
    Rate.objects.create(base="EUR", quote="USD", date=date(2026, 1, 1), rate=1, external_id="R-1")
    job = bring_in(who, "rates", "External ID,From,To,Date,Rate\nR-1,EUR,USD,2026-02-01,1\n")
    Rate.objects.create(base="EUR", quote="USD", date=date(2026, 1, 1), rate=2)
    return job


def _an_account_below_itself(who: Member) -> Import:
    root = account("Root")
    account("Branch", parent=root)
    account("Other")
    job = bring_in(who, "accounts", "Name,Parent\nBranch,Other\n")
    change_account(account=root, viewer=who, fields={"parent": Account.objects.get(name="Branch")})
    return job


def _a_person_below_herself(who: Member) -> Import:
    anna = Contact.objects.create(last_name="Abel", email="abel@x.example")
    bert = Contact.objects.create(last_name="Bell", email="bell@x.example", reports_to=anna)
    Contact.objects.create(last_name="Cole", email="cole@x.example")
    job = bring_in(who, "contacts", "Email,Last name,Reports to\nbell@x.example,Bell,cole@x.example\n")
    change_contact(contact=anna, viewer=who, fields={"reports_to": Contact.objects.get(pk=bert.pk)})
    return job


def _the_last_owner(who: Member) -> Import:
    job = bring_in(who, "members", "Name,Email,Role\nMona Manager,mona@northwind.example,Owner\n")
    mona = Member.objects.get(name="Mona Manager")
    change_member(member=who, viewer=mona, at=AT, fields={"role": "admin"})
    job.by = mona
    job.save()
    return job


@pytest.mark.parametrize(("later", "why"), [
    (_a_deleted_account, "reference_gone"), (_a_stage_of_another_status, "stage_changed"), (_a_key_that_another_has, "taken"),
    (_a_day_that_another_rate_has, "taken"), (_an_account_below_itself, "below_itself"),
    (_a_person_below_herself, "below_itself"), (_the_last_owner, "no_owner_left"),
])  # fmt: skip
def test_what_cannot_become_again_what_it_was_is_kept_as_it_is(world: World, later: Callable[[Member], Import], why: str) -> None:
    with world.inside():
        job = later(world.olga)
        assert counts(job) == (0, 1, 0, 0)
        before = facts()
        assert job.by is not None
        undo(job.by, job)
        check_constraints()
        assert job.format["undo"] == {"undone": 0, "kept": 1}
        assert [row["code"] for row in telling.job_view(job)["undo"]["kept"]] == [why]
        assert facts() == before


def test_a_key_that_went_from_record_to_record_in_two_imports_goes_back_one_by_one_and_not_the_other_way_round(
    world: World,
) -> None:
    head = "Account ID,Name\n"
    with world.inside():
        bring_in(world.olga, "accounts", f"{head}X,Aurelia\nY,Bolt\n")
        before = facts()
        first, second = (
            bring_in(world.olga, "accounts", head + row, match=["name"]) for row in ("Z,Aurelia\n", "X,Bolt\n")
        )  # fmt: skip
        for job in (second, first):
            undo(world.olga, job)
        assert facts() == before
        first, second = (
            bring_in(world.olga, "accounts", head + row, match=["name"]) for row in ("Z,Aurelia\n", "X,Bolt\n")
        )  # fmt: skip
        undo(world.olga, first)
        (kept,) = telling.job_view(first)["undo"]["kept"]
        assert (kept["name"], kept["code"]) == ("Aurelia", "taken")
        undo(world.olga, second)
        assert dict(Account.objects.values_list("name", "external_id")) == {"Aurelia": "Z", "Bolt": "Y"}


def test_what_was_made_beside_rows_goes_also_when_a_later_import_that_changed_it_was_undone_before(world: World) -> None:
    with world.inside():
        before = facts()
        head = "Opportunity ID,Name,Product,Stage,Amount\n"
        first = bring_in(world.olga, "deals", f"{head}D-1,Pumps,Valve,Pilot,5\n", unknown={"product": "create"})
        second = bring_in(world.olga, "products", "Name,Parent,List price,Currency\nValve,Parts,5,EUR\n")
        for job in (second, first):
            undo(world.olga, job)
        assert facts() == before


def test_what_was_made_beside_rows_and_is_another_by_now_stays(world: World) -> None:
    with world.inside():
        head = "Opportunity ID,Name,Stage,Amount\n"
        job = bring_in(world.olga, "deals", f"{head}D-1,Pumps,Pilot,5\n")
        save_stage(stage=Stage.objects.get(name="Pilot"), viewer=world.olga, fields={"probability": 20})
        undo(world.olga, job)
        assert Stage.objects.filter(name="Pilot").exists()
