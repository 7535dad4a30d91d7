"""Working with people on the pages."""

from typing import Any

import pytest
from django.test import Client

from keystead.data.models import Member
from tests.support.world import World

PEOPLE = "/w/northwind/members/"


@pytest.fixture
def olga(world: World) -> Client:
    client = Client()
    client.force_login(world.olga.user)
    return client


def read(world: World, member: Member) -> Member:
    with world.inside():
        found: Member = Member.objects.get(pk=member.pk)
        return found


def form(client: Client, path: str) -> dict[str, Any]:
    """What a browser would post from the page as it stands."""
    fields = client.get(path).context["form"]
    posted: dict[str, Any] = {}
    for bound in fields:
        value = bound.value()
        if not bound.field.disabled:
            posted[bound.html_name] = "" if value is None else getattr(value, "pk", value)
        if bound.field.show_hidden_initial:
            posted[bound.html_initial_name] = posted.get(bound.html_name, "")
    return posted


def test_the_list_shows_the_hierarchy_with_roles_and_login_states(world: World, olga: Client) -> None:
    page = olga.get(PEOPLE).content.decode()
    order = [page.index(name) for name in ("Mona Manager", "Alice Alvarez", "Bob Brown", "Gus Guest")]
    assert order == sorted(order)
    assert "Account manager" in page
    assert "Can log in" in page


def test_the_list_finds_people_and_answers_htmx_with_the_rows_alone(world: World, olga: Client) -> None:
    part = olga.get(PEOPLE, {"text": "south", "role": "manager"}, headers={"HX-Request": "true"})
    assert b"Mona Manager" in part.content
    assert b"Alice Alvarez" not in part.content
    assert b"<html" not in part.content
    assert "HX-Request" in part["Vary"]
    whole = olga.get(PEOPLE, {"text": "nobody at all"}).content
    assert b"<html" in whole
    assert b"Nobody fits" in whole


def test_a_long_list_comes_in_pages(world: World, olga: Client) -> None:
    with world.inside():
        Member.objects.bulk_create(Member(name=f"Person {number:03}") for number in range(150))
    first, second = (olga.get(PEOPLE, {"page": page}).content.decode() for page in (1, 2))
    assert "1–100 of 156" in first
    assert "Person 149" in second
    assert "Person 000" not in second


def test_a_member_is_added_and_changed(world: World, olga: Client) -> None:
    added = olga.post(f"{PEOPLE}new/", {"name": "Nina Nunes", "role": "contributor", "manager": world.mona.pk, "region": "South"})
    assert added.status_code == 302
    with world.inside():
        nina = Member.objects.get(name="Nina Nunes")
    assert (nina.role, nina.manager_id, nina.region, nina.email, nina.user_id) == (
        "contributor", world.mona.pk, "South", None, None,
    )  # fmt: skip
    path = f"{PEOPLE}{nina.pk}/"
    assert olga.post(path, form(olga, path) | {"team": "Retail", "manager": ""}).status_code == 302
    assert (read(world, nina).team, read(world, nina).manager_id) == ("Retail", None)


def test_what_the_domain_refuses_stands_beside_its_field(world: World, olga: Client) -> None:
    path = f"{PEOPLE}{world.mona.pk}/"
    answer = olga.post(path, form(olga, path) | {"manager": str(world.alice.pk)})
    assert answer.status_code == 422
    assert "Mona Manager &gt; Alice Alvarez &gt; Mona Manager" in answer.content.decode()
    last = f"{PEOPLE}{world.olga.pk}/"
    assert "the last owner who can log in" in olga.post(last, form(olga, last) | {"role": "viewer"}).content.decode()
    assert "the last owner who can log in" in olga.post(f"{last}deactivation/", follow=True).content.decode()
    assert read(world, world.olga).role == "owner"


def test_an_administrator_is_offered_no_owners(world: World) -> None:
    with world.inside():
        Member.objects.filter(pk=world.vera.pk).update(role="admin")
    vera = Client()
    vera.force_login(world.vera.user)
    path = f"{PEOPLE}{world.bob.pk}/"
    assert b'value="owner"' not in vera.get(path).content
    assert vera.post(path, form(vera, path) | {"role": "owner"}).status_code == 422
    assert vera.post(f"{PEOPLE}{world.olga.pk}/deactivation/").status_code == 403


def test_a_colleague_reads_a_member_and_changes_nothing(world: World) -> None:
    bob = Client()
    bob.force_login(world.bob.user)
    path = f"{PEOPLE}{world.alice.pk}/"
    page = bob.get(path).content.decode()
    assert "alice@northwind.example" in page
    assert 'name="role"' not in page
    assert bob.post(path, {"name": "Alice", "role": "guest"}).status_code == 403
    assert read(world, world.alice).role == "account_manager"


def test_a_lost_update_is_shown_field_by_field(world: World, olga: Client) -> None:
    path = f"{PEOPLE}{world.bob.pk}/"
    seen = form(olga, path)
    olga.post(path, form(olga, path) | {"region": "West", "team": "Retail"})
    answer = olga.post(path, seen | {"region": "East", "name": "Robert Brown"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody has changed this to “West” meanwhile." in page
    merged = answer.context["form"]
    assert (merged["region"].value(), merged["team"].value(), merged["name"].value()) == ("East", "Retail", "Robert Brown")
    assert read(world, world.bob).region == "West"
    again = {bound.html_name: bound.value() for bound in merged if not bound.field.disabled}
    assert olga.post(path, again).status_code == 302
    bob = read(world, world.bob)
    assert (bob.region, bob.team, bob.name) == ("East", "Retail", "Robert Brown")


def test_deactivating_closes_the_door_and_activating_opens_it(world: World, olga: Client) -> None:
    bob = Client()
    bob.force_login(world.bob.user)
    olga.post(f"{PEOPLE}{world.bob.pk}/deactivation/")
    assert bob.get("/w/northwind/").status_code == 404
    olga.post(f"{PEOPLE}{world.bob.pk}/activation/")
    assert bob.get("/w/northwind/").status_code == 200


def test_a_manager_from_another_workspace_is_no_choice(world: World, olga: Client) -> None:
    path = f"{PEOPLE}{world.bob.pk}/"
    answer = olga.post(path, form(olga, path) | {"manager": str(world.charlie.pk)})
    assert answer.status_code == 422
    assert read(world, world.bob).manager_id == world.mona.pk
