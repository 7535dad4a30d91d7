"""Who may change whom, and what no change may lead to."""

from datetime import UTC, datetime, timedelta

import pytest

from keystead.data.models import ApiToken, Deal, Invitation, Member, Plan, RevenueLink
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.invitations import invite
from keystead.domain.workspace.members import change_member, create_member, deactivate_member, reactivate_member
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.tokens import create_token
from keystead.domain.writing import Invalid, Stale
from tests.support.world import World, account

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def refused(code: str) -> "pytest.RaisesExc[Invalid]":
    return pytest.RaisesExc(Invalid, check=lambda error: error.errors[0].code == code)


def change(world: World, member: Member, viewer: Member | None = None, **fields: object) -> Member:
    return change_member(member=member, viewer=viewer or world.olga, at=AT, fields=fields)


def test_the_last_owner_cannot_be_demoted_or_deactivated(world: World) -> None:
    with world.inside():
        with refused("last_owner"):
            change(world, world.olga, role="viewer")
        with refused("last_owner"):
            deactivate_member(member=world.olga, viewer=world.olga, at=AT)
        world.olga.refresh_from_db()
        assert (world.olga.role, world.olga.is_active) == ("owner", True)


def test_an_owner_who_cannot_log_in_does_not_count_as_one_who_stays(world: World) -> None:
    with world.inside():
        create_member(viewer=world.olga, at=AT, fields={"name": "Ossi", "email": "ossi@northwind.example", "role": "owner"})
        with refused("last_owner"):
            change(world, world.olga, role="admin")


def test_an_owner_may_leave_once_there_is_another_one(world: World) -> None:
    with world.inside():
        change(world, world.mona, role="owner")
        assert change(world, world.olga, role="viewer").role == "viewer"


def test_only_an_owner_makes_and_unmakes_owners(world: World) -> None:
    with world.inside():
        admin = change(world, world.vera, role="admin")
        for attempt in (
            lambda: change(world, world.bob, admin, role="owner"),
            lambda: change(world, world.olga, admin, role="viewer"),
            lambda: deactivate_member(member=world.olga, viewer=admin, at=AT),
            lambda: create_member(viewer=admin, at=AT, fields={"name": "Eve", "role": "owner"}),
        ):
            with pytest.raises(NotAllowed):
                attempt()
        assert change(world, world.bob, admin, region="West").region == "West"


def test_an_administrator_cannot_redirect_an_owners_invitation(world: World) -> None:
    with world.inside():
        admin = change(world, world.vera, role="admin")
        owner = create_member(
            viewer=world.olga, at=AT, fields={"name": "Ossi", "email": "ossi@northwind.example", "role": "owner"}
        )
        with pytest.raises(NotAllowed):
            change(world, owner, admin, email="vera.two@northwind.example")
        with pytest.raises(NotAllowed):
            invite(member=owner, viewer=admin, at=AT)


@pytest.mark.parametrize("who", ["mona", "alice", "vera", "gus"])
def test_whoever_is_no_administrator_changes_nobody(world: World, who: str) -> None:
    with world.inside(), pytest.raises(NotAllowed):
        change(world, world.bob, getattr(world, who), region="West")


def test_a_circle_of_managers_is_refused_and_named(world: World) -> None:
    with world.inside():
        change(world, world.bob, manager=world.alice)
        with pytest.raises(Invalid) as refusal:
            change(world, world.mona, manager=world.bob)
        (error,) = refusal.value.errors
        assert (error.field, error.code) == ("manager", "manager_cycle")
        assert "Mona Manager > Bob Brown > Alice Alvarez > Mona Manager" in str(error.message)
        with refused("manager_cycle"):
            change(world, world.mona, manager=world.mona)


def test_an_address_belongs_to_one_member_whatever_its_case(world: World) -> None:
    with world.inside():
        with refused("email_taken"):
            create_member(viewer=world.olga, at=AT, fields={"name": "Second Bob", "email": "BOB@northwind.example"})
        two = [create_member(viewer=world.olga, at=AT, fields={"name": name, "email": ""}) for name in ("Nina", "Nils")]
        assert [member.email for member in two] == [None, None]


def test_the_address_of_somebody_who_logs_in_stays(world: World) -> None:
    with world.inside(), refused("has_login"):
        change(world, world.bob, email="robert@northwind.example")


def test_a_new_team_links_the_owners_deals_anew(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        Plan.objects.create(
            account=aurelia, name="Retail plan", start_date="2026-01-01", end_date="2026-12-31", currency="EUR", team_key="Retail"
        )
        deal = Deal.objects.create(name="Cold chain", account=aurelia, owner=world.alice, currency="EUR", close_date="2026-05-01")
        relink(deals=[deal.pk])
        deal.refresh_from_db()
        assert deal.unlinked_reason == "team_key"
        change(world, world.alice, team="Retail")
        assert RevenueLink.objects.filter(deal=deal).count() == 1
        change(world, world.alice, team="")
        assert RevenueLink.objects.filter(deal=deal).count() == 0


def test_a_change_over_a_stale_version_is_refused(world: World) -> None:
    with world.inside():
        seen = world.bob.version
        change(world, world.bob, region="West")
        with pytest.raises(Stale):
            change_member(member=world.bob, viewer=world.olga, at=AT, fields={"region": "East"}, seen_version=seen)


def test_a_field_that_does_not_exist_is_an_error(world: World) -> None:
    with world.inside(), refused("unknown_field"):
        change(world, world.bob, is_active=False)


def test_deactivating_ends_tokens_and_invitations_and_keeps_what_is_owned(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.bob)
        token, _text = create_token(viewer=world.bob, name="script", at=AT)
        nina = create_member(viewer=world.olga, at=AT, fields={"name": "Nina", "email": "nina@northwind.example"})
        letter, _token = invite(member=nina, viewer=world.olga, at=AT)
        for member in (world.bob, nina):
            assert not deactivate_member(member=member, viewer=world.olga, at=AT + timedelta(hours=1)).is_active
        assert ApiToken.objects.get(pk=token.pk).revoked_at == AT + timedelta(hours=1)
        assert Invitation.objects.get(pk=letter.pk).expires_at == AT + timedelta(hours=1)
        aurelia.refresh_from_db()
        assert aurelia.owner_id == world.bob.pk
        assert reactivate_member(member=world.bob, viewer=world.olga).is_active
        assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


def test_a_new_address_ends_the_letter_to_the_old_one(world: World) -> None:
    with world.inside():
        nina = create_member(viewer=world.olga, at=AT, fields={"name": "Nina", "email": "nina@northwind.example"})
        letter, _token = invite(member=nina, viewer=world.olga, at=AT)
        change_member(member=nina, viewer=world.olga, at=AT + timedelta(days=1), fields={"email": "nina.n@northwind.example"})
        assert Invitation.objects.get(pk=letter.pk).expires_at == AT + timedelta(days=1)


def test_only_an_owner_lets_an_owner_in_again_and_an_empty_key_is_no_key(world: World) -> None:
    with world.inside():
        admin = change(world, world.vera, role="admin")
        owner = create_member(
            viewer=world.olga,
            at=AT,
            fields={"name": "Ossi", "email": "ossi@northwind.example", "role": "owner", "external_id": ""},
        )
        assert owner.external_id is None
        owner = deactivate_member(member=owner, viewer=world.olga, at=AT)
        with refused("inactive"):
            invite(member=owner, viewer=world.olga, at=AT)
        with pytest.raises(NotAllowed):
            reactivate_member(member=owner, viewer=admin)
        assert reactivate_member(member=owner, viewer=world.olga).is_active
