"""Nothing of a workspace is seen without it being open: in Python, and in PostgreSQL through the app's own login."""

import pytest
from django.db import connection

from keystead.base.scope import NoWorkspaceOpen, open_scope
from keystead.data.models import Account
from tests.support.world import World, account

WITHOUT_POLICY = """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
    WHERE c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
"""


def sql(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_the_app_logs_in_as_a_role_that_cannot_bypass_row_security(world: World) -> None:
    assert sql("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False, False)]


def test_every_table_of_a_workspace_has_a_forced_policy(world: World) -> None:
    assert sql(WITHOUT_POLICY) == []
    unforced = "SELECT relname FROM pg_class WHERE relname LIKE 'procrastinate%' AND relkind = 'r' AND NOT relforcerowsecurity"
    assert sql(unforced) == []


def test_raw_sql_without_an_open_workspace_returns_nothing(world: World) -> None:
    with world.inside():
        account("Aurelia Foods")
        assert sql("SELECT name FROM keystead_account") == [("Aurelia Foods",)]
        assert sql("SELECT pgh_label, name FROM keystead_accountevent") == [("insert", "Aurelia Foods")]
    assert sql("SELECT name FROM keystead_account") == []
    assert sql("SELECT name FROM keystead_accountevent") == []
    assert sql("SELECT name FROM keystead_workspace") == []


def test_raw_sql_in_another_workspace_returns_nothing_and_writes_nothing(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
    with world.inside(world.charlie):
        assert sql("SELECT name FROM keystead_account") == []
        assert sql("UPDATE keystead_account SET name = 'stolen' RETURNING id") == []
    with world.inside():
        aurelia.refresh_from_db()
        assert aurelia.name == "Aurelia Foods"


def test_the_manager_refuses_to_work_without_an_open_workspace(world: World) -> None:
    with pytest.raises(NoWorkspaceOpen):
        Account.objects.count()


def test_scopes_nest_and_the_outer_one_comes_back(world: World) -> None:
    with world.inside():
        account("Aurelia Foods")
        with world.inside(world.charlie):
            assert Account.objects.count() == 0
        assert Account.objects.count() == 1


def test_history_knows_who_and_by_which_way(world: World) -> None:
    with open_scope(workspace_id=world.northwind.pk, actor={"member": str(world.alice.pk), "via": "api"}):
        account("Aurelia Foods")
        ((member, via),) = sql("SELECT pgh_context->>'member', pgh_context->>'via' FROM keystead_accountevent")
    assert (member, via) == (str(world.alice.pk), "api")


def test_a_user_without_an_open_workspace_finds_her_membership_and_cannot_delete_it(world: World) -> None:
    with open_scope(workspace_id=None, user_id=world.alice.user_id):
        assert sql("SELECT name FROM keystead_member") == [("Alice Alvarez",)]
        assert sql("DELETE FROM keystead_member RETURNING id") == []
        assert sql("DELETE FROM keystead_workspace RETURNING id") == []
