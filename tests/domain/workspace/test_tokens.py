"""An API token is one member in one workspace, until it ends."""

from datetime import UTC, datetime, timedelta

import pytest

from keystead.data.models import ApiToken, Member, User
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.tokens import authenticate, create_token, revoke_token
from keystead.domain.writing import Invalid
from tests.support.world import World

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def token_of(world: World, member: Member, **kwargs: object) -> tuple[ApiToken, str]:
    with world.inside(member):
        return create_token(viewer=member, name="nightly export", at=AT, **kwargs)


def test_a_token_leads_to_its_member_and_workspace_from_outside_any_workspace(world: World) -> None:
    token, text = token_of(world, world.alice)
    assert text.startswith(f"ks_{world.northwind.pk.hex}_")
    assert text.endswith(token.hint)
    member = authenticate(text, AT)
    assert member is not None
    assert (member.workspace, member) == (world.northwind, world.alice)


def test_only_its_hash_is_kept(world: World) -> None:
    token, text = token_of(world, world.alice)
    secret = text.split("_", 2)[2]  # what follows the workspace: it may hold an underscore of its own
    assert len(secret) > 30
    assert secret not in str(vars(token))
    assert len(token.token_hash) == 64


def test_looking_it_up_takes_one_query_and_its_use_is_noted_at_most_every_five_minutes(
    world: World, django_assert_num_queries: object
) -> None:
    token, text = token_of(world, world.alice)
    assert authenticate(text, AT) == world.alice
    with django_assert_num_queries(3):  # open the workspace, look up, close it
        member = authenticate(text, AT + timedelta(minutes=4))
        assert member.workspace.slug == "northwind"
    with world.inside():
        assert ApiToken.objects.get(pk=token.pk).last_used_at == AT
    authenticate(text, AT + timedelta(minutes=5))
    with world.inside():
        assert ApiToken.objects.get(pk=token.pk).last_used_at == AT + timedelta(minutes=5)


NO_TOKENS = """ks_ ks__ Bearer ks_{northwind}_guess ks_{northwind} {northwind}_guess ks_zz_guess ks_{northwind}_\x00""".split(" ")


@pytest.mark.parametrize("text", ["", *NO_TOKENS])
def test_what_is_no_token_opens_nothing(world: World, text: str) -> None:
    assert authenticate(text.format(northwind=world.northwind.pk.hex), AT) is None


def test_a_token_opens_nothing_in_another_workspace(world: World) -> None:
    _token, text = token_of(world, world.alice)
    assert authenticate(text.replace(world.northwind.pk.hex, world.contoso.pk.hex), AT) is None


def test_an_expired_a_revoked_and_an_inactive_members_token_open_nothing(world: World) -> None:
    _token, short = token_of(world, world.alice, expires_at=AT + timedelta(days=30))
    assert authenticate(short, AT + timedelta(days=29)) == world.alice
    assert authenticate(short, AT + timedelta(days=30)) is None
    token, text = token_of(world, world.alice)
    with world.inside():
        revoke_token(viewer=world.alice, token=token, at=AT)
    assert authenticate(text, AT) is None
    _token, bobs = token_of(world, world.bob)
    with world.inside():
        Member.objects.filter(pk=world.bob.pk).update(is_active=False)
    assert authenticate(bobs, AT) is None
    _token, monas = token_of(world, world.mona)
    User.objects.filter(pk=world.mona.user_id).update(is_active=False)
    assert authenticate(monas, AT) is None


def test_nobody_revokes_a_colleagues_token(world: World) -> None:
    token, _text = token_of(world, world.alice)
    with world.inside():
        assert list(ApiToken.objects.visible_to(world.olga)) == []
        with pytest.raises(NotAllowed):
            revoke_token(viewer=world.olga, token=token, at=AT)


def test_an_expiry_in_the_past_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        token_of(world, world.alice, expires_at=AT)
