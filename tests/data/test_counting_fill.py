"""What a step of an upgrade fills in, it fills in for an owner without special rights too, and however often it is taken."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from keystead.base.ids import uuid7
from keystead.data.counting.upkeep import fill_by_status

WORKSPACE = uuid7()


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:
    """The tables' owner, for whom the policies hold; what she does is taken back."""
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(urlunsplit(address)) as direct:
        found = direct.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
        if found and found[0]:
            direct.execute("CREATE ROLE keystead_plain_owner")
            for table in ("keystead_deal", "keystead_countline"):
                direct.execute(f"ALTER TABLE {table} OWNER TO keystead_plain_owner".encode())
            direct.execute("SET LOCAL ROLE keystead_plain_owner")
        yield direct
        direct.rollback()


def _open(owner: psycopg.Connection, workspace: str) -> None:
    owner.execute("SELECT set_config('keystead.workspace', %s, true)", [workspace])


def _keys_to_others(owner: psycopg.Connection) -> list[str]:
    asked = "SELECT conname FROM pg_constraint WHERE conrelid = 'keystead_deal'::regclass AND contype = 'f'"
    return [name for (name,) in owner.execute(asked).fetchall()]


def test_the_deals_of_each_status_are_counted_when_the_release_comes(owner: psycopg.Connection) -> None:
    _open(owner, str(WORKSPACE))
    owner.execute("ALTER TABLE keystead_deal DISABLE TRIGGER USER")
    for name in _keys_to_others(owner):  # no workspace is needed for this
        owner.execute(f'ALTER TABLE keystead_deal DROP CONSTRAINT "{name}"'.encode())
    for status in ("open", "open", "won"):
        owner.execute(
            "INSERT INTO keystead_deal (id, workspace_id, name, currency, status, lost_reason, team_key, unlinked_reason)"
            " VALUES (%s, %s, 'Renewal', 'EUR', %s, '', '', '')",
            [uuid7(), WORKSPACE, status],
        )
    for _time in range(2):  # taken, taken back, taken again
        _open(owner, "")
        owner.execute(fill_by_status().encode())
        _open(owner, str(WORKSPACE))
        lines = owner.execute('SELECT "table", change FROM keystead_countline ORDER BY 1').fetchall()
        assert lines == [("keystead_deal:open", 2), ("keystead_deal:won", 1)]
