"""The two commands with which everything begins."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from keystead.base.clock import now
from keystead.base.scope import open_scope
from keystead.data.models import Member
from keystead.domain.workspace.membership import membership_in, memberships
from keystead.domain.workspace.tokens import authenticate
from tests.support.world import World


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_workspace_is_made_with_its_owner_and_calendar(db: None) -> None:
    answer = run(
        "workspace-create", "Fabrikam do Brasil", "--slug", "fabrikam", "--currency", "brl", "--fiscal-start", "4",
        "--language", "pt-br", "--owner", "Fay@fabrikam.example", "--password", "a long enough phrase", "--json",
    )  # fmt: skip
    made = json.loads(answer)
    assert made["owner"] == "fay@fabrikam.example"
    token = run("token-create", "--workspace", "fabrikam", "--member", "FAY@fabrikam.example").strip()
    owner = authenticate(token, now())
    assert owner is not None
    assert (owner.role, owner.workspace.currency, owner.workspace.fiscal_start_month) == ("owner", "BRL", 4)
    assert owner.user is not None
    assert owner.user.check_password("a long enough phrase")
    with open_scope(workspace_id=None, user_id=owner.user_id):
        assert membership_in(memberships(user_id=owner.user.pk), "fabrikam").workspace.language == "pt-br"


def test_a_login_that_exists_keeps_its_password(world: World) -> None:
    run("workspace-create", "Second", "--slug", "second", "--owner", "olga@northwind.example", "--password", "another phrase")
    world.olga.user.refresh_from_db()
    assert world.olga.user.check_password("correct horse battery")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"--slug": "northwind"}, "already a workspace"),
        ({"--slug": "nord wind"}, "slug"),
        ({"--currency": "XXZ"}, "ISO 4217"),
        ({"--owner": "nobody"}, "valid email"),
    ],
)
def test_what_makes_no_workspace_is_said_in_a_sentence(world: World, change: dict[str, str], sentence: str) -> None:
    options = {"--slug": "new", "--owner": "olga@northwind.example"} | change
    with pytest.raises(CommandError, match=sentence):
        run("workspace-create", "New", *(part for pair in options.items() for part in pair))


def test_a_token_is_the_only_thing_printed_and_works_for_somebody_who_was_never_invited(world: World) -> None:
    with world.inside():
        Member.objects.create(name="Region lead", email="lead@northwind.example", role="manager")
    printed = run("token-create", "--workspace", "northwind", "--member", "lead@northwind.example")
    member = authenticate(printed.removesuffix("\n"), now())
    assert member is not None
    assert member.name == "Region lead"


def test_a_token_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(CommandError, match="no active member"):
        run("token-create", "--workspace", "contoso", "--member", "olga@northwind.example")
    with pytest.raises(CommandError, match="no workspace"):
        run("token-create", "--workspace", "nowhere", "--member", "olga@northwind.example")
    with pytest.raises(CommandError, match="one day"):
        run("token-create", "--workspace", "northwind", "--member", "olga@northwind.example", "--expires-in", "0")


def test_the_expiry_is_printed_as_json(world: World) -> None:
    made = json.loads(
        run("token-create", "--workspace", "northwind", "--member", "olga@northwind.example", "--expires-in", "30", "--json")
    )
    assert made["token"].startswith("ks_")
    assert made["expires_at"] > now().isoformat()
