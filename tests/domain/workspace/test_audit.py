"""The audit log is written by the database whichever way a change comes, and cannot be changed unseen."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from keystead.base.origin import Origin, coming_from
from keystead.base.scope import open_scope
from keystead.data.models import ApiToken, AuditEvent, Member
from keystead.domain.workspace.audit import Break, UnknownKind, breaks, entries, head, record, record_for
from keystead.domain.workspace.invitations import invite
from keystead.domain.workspace.members import change_member, create_member, deactivate_member
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.tokens import authenticate, create_token, revoke_token
from tests.support.world import World, build_world

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def last(kind: str) -> AuditEvent:
    found: AuditEvent = AuditEvent.objects.filter(kind=kind).order_by("-number")[0]
    return found


def test_a_changed_role_is_noted_with_old_and_new(world: World) -> None:
    with world.inside():
        change_member(member=world.alice, viewer=world.olga, at=AT, fields={"role": "manager"})
        noted = last("member.changed")
    assert (noted.old, noted.new) == ({"role": "account_manager"}, {"role": "manager"})
    assert (noted.subject, noted.subject_id, noted.member_id) == ("Alice Alvarez", str(world.alice.pk), world.olga.pk)


def test_a_change_that_touches_no_right_is_not_noted(world: World) -> None:
    with world.inside():
        before = head()
        change_member(member=world.alice, viewer=world.olga, at=AT, fields={"region": "East"})
        assert head() == before


def test_raw_sql_is_noted_as_well(world: World) -> None:
    with world.inside(), connection.cursor() as cursor:
        cursor.execute("UPDATE keystead_member SET manager_id = NULL WHERE id = %s", [world.bob.pk])
        noted = last("member.changed")
    assert (noted.old, noted.new) == ({"manager_id": "Mona Manager"}, {"manager_id": None})


def test_a_new_member_an_invitation_and_a_farewell_are_noted(world: World) -> None:
    with world.inside():
        nina = create_member(
            viewer=world.olga, at=AT, fields={"name": "Nina Nunes", "email": "nina@northwind.example", "role": "viewer"}
        )
        invite(member=nina, viewer=world.olga, at=AT)
        invite(member=nina, viewer=world.olga, at=AT)
        deactivate_member(member=nina, viewer=world.olga, at=AT)
        rows = list(AuditEvent.objects.filter(subject="Nina Nunes").order_by("number").values_list("kind", flat=True))
    assert rows == [
        "member.added", "invitation.sent", "invitation.withdrawn", "invitation.sent", "member.changed", "invitation.withdrawn",
    ]  # fmt: skip


def test_a_token_is_noted_when_made_first_used_and_revoked_and_its_secret_never(world: World) -> None:
    with world.inside(world.alice):
        token, text = create_token(viewer=world.alice, name="nightly", at=AT, scopes=["import"])
    for minutes in (0, 1, 30):
        assert authenticate(text, AT + timedelta(minutes=minutes)) == world.alice
    with world.inside(world.alice):
        revoke_token(viewer=world.alice, token=ApiToken.objects.get(pk=token.pk), at=AT)
        rows = list(AuditEvent.objects.filter(subject="nightly").order_by("number"))
    assert [row.kind for row in rows] == ["token.made", "token.used", "token.revoked"]
    assert rows[0].new["scopes"] == ["read", "import"]
    assert rows[0].new["member_id"] == "Alice Alvarez"
    assert rows[1].via == "api"
    assert not any(text in str(vars(row)) or token.token_hash in str(vars(row)) for row in rows)


def test_who_and_where_come_from_the_session_not_from_the_writer(world: World) -> None:
    with coming_from(Origin("192.0.2.7", "Firefox")), world.inside(world.mona):
        record(kind="exported", subject="deals.csv")
        noted = last("exported")
    assert (noted.member_id, noted.user_id, noted.ip, noted.agent) == (world.mona.pk, world.mona.user_id, "192.0.2.7", "Firefox")


def test_what_happens_to_a_login_is_told_to_its_workspaces_and_to_no_other(world: World) -> None:
    with world.inside():
        Member.objects.create(name="Charlie Cole", email="charlie@contoso.example", role="viewer", user=world.charlie.user)
    record_for(user=world.charlie.user, kind="sign_in_failed")
    record_for(user=world.alice.user, kind="sign_in_failed")
    with world.inside(world.charlie):
        assert [row.subject for row in AuditEvent.objects.filter(kind="sign_in_failed")] == ["charlie@contoso.example"]
    with world.inside():
        assert AuditEvent.objects.filter(kind="sign_in_failed").count() == 2


def test_a_word_that_the_log_does_not_know_is_a_mistake(world: World) -> None:
    with world.inside(), pytest.raises(UnknownKind):
        record(kind="sneezed")


@pytest.mark.parametrize("statement", ["UPDATE keystead_auditevent SET actor = 'nobody'", "DELETE FROM keystead_auditevent"])
def test_entries_can_neither_be_changed_nor_deleted(world: World, statement: str) -> None:
    with world.inside():
        record(kind="exported")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert breaks() == []


def test_the_logins_of_the_product_lack_the_right_itself(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('keystead_auditevent', 'UPDATE'), has_table_privilege('keystead_auditevent', 'DELETE'),"
            " has_table_privilege('keystead_auditevent', 'INSERT')"
        )
        assert cursor.fetchone() == (False, False, True)


def test_numbers_have_no_gap_and_each_entry_seals_the_one_before(world: World) -> None:
    with world.inside():
        for _ in range(3):
            record(kind="exported")
        rows = list(AuditEvent.objects.order_by("number"))
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert [row.previous for row in rows] == ["", *(row.hash for row in rows[:-1])]
        assert breaks() == []


def test_a_forged_entry_is_sealed_under_its_own_number_whatever_it_claims(world: World) -> None:
    with world.inside():
        number, seal = head()
        AuditEvent.objects.bulk_create([AuditEvent(kind="exported", number=1, hash="f" * 64, previous="0" * 64)])
        row = AuditEvent.objects.get(number=number + 1)
        assert row.previous == seal
        assert breaks() == []


def test_only_owners_and_administrators_read_the_log(world: World) -> None:
    zone = ZoneInfo("UTC")
    with world.inside():
        assert entries(viewer=world.olga, zone=zone).count() > 0
        for member in (world.mona, world.alice, world.vera, world.gus):
            with pytest.raises(NotAllowed):
                entries(viewer=member, zone=zone)


def test_the_log_is_filtered_by_family_person_and_day(world: World) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    with world.inside():
        create_token(viewer=world.alice, name="nightly", at=AT)
        record(kind="exported", subject="deals.csv")
        today = last("exported").created_at.astimezone(zone).date()
        asked = {"viewer": world.olga, "zone": zone}
        assert [row.kind for row in entries(kind="token", **asked)] == ["token.made"]
        assert [row.subject for row in entries(kind="exported", **asked)] == ["deals.csv"]
        assert {row.subject for row in entries(who="alvarez", **asked)} == {"Alice Alvarez"}
        assert entries(first=today, last=today, **asked).count() == head()[0]
        assert entries(last=today - timedelta(days=1), **asked).count() == 0


def as_owner(statement: str, *values: object) -> None:
    """Past the guard, as only the owner of the tables can: what the chain is for."""
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(urlunsplit(address), autocommit=True) as direct:
        direct.execute("ALTER TABLE keystead_auditevent DISABLE TRIGGER USER")
        direct.execute("ALTER TABLE keystead_auditevent NO FORCE ROW LEVEL SECURITY")
        direct.execute(statement, values)
        direct.execute("ALTER TABLE keystead_auditevent FORCE ROW LEVEL SECURITY")
        direct.execute("ALTER TABLE keystead_auditevent ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE keystead_auditevent SET actor = 'nobody' WHERE number = 2 AND workspace_id = %s", [Break(2, "changed")]),
        ("DELETE FROM keystead_auditevent WHERE number = 2 AND workspace_id = %s", [Break(3, "gap")]),
        (
            "UPDATE keystead_auditevent e SET actor = 'nobody', hash = 'x' WHERE number = 2 AND workspace_id = %s",
            [Break(2, "changed"), Break(3, "unchained")],
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_the_owner_of_the_database_changes_shows(statement: str, found: list[Break]) -> None:
    world = build_world()
    with world.inside():
        for _ in range(3):
            record(kind="exported")
    as_owner(statement, world.northwind.pk)
    with world.inside():
        assert breaks() == found
    with pytest.raises(CommandError, match="not as it was written"):
        call_command("audit-verify", stdout=StringIO())


def test_the_command_prints_the_last_seal_and_fails_for_an_unknown_workspace(world: World) -> None:
    with world.inside():
        number, seal = head()
    out = StringIO()
    call_command("audit-verify", workspace="northwind", stdout=out)
    assert out.getvalue() == f"northwind: {number} {seal} holds\n"
    with pytest.raises(CommandError, match="no workspace"):
        call_command("audit-verify", workspace="nowhere")


def test_a_stranger_sees_nothing_of_it(world: World) -> None:
    with open_scope(workspace_id=world.contoso.pk):
        assert not AuditEvent._base_manager.exclude(workspace_id=world.contoso.pk).exists()
    assert Break(3, "gap").problem == "gap"
