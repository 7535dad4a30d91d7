"""Two people save one record: what only one of them changed is put together, what both changed is asked for, nothing is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from keystead.data.models import (
    Account,
    Action,
    Contact,
    Deal,
    Measure,
    Member,
    Objective,
    Plan,
    Rate,
    Stage,
    SwotItem,
    Workspace,
)
from tests.domain.undoing.scene import Scene, change
from tests.support.world import World


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def as_shown(form: Any) -> dict[str, Any]:
    """What the browser sends back when nothing is touched: the fields and their hidden initial values."""
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        text = "" if value is None or value is False else str(bound.field.widget.format_value(value) or "")
        if isinstance(value, bool):
            text = "on" if value else ""
        shown = bound.field.widget.format_value(value)
        text = text if not isinstance(shown, list) else (shown[0] if shown else "")
        if text:
            sent[bound.html_name] = text
        if bound.field.show_hidden_initial:
            first = text if not isinstance(value, bool) else str(value)
            sent[bound.html_initial_name] = form.data.get(bound.html_initial_name, first)
    return sent


# (address, model, the field both change, what the other one writes, what I type, a field only the other one changes and to what)
FORMS: dict[str, tuple[Any, Any, str, Any, str, tuple[str, Any]]] = {
    "account": (lambda s: f"accounts/{s.aurelia.pk}/edit/", Account, "industry", "Retail", "Food", ("country", "PT")),
    "contact": (
        lambda s: f"accounts/{s.aurelia.pk}/contacts/{s.marc.pk}/", Contact, "title", "Buyer", "Head of buying", ("phone", "1"),
    ),
    "deal": (lambda s: f"deals/{s.deals[0].pk}/edit/", Deal, "amount", Decimal(700), "900", ("team_key", "South")),
    "plan": (lambda s: f"plans/{s.plan.pk}/header/", Plan, "target", Decimal(7000), "9000", ("summary", "Grow")),
    "objective": (
        lambda s: f"plans/{s.plan.pk}/objectives/{s.objectives[0].pk}/", Objective, "title", "Renew it", "Renew all",
        ("approach", "Slowly"),
    ),
    "measure": (
        lambda s: f"plans/{s.plan.pk}/objectives/{s.objectives[0].pk}/measures/{s.measure.pk}/", Measure,
        "name", "NPS", "Promoters", ("baseline", Decimal(30)),
    ),
    "action": (lambda s: f"plans/{s.plan.pk}/actions/{s.action.pk}/", Action, "title", "Call", "Visit", ("cost", Decimal(5))),
    "swot item": (lambda s: f"plans/{s.plan.pk}/swot/{s.item.pk}/", SwotItem, "text", "Cheaper", "Faster", ("source", "Fair")),
    "member": (lambda s: f"members/{s.world.bob.pk}/", Member, "region", "West", "East", ("team", "Retail")),
    "stage": (lambda s: f"settings/stages/{s.open_stage.pk}/", Stage, "name", "Talks", "First talks", ("probability", 35)),
    "rate": (lambda s: f"settings/rates/{Rate.objects.get().pk}/", Rate, "rate", Decimal("0.8"), "0.7", ("source", "Bank")),
    "settings": (lambda s: "settings/", Workspace, "name", "Nordwind", "Northwind AG", ("fiscal_start_month", 4)),
}  # fmt: skip


def the_other_saves(scene: Scene, model: Any, key: Any, values: dict[str, Any]) -> None:
    change(scene.world.mona, lambda: model._base_manager.filter(pk=key).update(**values))


@pytest.mark.parametrize("kind", FORMS)
def test_each_form_asks_where_both_changed_and_merges_the_rest(world: World, scene: Scene, kind: str) -> None:
    place, model, field, theirs, mine, (beside, beside_value) = FORMS[kind]
    with world.inside():
        url = f"/w/northwind/{place(scene)}"
    olga = signed_in(world.olga)
    form = olga.get(url).context["form"]
    sent = as_shown(form) | {field: mine}
    key = form.record.pk
    with world.inside():
        before = getattr(form.record, field)
        the_other_saves(scene, model, key, {field: theirs, beside: beside_value})
    asked = olga.post(url, sent)
    assert asked.status_code == 409
    (conflict,) = asked.context["form"].conflicts
    assert (conflict.name, conflict.by) == (field, "Mona Manager")
    assert conflict.base.replace(",", "").startswith(str(before or "").removesuffix(".0000").rstrip("0")[:3])
    page = asked.content.decode()
    assert f'name="keep-{field}" value="mine" checked' in page
    assert f'name="keep-{field}" value="theirs"' in page
    with world.inside():
        assert getattr(model._base_manager.get(pk=key), field) == theirs
    again = as_shown(asked.context["form"])
    saved = olga.post(url, again | {f"keep-{field}": "theirs"}, follow=True)
    assert saved.redirect_chain, saved.context["form"].errors
    with world.inside():
        now = model._base_manager.get(pk=key)
        assert (getattr(now, field), getattr(now, beside)) == (theirs, beside_value)


@pytest.mark.parametrize("kind", FORMS)
def test_what_only_one_of_them_changed_is_saved_and_told(world: World, scene: Scene, kind: str) -> None:
    place, model, field, _theirs, mine, (beside, beside_value) = FORMS[kind]
    with world.inside():
        url = f"/w/northwind/{place(scene)}"
    olga = signed_in(world.olga)
    form = olga.get(url).context["form"]
    with world.inside():
        the_other_saves(scene, model, form.record.pk, {beside: beside_value})
    saved = olga.post(url, as_shown(form) | {field: mine}, follow=True)
    assert saved.redirect_chain, saved.context["form"].errors
    (message,) = [str(each) for each in saved.context["messages"]]
    assert f"Changed meanwhile and kept: {form.fields[beside].label} by Mona Manager." in message
    with world.inside():
        now = model._base_manager.get(pk=form.record.pk)
        assert str(getattr(now, field)).startswith(mine)
        assert getattr(now, beside) == beside_value


def test_mine_is_kept_when_nothing_else_is_chosen(world: World, scene: Scene) -> None:
    olga, url = signed_in(world.olga), f"/w/northwind/accounts/{scene.aurelia.pk}/edit/"
    sent = as_shown(olga.get(url).context["form"]) | {"industry": "Food"}
    with world.inside():
        the_other_saves(scene, Account, scene.aurelia.pk, {"industry": "Retail"})
    asked = olga.post(url, sent)
    assert asked.context["form"]["industry"].value() == "Food"
    assert olga.post(url, as_shown(asked.context["form"])).status_code == 302
    with world.inside():
        assert Account.objects.get(pk=scene.aurelia.pk).industry == "Food"


def test_the_same_change_twice_is_no_conflict(world: World, scene: Scene) -> None:
    olga, url = signed_in(world.olga), f"/w/northwind/accounts/{scene.aurelia.pk}/edit/"
    sent = as_shown(olga.get(url).context["form"]) | {"industry": "Food"}
    with world.inside():
        the_other_saves(scene, Account, scene.aurelia.pk, {"industry": "Food"})
    assert olga.post(url, sent).status_code == 302


def test_a_form_that_tells_only_its_version_is_compared_with_history(world: World, scene: Scene) -> None:
    url = f"/w/northwind/accounts/{scene.aurelia.pk}/edit/"
    with world.inside():
        version = Account.objects.get(pk=scene.aurelia.pk).version
        the_other_saves(scene, Account, scene.aurelia.pk, {"country": "PT", "industry": "Retail"})
    sent = {"name": "Aurelia Foods", "owner": scene.world.alice.pk, "industry": "Food", "version": version}
    asked = signed_in(world.olga).post(url, sent)
    assert [conflict.name for conflict in asked.context["form"].conflicts] == ["industry"]
    assert [conflict.name for conflict in asked.context["form"].merged] == ["country"]
