"""An import taken back leaves the workspace as it was, except for what somebody has touched since."""

from datetime import date
from decimal import Decimal

from keystead.data.models import Account, Contact, Deal, Objective
from keystead.domain.accounts.editing import change_account
from keystead.domain.accounts.merging import tell_apart
from keystead.domain.exchange import telling, working
from keystead.domain.plans.editing import create_plan
from keystead.domain.undoing.restoring import check_constraints
from tests.domain.exchange.importing import bring_in, counts, facts, read, undo
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
        assert {row["name"] for row in view["kept"]} == {"Aurelia", "Brasilux"}
        assert dict(Account.objects.values_list("name", "industry")) == {"Aurelia": "Food", "Brasilux": "Energy"}


def test_a_created_account_that_has_got_a_deal_since_is_kept(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", "Name\nAurelia\nBrasilux\n")
        aurelia = Account.objects.get(name="Aurelia")
        Deal.objects.create(name="Pumps", account=aurelia, amount=Decimal(1), currency="EUR")
        undo(world.olga, job)
        assert list(Account.objects.values_list("name", flat=True)) == ["Aurelia"]
        assert [row["name"] for row in telling.job_view(job)["undo"]["kept"]] == ["Aurelia"]


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
