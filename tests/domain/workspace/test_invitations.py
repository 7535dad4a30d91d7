"""A letter opens one door, once, for a week."""

from datetime import UTC, datetime, timedelta

import pytest

from keystead.base.scope import open_scope
from keystead.data.models import Invitation, Member, User
from keystead.domain.workspace.founding import found_workspace
from keystead.domain.workspace.invitations import CannotAccept, NewLogin, accept, invite, read_invitation
from keystead.domain.workspace.members import create_member
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.writing import Invalid
from tests.support.world import World

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LOGIN = NewLogin(name="Nina Nunes", language="pt-br", password="a long enough phrase")


def letter(world: World, *, email: str = "nina@northwind.example", at: datetime = AT) -> tuple[Member, str]:
    with world.inside():
        nina = create_member(viewer=world.olga, at=at, fields={"name": "Nina", "email": email, "role": "viewer"})
        return nina, invite(member=nina, viewer=world.olga, at=at).text


def cannot(code: str) -> "pytest.RaisesExc[CannotAccept]":
    return pytest.RaisesExc(CannotAccept, check=lambda error: error.code == code)


def test_a_newcomer_gets_a_login_and_her_place(world: World) -> None:
    nina, token = letter(world)
    found = read_invitation(token=token, at=AT)
    assert (found.workspace_name, found.email, found.invited_by, found.login) == (
        "Northwind", "nina@northwind.example", "Olga Owner", None,
    )  # fmt: skip
    member = accept(token=token, at=AT, login=LOGIN)
    assert (member.pk, member.name, member.role) == (nina.pk, "Nina Nunes", "viewer")
    user = User.objects.get(email="nina@northwind.example")
    assert user.check_password(LOGIN.password)
    assert user.language == "pt-br"


def test_only_the_hash_of_the_token_is_kept(world: World) -> None:
    _nina, token = letter(world)
    with world.inside():
        kept = Invitation.objects.get()
        assert kept.token_hash not in token
        assert token.split("_", 1)[1] not in str(vars(kept))


def test_an_invitation_works_once(world: World) -> None:
    _nina, token = letter(world)
    accept(token=token, at=AT, login=LOGIN)
    with cannot("used"):
        accept(token=token, at=AT, login=LOGIN)
    with cannot("used"):
        read_invitation(token=token, at=AT)


def test_an_invitation_lasts_seven_days(world: World) -> None:
    _nina, token = letter(world)
    week = timedelta(days=7)
    assert read_invitation(token=token, at=AT + week - timedelta(seconds=1)).name == "Nina"
    with cannot("expired"):
        accept(token=token, at=AT + week, login=LOGIN)


def test_a_new_letter_makes_the_old_one_worthless(world: World) -> None:
    nina, old = letter(world)
    with world.inside():
        new = invite(member=nina, viewer=world.olga, at=AT + timedelta(hours=1)).text
    with cannot("expired"):
        accept(token=old, at=AT + timedelta(hours=2), login=LOGIN)
    assert accept(token=new, at=AT + timedelta(hours=2), login=LOGIN).pk == nina.pk


@pytest.mark.parametrize("spoil", ["", "x", "00000000000000000000000000000000_secret", "{workspace}_", "{workspace}_guess", "_"])
def test_what_is_no_token_opens_nothing(world: World, spoil: str) -> None:
    with cannot("unknown"):
        read_invitation(token=spoil.format(workspace=world.northwind.pk.hex), at=AT)


def test_a_secret_opens_nothing_in_another_workspace(world: World) -> None:
    _nina, token = letter(world)
    elsewhere = f"{world.contoso.pk.hex}_{token.split('_', 1)[1]}"
    with cannot("unknown"):
        accept(token=elsewhere, at=AT, login=LOGIN)


def test_somebody_with_a_login_joins_with_it_and_nobody_else_can(world: World) -> None:
    nina, token = letter(world, email="charlie@contoso.example")
    assert read_invitation(token=token, at=AT).login == world.charlie.user
    with cannot("sign_in_first"):
        accept(token=token, at=AT, login=LOGIN)
    with cannot("other_login"):
        accept(token=token, at=AT, user=world.bob.user)
    joined = accept(token=token, at=AT, user=world.charlie.user)
    assert (joined.pk, joined.user_id) == (nina.pk, world.charlie.user_id)


def test_a_member_cannot_join_twice(world: World) -> None:
    with world.inside():
        User.objects.filter(pk=world.bob.user_id).update(email="robert@northwind.example")
        twin = create_member(viewer=world.olga, at=AT, fields={"name": "Robert", "email": "robert@northwind.example"})
        token = invite(member=twin, viewer=world.olga, at=AT).text
    with cannot("already_member"):
        accept(token=token, at=AT, user=User.objects.get(pk=world.bob.user_id))


def test_who_has_left_meanwhile_does_not_come_in(world: World) -> None:
    nina, token = letter(world)
    with world.inside():
        Member.objects.filter(pk=nina.pk).update(is_active=False)
    with cannot("member_left"):
        accept(token=token, at=AT, login=LOGIN)


def test_a_weak_password_is_refused_and_uses_nothing_up(world: World) -> None:
    _nina, token = letter(world)
    with pytest.raises(Invalid) as refusal:
        accept(token=token, at=AT, login=NewLogin(name="Nina", language="en", password="password"))
    assert {error.field for error in refusal.value.errors} == {"password"}
    assert not User.objects.filter(email="nina@northwind.example").exists()
    assert accept(token=token, at=AT, login=LOGIN).user is not None


def test_only_administrators_invite_and_only_whom_a_letter_reaches(world: World) -> None:
    nina, _token = letter(world)
    with world.inside():
        with pytest.raises(NotAllowed):
            invite(member=nina, viewer=world.mona, at=AT)
        nameless = create_member(viewer=world.olga, at=AT, fields={"name": "Nils"})
        for member in (nameless, world.bob):
            with pytest.raises(Invalid):
                invite(member=member, viewer=world.olga, at=AT)


def test_accepting_is_kept_in_the_history(world: World) -> None:
    nina, token = letter(world)
    accept(token=token, at=AT, login=LOGIN)
    with world.inside():
        event = nina.events.order_by("-pgh_id").first()
        assert (event.user_id is not None, event.name, event.pgh_context["via"]) == (True, "Nina Nunes", "web")


def test_an_owner_made_by_a_command_needs_no_letter(db: None) -> None:
    workspace, owner = found_workspace(
        name="Fabrikam", slug="fabrikam", currency="BRL", owner_email="Fay@fabrikam.example", password="a long enough phrase"
    )
    with open_scope(workspace_id=workspace.pk):
        assert (owner.email, owner.user.check_password("a long enough phrase")) == ("fay@fabrikam.example", True)


def test_a_login_that_somebody_made_a_moment_ago_is_signed_in_to_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _nina, token = letter(world)
    User.objects.create_user("nina@northwind.example", "x", name="Nina")
    monkeypatch.setattr("keystead.domain.workspace.invitations._login", lambda _member: None)
    with cannot("sign_in_first"):
        accept(token=token, at=AT, login=LOGIN)
