"""The find box: records, pages and actions for those who may; a part for the palette, a page without script."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keystead.data.models import Contact, Opened
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account
from tests.test_rights_walk import AT, signed_in

URL = "/w/northwind/find/"
PALETTE = {"HX-Request": "true"}


def told(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def lines(html: str) -> list[str]:
    """The names of the lines, in order."""
    names = re.findall(r'<span class="found-name">(.*?)</span>', html)
    return [re.sub(r"</?mark>", "", name) for name in names]


def palette(client: Client, text: str) -> str:
    return told(client.get(URL, {"q": text}, headers=PALETTE))


def test_every_page_of_the_workspace_carries_the_box_and_the_palette(world: World) -> None:
    page = told(signed_in(world.alice).get("/w/northwind/accounts/"))
    assert f'action="{URL}"' in page
    assert 'id="palette"' in page
    assert 'role="combobox"' in page


def test_the_palette_marks_what_was_typed_and_leads_to_the_record(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        contact = Contact.objects.create(first_name="Ana", last_name="Aurel", account=aurelia)
    html = palette(signed_in(world.alice), "aur")
    assert "<mark>Aur</mark>elia Foods" in html
    assert f'href="{reverse("accounts:detail", args=["northwind", aurelia.pk])}" role="option"' in html
    assert reverse("accounts:contact", args=["northwind", aurelia.pk, contact.pk]) in html
    assert "<html" not in html
    assert "2 results" in html


def test_without_script_the_same_results_are_a_page_of_links_and_forms(world: World) -> None:
    with world.inside():
        account("Aurelia Foods", owner=world.alice)
    html = told(signed_in(world.alice).get(URL, {"q": "aurelia"}))
    assert "<html" in html
    assert "Aurelia Foods" in lines(html)
    assert 'class="found-line" href="/w/northwind/accounts/' in html
    language = told(signed_in(world.alice).get(URL, {"q": "language español"}))
    assert f'action="{reverse("set_language")}"' in language
    assert 'name="language" value="es"' in language


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("new deal", "New deal"), ("opportunity", "New deal"), ("import file", "Import a file"), ("upload", "Import a file"),
        ("dark", "Switch to dark"), ("> dark", "Switch to dark"), ("language esp", "Language: Español"),
        ("exchange", "Exchange rates"),
        ("grouped by owner", "Open portfolio grouped by owner"), ("portf own", "Open portfolio grouped by owner"),
        ("settngs", "Settings"), ("> import deals", "Import: Deals"), ("stages", "Stages"),
    ],
)  # fmt: skip
def test_pages_settings_and_actions_are_found_by_their_words(world: World, text: str, line: str) -> None:
    assert line in lines(palette(signed_in(world.olga), text))


def test_an_action_is_found_in_the_readers_language_and_in_english(world: World) -> None:
    client = signed_in(world.olga)
    client.post(reverse("set_language"), {"language": "pt-br", "next": "/"})
    assert lines(palette(client, "idioma esp")) or lines(palette(client, "language esp"))
    assert 'href="/w/northwind/deals/"' in palette(client, "deals")


def test_only_those_who_may_are_offered_an_action(world: World) -> None:
    everything = {"New account", "New deal", "New plan", "Import a file", "New member"}
    offered = {}
    for name in ("olga", "alice", "vera"):
        client = signed_in(getattr(world, name))
        offered[name] = everything & {*lines(palette(client, "> new")), *lines(palette(client, "> import"))}
    assert offered["olga"] == everything
    assert offered["alice"] == everything - {"New member"}
    assert offered["vera"] == set()


def test_commands_alone_are_found_behind_an_angle_bracket(world: World) -> None:
    with world.inside():
        account("Newton Mills", owner=world.olga)
    client = signed_in(world.olga)
    assert "Newton Mills" in lines(palette(client, "new"))
    assert "Newton Mills" not in lines(palette(client, ">new"))


def test_an_empty_box_shows_what_was_opened_lately_and_what_can_be_done(world: World) -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        plan = create_plan(viewer=world.alice, fields={"account": aurelia, "name": "Growth"}, today=AT.date())
    client = signed_in(world.alice)
    for page in (
        reverse("accounts:detail", args=["northwind", aurelia.pk]),
        reverse("plans:detail", args=["northwind", plan.pk]),
    ):
        assert client.get(page).status_code == 200
    assert lines(palette(client, ""))[:3] == ["Growth", "Aurelia Foods", "New account"]
    assert lines(palette(client, " > ")) == ["New account", "New deal", "New plan", "Import a file", "Switch to dark"]


def test_a_refused_page_and_a_part_of_one_are_not_opened_lately(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
    url = reverse("accounts:detail", args=["northwind", aurelia.pk])
    assert signed_in(world.bob).get(url).status_code == 404
    assert signed_in(world.alice).get(url, headers=PALETTE).status_code == 200
    with world.inside():
        assert not Opened.objects.exists()


def test_for_a_colleague_a_guest_and_a_stranger_nothing_of_alices_is_there(world: World) -> None:
    with world.inside():
        account("Aurelia Foods", owner=world.alice)
    for name in ("bob", "gus"):
        html = palette(signed_in(getattr(world, name)), "aurelia")
        assert lines(html) == []
        assert "Nothing that you may see is called “aurelia”." in html
    assert signed_in(world.charlie).get(URL, {"q": "aurelia"}).status_code == 404


def test_scripts_and_strange_letters_are_shown_as_text(world: World) -> None:
    with world.inside():
        account("<script>alert(1)</script>", owner=world.olga)
    html = palette(signed_in(world.olga), "script")
    assert "<script>" not in html
    assert "&lt;<mark>script</mark>&gt;" in html
    for text in ("\x00", "<img src=x onerror=alert(1)>", "🙂" * 500, "\u202eabc", "%" * 2000):
        assert "<img" not in palette(signed_in(world.olga), text)


def test_nothing_is_written_by_other_methods(world: World) -> None:
    assert signed_in(world.olga).post(URL, {"q": "x"}).status_code == 405
