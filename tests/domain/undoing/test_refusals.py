"""An undo that is not allowed, or no longer possible, changes nothing and says why."""

import threading
import time
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from keystead.data.models import Account, Contact, Deal, Import, Member, Objective, Stage, UndoneChange, User
from keystead.domain.accounts.editing import (
    change_account,
    change_contact,
    create_account,
    create_contact,
    delete_account,
    delete_contact,
)
from keystead.domain.deals.editing import change_deal, create_deal, delete_deal
from keystead.domain.plans.editing import change_plan, create_plan, delete_plan
from keystead.domain.plans.items import delete_item, save_objective
from keystead.domain.undoing import rules
from keystead.domain.undoing.changes import has_written, written
from keystead.domain.undoing.kinds import KINDS
from keystead.domain.undoing.obstacles import _was_seen, title_of
from keystead.domain.undoing.offering import may_undo
from keystead.domain.undoing.refusals import CannotUndo, NoSuchChange
from keystead.domain.undoing.sentences import sentences
from keystead.domain.undoing.since import since
from keystead.domain.workspace.members import change_member, create_member, deactivate_member
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.settings import change_workspace
from keystead.domain.workspace.stages import save_stage
from keystead.domain.writing import Invalid
from tests.domain.undoing.scene import AT, TODAY, Scene, change, everything, take_back
from tests.support.races import before_each_question
from tests.support.world import World, build_world


@pytest.fixture
def scene(world: World) -> Scene:
    with world.inside():
        return Scene(world)


def refused(member: Any, written: UUID) -> CannotUndo:
    before = everything()
    with pytest.raises(CannotUndo) as caught:
        take_back(member, written)
    assert everything() == before
    return caught.value


def test_nothing_is_there_for_strangers_and_for_whom_the_records_are_hidden(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        before = everything()
        for unseen in (world.gus, world.bob):
            with pytest.raises(NoSuchChange):
                take_back(unseen, written)
        with pytest.raises(NotAllowed):
            take_back(world.vera, written)
        assert everything() == before
    with world.inside(world.charlie), pytest.raises(NoSuchChange):
        take_back(world.charlie, written)
    with world.inside():
        take_back(world.mona, written)
        assert Account.objects.get(pk=scene.bolt.pk).country == ""


def test_whoever_may_no_longer_edit_cannot_undo_her_own_change(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        change_account(account=scene.bolt, viewer=world.mona, fields={"owner": world.bob})
        with pytest.raises(NotAllowed):
            take_back(world.alice, written)


def test_what_an_administrator_deleted_an_account_manager_does_not_bring_back(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.olga, lambda: delete_account(account=scene.bolt, viewer=world.olga))
        with pytest.raises(NotAllowed):
            take_back(world.alice, written)
        assert not Account.objects.filter(pk=scene.bolt.pk).exists()


def test_a_change_is_undone_once(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        take_back(world.alice, written)
        again = refused(world.mona, written)
        assert again.code == "already_undone"
        assert sentences(again)[0].startswith("Alice Alvarez has undone this already (")


def test_fields_that_others_changed_beside_it_stay_as_they_are(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        change_account(account=scene.bolt, viewer=world.mona, fields={"industry": "Energy"})
        take_back(world.alice, written)
        bolt = Account.objects.get(pk=scene.bolt.pk)
        assert (bolt.country, bolt.industry) == ("", "Energy")


def test_one_field_in_the_way_keeps_the_whole_change(world: World, scene: Scene) -> None:
    with world.inside():

        def bulk() -> None:
            for account in (scene.bolt, scene.aurelia):
                change_account(account=account, viewer=world.alice, fields={"country": "Spain"})

        written = change(world.alice, bulk)
        change(world.mona, lambda: change_account(account=scene.bolt, viewer=world.mona, fields={"country": "Italy"}))
        change(world.olga, lambda: change_account(account=scene.bolt, viewer=world.olga, fields={"industry": "Energy"}))
        refusal = refused(world.alice, written)
        (obstacle,) = refusal.obstacles
        assert (obstacle.code, obstacle.title, obstacle.by) == ("changed", "Bolt Energy", "Mona Manager")
        assert obstacle.field is Account._meta.get_field("country")


def test_what_was_made_and_is_in_use_stays(world: World, scene: Scene) -> None:
    with world.inside():
        made: list[Account] = []
        written = change(world.alice, lambda: made.append(create_account(viewer=world.alice, fields={"name": "Nordwind"})))
        create_contact(viewer=world.alice, fields={"last_name": "Nagel", "account": made[0]})
        (obstacle,) = refused(world.alice, written).obstacles
        assert (obstacle.code, obstacle.used_by, obstacle.count) == ("in_use", "Contact", 1)


def test_what_was_deleted_or_came_back_since_is_told(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_deal(deal=scene.deals[0], viewer=world.alice, fields={"name": "Renewal"}))
        change(world.mona, lambda: delete_deal(deal=scene.deals[0], viewer=world.mona))
        refusal = refused(world.alice, written)
        assert sentences(refusal)[0].startswith("Mona Manager has deleted Renewal since (")


def test_a_contact_does_not_come_back_to_an_account_that_is_gone(world: World, scene: Scene) -> None:
    with world.inside():
        contact = create_contact(viewer=world.olga, fields={"last_name": "Nagel", "account": scene.bolt})
        written = change(world.olga, lambda: delete_contact(contact=contact, viewer=world.olga))
        delete_account(account=scene.bolt, viewer=world.olga)
        assert refused(world.olga, written).code == "missing"


def test_a_key_that_another_record_has_by_now_is_in_the_way(world: World, scene: Scene) -> None:
    with world.inside():
        contact = create_contact(viewer=world.olga, fields={"last_name": "Nagel", "external_id": "C-1"})
        written = change(world.olga, lambda: delete_contact(contact=contact, viewer=world.olga))
        create_contact(viewer=world.olga, fields={"last_name": "Neu", "external_id": "C-1"})
        assert refused(world.olga, written).code == "taken"


def test_an_account_does_not_come_to_stand_below_itself(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.olga, lambda: change_account(account=scene.chilled, viewer=world.olga, fields={"parent": None}))
        change_account(account=scene.aurelia, viewer=world.olga, fields={"parent": Account.objects.get(pk=scene.chilled.pk)})
        assert refused(world.olga, written).code == "cycle"


def test_a_plan_does_not_come_back_over_another_one(world: World, scene: Scene) -> None:
    with world.inside():
        period = {"start_date": scene.plan.start_date, "end_date": scene.plan.end_date}
        written = change(world.alice, lambda: delete_plan(plan=scene.plan, viewer=world.alice))
        create_plan(viewer=world.alice, fields={"account": scene.aurelia, **period}, today=TODAY)
        assert refused(world.alice, written).code == "overlaps"


def test_ranks_close_around_an_objective_that_comes_back(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: delete_item(item=scene.objectives[0], viewer=world.alice))
        save_objective(plan=scene.plan, viewer=world.alice, fields={"title": "Meanwhile", "rank": 1})
        take_back(world.alice, written)
        ranked = list(Objective.objects.filter(plan=scene.plan).order_by("rank").values_list("rank", "title"))
        assert [rank for rank, _title in ranked] == [1, 2, 3, 4]
        assert ranked[0] == (1, "Renew the cold chain")


def test_the_last_owner_and_an_owners_role_are_guarded(world: World, scene: Scene) -> None:
    with world.inside():
        promoted = change(
            world.olga, lambda: change_member(member=world.mona, viewer=world.olga, at=AT, fields={"role": "owner"})
        )
        world.mona.refresh_from_db()
        change_member(member=world.olga, viewer=world.mona, at=AT, fields={"role": "admin"})
        world.olga.refresh_from_db()
        with pytest.raises(NotAllowed):  # an administrator unmakes no owner
            take_back(world.olga, promoted)
        world.mona.refresh_from_db()
        assert refused(world.mona, promoted).code == "last_owner"


def test_reopening_a_door_and_taking_that_back_ends_keys_again(world: World, scene: Scene) -> None:
    from keystead.domain.workspace.members import reactivate_member
    from keystead.domain.workspace.tokens import create_token

    with world.inside():
        deactivate_member(member=world.bob, viewer=world.olga, at=AT)
        opened = change(world.olga, lambda: reactivate_member(member=world.bob, viewer=world.olga))
        world.bob.refresh_from_db()
        token = create_token(viewer=world.bob, name="laptop", at=AT).token
        take_back(world.olga, opened)
        token.refresh_from_db()
        world.bob.refresh_from_db()
        assert (world.bob.is_active, token.revoked_at) == (False, AT)


def test_a_stage_keeps_its_status_while_deals_are_in_it(world: World, scene: Scene) -> None:
    with world.inside():
        stage = save_stage(viewer=world.olga, fields={"name": "Pilot", "status": "lost"})
        written = change(world.olga, lambda: save_stage(viewer=world.olga, fields={"status": "open"}, stage=stage))
        change_deal(deal=scene.deals[0], viewer=world.olga, fields={"stage": Stage.objects.get(pk=stage.pk)})
        assert refused(world.olga, written).code == "stage_in_use"


def test_what_came_by_an_import_or_a_job_is_no_change_of_a_person(world: World, scene: Scene) -> None:
    with world.inside():
        for via in ("import", "job", "command"):
            written = change(
                world.olga, lambda: change_plan(plan=scene.plan, viewer=world.olga, fields={"target": Decimal(5)}), via=via
            )
            with pytest.raises(NoSuchChange):
                take_back(world.olga, written)
        with pytest.raises(NoSuchChange):
            take_back(world.olga, uuid4())


def test_a_member_who_was_made_goes_again_unless_somebody_reports_to_her(world: World, scene: Scene) -> None:
    with world.inside():
        made: list[Any] = []
        fields = {"name": "Nora Neu", "email": "nora@northwind.example"}
        written = change(world.olga, lambda: made.append(create_member(viewer=world.olga, at=AT, fields=fields)))
        change_member(member=world.bob, viewer=world.olga, at=AT, fields={"manager": made[0]})
        assert refused(world.olga, written).obstacles[0].code == "in_use"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_undo_at_once_one_does_and_one_is_told(django_db_serialized_rollback: None) -> None:
    world = build_world()
    with world.inside():
        scene = Scene(world)
        written = change(world.alice, lambda: delete_deal(deal=scene.deals[0], viewer=world.alice))
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def run(member: Any) -> None:
        try:
            with world.inside(member):
                ready.wait()
                take_back(member, written)
                outcomes.append("undone")
        except CannotUndo as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[member]) for member in (world.alice, world.mona)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_undone", "undone"]
    with world.inside():
        assert Deal.objects.filter(pk=scene.deals[0].pk).count() == 1
        assert UndoneChange.objects.count() == 1
        assert Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_whichever_question_of_the_second_the_first_comes_before_she_is_told(django_db_serialized_rollback: None) -> None:
    """Until the second has noted that it is she who undoes: then the first would wait for her."""
    world = build_world()
    with world.inside():
        scene = Scene(world)

    outcomes: list[str] = []

    def make() -> UUID:
        with world.inside():
            deal = Deal.objects.get(pk=scene.deals[0].pk)
            return change(world.alice, lambda: delete_deal(deal=deal, viewer=world.alice))

    def second(written: UUID) -> None:
        try:
            with world.inside(world.mona):
                take_back(world.mona, written)
            outcomes.append("undone")
        except CannotUndo as refusal:
            outcomes.append(refusal.code)

    def first(written: UUID) -> None:
        with suppress(CannotUndo):  # once the second has done it
            take_back(world.alice, written)

    for _written in before_each_question(make, second, first):
        pass
    before = outcomes.index("undone")
    assert before > 4
    assert set(outcomes[:before]) == {"already_undone"}
    assert set(outcomes[before:]) == {"undone"}


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_comes_back_and_one_that_is_made_at_this_moment_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    with world.inside():
        scene = Scene(world)
        old = scene.plan
        days = {"start_date": old.start_date, "end_date": old.end_date}
        away = {name: day.replace(year=day.year + 5) for name, day in days.items()}
        moved = change(world.alice, lambda: change_plan(plan=old, viewer=world.alice, fields=away))
    is_checked, check = threading.Event(), rules.check

    def checked(*asked: Any) -> None:
        check(*asked)
        is_checked.set()
        time.sleep(1.0)  # longer than the other needs if it does not wait

    def come_back() -> None:
        try:
            take_back(world.alice, moved)
        finally:
            connection.close()

    monkeypatch.setattr(rules, "check", checked)
    undoing = threading.Thread(target=come_back)
    undoing.start()
    is_checked.wait()
    with world.inside(world.alice), pytest.raises(Invalid) as refusal:
        create_plan(viewer=world.alice, fields={"account": scene.aurelia, **days}, today=TODAY)
    undoing.join()
    assert refusal.value.errors[0].code == "overlaps"


def test_a_person_who_was_deleted_since_is_named_to_whoever_saw_her(world: World, scene: Scene) -> None:
    with world.inside():
        contact = create_contact(viewer=world.alice, fields={"first_name": "Mona", "last_name": "Nagel", "account": scene.bolt})
        written = change(world.alice, lambda: change_contact(contact=contact, viewer=world.alice, fields={"title": "Buyer"}))
        change(world.mona, lambda: delete_contact(contact=contact, viewer=world.mona))
        assert sentences(refused(world.alice, written))[0].startswith("Mona Manager has deleted Mona Nagel since (")


def test_neither_a_currency_in_use_nor_an_address_that_opens_a_login_is_taken_back(world: World) -> None:
    with world.inside():
        currency = change(
            world.olga, lambda: change_workspace(workspace=world.northwind, viewer=world.olga, fields={"currency": "USD"})
        )
        create_deal(viewer=world.olga, fields={"name": "Cold rooms", "amount": Decimal(5), "currency": "USD"})
        assert refused(world.olga, currency).code == "has_facts"

        nina = create_member(viewer=world.olga, at=AT, fields={"name": "Nina Novak", "email": "nina@northwind.example"})
        fields = {"email": "novak@northwind.example"}
        address = change(world.olga, lambda: change_member(member=nina, viewer=world.olga, at=AT, fields=fields))
        Member.objects.filter(pk=nina.pk).update(user=User.objects.create_user("novak@northwind.example", "x", name="Nina Novak"))
        assert refused(world.olga, address).code == "has_login"


def test_who_may_not_edit_is_offered_no_undo_and_what_has_no_history_none_either(world: World, scene: Scene) -> None:
    with world.inside():
        request = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        told = written(request)
        assert told is not None
        assert [may_undo(told, member) for member in (world.alice, world.vera)] == [True, False]
        assert (has_written(request, Account), has_written(request, Import)) == (True, None)


def test_a_record_that_was_seen_before_history_began_has_no_base(world: World, scene: Scene) -> None:
    with world.inside():
        change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        bolt = Account.objects.get(pk=scene.bolt.pk)
        assert since(bolt, bolt.version - 1).base is not None
        bolt.version += 100
        told = since(bolt, 1)
        assert (told.base, told.later["country"].by) == (None, "Alice Alvarez")


def test_a_row_that_is_gone_has_a_name_and_is_told_to_whom_it_was_or_who_sees_what_it_hung_on(world: World, scene: Scene) -> None:
    with world.inside():
        assert title_of(KINDS["Rate"], SimpleNamespace(base="USD", quote="EUR")) == "USD/EUR"
        for owner, at, expected in ((world.alice, None, True), (world.bob, scene.bolt.pk, True), (world.bob, None, False)):
            gone = SimpleNamespace(owner_id=owner.pk, account_id=at)
            assert _was_seen(KINDS["Deal"], gone, world.alice) is expected
