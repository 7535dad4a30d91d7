"""A deal that one may not open: whatever it becomes, the portfolio of who may not open it stays as it is, in every form."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from keystead.data.models import Deal, Member, Plan
from tests.api.conftest import Caller, token_of
from tests.hostile.test_what_is_told import signed_in
from tests.support.world import World, account

GROUPS = ("", "deal_owner", "deal_owner_region", "industry,deal_owner", "deal_owner,deal_owner_region", "owner")
FIGURES = ("won", "gap")
# What may not be told of it; with the workspace's leave its figures are counted, and so only whose and what it is called.
NEVER: dict[str, Any] = {"name": "Zanzibar", "owner_id": None, "lost_reason": "Zanzibar"}
LEFT_OUT: dict[str, Any] = {"amount": 7, "status": "open", "currency": "BRL", "probability": 90, "close_date": date(2026, 11, 1)}


def _answers(client: Client, caller: Caller, keys: list[str]) -> Iterator[tuple[str, str]]:
    home = "/w/northwind/portfolio/"
    for group in GROUPS:
        asked = f"period=2026&group={group}&order={'account' if group else '-won'}&foot_won=median&foot_deals=max"
        for path in ("", "export.csv"):
            yield f"{path}?{asked}", _text(client.get(f"{home}{path}?{asked}"))
        if "," not in group:
            found = caller.get(f"/portfolio?period=2026&group={group}").data
            yield f"api {asked}", str({**found, "as_of": ""})
    for group in GROUPS[:3]:
        for figure in FIGURES:
            for key in ["", *keys]:
                asked = f"explanation?period=2026&group={group}&kpi={figure}&in={key}"
                yield asked, _text(client.get(home + asked))


def _text(response: Any) -> str:
    text = b"".join(response) if response.streaming else response.content
    # the tokens of forms, and the moment of asking
    return re.sub(r"\b[A-Za-z0-9]{64}\b|\b[0-9]{13}\b|\b[0-9]{2}:[0-9]{2}:[0-9]{2}\b", "", text.decode())


@pytest.mark.parametrize("is_included", [False, True])
def test_what_becomes_of_it_changes_nothing_that_is_told(world: World, is_included: bool) -> None:
    with world.inside():
        world.olga.workspace.totals_include_hidden = is_included
        world.olga.workspace.save()
        Member.objects.filter(pk=world.bob.pk).update(region="Islands")
        group = account("Aurelia Foods Group", owner=world.alice, industry="Food")
        iberia = account("Aurelia Iberia", parent=group, owner=world.olga)
        period = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
        Plan.objects.create(account=group, name="Growth", target=1000, currency="EUR", includes_descendants=True, **period)
        usual = {"status": "won", "currency": "EUR", "close_date": date(2026, 3, 1), "probability": 50}
        Deal.objects.create(name="Pumps", account=group, owner=world.alice, amount=100, **usual)
        unopened = Deal.objects.create(name="Yemen", account=iberia, owner=world.bob, amount=40, **usual)
        assert not Deal.objects.visible_to(world.alice).filter(pk=unopened.pk).exists()
    client, caller = signed_in(world.alice), Caller(token_of(world.alice))
    keys = [f"%3D{world.bob.pk}", f"%3D{world.alice.pk}", "%3DIslands", "%3D", "~"]
    before = dict(_answers(client, caller, keys))
    with world.inside():
        Deal.objects.filter(pk=unopened.pk).update(**NEVER if is_included else NEVER | LEFT_OUT)
    after = dict(_answers(client, caller, keys))
    assert [asked for asked in before if after[asked] != before[asked]] == []
