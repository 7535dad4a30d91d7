"""Who is let in: strangers, forged forms, closed logins, lowered roles, invitations and keys of others."""

from typing import Any

import pytest
from django.test import Client

from keystead.base.clock import now
from keystead.base.scope import open_scope
from keystead.data.models import ApiToken, Deal, Import, Member, Plan, User
from keystead.domain.workspace.invitations import CannotAccept, NewLogin, accept, invite
from keystead.domain.workspace.members import change_member, deactivate_member
from keystead.domain.workspace.secrets import digest
from tests.api.conftest import Callers
from tests.support.world import PASSWORD, World, account

NEW = "another long secret"


def _client(member: Member, **options: Any) -> Client:
    client = Client(**options)
    assert member.user is not None
    client.force_login(member.user)
    return client


def test_a_form_without_its_token_changes_nothing(world: World) -> None:
    client = _client(world.alice, enforce_csrf_checks=True)
    response = client.post("/w/northwind/accounts/new/", {"name": "Forged"})
    assert response.status_code == 403
    assert client.post("/i18n/setlang/", {"language": "es"}).status_code == 403
    assert client.post("/auth/logout/").status_code == 403


def test_a_deactivated_member_is_out_at_once_with_session_and_token(world: World, callers: Callers) -> None:
    client = _client(world.alice)
    assert client.get("/w/northwind/").status_code == 200
    assert callers.alice.get("/me").status_code == 200
    with world.inside():
        deactivate_member(member=world.alice, viewer=world.olga, at=now())
    assert client.get("/w/northwind/").status_code == 404
    assert client.get("/w/northwind/accounts/").status_code == 404
    assert callers.alice.get("/me").status_code == 401


def test_a_lowered_role_counts_from_the_next_request_on(world: World, callers: Callers) -> None:
    with world.inside():
        secret = account("Secret Oil", owner=world.bob)
        ada = Member.objects.create(name="Ada Admin", role="admin", user=world.charlie.user)
    client = _client(ada)
    assert client.get(f"/w/northwind/accounts/{secret.pk}/").status_code == 200
    with world.inside():
        change_member(member=ada, viewer=world.olga, at=now(), fields={"role": "account_manager"})
    assert client.get(f"/w/northwind/accounts/{secret.pk}/").status_code == 404
    assert client.post("/w/northwind/members/new/", {"name": "X", "role": "owner"}).status_code == 403


def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    stolen, own = Client(), Client()
    for client in (stolen, own):
        client.post("/auth/login/", {"login": "alice@northwind.example", "password": PASSWORD})
        assert client.get("/w/northwind/").status_code == 200
    before = own.session.session_key
    changed = own.post("/auth/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert changed.status_code == 302
    assert stolen.get("/w/northwind/").status_code == 302
    assert own.get("/w/northwind/").status_code == 200
    assert own.session.session_key != before


def test_signing_in_makes_a_session_of_its_own(world: World) -> None:
    client = Client()
    client.get("/auth/login/")
    client.session["planted"] = "x"
    client.session.save()
    planted = client.session.session_key
    client.post("/auth/login/", {"login": "alice@northwind.example", "password": PASSWORD})
    assert client.session.session_key != planted


def test_nobody_makes_a_login_by_herself_or_takes_another_address(world: World) -> None:
    client = _client(world.alice)
    Client().post("/auth/signup/", {"email": "evil@x.example", "password1": NEW, "password2": NEW})
    assert not User.objects.filter(email="evil@x.example").exists()
    assert client.get("/auth/email/").status_code == 404
    client.post(
        "/w/northwind/me/",
        {"name": "A", "language": "en", "theme": "light", "time_zone": "UTC", "email": "olga@northwind.example"},
    )
    assert User.objects.get(pk=world.alice.user_id or 0).email == "alice@northwind.example"


def _letter(world: World, email: str, role: str = "viewer") -> str:
    with world.inside():
        member = Member.objects.create(name="Nora New", email=email, role=role)
        return invite(member=member, viewer=world.olga, at=now()).text


def test_a_letter_lets_in_once_and_only_its_receiver(world: World) -> None:
    text = _letter(world, "nora@northwind.example")
    with pytest.raises(CannotAccept) as other:
        accept(token=text, at=now(), user=world.charlie.user)
    assert other.value.code == "other_login"
    accept(token=text, at=now(), login=NewLogin("Nora", "en", NEW))
    with pytest.raises(CannotAccept) as again:
        accept(token=text, at=now(), login=NewLogin("Nora", "en", NEW))
    assert again.value.code == "used"


def test_a_letter_of_one_workspace_opens_no_other(world: World) -> None:
    text = _letter(world, "nora@northwind.example")
    forged = text.replace(world.northwind.pk.hex, world.contoso.pk.hex)
    assert forged != text
    with pytest.raises(CannotAccept) as refused:
        accept(token=forged, at=now(), login=NewLogin("Nora", "en", NEW))
    assert refused.value.code == "unknown"


def test_an_invited_person_chooses_nothing_but_her_name_language_and_password(world: World) -> None:
    text = _letter(world, "nora@northwind.example", role="guest")
    form = {"name": "Nora", "language": "en", "password": NEW, "role": "owner", "email": "olga@northwind.example", "manager": ""}
    assert Client().post(f"/invitation/{text}/", form).status_code == 302
    with world.inside():
        nora = Member.objects.get(email="nora@northwind.example")
        assert (nora.role, nora.user.email if nora.user else "") == ("guest", "nora@northwind.example")


def test_a_token_of_one_workspace_opens_no_other(world: World, callers: Callers) -> None:
    assert callers.alice.token is not None
    forged = callers.alice.token.replace(world.northwind.pk.hex, world.contoso.pk.hex)
    callers.alice.token = forged
    assert callers.alice.get("/me").status_code == 401
    with open_scope(workspace_id=world.contoso.pk):
        assert not ApiToken.objects.filter(token_hash=digest(forged)).exists()


def test_the_key_of_one_member_repeats_nothing_of_anothers(world: World, callers: Callers) -> None:
    body = {"name": "Alice's own"}
    first = callers.alice.post("/accounts", body, **{"Idempotency-Key": "k1"})
    other = callers.bob.post("/accounts", body, **{"Idempotency-Key": "k1"})
    assert first.data["id"] != other.data["id"]
    assert "Idempotency-Replayed" not in other.headers
    assert callers.charlie.post("/accounts", body, **{"Idempotency-Key": "k1"}).data["id"] not in (
        first.data["id"],
        other.data["id"],
    )


def test_versions_of_unseen_records_are_not_told(world: World, callers: Callers) -> None:
    with world.inside():
        secret = account("Secret Oil", owner=world.bob)
        deal = Deal.objects.create(name="Drills", account=secret, owner=world.bob, currency="EUR")
    for path in (f"/accounts/{secret.pk}", f"/deals/{deal.pk}"):
        answers = [
            callers.alice.patch(path, {"name": "x"}, **{"If-Match": '"1-x"'}),
            callers.alice.patch(path, {"name": "x"}, **{"If-Match": '"9-x"'}),
            callers.alice.delete(path, **{"If-Match": '"9-x"'}),
            callers.alice.get(path, **{"If-None-Match": "*"}),
            callers.charlie.get(path),
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert callers.nobody.get(f"/deals/{deal.pk}").status_code == 401


@pytest.mark.parametrize("field", ["workspace_id", "workspace", "version", "lineage", "unlinked_reason", "id", "created_at"])
def test_no_body_sets_what_the_product_keeps_for_itself(world: World, callers: Callers, field: str) -> None:
    for path in ("/accounts", "/deals", "/plans", "/contacts", "/members"):
        answered = callers.olga.post(path, {"name": "x", field: "00000000-0000-7000-8000-000000000000"})
        assert answered.status_code == 422
        assert f"/{field}" in [error["pointer"] for error in answered.data["errors"]]


def test_a_contributor_works_on_items_and_touches_no_header(world: World) -> None:
    with world.inside():
        cora = Member.objects.create(name="Cora", role="contributor", user=world.charlie.user)
        at = account("Aurelia", owner=cora)
        plan = Plan.objects.create(
            account=at, name="P", owner=world.alice, start_date="2026-01-01", end_date="2026-12-31", currency="EUR", target=5
        )
    client, base = _client(cora), f"/w/northwind/plans/{plan.pk}"
    assert client.post(f"{base}/swot/", {"text": "Seen", "quadrant": "threat", "lens": "client"}).status_code == 302
    for path in ("edit/", "deletion/", "revenue/source/", "revenue/links/"):
        assert client.post(f"{base}/{path}", {"target": "1", "source": "orders"}).status_code in (403, 404)
    with world.inside():
        plan.refresh_from_db()
        assert (plan.target, plan.revenue_source) == (5, "won_deals")


def test_an_import_of_another_member_is_not_there(world: World, callers: Callers) -> None:
    with world.inside():
        job = Import.objects.create(kind="accounts", filename="secret.csv", by=world.bob, state="previewed")
    client = _client(world.alice)
    for path in ("", "progress/", "columns/", "undo/", "errors.csv"):
        assert client.get(f"/w/northwind/imports/{job.pk}/{path}").status_code == 404
    for path in ("commit/", "undo/", "deletion/"):
        assert client.post(f"/w/northwind/imports/{job.pk}/{path}").status_code == 404
    for path in ("", "/errors.csv"):
        assert callers.alice.get(f"/imports/{job.pk}{path}").status_code == 404
    assert callers.alice.post(f"/imports/{job.pk}/commit", {}).status_code == 404
    assert callers.alice.get("/imports").data["total"] == 0


@pytest.mark.parametrize(
    "text", ["' OR 1=1--", "%s", "%(viewer)s", "\x00", "{0}", "'; DROP TABLE keystead_account;--", "٣", "1e999"]
)
@pytest.mark.parametrize("path", [
    "accounts/?q={}&owner={}&industry={}&order={}&after={}", "accounts/options/?kind={}&field=q&q={}",
    "accounts/options/?kind=account&field=q&q={}", "deals/?q={}&account={}&product={}&from={}&order={}&unlinked={}",
    "portfolio/?q={}&owner={}&group={}&order={}&period={}&below={}&foot_won={}&columns={}", "portfolio/?order=won&foot_won={}",
    "portfolio/explanation?kpi={}&account={}&group={}&key={}&covers={}", "portfolio/explanation?kpi=won&key={}&group=product",
    "plans/?text={}&status={}&account={}&owner={}&order={}", "members/?text={}&role={}&state={}", "plans/new/?text={}",
    "plans/new/?account={}",    "rates/?base={}", "imports/?page={}",
])  # fmt: skip
def test_no_filter_is_read_as_sql(world: World, path: str, text: str) -> None:
    client = _client(world.alice)
    response = client.get("/w/northwind/" + path.replace("{}", text.replace("%", "%25").replace("\x00", "%00")))
    assert response.status_code in (200, 404, 400)
