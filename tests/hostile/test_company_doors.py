"""The company's sign-in, where an address went to somebody else, and workspaces that would like to know who comes from where."""

from io import StringIO
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from keystead.base.clock import now
from keystead.base.origin import Origin, coming_from
from keystead.base.scope import open_scope
from keystead.config.company import providers
from keystead.data.models import AuditEvent, EntryRule, Member, UnopenedPlace, User
from keystead.domain.workspace.audit import record_for
from keystead.domain.workspace.binding import AnotherPerson, UsedElsewhere, release_binding
from keystead.domain.workspace.entering import Vouched, _join, _make, enter
from tests.support import saml_idp
from tests.support.world import World

ALICE = "alice@northwind.example"
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")  # python3-saml's, not ours


@pytest.fixture(scope="module")
def provider() -> saml_idp.IdentityProvider:
    return saml_idp.IdentityProvider()


@pytest.fixture
def saml(provider: saml_idp.IdentityProvider, settings: LazySettings) -> dict[str, Any]:
    given = {**settings.SAML, "entity_id": saml_idp.ENTITY, "sso_url": saml_idp.SSO, "certificate": provider.certificate}
    given["email_domains"] = ["northwind.example"]
    settings.SAML, settings.SOCIALACCOUNT_PROVIDERS = given, providers(settings.OIDC, given)
    return given


def come(provider: saml_idp.IdentityProvider, email: str = ALICE, **changed: str) -> tuple[Client, Any]:
    client = Client(headers={"user-agent": "Firefox of Alice", "host": "testserver"})
    begun = client.post("/auth/saml/company/login/")
    form = provider.answers(begun["Location"], email=email, name="Nina", **changed)
    return client, client.post("/auth/saml/company/acs/", form, follow=True)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_an_address_that_went_to_another_person_does_not_open_the_first_ones_login(
    world: World, saml: dict[str, Any], provider: saml_idp.IdentityProvider
) -> None:
    assert is_in(come(provider, subject="key-of-alice")[0])
    for changed in ({"subject": "key-of-eve"}, {}):  # without a lasting key nobody knows whether it is Alice
        client, answer = come(provider, **changed)
        assert not is_in(client)
        assert (answer.status_code, "This address was somebody else" in answer.content.decode()) == (403, True)
    with world.inside():
        refused = AuditEvent.objects.filter(kind="binding.refused")
        assert [(row.subject, row.new) for row in refused] == [(ALICE, {"provider": "saml"})] * 2
    assert is_in(come(provider, subject="key-of-alice")[0])
    olga = Client()
    assert world.olga.user is not None
    olga.force_login(world.olga.user)
    release = f"/w/northwind/members/{world.alice.pk}/binding/"
    assert "/auth/" in olga.post(release)["Location"], "the password is asked for first"
    with world.inside():
        assert release_binding(member=world.alice, viewer=world.olga) == 1
    assert is_in(come(provider, subject="key-of-eve")[0])


def test_an_address_alone_binds_nothing_and_is_believed_only_for_the_named_domains(
    world: World, saml: dict[str, Any], provider: saml_idp.IdentityProvider, settings: LazySettings
) -> None:
    assert is_in(come(provider)[0])
    assert world.alice.user is not None
    assert not world.alice.user.socialaccount_set.exists()
    for domains in ([], ["contoso.example"]):
        settings.SOCIALACCOUNT_PROVIDERS = providers(settings.OIDC, saml | {"email_domains": domains})
        client, answer = come(provider)
        assert not is_in(client)
        assert "Your address is not confirmed" in answer.content.decode()


def test_the_key_of_one_sign_in_opens_no_door_by_another(world: World) -> None:
    """OpenID Connect and SAML number their people each for itself: 1 here need not be 1 there."""
    enter(vouched=Vouched(ALICE, "Alice", "oidc", provider="company", subject="1"), at=now())
    enter(vouched=Vouched("bob@northwind.example", "Bob", "saml", provider="saml", subject="1"), at=now())
    with pytest.raises(AnotherPerson):
        enter(vouched=Vouched("bob@northwind.example", "Eve", "oidc", provider="company", subject="1"), at=now())


def test_before_another_provider_comes_whoever_runs_keystead_releases_one_or_all(world: World) -> None:
    """The new provider's 1 is somebody else: bound to the old one's 1 he would come in as Alice."""
    enter(vouched=Vouched(ALICE, "Alice", "oidc", provider="company", subject="1"), at=now())
    enter(vouched=Vouched("bob@northwind.example", "Bob", "oidc", provider="company", subject="2"), at=now())
    said = StringIO()
    call_command("binding-release", "Bob@northwind.example", stdout=said)
    call_command("binding-release", "--all", stdout=said)
    call_command("binding-release", "--all", stdout=said)
    assert [line.split(":")[0] for line in said.getvalue().splitlines()] == ["bob@northwind.example", ALICE, "Nobody is bound."]
    assert not SocialAccount.objects.exists()
    with pytest.raises(CommandError, match="There is no login"):
        call_command("binding-release", "nobody@northwind.example")


def test_only_who_administers_all_that_a_login_opens_releases_its_address(world: World) -> None:
    assert world.charlie.user is not None
    enter(vouched=Vouched("charlie@contoso.example", "Charlie", "saml", provider="saml", subject="c"), at=now())
    with world.inside():
        guest = Member.objects.create(name="Charlie", email="charlie@contoso.example", role="guest", user=world.charlie.user)
        with pytest.raises(UsedElsewhere):
            release_binding(member=guest, viewer=world.olga)
    assert world.charlie.user.socialaccount_set.exists()
    for person in (world.alice, world.vera, world.mona):
        client = Client()
        assert person.user is not None
        client.force_login(person.user)
        assert client.post(f"/w/northwind/members/{world.olga.pk}/binding/").status_code == 403


def test_who_is_there_already_or_comes_twice_at_once_is_made_once(world: World) -> None:
    """Two windows of one person, an invitation taken back meanwhile, a rule for the domain of a member."""
    with world.inside():
        EntryRule.objects.create(domain="northwind.example")
    vouched = Vouched(ALICE, "Alice", "saml")
    assert enter(vouched=vouched, at=now()) == world.alice.user
    assert _make(ALICE, vouched) == world.alice.user
    assert world.charlie.user is not None
    _join(world.northwind.pk, world.charlie.user, vouched, role=None, at=now(), is_invited=True)
    with world.inside():
        assert Member.objects.count() == 6
        assert not UnopenedPlace.objects.exists()


def test_there_is_nothing_to_release_where_nothing_is_bound(world: World) -> None:
    with world.inside():
        waiting = Member.objects.create(name="Nina Nunes", email="nina@northwind.example", role="viewer")
        assert [release_binding(member=member, viewer=world.olga) for member in (waiting, world.alice, world.olga)] == [0, 0, 0]
        nobody = Member.objects.create(name="Ada", email="ada@northwind.example", role="admin")
        with pytest.raises(UsedElsewhere):
            release_binding(member=world.alice, viewer=nobody)
        assert not AuditEvent.objects.filter(kind="binding.released").exists()


def test_a_rule_of_entry_does_not_learn_from_where_people_of_others_sign_in(world: World) -> None:
    """Charlie writes a rule for Northwind's domain; Alice, who never asked, signs in to Northwind."""
    with world.inside(world.charlie):
        EntryRule.objects.create(domain="northwind.example")
    assert world.alice.user is not None
    here = Origin("203.0.113.7", "Firefox of Alice")
    with coming_from(here):
        enter(vouched=Vouched(ALICE, "Alice", "oidc", provider="company", subject="1"), at=now())
        record_for(user=world.alice.user, kind="signed_in")

    def seen(by: Member) -> set[tuple[str, str]]:
        with world.inside(by):
            return set(AuditEvent.objects.filter(user_id=world.alice.user_id).values_list("ip", "agent"))

    assert seen(world.charlie) == {("", "")}
    assert seen(world.olga) == {(here.ip, here.agent)}
    with world.inside(world.charlie):  # nor when the member is deleted and made again
        Member.objects.filter(user=world.alice.user).delete()
        Member.objects.create(name="Alice", email=ALICE, user=world.alice.user)
    with coming_from(here):
        record_for(user=world.alice.user, kind="signed_out")
    assert seen(world.charlie) == {("", "")}
    client = Client()
    client.force_login(world.alice.user)
    assert client.get("/")["Location"] == "/w/northwind/", "Contoso comes first by name, but she has never opened it"
    client.get("/w/contoso/")
    with world.inside(world.charlie):
        assert not UnopenedPlace.objects.exists()


def test_nobody_is_led_into_one_of_several_workspaces_that_only_await_her(world: World) -> None:
    for owner in (world.olga, world.charlie):
        with world.inside(owner):
            EntryRule.objects.create(domain="fabrikam.example")
    enter(vouched=Vouched("nina@fabrikam.example", "Nina", "oidc", provider="company", subject="n"), at=now())
    client = Client()
    client.force_login(User.objects.get(email="nina@fabrikam.example"))
    page = client.get("/")
    assert page.status_code == 200
    assert "/w/contoso/" in page.content.decode()
    assert "/w/northwind/" in page.content.decode()


def test_a_rule_found_by_an_address_is_neither_changed_nor_deleted_from_outside(world: World) -> None:
    with world.inside():
        EntryRule.objects.create(domain="northwind.example")
    with open_scope(workspace_id=None), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keystead.email', 'x@northwind.example', true)")
        cursor.execute("SELECT count(*) FROM keystead_entryrule")
        assert cursor.fetchone() == (1,)
        cursor.execute("DELETE FROM keystead_entryrule")
        assert cursor.rowcount == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute("UPDATE keystead_entryrule SET domain = 'evil.example'")
