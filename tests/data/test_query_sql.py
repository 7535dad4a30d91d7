"""Querysets inside of SQL that is written by hand."""

from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from keystead.data.models import Account, Member
from keystead.data.query_sql import named, seen
from tests.support.world import World, account


def names(where: str, parameters: dict[str, Any]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM keystead_account a WHERE {where} AND name <> %(but)s", parameters | {"but": "Calyx"})
        return {row[0] for row in cursor.fetchall()}


def test_values_are_named_and_what_is_like_a_placeholder_stays(world: World) -> None:
    with world.inside():
        for name in ("Aurelia Foods", "Brasilux", "Calyx"):
            account(name)
        ends_so = RawSQL("name LIKE '%%s'", (), BooleanField())
        rows = Account.objects.filter(ends_so, name__in=["Aurelia Foods", "Brasilux"]).values("pk")
        parameters: dict[str, Any] = {}
        assert names(f"a.id IN ({named(rows, 'of', parameters)})", parameters) == {"Aurelia Foods"}
        assert names(f"a.id IN ({named(Account.objects.none().values('pk'), 'of', parameters)})", parameters) == set()


def test_who_may_open_a_row_is_what_the_permission_table_says(world: World) -> None:
    with world.inside():
        account("Aurelia Foods", owner=world.alice)
        account("Brasilux", owner=world.olga)
        gone = Member.objects.get(pk=world.olga.pk)
        gone.is_active = False
        for viewer, found in ((world.olga, {"Aurelia Foods", "Brasilux"}), (world.alice, {"Aurelia Foods"}), (gone, set())):
            parameters: dict[str, Any] = {}
            assert names(seen(viewer, Account.objects, "a", parameters), parameters) == found
