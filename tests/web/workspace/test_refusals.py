"""What is not there, or not allowed, is told inside the frame to who is signed in; the pages need neither frame nor database."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client

from keystead.data.models import Member, Workspace
from keystead.web.workspace import refusals
from tests.support.world import World, account

HOME = "/w/northwind/"
NOWHERE = [
    f"{HOME}no/such/page/",
    f"{HOME}accounts/00000000-0000-4000-8000-000000000000/",
    f"{HOME}accounts/nonsense/",
    "/no/such/page",
]
FRAME = '<nav class="side"'


def as_(member: Member) -> Client:
    assert member.user is not None
    client = Client()
    client.force_login(member.user)
    client.get(HOME)  # where she was last
    return client


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("address", NOWHERE)
def test_what_is_not_there_stands_inside_the_frame_with_a_way_on(world: World, address: str) -> None:
    answer = as_(world.alice).get(address)
    page = page_of(answer)
    assert answer.status_code == 404
    assert FRAME in page
    assert "There is nothing here" in page
    assert f'href="{HOME}" class="btn' in page
    assert "data-live=" not in page, "such a page has nothing to be brought up to date"
    assert ('aria-current="page"><svg' in page) == ("/accounts/" in address)
    assert ("Go to Accounts" in page) == ("/accounts/" in address)
    assert ("Ask Olga Owner" in page) == address.startswith(HOME), "she can let somebody in where she has a say"


def test_what_exists_but_is_not_for_her_is_the_same_page_as_what_does_not(world: World) -> None:
    with world.inside():
        secret = account("A secret customer", owner=world.bob)
    alice = as_(world.alice)
    pages = []
    for key in (secret.pk, uuid4()):
        page = page_of(alice.get(f"{HOME}accounts/{key}/")).replace(str(key), "KEY")
        pages.append(re.sub(r'"X-CSRFToken": "\w+"|csrfmiddlewaretoken" value="\w+"', "", page))
    assert pages[0] == pages[1]


def test_a_strangers_workspace_and_none_at_all_are_the_same_page_in_her_own_frame(world: World) -> None:
    alice = as_(world.alice)
    pages = []
    for slug in ("contoso", "nowhere"):
        answer = alice.get(f"/w/{slug}/accounts/")
        assert answer.status_code == 404
        pages.append(re.sub(r'"X-CSRFToken": "\w+"|csrfmiddlewaretoken" value="\w+"', "", page_of(answer).replace(slug, "SLUG")))
    assert pages[0] == pages[1]
    assert FRAME in pages[0]
    assert "Northwind" in pages[0]
    assert "Contoso" not in pages[0]
    assert "Ask Olga Owner" not in pages[0], "who administers another workspace can let nobody in there"


def test_what_is_not_allowed_says_why_inside_the_frame(world: World) -> None:
    answer = as_(world.alice).get(f"{HOME}settings/rates/{uuid4()}/")
    page = page_of(answer)
    assert answer.status_code == 403
    assert FRAME in page
    assert "You may not do this" in page
    assert "Your role, Account manager, does not include this." in page
    assert "Go to Settings" in page


def test_the_address_of_a_form_alone_is_a_page_too(world: World) -> None:
    answer = as_(world.alice).get(f"{HOME}me/tokens/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert FRAME in page_of(answer)
    assert "There is nothing here" in page_of(answer)


def test_nobody_and_who_belongs_nowhere_get_the_page_without_a_frame(world: World) -> None:
    stopped = as_(world.gus)
    with world.inside():
        Member.objects.filter(pk=world.gus.pk).update(is_active=False)
    for client in (Client(), stopped):
        answer = client.get("/no/such/page")
        assert answer.status_code == 404
        assert "There is nothing here" in page_of(answer)
        assert FRAME not in page_of(answer)


def test_a_workspace_that_waits_for_a_second_step_shows_no_frame(world: World) -> None:
    alice = as_(world.alice)
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step="everybody")
    assert FRAME not in page_of(alice.get(f"{HOME}no/such/page/"))
    assert FRAME not in page_of(alice.get("/no/such/page"))


def test_without_a_database_the_page_stands_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = as_(world.alice)

    def gone(**_words: Any) -> None:
        raise OperationalError("the connection was closed")

    monkeypatch.setattr(refusals, "memberships", gone)
    answer = alice.get(f"{HOME}no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing here" in page_of(answer)
    assert FRAME not in page_of(answer)


def test_a_part_of_a_page_gets_no_page(world: World) -> None:
    part = {"HX-Request": "true"}
    assert as_(world.alice).get(f"{HOME}accounts/{uuid4()}/", headers=part).content == b""
    assert FRAME not in page_of(as_(world.alice).get(f"{HOME}no/such/page/", headers=part))
