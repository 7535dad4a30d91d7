"""A second database of each test process, with the world of tests/support/world.py in it already.

Building one cost an eighth of the domain's tests. A test that asks for a world, and is rolled back at its end, is led there; all
others find an empty database.
"""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.support.world import World, build_world

_WRITES_FOR_GOOD = {"transactional_db", "django_db_serialized_rollback", "django_db_reset_sequences", "live_server"}


class KeptWorld:
    """`empty` and `filled`: the connections to the two. `fresh()`: the world's people, as if they had just been made."""

    def __init__(self, empty: BaseDatabaseWrapper, filled: BaseDatabaseWrapper) -> None:
        self.empty, self.filled = empty, filled
        self.lead_to(filled)
        self._pickled = pickle.dumps(build_world())
        self.lead_to(empty)

    def lead_to(self, wrapper: BaseDatabaseWrapper) -> None:
        """This thread's connection, and those that others open from now on."""
        before = connections[DEFAULT_DB_ALIAS]
        if before.settings_dict is wrapper.settings_dict:
            return
        if before not in (self.empty, self.filled):
            before.close()  # Django's own: where a browser's loop runs, it holds connections apart
        connections[DEFAULT_DB_ALIAS] = wrapper
        connections.settings[DEFAULT_DB_ALIAS] = wrapper.settings_dict

    def lead(self, item: pytest.Item) -> None:
        """To the database that the test wants."""
        fixtures = set(getattr(item, "fixturenames", ()))
        mark = item.get_closest_marker("django_db")
        commits = bool(fixtures & _WRITES_FOR_GOOD) or (mark is not None and bool(mark.args or mark.kwargs.get("transaction")))
        self.lead_to(self.filled if "world" in fixtures and not commits else self.empty)

    def fresh(self) -> World | None:
        """None where there is none."""
        if connections[DEFAULT_DB_ALIAS].settings_dict is not self.filled.settings_dict:
            return None
        world: World = pickle.loads(self._pickled)  # noqa: S301 - written above
        return world


@contextmanager
def copied(empty: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A copy of the database, made and dropped by the login that `empty` has now; nobody may be connected to it meanwhile."""
    empty.close()
    name = f"{empty.settings_dict['NAME']}_world"
    of, copy = (empty.ops.quote_name(each) for each in (empty.settings_dict["NAME"], name))
    administrator = empty.copy()
    filled = empty.copy()
    filled.settings_dict["NAME"] = name
    with administrator._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
        cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {of}")
    try:
        yield filled
    finally:
        filled.close()
        with administrator._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {copy}")
