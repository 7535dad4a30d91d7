"""What every answer tells the browser, what a refused request gets, and that no secret reaches the log."""

import json
import logging
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from keystead.base.clock import now
from keystead.config.redaction import NoSecrets, without_secrets
from keystead.data.models import Member
from keystead.domain.workspace.invitations import invite
from keystead.domain.workspace.tokens import create_token
from tests.support.world import PASSWORD, World
from tests.web.workspace.conftest import confirm

OUTSIDE = """
    /auth/login/ /auth/password/reset/ /auth/password/reset/done/ /auth/signup/ /auth/inactive/ /api/docs /gallery
    /auth/company/cancelled/ /auth/company/error/ /nothing
""".split()
INSIDE = """
    /auth/steps/ /auth/steps/totp/activate/ /auth/steps/webauthn/add/ /auth/steps/recovery-codes/generate/ /auth/logout/
    /auth/reauthenticate/ /auth/password/change/ /w/northwind/ /w/northwind/settings/ /w/northwind/settings/audit/
    /w/northwind/settings/audit/proof/ /w/northwind/settings/entry/ /w/northwind/me/ /w/northwind/members/
    /w/northwind/accounts/ /w/northwind/portfolio/ /w/northwind/plans/ /w/northwind/deals/ /w/northwind/imports/
""".split()
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=\"|\son[a-z]+=\"|href=\"javascript:", re.IGNORECASE
)
HEADERS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}  # fmt: skip


def olga(world: World) -> Client:
    client = Client()
    client.force_login(world.olga.user)
    confirm(client)
    return client


@pytest.mark.parametrize("path", OUTSIDE)
def test_outside_pages_need_no_inline_script_or_style(world: World, path: str) -> None:
    check(Client().get(path))


@pytest.mark.parametrize("path", INSIDE)
def test_inside_pages_need_no_inline_script_or_style(world: World, path: str) -> None:
    check(olga(world).get(path, follow=True))


def check(answer: Any) -> None:
    assert INLINE.findall(answer.content.decode()) == []
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert "camera=()" in answer["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"]


def test_the_cookies_are_out_of_scripts_reach(world: World) -> None:
    client = Client()
    client.get("/auth/login/")
    client.post("/auth/login/", {"login": world.alice.email, "password": PASSWORD})
    for name in ("keystead_session", "keystead_csrf"):
        cookie = client.cookies[name]
        assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("path", ["/api/v1/accounts", "/api/nothing", "/api/v1/openapi.json"])
def test_a_host_that_is_not_ours_gets_a_problem_from_the_api(db: None, path: str, settings: LazySettings) -> None:
    answer = Client().get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(answer.content)["code"] == "bad_request"
    assert Client().get("/auth/login/", headers={"Host": "evil.example"})["Content-Type"].startswith("text/html")


def test_letters_lead_to_the_configured_address_whatever_host_was_asked(
    world: World, settings: LazySettings, monkeypatch: Any
) -> None:
    from keystead.web.workspace import members

    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://crm.northwind.example/", ["*"]
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(members.letters, "send", lambda **words: sent.append(words) or True)
    with world.inside():
        nina = Member.objects.create(name="Nina", email="nina@northwind.example", role="viewer")
    client = Client(headers={"Host": "evil.example"})
    client.force_login(world.olga.user)
    client.post(f"/w/northwind/members/{nina.pk}/invitation/")
    assert sent[0]["context"]["url"].startswith("https://crm.northwind.example/invitation/")


def test_the_letter_and_the_page_agree_on_the_address_of_a_reset(world: World, settings: LazySettings) -> None:
    from keystead.jobs.letters import reset_link

    settings.BASE_URL = "https://crm.northwind.example"
    link = reset_link(world.alice.user)
    page = Client().get(link.removeprefix("https://crm.northwind.example"), follow=True)
    assert b"Choose a new password" in page.content


def test_known_and_unknown_addresses_are_answered_alike(world: World) -> None:
    answers = []
    for email in (world.alice.email, "nobody@northwind.example"):
        reset = Client().post("/auth/password/reset/", {"email": email}, follow=True).content.decode()
        failed = Client().post("/auth/login/", {"login": email, "password": "wrong one"}).content.decode()
        answers.append(
            [re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", each).replace(str(email), "") for each in (reset, failed)]
        )
    assert answers[0] == answers[1]


def test_failed_sign_ins_are_counted_for_all_web_processes_together(world: World) -> None:
    from django.core.cache import cache
    from django.db import connection

    for _ in range(5):
        Client().post("/auth/login/", {"login": world.alice.email, "password": "wrong one"})
    right = Client().post("/auth/login/", {"login": world.alice.email, "password": PASSWORD})
    assert "Too many attempts" in right.content.decode()
    assert Client().post("/auth/login/", {"login": world.bob.email, "password": PASSWORD}).status_code == 302
    with connection.cursor() as cursor:  # in the database, where another process finds them
        cursor.execute("SELECT count(*) FROM keystead_cache")
        assert cursor.fetchone()[0] > 0
    cache.clear()


def test_no_secret_of_a_whole_visit_reaches_the_log(
    world: World, caplog: pytest.LogCaptureFixture, settings: LazySettings
) -> None:
    """Signing in, a wrong password, an invitation that fails, tokens that do not fit, resets: at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    client = Client(raise_request_exception=False)
    client.post("/auth/login/", {"login": world.alice.email, "password": "a wrong secret phrase"})
    client.post("/auth/login/", {"login": world.alice.email, "password": PASSWORD})
    with world.inside(world.alice):
        _token, text = create_token(viewer=world.alice, name="t", at=now())
    client.get("/api/v1/accounts", headers={"Authorization": f"Bearer {text}"})
    client.get("/api/v1/nothing", headers={"Authorization": f"Bearer {text}x"})
    with world.inside():
        nina = Member.objects.create(name="Nina", email="nina@northwind.example", role="viewer")
        key = invite(member=nina, viewer=world.olga, at=now()).text
    client.get(f"/invitation/{key}x/")
    secrets = [PASSWORD, "a wrong secret phrase", text, key, client.session.session_key, client.cookies["keystead_csrf"].value]
    guard, lines = NoSecrets(), []
    for record in caplog.records:
        if record.name != "django.db.backends":
            guard.filter(record)
            lines.append(logging.Formatter().format(record))
    written = "\n".join(lines)
    assert "Not Found: /invitation/" in written
    assert [secret for secret in secrets if secret and secret in written] == []


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("connecting to postgresql://app:hunter22@db/keystead", "connecting to postgresql://app:•••@db/keystead"),
        ("{'password': 'hunter22', 'login': 'a@b.example'}", "{'password': •••, 'login': 'a@b.example'}"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer •••"),
        ("/auth/password/reset/key/1-d2x-abcdef/", "/auth/password/reset/key/•••/"),
        ("Cookie: keystead_session=abc123; theme=dark", "Cookie: keystead_session=•••; theme=dark"),
        ("Account 0198 was saved", "Account 0198 was saved"),
    ],
)
def test_what_looks_like_a_secret_is_struck_out(line: str, kept: str) -> None:
    assert without_secrets(line) == kept
