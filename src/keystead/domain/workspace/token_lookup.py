"""The row of a token with its member, workspace and login: asked at every request of the API, so its SQL is put together once."""

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from keystead.base.scope import current_workspace
from keystead.data.workspace.models import ApiToken, Member, User, Workspace

_PARTS: dict[str, type[models.Model]] = {"t": ApiToken, "m": Member, "w": Workspace, "u": User}
_FROM = """
    FROM keystead_apitoken t
    JOIN keystead_member m ON m.id = t.member_id
    JOIN keystead_workspace w ON w.id = m.workspace_id
    LEFT JOIN keystead_user u ON u.id = m.user_id
    WHERE t.workspace_id = %s AND t.token_hash = %s AND t.revoked_at IS NULL AND m.is_active
"""


def token_of(digest: str) -> ApiToken | None:
    """The open workspace's token with this digest, with all around it; None when it was revoked or its member is out."""
    with connection.cursor() as cursor:
        cursor.execute(_select(), [current_workspace(), digest])
        row = cursor.fetchone()
    if row is None:
        return None
    token, member, workspace, user = _records(row)
    member.workspace, member.user, token.member = workspace, user, member
    return token  # type: ignore[no-any-return]


@cache
def _select() -> str:
    columns = (f'{alias}."{field.column}"' for alias, model in _PARTS.items() for field in model._meta.concrete_fields)
    return f"SELECT {', '.join(columns)} {_FROM}"


def _records(row: tuple[Any, ...]) -> list[Any]:
    """A record of each part from its columns; None for a part that is not there."""
    records, start = [], 0
    for model in _PARTS.values():
        names = [field.attname for field in model._meta.concrete_fields]
        values = row[start : start + len(names)]
        start += len(names)
        is_there = any(value is not None for value in values)
        records.append(model.from_db(DEFAULT_DB_ALIAS, names, values) if is_there else None)
    return records
