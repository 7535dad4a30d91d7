"""Signing in, staying in a language, and where that leads."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from keystead.data.models import Member, Workspace
from keystead.domain.workspace.founding import found_workspace
from tests.support.world import PASSWORD, World

LOGIN = "/auth/login/"


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()  # failed attempts are counted there


def sign_in(client: Client, email: str = "alice@northwind.example", password: str = PASSWORD, **more: str) -> object:
    return client.post(LOGIN, {"login": email, "password": password} | more, follow=True)


def test_signing_in_leads_into_the_workspace(world: World, client: Client) -> None:
    answer = sign_in(client, "ALICE@northwind.example")
    assert answer.redirect_chain[-1][0] == "/w/northwind/"
    assert ", Alice" in answer.content.decode()


def test_a_wrong_password_and_a_stranger_get_the_same_answer(world: World, client: Client) -> None:
    wrong = sign_in(client, password="wrong")
    stranger = sign_in(client, "nobody@northwind.example")
    sentence = "The e-mail address or the password is not right."
    assert sentence in wrong.content.decode()
    assert sentence in stranger.content.decode()
    assert client.get("/w/northwind/").status_code == 302


def test_guessing_is_slowed_down(world: World, client: Client) -> None:
    for _attempt in range(12):
        answer = sign_in(client, password="wrong")
    assert "Too many attempts" in answer.content.decode()
    assert "Too many attempts" in sign_in(client).content.decode()


def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(world: World, client: Client) -> None:
    assert sign_in(client, next="/w/northwind/members/").redirect_chain[-1][0] == "/w/northwind/members/"
    other = Client()
    assert sign_in(other, next="https://evil.example/").redirect_chain[-1][0] == "/w/northwind/"


def test_the_start_page_leads_to_the_workspace_used_last(world: World, client: Client) -> None:
    with world.inside(world.charlie):
        Member.objects.create(name="Alice", email="alice@northwind.example", user=world.alice.user, role="viewer")
    client.force_login(world.alice.user)
    assert client.get("/")["Location"] == "/w/contoso/"
    page = client.get("/w/northwind/").content.decode()
    assert client.get("/")["Location"] == "/w/northwind/"
    assert "Contoso" in page  # the switch between workspaces


def test_the_start_page_without_a_login_leads_to_signing_in(client: Client) -> None:
    assert client.get("/")["Location"] == f"{LOGIN}?next=/"


def test_nobody_signs_up(db: None, client: Client) -> None:
    assert b"by invitation" in client.get(reverse("account_signup")).content
    client.post(reverse("account_signup"), {"email": "eve@evil.example", "password1": PASSWORD, "password2": PASSWORD})
    assert not client.session.get("_auth_user_id")
    for gone in ("/auth/email/", "/auth/confirm-email/", "/auth/social/"):
        assert client.get(gone).status_code == 404


def test_signing_out_needs_a_post(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    assert b"alice@northwind.example" in client.get("/auth/logout/").content
    assert client.get("/w/northwind/").status_code == 200
    client.post("/auth/logout/")
    assert client.get("/w/northwind/").status_code == 302


def test_the_language_of_a_person_goes_with_her_into_every_browser(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    client.post("/i18n/setlang/", {"language": "es", "next": "/w/northwind/"})
    elsewhere = Client()
    elsewhere.force_login(world.alice.user)
    assert elsewhere.get("/w/northwind/", headers={"Accept-Language": "pt-BR"})["Content-Language"] == "es"


def test_before_signing_in_the_cookie_and_then_the_browser_decide(db: None, client: Client) -> None:
    assert client.get(LOGIN, headers={"Accept-Language": "pt-BR,en;q=0.5"})["Content-Language"] == "pt-br"
    client.post("/i18n/setlang/", {"language": "es", "next": LOGIN})
    assert client.get(LOGIN, headers={"Accept-Language": "pt-BR"})["Content-Language"] == "es"
    client.post("/i18n/setlang/", {"language": "xx", "next": "https://evil.example/"})
    assert client.get(LOGIN)["Content-Language"] == "es"


def test_changing_the_password_asks_for_the_old_one(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    refused = client.post("/auth/password/change/", {"oldpassword": "wrong"} | new)
    assert "This is not your current password." in refused.content.decode()
    client.post("/auth/password/change/", {"oldpassword": PASSWORD} | new)
    world.alice.user.refresh_from_db()
    assert world.alice.user.check_password("another long phrase")
    assert client.get("/w/northwind/").status_code == 200


def test_a_form_without_its_token_changes_nothing(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.olga.user)
    answer = strict.post("/w/northwind/settings/", {"name": "Stolen"})
    assert answer.status_code == 403
    assert b"Once more, please" in answer.content
    with world.inside():
        assert Workspace.objects.get(pk=world.northwind.pk).name == "Northwind"


def test_a_person_without_a_workspace_is_told_so(world: World, client: Client) -> None:
    with world.inside():
        Member.objects.filter(pk=world.gus.pk).update(is_active=False)
    client.force_login(world.gus.user)
    answer = client.get("/")
    assert b"You are in no workspace" in answer.content
    assert b"gus@northwind.example" in answer.content


def test_two_workspaces_do_not_share_an_address(world: World, client: Client) -> None:
    found_workspace(name="Fabrikam", slug="fabrikam", currency="EUR", owner_email="fay@fabrikam.example", password=PASSWORD)
    sign_in(client, "fay@fabrikam.example")
    assert client.get("/w/fabrikam/").status_code == 200
    assert client.get("/w/northwind/").status_code == 404
    assert client.get("/w/no-such/").status_code == 404
