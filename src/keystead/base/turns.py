"""Taking turns: what is harmless alone and harmful at the same moment is done by one transaction after the other.

The locks are PostgreSQL's advisory ones, by the hash of a name (two names with one hash wait for each other, no more).
"""

from django.db import connection

from keystead.base.scope import current_workspace

MEMBERS = "members"  # two changes together can leave no owner, or make a circle of managers
ACCOUNT_TREE = "account tree"  # two moves together can make a circle
IMPORTS = "imports"  # two that are judged at once both make what only one of them may make
KEPT_FIGURES = "kept figures"
REPEATS = "idempotency"


def take_turns(what: str, of: str = "") -> None:
    """Waits until nobody else is at this in the open workspace (or at what `of` names); holds it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what} {of or current_workspace()}"])
