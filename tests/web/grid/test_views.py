"""Views that are kept, shared and opened with."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from keystead.data.models import Account, SavedView
from keystead.domain.workspace.views import save_view
from tests.support.world import World, account
from tests.web.grid.lists import ACCOUNTS, PART, VIEWS, as_, text_of


def save(client: Client, name: str, query: str = "order=-employees&country=spain", **more: Any) -> HttpResponse:
    return client.post(f"{VIEWS}", {"list": "accounts", "name": name, "query": query, **more}, follow=True)


def test_a_view_shows_the_list_as_it_was_kept_and_says_when_it_is_changed(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Brasilux", owner=world.alice, country="Brazil")
    client = as_(world.alice)
    shown = text_of(save(client, "Spain first"))
    with world.inside():
        view = SavedView.objects.get()
    assert ("Brasilux" in shown, "Spain first" in shown) == (False, True)
    changed = text_of(client.get(f"{ACCOUNTS}?of={view.pk}&order=name"))
    assert "Brasilux" in changed
    assert "Save the changes to this view" in changed
    client.post(f"{VIEWS}{view.pk}/", {"query": "order=name"})
    assert "Brasilux" in text_of(client.get(f"{ACCOUNTS}?view={view.pk}"))
    client.post(f"{VIEWS}{view.pk}/", {"name": "By name"})
    assert "By name" in text_of(client.get(ACCOUNTS))
    client.post(f"{VIEWS}{view.pk}/deletion/")
    assert "This view no longer exists" in text_of(client.get(f"{ACCOUNTS}?view={view.pk}"))


def test_a_private_view_is_nobody_elses_and_a_shared_one_everybodys_to_use(world: World, aurelia: Account) -> None:
    save(as_(world.alice), "Mine alone")
    save(as_(world.mona), "For all", is_shared="on")
    with world.inside():
        mine, shared = SavedView.objects.get(name="Mine alone"), SavedView.objects.get(name="For all")
    page = text_of(as_(world.bob).get(ACCOUNTS))
    assert ("Mine alone" in page, "For all" in page) == (False, True)
    bob = as_(world.bob)
    assert [bob.post(f"{VIEWS}{view.pk}/", {"name": "Bob's"}).status_code for view in (mine, shared)] == [404, 403]
    assert bob.post(f"{VIEWS}{shared.pk}/deletion/").status_code == 403
    assert bob.post(f"{VIEWS}default/", {"view": mine.pk}).status_code == 404
    assert as_(world.charlie).post(f"{VIEWS}{shared.pk}/", {"name": "x"}).status_code == 404
    assert bob.post(VIEWS, {"list": "accounts", "name": "Bob's", "query": "", "is_shared": "on"}).status_code == 403
    assert as_(world.gus).post(VIEWS, {"list": "accounts", "name": "Guest", "query": ""}).status_code == 403


def test_every_field_of_filters_and_views_can_be_seen_to_be_one(world: World, aurelia: Account) -> None:
    for address in (ACCOUNTS, "/w/northwind/portfolio/"):
        page = text_of(as_(world.mona).get(address)) + text_of(as_(world.mona).get(f"{address}?part=panel&panel=filter"))
        fields = re.findall(r'<(?:input|select)[^>]* id="(?:f|view)-[^>]*>', page)
        assert any('id="view-name"' in tag for tag in fields)
        assert any('id="f-' in tag for tag in fields)
        assert all('class="control"' in tag for tag in fields), fields


def test_a_list_opens_with_its_default_view_until_it_is_asked_for_otherwise(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Brasilux", owner=world.alice, country="Brazil")
    client = as_(world.alice)
    save(client, "Spain", is_default="1")
    assert "Brasilux" not in text_of(client.get(ACCOUNTS))
    assert "Brasilux" in text_of(client.get(f"{ACCOUNTS}?view=all"))
    assert "Brasilux" in text_of(client.get(f"{ACCOUNTS}?q=brasi"))
    client.post(f"{VIEWS}default/", {"list": "accounts"})
    assert "Brasilux" in text_of(client.get(ACCOUNTS))


@pytest.mark.parametrize("form", ["", "?view=all&part=panel&panel=filter", "?view=all&part=panel&panel=sort"])
def test_whoever_has_left_her_default_view_is_not_led_back_by_a_form_that_says_nothing(
    world: World, aurelia: Account, form: str
) -> None:
    client = as_(world.alice)
    save(client, "Spain", is_default="1")
    page = text_of(client.get(f"{ACCOUNTS}{form or '?view=all'}", headers=PART if form else {}))
    assert '<input type="hidden" name="view" value="all">' in page, "a search that is emptied again stays among all"
    assert 'name="view" value="all"' not in text_of(client.get(ACCOUNTS)), "in the view itself forms carry the view"


def test_a_name_that_is_taken_or_missing_is_refused_with_what_was_typed(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    save(client, "Spain")
    again = client.post(VIEWS, {"list": "accounts", "name": "SPAIN", "query": "order=name"})
    page = text_of(again, 422)
    assert "You have a view of this name already." in page
    assert 'value="SPAIN"' in page
    assert client.post(VIEWS, {"list": "accounts", "name": " ", "query": ""}).status_code == 422
    assert client.post(VIEWS, {"list": "moon", "name": "x", "query": ""}).status_code == 404
    with world.inside():
        assert SavedView.objects.count() == 1


def test_views_stand_below_their_list_in_the_navigation_the_ones_used_most_first(world: World) -> None:
    with world.inside():
        views = {
            name: save_view(viewer=world.alice, list_id="accounts", name=name, query="order=-name")
            for name in ("Calm", "Deep", "Wide")
        }
        save_view(viewer=world.bob, list_id="accounts", name="Bob's own", query="")
    client = as_(world.alice)
    for _ in range(2):
        client.get("/w/northwind/accounts/", {"view": str(views["Wide"].pk)})
    client.get("/w/northwind/accounts/", {"view": str(views["Deep"].pk)}, headers={"Keystead-Live": "1"})
    client.get("/w/northwind/accounts/", {"view": "nothing"})
    page = text_of(client.get("/w/northwind/deals/"))
    assert re.findall(r'class="side-link side-view"[^>]*><span>([^<]*)<', page) == ["Wide", "Calm", "Deep"]
    assert "Deep" in text_of(client.get("/w/northwind/find/", {"q": "deep"}, headers=PART))
