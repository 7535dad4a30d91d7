"""Signing in with the company's own directory: OpenID Connect, SAML, LDAP, against servers that speak them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import LazySettings
from django.test import Client
from oidc_provider_mock import User as Person
from oidc_provider_mock import run_server_in_thread

from keystead.config.company import form_targets, providers
from keystead.data.models import AuditEvent, EntryRule, Invitation, Member, User
from keystead.domain.workspace.directory import DirectoryAway, sign_in
from keystead.domain.workspace.invitations import invite
from tests.support import directory_server, saml_idp
from tests.support.world import PASSWORD, World

AT = datetime.now(UTC)
NINA = "nina@northwind.example"


def invited(world: World, email: str = NINA, role: str = "viewer") -> Member:
    with world.inside():
        nina = Member.objects.create(name="Nina Nunes", email=email, role=role)
        invite(member=nina, viewer=world.olga, at=datetime.now(UTC))
    return nina


def members_of(world: World, email: str) -> list[tuple[str, str]]:
    """(workspace, role) wherever the login with this address is a member."""
    user = User.objects.filter(email=email).first()
    if user is None:
        return []
    found = []
    for owner in (world.olga, world.charlie):
        with world.inside(owner):
            found += [(owner.workspace.slug, member.role) for member in Member.objects.filter(user=user)]
    return found


# OpenID Connect


@pytest.fixture(scope="module")
def openid() -> Iterator[str]:
    people = [
        Person(sub="n1", claims={"email": NINA, "email_verified": True, "name": "Nina Nunes"}),
        Person(sub="a1", claims={"email": "Alice@Northwind.example", "email_verified": True, "name": "Alice"}),
        Person(sub="e1", claims={"email": "olga@northwind.example", "email_verified": False, "name": "Eve"}),
        Person(sub="e2", claims={"email": "olga@northwind.example", "email_verified": "false", "name": "Eve"}),
        Person(sub="e3", claims={"email": "olga@northwind.example", "name": "Eve"}),
        Person(sub="s1", claims={"email": "stranger@elsewhere.example", "email_verified": True, "name": "Stranger"}),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with run_server_in_thread(user_claims=people) as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture
def oidc(openid: str, settings: LazySettings) -> str:
    given = settings.OIDC | {"name": "Northwind", "url": openid, "client_id": "keystead", "client_secret": "between us"}
    settings.OIDC, settings.SOCIALACCOUNT_PROVIDERS = given, providers(given, settings.SAML)
    return openid


def by_openid(client: Client, sub: str, **form: str) -> Any:
    """Presses the button, signs in over there, and comes back."""
    begun = client.post("/auth/oidc/company/login/", form)
    assert begun.status_code == 302, begun.content
    there = requests.post(begun["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(there.headers["Location"])
    return client.get(f"{back.path}?{back.query}", follow=True)


def test_the_sign_in_page_offers_what_is_configured(world: World, oidc: str) -> None:
    page = Client().get("/auth/login/").content.decode()
    assert "Sign in with Northwind" in page
    assert "saml" not in page
    assert form_targets({"url": oidc}, {"sso_url": saml_idp.SSO, "metadata_url": ""}) == [oidc, "https://idp.northwind.example"]


def test_without_configuration_there_is_no_such_sign_in(world: World) -> None:
    assert "Sign in with N" not in Client().get("/auth/login/").content.decode()
    for path in ("oidc/company/login/", "saml/company/login/", "saml/company/metadata/"):
        assert Client().post(f"/auth/{path}").status_code == 404


def test_a_member_comes_in_by_the_address_that_the_provider_vouches_for(world: World, oidc: str) -> None:
    answer = by_openid(client := Client(), "a1")
    assert answer.redirect_chain[-1][0] == "/w/northwind/"
    assert client.get("/w/northwind/").status_code == 200
    world.alice.user.refresh_from_db()
    assert world.alice.user.check_password(PASSWORD)
    with world.inside():
        assert AuditEvent.objects.get(kind="signed_in").new == {"by": "company"}


def test_the_second_time_the_providers_own_key_leads_to_the_login(world: World, oidc: str) -> None:
    by_openid(Client(), "a1")
    User.objects.filter(pk=world.alice.user_id).update(email="alice.alvarez@northwind.example")
    client = Client()
    by_openid(client, "a1")
    assert client.session["_auth_user_id"] == str(world.alice.user_id)


def test_an_invited_person_becomes_a_member_and_the_invitation_is_used_up(world: World, oidc: str) -> None:
    nina = invited(world, role="manager")
    answer = by_openid(Client(), "n1")
    assert answer.redirect_chain[-1][0] == "/w/northwind/"
    assert members_of(world, NINA) == [("northwind", "manager")]
    assert not User.objects.get(email=NINA).has_usable_password()
    with world.inside():
        assert Invitation.objects.get(member=nina).accepted_at is not None


def test_somebody_in_the_hierarchy_without_an_invitation_stays_outside(world: World, oidc: str) -> None:
    with world.inside():
        Member.objects.create(name="Nina Nunes", email=NINA, role="viewer")
    answer = by_openid(Client(), "n1")
    assert (answer.status_code, "No workspace awaits you yet" in answer.content.decode()) == (403, True)
    assert not User.objects.filter(email=NINA).exists()


def test_a_rule_opens_its_own_workspace_to_its_domain_and_to_nobody_else(world: World, oidc: str) -> None:
    with world.inside():
        EntryRule.objects.create(domain="northwind.example", voucher="oidc", role="contributor")
    by_openid(Client(), "n1")
    assert members_of(world, NINA) == [("northwind", "contributor")]
    assert by_openid(Client(), "s1").status_code == 403
    assert not User.objects.filter(email="stranger@elsewhere.example").exists()


def test_a_rule_for_another_voucher_does_not_open(world: World, oidc: str) -> None:
    with world.inside():
        EntryRule.objects.create(domain="northwind.example", voucher="saml", role="viewer")
    assert by_openid(Client(), "n1").status_code == 403


def test_a_rule_makes_nobody_an_administrator_who_was_not_invited(world: World, oidc: str) -> None:
    with world.inside():
        EntryRule.objects.create(domain="northwind.example", role="viewer")
        Member.objects.create(name="Nina Nunes", email=NINA, role="admin")
    by_openid(Client(), "n1")
    assert members_of(world, NINA) == []


def test_whoever_was_deactivated_stays_outside(world: World, oidc: str) -> None:
    with world.inside():
        EntryRule.objects.create(domain="northwind.example", role="viewer")
        Member.objects.create(name="Nina Nunes", email=NINA, role="viewer", is_active=False)
    answer = by_openid(Client(), "n1")
    assert members_of(world, NINA) == []
    assert "/w/northwind/" not in [place for place, _status in answer.redirect_chain]


@pytest.mark.parametrize("sub", ["e1", "e2", "e3"])
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(world: World, oidc: str, sub: str) -> None:
    client = Client()
    answer = by_openid(client, sub)
    assert (answer.status_code, "Your address is not confirmed" in answer.content.decode()) == (403, True)
    assert "_auth_user_id" not in client.session


def test_a_closed_login_stays_closed(world: World, oidc: str) -> None:
    User.objects.filter(pk=world.alice.user_id).update(is_active=False)
    client = Client()
    by_openid(client, "a1")
    assert "_auth_user_id" not in client.session


def test_nobody_can_hang_a_foreign_account_on_a_login(world: World, oidc: str) -> None:
    client = Client()
    client.force_login(world.bob.user)
    client.post("/auth/oidc/company/login/?process=connect")
    by_openid(client, "a1")
    assert (
        client.get("/w/northwind/me/").context["request"].user != world.bob.user or not world.bob.user.socialaccount_set.exists()
    )


def test_an_answer_that_nobody_asked_for_is_refused(world: World, oidc: str) -> None:
    begun = Client().post("/auth/oidc/company/login/")
    there = requests.post(begun["Location"], data={"sub": "a1"}, allow_redirects=False, timeout=10)
    back = urlsplit(there.headers["Location"])
    victim = Client()
    answer = victim.get(f"{back.path}?{back.query}")
    assert "That did not work" in answer.content.decode()
    assert "_auth_user_id" not in victim.session


def test_a_provider_that_is_away_is_a_sentence(world: World, settings: LazySettings) -> None:
    given = settings.OIDC | {"url": "http://127.0.0.1:9", "client_id": "keystead", "client_secret": "between us"}
    settings.OIDC, settings.SOCIALACCOUNT_PROVIDERS = given, providers(given, settings.SAML)
    answer = Client().post("/auth/oidc/company/login/", follow=True)
    assert answer.status_code == 502
    assert "That did not work" in answer.content.decode()


# SAML

_OLD_CLOCK = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")  # python3-saml's, not ours


@pytest.fixture(scope="module")
def provider() -> saml_idp.IdentityProvider:
    return saml_idp.IdentityProvider()


@pytest.fixture
def saml(provider: saml_idp.IdentityProvider, settings: LazySettings) -> saml_idp.IdentityProvider:
    given = settings.SAML | {"entity_id": saml_idp.ENTITY, "sso_url": saml_idp.SSO, "certificate": provider.certificate}
    given |= {"email_domains": ["northwind.example"]}
    settings.SAML, settings.SOCIALACCOUNT_PROVIDERS = given, providers(settings.OIDC, given)
    return provider


def by_saml(client: Client, provider: saml_idp.IdentityProvider, email: str, **changed: str) -> Any:
    begun = client.post("/auth/saml/company/login/", headers={"Host": "testserver"})
    assert begun["Location"].startswith(saml_idp.SSO), begun
    form = provider.answers(begun["Location"], email=email, name="Nina", **changed)
    return client.post("/auth/saml/company/acs/", form, headers={"Host": "testserver"}, follow=True)


@_OLD_CLOCK
def test_a_member_comes_in_by_a_signed_assertion(world: World, saml: saml_idp.IdentityProvider) -> None:
    answer = by_saml(client := Client(), saml, "alice@northwind.example")
    assert answer.redirect_chain[-1][0] == "/w/northwind/"
    assert client.session["_auth_user_id"] == str(world.alice.user_id)


@_OLD_CLOCK
def test_an_invited_person_comes_in_by_saml(world: World, saml: saml_idp.IdentityProvider) -> None:
    invited(world)
    by_saml(Client(), saml, NINA)
    assert members_of(world, NINA) == [("northwind", "viewer")]


@_OLD_CLOCK
@pytest.mark.parametrize(
    "changed",
    [
        {"email_after": "olga@northwind.example"},
        {"audience": "https://somebody.else.example"},
        {"later": "2026-01-01T00:00:00Z"},
        {"in_response_to": ""},
    ],
    ids=["changed after signing", "for another product", "too old", "nobody asked"],
)
def test_a_wrong_assertion_opens_nothing(world: World, saml: saml_idp.IdentityProvider, changed: dict[str, str]) -> None:
    client = Client()
    answer = by_saml(client, saml, "alice@northwind.example", **changed)
    assert "That did not work" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@_OLD_CLOCK
def test_an_assertion_signed_by_somebody_else_opens_nothing(world: World, saml: saml_idp.IdentityProvider) -> None:
    client = Client()
    by_saml(client, saml_idp.IdentityProvider(), "alice@northwind.example")
    assert "_auth_user_id" not in client.session


@_OLD_CLOCK
def test_the_metadata_tell_the_provider_where_to_answer(world: World, saml: saml_idp.IdentityProvider) -> None:
    answer = Client().get("/auth/saml/company/metadata/", headers={"Host": "testserver"})
    assert "http://testserver/auth/saml/company/acs/" in answer.content.decode()


# LDAP


@pytest.fixture(scope="module")
def directory() -> Iterator[int]:
    with directory_server.running() as port:
        yield port


@pytest.fixture
def ldap(directory: int, settings: LazySettings) -> dict[str, Any]:
    settings.LDAP = settings.LDAP | {
        "url": f"ldap://127.0.0.1:{directory}", "base": directory_server.BASE, "bind_dn": directory_server.SERVICE,
        "bind_password": directory_server.PASSWORD, "group": directory_server.GROUP,
    }  # fmt: skip
    given: dict[str, Any] = settings.LDAP
    return given


def by_password(email: str, password: str = directory_server.PASSWORD) -> Any:
    client = Client()
    client.post("/auth/login/", {"login": email, "password": password})
    return client.session.get("_auth_user_id")


def test_a_member_signs_in_with_the_directorys_password_or_with_her_own(world: World, ldap: dict[str, Any]) -> None:
    assert by_password("alice@northwind.example") == str(world.alice.user_id)
    assert by_password("alice@northwind.example", PASSWORD) == str(world.alice.user_id)
    assert by_password("alice@northwind.example", "neither of them") is None
    with world.inside():
        assert {event.new["by"] for event in AuditEvent.objects.filter(kind="signed_in")} == {"password + ldap", "password"}


def test_an_invited_person_comes_in_by_ldap(world: World, ldap: dict[str, Any]) -> None:
    invited(world)
    assert by_password(NINA) is not None
    assert members_of(world, NINA) == [("northwind", "viewer")]
    assert User.objects.get(email=NINA).name == "Nina Nunes"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (NINA, ""), (NINA, "wrong"), ("otto@northwind.example", directory_server.PASSWORD), ("nobody@northwind.example", "x"),
        ("twin@northwind.example", directory_server.PASSWORD), ("*", directory_server.PASSWORD),
        ("nina@northwind.example)(cn=*", directory_server.PASSWORD),
    ],
    ids=["empty", "wrong", "not in the group", "unknown", "two people", "a star", "a broken filter"],
)  # fmt: skip
def test_the_directory_says_no(ldap: dict[str, Any], email: str, password: str) -> None:
    assert sign_in(settings=ldap, email=email, password=password) is None


def test_without_a_place_the_directorys_password_opens_nothing(world: World, ldap: dict[str, Any]) -> None:
    assert by_password(NINA) is None
    assert not User.objects.filter(email=NINA).exists()


def test_a_directory_that_is_away_leaves_local_passwords_alone(
    world: World, ldap: dict[str, Any], settings: LazySettings
) -> None:
    settings.LDAP = ldap | {"url": "ldap://127.0.0.1:9"}
    with pytest.raises(DirectoryAway):
        sign_in(settings=settings.LDAP, email=NINA, password="x")
    assert by_password("alice@northwind.example", PASSWORD) == str(world.alice.user_id)
    assert by_password("alice@northwind.example") is None


def test_a_wrong_service_account_is_told_as_such(ldap: dict[str, Any]) -> None:
    with pytest.raises(DirectoryAway, match="BIND_DN"):
        sign_in(settings=ldap | {"bind_password": "wrong"}, email=NINA, password="x")


def test_the_connection_is_encrypted_and_its_certificate_checked(ldap: dict[str, Any], tmp_path: Path) -> None:
    _key, certificate, both = saml_idp.make_key()
    (tmp_path / "both.pem").write_text(both)
    (tmp_path / "ca.pem").write_text(certificate)
    with directory_server.running(str(tmp_path / "both.pem")) as port:
        given = ldap | {"url": f"ldap://localhost:{port}", "start_tls": True, "ca_file": str(tmp_path / "ca.pem")}
        found = sign_in(settings=given, email=NINA, password=directory_server.PASSWORD)
        assert found is not None
        assert found.name == "Nina Nunes"
        with pytest.raises(DirectoryAway, match="certificate"):
            sign_in(settings=given | {"ca_file": ""}, email=NINA, password=directory_server.PASSWORD)
