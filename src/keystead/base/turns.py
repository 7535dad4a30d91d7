"""Taking turns: what is harmless alone and harmful at the same moment is done by one transaction after the other.

The locks are PostgreSQL's advisory ones, by the hash of a name (two names with one hash wait for each other, no more). Whoever
needs several takes them in the order in which they stand here, and before any row: otherwise two could wait for each other.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from keystead.base.scope import current_workspace

IMPORTS = "imports"  # two that are judged at once both make what only one of them may make
ACCOUNT_TREE = "account tree"  # two moves together can make a circle, as below of people and of products
MEMBERS = "members"  # two changes together can leave no owner, or make a circle of managers
REPORTING = "reporting"
PRODUCT_TREE = "product tree"
STAGES = "stages"  # each has a place of its own
LINKS = "links"  # revenue is written by many together; what decides where it counts, by one alone
KEPT_FIGURES = "kept figures"
REPEATS = "idempotency"


def take_turns(what: str, of: str = "") -> None:
    """Waits until nobody else is at this in the open workspace (or at what `of` names); holds it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what} {of or current_workspace()}"])


def join_in(what: str) -> None:
    """With all others who join in, but not while somebody is alone at it; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [f"{what} {current_workspace()}"])


def be_alone(what: str, patience: float = 30.0, *, first: Callable[[], object] | None = None) -> None:
    """Waits until nobody is at this, neither alone nor with others, and keeps it until the transaction ends.

    Asks again and again instead of queueing: whoever queues makes all who join in wait behind it, for as long as an import of a
    hundred thousand rows takes. `first` takes the turns that come before it, maybe looks whether there is anything to do, and
    writes nothing: it is called at each try, and what it took is given back until the next. After `patience` seconds raises
    `OperationalError`, which a surface calls busy.
    """
    pause, until = 0.01, time.monotonic() + patience
    while not (_is_alone(what) if first is None else _are_both(first, what)):
        if time.monotonic() > until:
            raise OperationalError(f"{what}: others are at it") from LockNotAvailable()
        _sleep(pause)
        pause = min(2 * pause, 0.2)


def _is_alone(what: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what} {current_workspace()}"])
        return bool(cursor.fetchone()[0])


class _OthersAreAtIt(Exception):
    pass


def _are_both(first: Callable[[], object], what: str) -> bool:
    """Both or neither: rolling a savepoint back gives back the locks that were taken after it."""
    with suppress(_OthersAreAtIt), transaction.atomic():
        first()
        if not _is_alone(what):
            raise _OthersAreAtIt
        return True
    return False


def _sleep(seconds: float) -> None:
    """In the database, so that whoever waits can be cancelled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
