"""Lists that are cut in pages: one leads to the next and back, with everything else that was asked."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client

from keystead.data.models import Import, Rate
from tests.domain.plans.made import deal, order, plan_for
from tests.support.world import World

# the module, the address of its list, and the words of the ways back and on
CUT = {
    "deals of an account": ("accounts.facts", "accounts/{account}/deals/?below=1", "Previous", "Next"),
    "orders of an account": ("accounts.facts", "accounts/{account}/orders/", "Previous", "Next"),
    "revenue of a plan": ("plans.revenue", "plans/{plan}/revenue/?kind=deal&part=won", "Previous", "Next"),
    "people": ("workspace.members", "members/?text=%26%20o", "Previous", "Next"),
    "rates": ("workspace.rates", "settings/rates/", "Later", "Earlier"),
    "imports": ("imports.history", "imports/", "Later", "Earlier"),
    "audit log": ("workspace.audit", "settings/audit/?action=", "Later", "Earlier"),
}


def _way(page: str, rel: str) -> tuple[str, str] | None:
    found = re.search(f'<a class="btn btn-s" rel="{rel}" href="([^"]*)">([^<]*)</a>', page)
    return (unescape(found[1]), found[2]) if found else None


@pytest.mark.parametrize("what", CUT)
def test_a_page_leads_to_the_next_and_back(world: World, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, path, back, on = CUT[what]
    monkeypatch.setattr(f"keystead.web.{module}._PAGE", 1)
    with world.inside(world.olga):
        plan = plan_for(world)
        for number in range(2):
            deal(world, plan.account, "10", name=f"Deal {number}")
            order(world, plan.account, "5", number=f"A {number}")
            Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 1) + timedelta(days=number), rate=1)
            Import.objects.create(kind="deals", by=world.olga, filename=f"{number}.csv")
            type(world.vera).objects.create(name=f"You & o {number}")
    client = Client()
    client.force_login(world.olga.user)
    home, _, asked = f"/w/northwind/{path.format(account=plan.account_id, plan=plan.pk)}".partition("?")
    first = client.get(f"{home}?{asked}").content.decode()
    assert _way(first, "prev") is None
    way = _way(first, "next")
    assert way is not None
    assert way[1] == on
    assert way[0].startswith("?")
    assert set(asked.split("&")) - {""} <= set(way[0][1:].replace("+", "%20").split("&")), "what else was asked is kept"
    second = client.get(home + way[0]).content.decode()
    assert re.search(r'<span class="num">2–2 of \d+</span>', second)
    way_back = _way(second, "prev")
    assert way_back is not None
    assert (way_back[1], "page=1" in way_back[0]) == (back, True)
