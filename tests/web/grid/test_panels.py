"""What the menus of a list's bar offer: nothing of it comes with the page, each is asked for alone."""

import re

import pytest

from keystead.data.models import Account
from tests.support.world import World
from tests.web.grid.lists import ACCOUNTS, DEALS, PART, PLANS, as_, text_of

PORTFOLIO = "/w/northwind/portfolio/"
PANELS = ("filter", "group", "sort", "columns")


@pytest.mark.parametrize("home", [ACCOUNTS, DEALS, PLANS, PORTFOLIO])
def test_a_page_carries_links_in_place_of_its_choices(world: World, aurelia: Account, home: str) -> None:
    client = as_(world.alice)
    page = text_of(client.get(f"{home}?q=a"))
    links = re.findall(r'href="(\?[^"]*part=panel[^"]*)" data-fills', page)
    assert [re.search(r"panel=(\w+)$", link)[1] for link in links] == list(PANELS)  # type: ignore[index]
    assert 'name="columns"' not in page
    for link in links:
        part = text_of(client.get(home + link.replace("&amp;", "&"), headers=PART))
        assert part.lstrip().startswith("<form")
        assert 'name="q" value="a"' in part, "what is shown stays shown"


@pytest.mark.parametrize("panel", PANELS)
def test_without_a_script_a_menu_is_a_page(world: World, aurelia: Account, panel: str) -> None:
    page = text_of(as_(world.alice).get(f"{DEALS}?order=-amount&part=panel&panel={panel}"))
    assert "<h1>Deals: " in page
    assert f'<form class="menu-block form{" grid-sides" if panel == "columns" else ""}" method="get" action="{DEALS}"' in page
    assert 'href="/w/northwind/deals/?order=-amount"' in page, "the way back"
    assert " data-up " not in page, "no button that needs a script of the list"


def test_a_menu_that_no_list_has_is_not_there(world: World, aurelia: Account) -> None:
    assert as_(world.alice).get(f"{DEALS}?part=panel&panel=moon").status_code == 404


def test_a_page_names_the_filters_that_are_set_and_their_menu_has_them_ticked(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    page = text_of(client.get(f"{DEALS}?status=open&amount.from=50"))
    assert re.findall(r"<b>([^<]+)</b> ([^<]+)</button>", page)[-2:] == [("Status", "Open"), ("Amount", "from 50")]
    panel = text_of(client.get(f"{DEALS}?status=open&amount.from=50&part=panel&panel=filter", headers=PART))
    assert 'name="status" value="open" checked' in panel
    assert 'name="status" value="won" checked' not in panel
    assert 'name="amount.from" value="50"' in panel


def test_a_view_goes_along_with_its_menus(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    made = client.post("/w/northwind/views/", {"name": "Large", "list": "deals", "query": "amount.from=50&order=-amount"})
    view = re.search(r"view=([0-9a-f-]{36})", made.headers["Location"])
    assert view
    panel = text_of(client.get(f"{DEALS}?view={view[1]}&part=panel&panel=sort", headers=PART))
    assert f'name="of" value="{view[1]}"' in panel
    assert 'name="amount.from" value="50"' in panel
    assert '<option value="-amount" selected>' in panel
