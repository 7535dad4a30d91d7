"""Undo is no way around a right: what one may not delete, decide or switch off, one does not by taking somebody's change back."""

from uuid import UUID

import pytest
from django.test import Client

from keystead.base.clock import now
from keystead.data.models import Account, Deal, Member, Objective, Order, SavedView, Workspace
from keystead.domain.accounts.editing import change_account, create_account, delete_account
from keystead.domain.accounts.merging import merge_accounts
from keystead.domain.deals.editing import create_deal, create_order
from keystead.domain.plans.items import save_objective
from keystead.domain.undoing.refusals import NoSuchChange
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.settings import change_workspace
from keystead.domain.workspace.views import change_view, delete_view, most_used, note_use, save_view
from tests.domain.undoing.scene import TODAY, Scene, change, take_back
from tests.support.world import World, account


@pytest.fixture
def scene(world: World) -> Scene:
    with world.inside():
        return Scene(world)


def test_an_account_that_an_administrator_brought_back_is_not_deleted_by_its_owner(world: World, scene: Scene) -> None:
    key = scene.bolt.pk
    deleted = change(world.olga, lambda: delete_account(account=scene.bolt, viewer=world.olga))
    with world.inside():
        back = take_back(world.olga, deleted).change
        with pytest.raises(NotAllowed):
            take_back(world.alice, back)
        assert Account.objects.filter(pk=key).exists()
        take_back(world.olga, back)
        assert not Account.objects.filter(pk=key).exists()


def test_what_a_colleague_made_goes_only_by_the_right_to_delete_it(world: World, scene: Scene) -> None:
    made: list[Account] = []
    for_alice = {"name": "Dorado Mining", "owner": world.alice}
    new = change(world.mona, lambda: made.append(create_account(viewer=world.mona, fields=for_alice)))
    fields = {"number": "A-2", "account": scene.aurelia, "amount": 5, "currency": "EUR", "order_date": TODAY}
    order = change(world.mona, lambda: create_order(viewer=world.mona, fields=fields))
    with world.inside():
        for each in (new, order):
            with pytest.raises(NotAllowed):
                take_back(world.alice, each)
        assert Account.objects.filter(name="Dorado Mining").exists()
        assert Order.objects.filter(number="A-2").exists()
        take_back(world.mona, new)  # a slip of one's own hand needs no right to delete
        assert not Account.objects.filter(name="Dorado Mining").exists()


def test_a_managers_review_is_not_taken_away_by_whoever_was_reviewed(world: World, scene: Scene) -> None:
    objective = scene.objectives[0]

    def review() -> None:
        save_objective(plan=scene.plan, viewer=world.mona, objective=objective, fields={"manager_comment": "Not good enough."})

    reviewed = change(world.mona, review)
    with world.inside():
        with pytest.raises(NotAllowed):
            take_back(world.alice, reviewed)
        assert Objective.objects.get(pk=objective.pk).manager_comment == "Not good enough."
        take_back(world.mona, reviewed)
        assert Objective.objects.get(pk=objective.pk).manager_comment == ""


def test_whether_a_change_of_unseen_things_was_undone_is_not_told(world: World, scene: Scene) -> None:
    with world.inside():
        secret = account("Secret Oil", owner=world.bob)
    renamed = change(world.olga, lambda: change_account(account=secret, viewer=world.olga, fields={"name": "Secret Gas"}))
    with world.inside():
        take_back(world.olga, renamed)
        for person in (world.alice, world.gus):
            with pytest.raises(NoSuchChange):
                take_back(person, renamed)


def test_a_stolen_session_does_not_undo_the_rule_of_second_steps(world: World) -> None:
    with world.inside():
        ada = Member.objects.create(name="Ada Admin", role="admin", user=world.charlie.user)
        workspace = Workspace.objects.get(pk=world.northwind.pk)
    fields = {"second_step": Workspace.SecondStep.ADMINS.value}
    lowered = _lowered(world, workspace, fields)
    client = Client()
    assert ada.user is not None
    client.force_login(ada.user)
    answer = client.post(f"/w/northwind/changes/{lowered}/undo/")
    assert answer.status_code == 302
    assert "/auth/" in answer["Location"], "the password is asked for first, as the settings' own form does"
    with world.inside():
        assert Workspace.objects.get(pk=world.northwind.pk).second_step == ""


def _lowered(world: World, workspace: Workspace, fields: dict[str, str]) -> UUID:
    """Somebody has switched the rule on and off again; taking either back changes who may come in how."""
    with world.inside():
        change_workspace(workspace=workspace, viewer=world.olga, fields=fields)
    return change(world.olga, lambda: change_workspace(workspace=workspace, viewer=world.olga, fields={"second_step": ""}))


def test_a_removed_view_comes_back_but_sharing_is_not_undone_by_who_may_not_share(world: World) -> None:
    with world.inside():
        view = save_view(viewer=world.alice, list_id="deals", name="Mine", query="order=-amount")
    removed = change(world.alice, lambda: delete_view(view=view, viewer=world.alice))
    with world.inside():
        for person in (world.bob, world.gus, world.mona):
            with pytest.raises(NoSuchChange):
                take_back(person, removed)
        take_back(world.alice, removed)
        view = SavedView.objects.get(pk=view.pk)
        SavedView.objects.filter(pk=view.pk).update(is_shared=True)
        view.refresh_from_db()
        shared = save_view(viewer=world.mona, list_id="deals", name="Ours", query="group=stage", is_shared=True)
        shared = change_view(view=shared, viewer=world.mona, fields={"name": "Everybody's"})
        note_use(viewer=world.alice, view=view.pk, at=now())
        assert most_used(viewer=world.alice, of_each=1) == {"deals": [(view.pk, "Mine")]}
        assert most_used(viewer=world.alice) == {"deals": [(view.pk, "Mine"), (shared.pk, "Everybody's")]}
    hidden = change(world.mona, lambda: change_view(view=view, viewer=world.mona, fields={"is_shared": False}))
    with world.inside():
        with pytest.raises(NotAllowed):
            take_back(world.alice, hidden)
        assert not SavedView.objects.get(pk=view.pk).is_shared


def test_a_merge_is_not_taken_back_out_of_an_account_that_was_given_away(world: World) -> None:
    with world.inside():
        kept, lost = account("Bright Tools", owner=world.alice), account("Bright Tools Ltd", owner=world.alice)
        deal = create_deal(viewer=world.alice, fields={"name": "Pipes", "account": lost, "amount": 5})
    merged = change(world.alice, lambda: merge_accounts(keep=kept, lose=lost, viewer=world.alice))
    change(world.olga, lambda: change_account(account=kept, viewer=world.olga, fields={"owner": world.bob}))
    with world.inside():
        Deal.objects.filter(pk=deal.pk).update(owner=world.bob, amount=7_000_000)
        with pytest.raises(NotAllowed):
            take_back(world.alice, merged)
        assert not Deal.objects.visible_to(world.alice).filter(pk=deal.pk).exists()


def test_undoing_at_a_page_follows_the_same_rights(world: World, scene: Scene) -> None:
    key = scene.bolt.pk
    deleted = change(world.olga, lambda: delete_account(account=scene.bolt, viewer=world.olga))
    with world.inside():
        back = take_back(world.olga, deleted).change
    for person, status in ((world.alice, 403), (world.bob, 404), (world.vera, 403), (world.gus, 404)):
        client = Client()
        assert person.user is not None
        client.force_login(person.user)
        assert client.post(f"/w/northwind/changes/{back}/undo/").status_code == status, person.name
    with world.inside():
        assert Account.objects.filter(pk=key).exists()
