"""The second step: setting it up, signing in with it, being required to have it, and losing the phone."""

import re
import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from django.test import Client, TestCase

from keystead.data.models import AuditEvent, Member, Workspace
from tests.support.world import PASSWORD, World
from tests.web.workspace.conftest import confirm

LOGIN = "/auth/login/"
STEPS = "/auth/steps/"


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows, `steps` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def signed_in(member: Member) -> Client:
    client = Client()
    assert client.post(LOGIN, {"login": member.email, "password": PASSWORD}).status_code == 302
    return client


def with_app(member: Member) -> tuple[Client, str, list[str]]:
    """A browser of a member who has set an app up, the app's secret, and her recovery codes."""
    client = signed_in(member)
    confirm(client)
    page = client.get(f"{STEPS}totp/activate/")
    secret = page.context["form"].secret
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = client.post(f"{STEPS}totp/activate/", {"code": code_of(secret)}, follow=True)
    codes = re.findall(r'<code class="select-all">(\d+)</code>', done.content.decode())
    assert len(codes) == 10
    return client, secret, codes


def kinds(world: World, member: Member) -> list[str]:
    with world.inside(member):
        return list(AuditEvent.objects.filter(user_id=member.user_id).order_by("number").values_list("kind", flat=True))


def test_setting_up_asks_for_the_password_once_more(world: World) -> None:
    client = signed_in(world.alice)
    answer = client.get(f"{STEPS}totp/activate/")
    assert answer["Location"].startswith("/auth/reauthenticate/")
    wrong = client.post("/auth/reauthenticate/", {"password": "not this one"})
    assert "This is not your current password." in wrong.content.decode()


def test_the_qr_code_is_drawn_here(world: World) -> None:
    client = signed_in(world.alice)
    confirm(client)
    page = client.get(f"{STEPS}totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert not re.findall(r'(?:src|href)="https?://', page)


def test_after_setting_up_the_password_alone_does_not_sign_in(world: World) -> None:
    _client, secret, _codes = with_app(world.alice)
    browser = Client()
    first = browser.post(LOGIN, {"login": world.alice.email, "password": PASSWORD})
    assert first["Location"] == f"{STEPS}authenticate/"
    assert browser.get("/w/northwind/").status_code == 302
    wrong = browser.post(f"{STEPS}authenticate/", {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert browser.get("/w/northwind/").status_code == 302
    right = browser.post(f"{STEPS}authenticate/", {"code": code_of(secret, 1)}, follow=True)
    assert right.redirect_chain[-1][0] == "/w/northwind/"
    told = kinds(world, world.alice)
    assert told[:3] == ["signed_in", "step.added", "step.added"]
    assert {"step.failed", "step.used"} <= set(told)


def test_guessing_codes_is_stopped(world: World) -> None:
    with_app(world.alice)
    browser = Client()
    browser.post(LOGIN, {"login": world.alice.email, "password": PASSWORD})
    for _ in range(6):
        answer = browser.post(f"{STEPS}authenticate/", {"code": "000000"})
    assert "Too many attempts" in answer.content.decode()


def test_a_recovery_code_works_once(world: World) -> None:
    _client, _secret, codes = with_app(world.alice)
    for expected in ("/", None):
        browser = Client()
        browser.post(LOGIN, {"login": world.alice.email, "password": PASSWORD})
        answer = browser.post(f"{STEPS}authenticate/", {"code": codes[0]})
        assert answer.headers.get("Location") == expected


def test_secrets_are_worth_nothing_without_the_secret_key(world: World) -> None:
    _client, secret, codes = with_app(world.alice)
    kept = " ".join(str(each.data) for each in Authenticator.objects.filter(user=world.alice.user))
    assert secret not in kept
    assert not any(code in kept for code in codes)


@pytest.mark.parametrize(
    ("rule", "closed", "open_"), [("admins", ["olga"], ["alice", "vera"]), ("everybody", ["olga", "alice", "gus"], [])]
)
def test_a_workspace_that_asks_for_a_second_step_stays_closed_without_one(
    world: World, rule: str, closed: list[str], open_: list[str]
) -> None:
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step=rule)
    for name in closed:
        client = signed_in(getattr(world, name))
        for path in ("", "accounts/", "me/", "deals/new/"):
            assert client.get(f"/w/northwind/{path}")["Location"] == STEPS
        assert client.post("/w/northwind/me/tokens/", {"name": "x", "days": "30"})["Location"] == STEPS
        fragment = client.get("/w/northwind/accounts/", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Redirect"]) == (403, STEPS)
        page = client.get(STEPS).content.decode()
        assert "Northwind asks for a second step at sign-in" in page
    for name in open_:
        assert signed_in(getattr(world, name)).get("/w/northwind/").status_code == 200


def test_with_a_second_step_it_opens_and_the_last_one_cannot_be_removed(world: World) -> None:
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step="everybody")
    client, _secret, _codes = with_app(world.alice)
    assert client.get("/w/northwind/").status_code == 200
    page = client.post(f"{STEPS}totp/deactivate/").content.decode()
    assert "Add another one before you remove this one." in page
    assert client.get("/w/northwind/").status_code == 200


def test_other_workspaces_do_not_ask(world: World) -> None:
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step="everybody")
    assert signed_in(world.charlie).get("/w/contoso/").status_code == 200


def test_asking_for_a_second_step_is_confirmed_by_the_password_and_noted(world: World) -> None:
    olga = signed_in(world.olga)
    page = olga.get("/w/northwind/settings/")
    values = {field.name: field.value() for field in page.context["form"]}
    sent = {name: value for name, value in values.items() if value is not None and value is not False} | {"second_step": "admins"}
    answer = olga.post("/w/northwind/settings/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"].startswith("/auth/reauthenticate/")
    with world.inside():
        assert Workspace.objects.get(pk=world.northwind.pk).second_step == ""
    done = olga.post(
        "/auth/reauthenticate/?next=/w/northwind/settings/", {"password": PASSWORD, "next": "/w/northwind/settings/"}
    )
    assert done["Location"] == "/w/northwind/settings/"
    assert olga.get("/w/northwind/settings/").status_code == 302
    with world.inside():
        assert Workspace.objects.get(pk=world.northwind.pk).second_step == "admins"
        noted = AuditEvent.objects.get(kind="workspace.changed")
    assert (noted.old, noted.new, noted.actor) == ({"second_step": ""}, {"second_step": "admins"}, "Olga Owner")


def test_whoever_lost_everything_is_let_in_again_by_the_command(world: World) -> None:
    client, _secret, _codes = with_app(world.alice)
    call_command("second-step-reset", world.alice.email, stdout=StringIO())
    assert client.get("/w/northwind/").status_code == 302
    assert signed_in(world.alice).get("/w/northwind/").status_code == 200
    assert kinds(world, world.alice)[-2:] == ["step.removed", "signed_in"]
