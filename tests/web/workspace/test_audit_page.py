"""The audit log as owners see it: filtered, as a file, and proved; exports note themselves."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.http import content_disposition_header

from keystead.data.models import AuditEvent, Member, User
from keystead.domain.workspace.audit import record
from keystead.web.workspace.leaving import note_export
from tests.support.world import PASSWORD, World
from tests.web.workspace.conftest import confirm

LOG = "/w/northwind/settings/audit/"


@pytest.fixture
def olga(world: World) -> Client:
    client = Client()
    client.post("/auth/login/", {"login": world.olga.email, "password": PASSWORD})
    return client


def read(answer: Any) -> list[dict[str, str]]:
    whole = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(whole)))


def test_a_failed_sign_in_stands_in_the_log_with_its_place(world: World, olga: Client) -> None:
    Client(REMOTE_ADDR="203.0.113.5").post("/auth/login/", {"login": world.alice.email, "password": "wrong"})
    page = olga.get(LOG, {"kind": "sign_in_failed"}).content.decode()
    assert "alice@northwind.example" in page
    assert "203.0.113.5" in page
    assert "wrong" not in page


def test_the_way_somebody_signed_in_is_told_in_her_language(world: World, olga: Client) -> None:
    User.objects.filter(pk=world.olga.user_id).update(language="pt-br")
    page = olga.get(LOG, {"kind": "signed_in"}).content.decode()
    assert "Senha" in page
    assert "password" not in page.partition("<tbody")[2].partition("</tbody")[0]


def test_a_stranger_who_fails_leaves_no_trace_in_anybodys_log(world: World) -> None:
    Client().post("/auth/login/", {"login": "nobody@northwind.example", "password": "wrong"})
    for owner in (world.olga, world.charlie):
        with world.inside(owner):
            assert not AuditEvent.objects.filter(kind="sign_in_failed").exists()


def test_other_workspaces_do_not_read_it(world: World) -> None:
    Client().post("/auth/login/", {"login": world.alice.email, "password": "wrong"})
    charlie = Client()
    charlie.post("/auth/login/", {"login": world.charlie.email, "password": PASSWORD})
    page = charlie.get("/w/contoso/settings/audit/").content.decode()
    assert "signed in" in page
    assert "northwind.example" not in page
    for path in ("", "csv/", "proof/"):
        assert charlie.get(LOG + path).status_code == 404


@pytest.mark.parametrize("name", ["mona", "alice", "vera", "gus"])
def test_who_is_no_administrator_does_not_read_it(world: World, name: str) -> None:
    client = Client()
    client.force_login(getattr(world, name).user)
    assert [client.get(LOG + path).status_code for path in ("", "csv/", "proof/")] == [403, 403, 403]


def test_the_file_holds_every_entry_and_its_seal_and_formulas_are_inert(world: World, olga: Client) -> None:
    with world.inside():
        Member.objects.create(name="=HYPERLINK(1)", email="x@northwind.example", role="viewer")
        number = AuditEvent.objects.count()
    rows = read(olga.get(f"{LOG}csv/"))
    assert len(rows) == number + 1
    assert rows[-1]["number"] == "head"
    assert rows[-1]["at"] == str(number)
    assert rows[0]["hash"] == rows[-1]["what"]
    assert {row["subject"] for row in rows} >= {"'=HYPERLINK(1)", "olga@northwind.example"}


def test_every_file_that_leaves_is_noted_with_its_address(world: World, olga: Client) -> None:
    olga.get(f"{LOG}csv/", {"kind": "token"})
    olga.get("/w/northwind/imports/templates/accounts.csv")
    with world.inside():
        noted = list(AuditEvent.objects.filter(kind="exported").order_by("number"))
    assert noted[0].new == {"address": f"{LOG}csv/", "filters": "kind=token"}
    assert noted[0].subject == "audit-northwind.csv"
    assert (noted[0].actor, noted[0].via) == ("Olga Owner", "web")


@pytest.mark.parametrize("name", ['"quoted" – list.csv', "a; filename=b.csv", "contratação.csv", "x\\y.csv", "plain.csv"])
def test_the_name_that_is_noted_is_the_file_s_own(world: World, name: str) -> None:
    response = HttpResponse(headers={"Content-Disposition": content_disposition_header(True, name)})
    with world.inside():
        note_export(RequestFactory().get("/w/northwind/deals.csv"), response)
        assert AuditEvent.objects.get(kind="exported").subject == name


def test_a_filter_that_makes_no_sense_is_told_and_does_not_count(world: World, olga: Client) -> None:
    for asked in ({"first": "yesterday"}, {"kind": "sneezed"}, {"who": "x" * 300}, {"page": "-1"}, {"who": "\u0000"}):
        answer = olga.get(LOG, asked)
        assert answer.status_code in (200, 422)
    assert "A filter was not understood" in olga.get(LOG, {"first": "yesterday"}).content.decode()


def test_a_name_with_markup_is_only_text(world: World, olga: Client) -> None:
    with world.inside():
        record(kind="exported", subject="<script>alert(1)</script>")
    page = olga.get(LOG).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_proof_shows_the_last_seal(world: World, olga: Client) -> None:
    page = olga.get(f"{LOG}proof/").content.decode()
    with world.inside():
        last = AuditEvent.objects.order_by("-number")[0]
    assert f"{last.number} {last.hash}" in page


def test_the_log_costs_the_same_however_much_there_is(world: World, olga: Client) -> None:
    olga.get(LOG)
    with CaptureQueriesContext(connection) as few:
        olga.get(LOG)
    with world.inside():
        for _ in range(30):
            record(kind="exported")
    with CaptureQueriesContext(connection) as many:
        olga.get(LOG)
    assert len(few) == len(many)


def test_rules_of_entry_are_made_confirmed_noted_and_removed(world: World, olga: Client) -> None:
    place = "/w/northwind/settings/entry/"
    assert olga.post(place, {"domain": "northwind.example", "voucher": "", "role": "viewer"})["Location"].startswith(
        "/auth/reauth"
    )
    confirm(olga)
    for domain, words in (("gmail.com", "Anybody can get an address there"), ("@", "Write the part after the @")):
        refused = olga.post(place, {"domain": domain, "voucher": "", "role": "viewer"})
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert olga.post(place, {"domain": "x.example", "voucher": "", "role": "owner"}).status_code == 422
    assert olga.post(place, {"domain": "@Sales.Example", "voucher": "ldap", "role": "viewer"}).status_code == 302
    page = olga.get(place).content.decode()
    assert "@sales.example" in page
    assert "@northwind.example</span>" not in page  # what was sent before the confirmation is not sent again later
    again = olga.post(place, {"domain": "sales.example", "voucher": "", "role": "viewer"})
    assert "There is a rule for this domain already." in again.content.decode()
    with world.inside():
        noted = AuditEvent.objects.get(kind="rule.made", subject="sales.example")
    assert noted.new == {"domain": "sales.example", "voucher": "ldap", "role": "viewer"}
    olga.post(f"{place}{noted.subject_id}/deletion/")
    with world.inside():
        assert AuditEvent.objects.get(kind="rule.removed").old["domain"] == "sales.example"
    alice = Client()
    alice.force_login(world.alice.user)
    assert alice.get(place).status_code == 403


def test_a_change_of_rights_is_told_in_words(world: World, olga: Client) -> None:
    with world.inside():
        Member.objects.filter(pk=world.bob.pk).update(role="manager", is_active=False)
    page = olga.get(LOG, {"kind": "member.changed"}).content.decode()
    assert "role: <del>Account manager</del> → Manager" in page
    assert "active: <del>yes</del> → no" in page
    assert "member_id" not in page


def test_codes_are_told_in_words(world: World, olga: Client) -> None:
    with world.inside():
        record(kind="step.added", new={"step": "totp"})
        record(kind="token.made", new={"scopes": ["read", "write"]})
        record(
            kind="workspace.changed",
            old={"fiscal_start_month": 1, "language": "en"},
            new={"fiscal_start_month": 4, "language": "es"},
        )
    User.objects.filter(pk=world.olga.user_id).update(language="pt-br")
    rows = olga.get(LOG).content.decode().partition("<tbody")[2].partition("</tbody")[0]
    assert all(words in rows for words in ("Aplicativo autenticador", "ler, gravar", "Abril", "Español"))
    assert not any(code in rows for code in ("totp", "read", "fiscal_start_month"))
