"""Every page of the workspace, walked by an owner, a colleague, somebody from another workspace, and nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keystead.data.models import Member, Rate, Stage
from keystead.domain.workspace.tokens import create_token
from tests.support.world import World

AT_HOME = "/w/northwind/"
READABLE = ["", "members/", "settings/stages/", "settings/rates/", "me/"]
FOR_ADMINISTRATORS = ["members/new/", "settings/", "settings/calendar/"]
Addresses = dict[str, list[str]]


@pytest.fixture
def addresses(world: World) -> Addresses:
    """Pages that change something, with the objects of Northwind in them."""
    with world.inside():
        stage, bob = Stage.objects.first(), world.bob
        rate = Rate.objects.create(base="USD", quote="EUR", rate="0.92", date="2026-01-01")
        token, _text = create_token(viewer=world.bob, name="script", at=stage.created_at)
    return {
        "get": [f"members/{bob.pk}/", f"settings/stages/{stage.pk}/", f"settings/rates/{rate.pk}/"],
        "post": [
            *(f"members/{bob.pk}/{verb}/" for verb in ("invitation", "deactivation", "activation")),
            *(f"settings/stages/{stage.pk}/{verb}/" for verb in ("position", "deletion")),
            f"settings/rates/{rate.pk}/deletion/",
        ],
        "own": [f"me/tokens/{token.pk}/revocation/"],
    }  # fmt: skip


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def statuses(call: Callable[[str], Any], paths: list[str]) -> dict[str, int]:
    return {path: call(AT_HOME + path).status_code for path in paths}


def everything(addresses: Addresses) -> list[str]:
    return READABLE + FOR_ADMINISTRATORS + addresses["get"]


def test_the_owner_opens_every_page(world: World, addresses: Addresses) -> None:
    assert set(statuses(as_(world.olga).get, everything(addresses)).values()) == {200}


def test_a_colleague_reads_the_lists_and_is_told_why_she_changes_nothing(world: World, addresses: Addresses) -> None:
    bob = as_(world.bob)
    assert set(statuses(bob.get, READABLE).values()) == {200}
    stage, rate = addresses["get"][1:]
    refused = [*FOR_ADMINISTRATORS, stage, rate]
    assert set(statuses(bob.get, refused).values()) == {403}
    assert set(statuses(bob.post, addresses["post"]).values()) == {403}
    page = bob.get(f"{AT_HOME}settings/").content.decode()
    assert "Your role, Account manager, does not include this." in page


def test_the_changing_pages_cannot_be_read_by_accident(world: World, addresses: Addresses) -> None:
    olga = as_(world.olga)
    assert set(statuses(olga.get, addresses["post"] + addresses["own"]).values()) == {405}


def test_for_somebody_from_another_workspace_nothing_exists(world: World, addresses: Addresses) -> None:
    charlie = as_(world.charlie)
    assert set(statuses(charlie.get, everything(addresses)).values()) == {404}
    assert set(statuses(charlie.post, everything(addresses) + addresses["post"] + addresses["own"]).values()) == {404}
    elsewhere = addresses["get"] + addresses["post"] + addresses["own"]
    found = {path: charlie.post(f"/w/contoso/{path}").status_code for path in elsewhere}
    assert set(found.values()) == {404}


def test_nobody_is_sent_to_the_sign_in_page_and_back_afterwards(world: World, addresses: Addresses) -> None:
    for path in everything(addresses):
        answer = Client().get(AT_HOME + path)
        assert answer.status_code == 302, path
        assert answer["Location"] == f"{reverse('account_login')}?next={AT_HOME}{path}"
    for path in addresses["post"]:
        assert Client().post(AT_HOME + path)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("before", "back"),
    [
        ("http://testserver/w/northwind/plans/?q=a", "/w/northwind/plans/%3Fq%3Da"),
        ("http://evil.example/w/northwind/plans/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("http://testserver", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_whoever_sent_a_form_comes_back_to_its_page_and_to_no_other_house(world: World, before: str, back: str) -> None:
    answer = Client().post(f"{AT_HOME}accounts/new/", {"name": "Typed"}, headers={"Referer": before} if before else {})
    assert answer["Location"] == f"{reverse('account_login')}?next={back}"


def test_a_fragment_for_nobody_is_no_page_to_be_swapped_in(world: World) -> None:
    assert Client().get(f"{AT_HOME}members/", headers={"HX-Request": "true"}).status_code == 401


def test_a_refused_fragment_says_why_in_a_toast(world: World) -> None:
    answer = as_(world.bob).get(f"{AT_HOME}settings/calendar/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "Your role, Account manager, does not include this." in answer["HX-Trigger"]
    assert answer.content == b""


def test_a_colleagues_token_does_not_exist_for_the_owner(world: World, addresses: Addresses) -> None:
    (path,) = addresses["own"]
    assert as_(world.olga).post(AT_HOME + path).status_code == 404
    assert as_(world.bob).post(AT_HOME + path).status_code == 302


def test_a_guest_sees_herself_and_no_colleague(world: World) -> None:
    with world.inside():
        Member.objects.filter(pk=world.gus.pk).update(manager=world.mona)
        Member.objects.filter(pk=world.bob.pk).update(team="Team Bob", region="Region Bob")
    gus = as_(world.gus)
    own = gus.get(f"{AT_HOME}members/{world.gus.pk}/").content.decode()
    for name in ("Mona", "Bob", "Olga"):
        assert name not in own
    page = gus.get(f"{AT_HOME}members/").content.decode()
    assert "Mona" not in page
    assert "Gus Guest" in page
    assert "Olga Owner" not in page
    assert gus.get(f"{AT_HOME}members/{world.bob.pk}/").status_code == 404
    assert gus.get(f"{AT_HOME}settings/stages/").status_code == 403


def test_a_deactivated_member_is_a_stranger(world: World) -> None:
    bob = as_(world.bob)
    with world.inside():
        Member.objects.filter(pk=world.bob.pk).update(is_active=False)
    assert bob.get(AT_HOME).status_code == 404
    assert b"You are in no workspace" in bob.get("/").content


@pytest.mark.parametrize(
    ("path", "at_most"), [("", 18), ("members/", 12), ("settings/", 9), ("settings/rates/", 12), ("me/", 11)]
)
def test_a_page_costs_the_same_however_much_there_is(
    world: World, path: str, at_most: int, django_assert_max_num_queries: Any
) -> None:
    olga = as_(world.olga)
    with world.inside():
        Rate.objects.create(base="USD", quote="EUR", rate="0.92", date="2026-01-01")
    olga.get(AT_HOME + path)
    with django_assert_max_num_queries(at_most) as few:
        olga.get(AT_HOME + path)
    with world.inside():
        for number in range(12):
            Member.objects.create(name=f"Person {number}", manager=world.mona)
            Rate.objects.create(base="USD", quote="EUR", rate="0.92", date=f"2026-02-{number + 1:02}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        olga.get(AT_HOME + path)
