"""The names of the two limited database logins. Pure, because migrations name the logins in their policies."""

import hashlib
from typing import NamedTuple

LONGEST_NAME = 63  # PostgreSQL cuts longer identifiers off without an error worth reading


class RoleNames(NamedTuple):
    """`app` serves pages, API and commands; `worker` runs jobs. Neither may bypass row-level security."""

    app: str
    worker: str


def role_names(database: str) -> RoleNames:
    """The logins that belong to one database: roles are shared by a whole server, so each database has its own pair."""
    return RoleNames(_name(database, "app"), _name(database, "worker"))


def _name(database: str, suffix: str) -> str:
    name = f"{database}_{suffix}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(database.encode()).hexdigest()[:12]
    return f"keystead_{digest}_{suffix}"
