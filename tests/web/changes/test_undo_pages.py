"""The toast after a change has an Undo, and its answer a Redo; what is in the way is told in a sentence."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from keystead.data.models import Account, Action, Contact, Deal, Plan
from keystead.domain.accounts.editing import change_account
from keystead.domain.plans.approval import move
from tests.domain.undoing.scene import AT, Scene, change
from tests.support.world import World


@pytest.fixture
def scene(world: World) -> Scene:
    with world.inside():
        return Scene(world)


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def offer(response: Any) -> str:
    """The address behind the Undo of the only toast."""
    (message,) = list(response.context["messages"])
    return str(message.extra_tags)


def edit(client: Client, account: Account, **values: Any) -> Any:
    url = f"/w/northwind/accounts/{account.pk}/edit/"
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields} | {"version": account.version} | values
    return client.post(url, {name: value for name, value in data.items() if value not in (None, False)}, follow=True)


def test_saving_a_form_offers_undo_and_undoing_offers_redo(world: World, scene: Scene) -> None:
    alice = signed_in(world.alice)
    saved = edit(alice, scene.aurelia, industry="Food")
    page = saved.redirect_chain[-1][0]
    assert f'action="{offer(saved)}"' in saved.content.decode()
    undone = alice.post(offer(saved), {"next": page}, follow=True)
    assert undone.redirect_chain[-1][0] == page
    assert [str(each) for each in undone.context["messages"]] == ["Undone."]
    assert ">Redo</button>" in undone.content.decode()
    with world.inside():
        assert Account.objects.get(pk=scene.aurelia.pk).industry == ""
    redone = alice.post(offer(undone), {"next": page}, follow=True)
    assert [str(each) for each in redone.context["messages"]] == ["Done again."]
    assert ">Undo</button>" in redone.content.decode()
    with world.inside():
        assert Account.objects.get(pk=scene.aurelia.pk).industry == "Food"


def test_a_part_of_a_page_carries_the_offer_in_its_toast(world: World, scene: Scene) -> None:
    alice = signed_in(world.alice)
    url = f"/w/northwind/plans/{scene.plan.pk}/actions/{scene.action.pk}/deletion/"
    answer = alice.post(url, headers={"HX-Request": "true"})
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Call Lena is deleted."
    assert toast["undo_url"] == f"/w/northwind/changes/{answer.headers['Keystead-Change']}/undo/"
    assert alice.post(toast["undo_url"]).status_code == 302
    with world.inside():
        assert Action.objects.get(pk=scene.action.pk).title == "Call Lena"


def test_undoing_what_was_made_leads_back_from_its_page_to_the_list(world: World, scene: Scene) -> None:
    alice = signed_in(world.alice)
    made = alice.post("/w/northwind/accounts/new/", {"name": "Nordwind Logistik"}, follow=True)
    page = made.redirect_chain[-1][0]
    assert alice.post(offer(made), {"next": f"{page}deals/"}).headers["Location"] == "/w/northwind/accounts/"
    with world.inside():
        assert not Account.objects.filter(name="Nordwind Logistik").exists()


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "/w/contoso/", "/auth/logout/", ""])
def test_undo_returns_to_pages_of_the_workspace_only(world: World, scene: Scene, next_page: str) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
    answer = signed_in(world.alice).post(f"/w/northwind/changes/{written}/undo/", {"next": next_page})
    assert answer.headers["Location"] == "/w/northwind/"


def test_what_a_colleague_changed_since_is_told_and_stays(world: World, scene: Scene) -> None:
    with world.inside():
        written = change(world.alice, lambda: change_account(account=scene.bolt, viewer=world.alice, fields={"country": "Spain"}))
        change(world.mona, lambda: change_account(account=scene.bolt, viewer=world.mona, fields={"country": "Portugal"}))
    answer = signed_in(world.alice).post(f"/w/northwind/changes/{written}/undo/", follow=True)
    (message,) = [str(each) for each in answer.context["messages"]]
    assert message.startswith("Not undone. Bolt Energy: Mona Manager has changed “country” since (")
    with world.inside():
        assert Account.objects.get(pk=scene.bolt.pk).country == "Portugal"


def test_what_has_no_way_back_offers_none(world: World, scene: Scene) -> None:
    alice = signed_in(world.alice)
    answer = alice.post(f"/w/northwind/plans/{scene.plan.pk}/moves/submit/", {"version": scene.plan.version}, follow=True)
    with world.inside():
        assert Plan.objects.get(pk=scene.plan.pk).status == "submitted"
    assert [message.extra_tags for message in answer.context["messages"]] == [""]
    with world.inside():
        written = change(world.alice, lambda: move(plan=scene.plan, verb="recall", viewer=world.alice, at=AT))
    refused = alice.post(f"/w/northwind/changes/{written}/undo/", follow=True)
    assert "A decision about a plan is not undone." in refused.content.decode()


def test_a_request_that_writes_nothing_offers_nothing(world: World, scene: Scene) -> None:
    answer = edit(signed_in(world.alice), scene.bolt)
    assert [message.extra_tags for message in answer.context["messages"]] == [""]
    assert signed_in(world.alice).post(f"/w/northwind/changes/{uuid4()}/undo/").status_code == 404


def test_a_deleted_account_comes_back_with_all_that_was_at_it(world: World, scene: Scene) -> None:
    olga = signed_in(world.olga)
    gone = olga.post(f"/w/northwind/accounts/{scene.aurelia.pk}/deletion/", follow=True)
    with world.inside():
        assert not Contact.objects.filter(pk=scene.lena.pk).exists()
    olga.post(offer(gone))
    assert "Lena Lindt" in olga.get(f"/w/northwind/accounts/{scene.aurelia.pk}/contacts/").content.decode()
    with world.inside():
        assert Deal.objects.get(pk=scene.deals[0].pk).account_id == scene.aurelia.pk
