"""Many rows that are changed at once."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from keystead.data.models import Account, Deal
from keystead.domain.workspace.views import change_view, delete_view, open_with, save_view
from tests.support.world import World, account
from tests.web.grid.lists import ACCOUNTS, DEALS, PART, as_, now, text_of


def bulk(client: Client, step: str, home: str = ACCOUNTS, query: str = "", **sent: Any) -> HttpResponse:
    return client.post(f"{home}bulk/{query}", {"step": step, **sent}, headers=PART)


def test_many_rows_are_counted_and_then_changed_with_one_undo(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Brasilux", owner=world.alice, country="Portugal")
    client = as_(world.alice)
    assert "Change 2 accounts" in text_of(bulk(client, "choose", all="1"))
    preview = text_of(bulk(client, "preview", all="1", column="country", country="Portugal"))
    assert "1 will change." in preview
    assert "1 is so already." in preview
    assert now(world, aurelia).country == "Spain"
    done = bulk(client, "commit", all="1", column="country", country="Portugal")
    toast = json.loads(done["HX-Trigger"])["toast"]
    assert toast["text"] == "1 account is changed."
    assert now(world, aurelia).country == "Portugal"
    client.post(toast["undo_url"], {"next": ACCOUNTS})
    assert now(world, aurelia).country == "Spain"


def test_all_means_all_that_the_filters_leave(world: World, aurelia: Account) -> None:
    with world.inside():
        other = account("Brasilux", owner=world.alice, country="Brazil")
    bulk(as_(world.alice), "commit", query="?country=spain", all="1", column="status", status="active")
    assert (now(world, aurelia).status, now(world, other).status) == ("active", "")


@pytest.mark.parametrize("becomes", ["deleted", "rewritten", "what it was"])
@pytest.mark.parametrize("is_default", [False, True])
def test_all_goes_on_meaning_the_rows_of_the_view_whatever_somebody_makes_of_it_meanwhile(
    world: World, aurelia: Account, becomes: str, is_default: bool
) -> None:
    with world.inside():
        other = account("Brasilux", owner=world.alice, country="Brazil")
        view = save_view(viewer=world.mona, list_id="accounts", name="Spain", query="country=spain", is_shared=True)
        if is_default:
            open_with(viewer=world.alice, list_id="accounts", view=view)
    client = as_(world.alice)
    page = text_of(client.get(ACCOUNTS if is_default else f"{ACCOUNTS}?view={view.pk}"))
    query = unescape(re.search(r'action="[^"]*/bulk/(\?[^"]*)"', page)[1])  # type: ignore[index]
    with world.inside():
        if becomes == "deleted":
            delete_view(view=view, viewer=world.mona)
        elif becomes == "rewritten":
            change_view(view=view, viewer=world.mona, fields={"query": "country=brazil"})
    assert "Change 1 account<" in text_of(bulk(client, "choose", query=query, all="1"))
    file = text_of(client.get(unescape(re.search(r'href="([^"]*/export\.csv[^"]*)"', page)[1])))  # type: ignore[index]
    assert ("Aurelia Foods" in file, "Brasilux" in file) == (True, False)
    bulk(client, "commit", query=query, all="1", column="status", status="active")
    assert (now(world, aurelia).status, now(world, other).status) == ("active", "")


def test_what_is_picked_but_not_seen_is_not_touched_and_what_is_refused_is_counted(world: World, aurelia: Account) -> None:
    with world.inside():
        hidden = account("Secret Holding", owner=world.olga)
        bobs = account("Brasilux", owner=world.bob)
        bobs.team_members.create(member=world.alice)
    client = as_(world.bob)
    preview = text_of(bulk(client, "preview", pick=[hidden.pk, bobs.pk, "moon"], column="status", status="mine"))
    assert "1 will change." in preview
    bulk(client, "commit", pick=[hidden.pk, bobs.pk], column="status", status="mine")
    assert (now(world, hidden).status, now(world, bobs).status) == ("", "mine")
    assert bulk(as_(world.vera), "commit", pick=[bobs.pk], column="status", status="x").status_code == 403
    assert "No row is selected." in text_of(bulk(client, "choose"))


def test_a_wrong_value_for_many_is_a_sentence_and_changes_nothing(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    refused = bulk(client, "commit", DEALS, all="1", column="probability", probability="120")
    assert "less than or equal to 100" in text_of(refused, 422)
    with world.inside():
        assert set(Deal.objects.values_list("version", flat=True)) == {1}


def test_without_script_the_change_of_many_is_a_page_and_a_redirect(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    page = text_of(client.post(f"{ACCOUNTS}bulk/", {"pick": aurelia.pk, "step": "choose"}))
    assert "<html" in page
    sent = {"pick": aurelia.pk, "step": "commit", "column": "country", "country": "Portugal"}
    assert client.post(f"{ACCOUNTS}bulk/", sent).status_code == 302
    assert now(world, aurelia).country == "Portugal"
