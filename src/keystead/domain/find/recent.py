"""What a member opened lately. Kept for her alone: finding shows it first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from keystead.base.scope import current_workspace
from keystead.data.find.models import Opened
from keystead.data.workspace.models import Member

KEPT = 40

_NOTE = """
INSERT INTO keystead_opened (workspace_id, member_id, kind, object_id, opened_at)
VALUES (%(workspace)s, %(member)s, %(kind)s, %(key)s, %(at)s)
ON CONFLICT (workspace_id, member_id, kind, object_id) DO UPDATE SET opened_at = excluded.opened_at
RETURNING (SELECT count(*) FROM keystead_opened WHERE workspace_id = %(workspace)s AND member_id = %(member)s)
"""
_FORGET = """
DELETE FROM keystead_opened WHERE id IN (
  SELECT id FROM keystead_opened WHERE workspace_id = %(workspace)s AND member_id = %(member)s
  ORDER BY opened_at DESC, id DESC OFFSET %(kept)s
)
"""


def note_opened(*, viewer: Member, kind: str, key: UUID, at: datetime) -> None:
    """Remembers that the viewer opened a record now, and forgets the oldest beyond `KEPT`. One query, seldom a second."""
    values: dict[str, Any] = {
        "workspace": current_workspace(),
        "member": viewer.pk,
        "kind": kind,
        "key": key,
        "at": at,
        "kept": KEPT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
        if cursor.fetchone()[0] >= KEPT:
            cursor.execute(_FORGET, values)


def opened_lately(viewer: Member) -> list[tuple[str, UUID]]:
    """(kind, key), latest first. What is gone or not visible any more is left to the reading."""
    return list(Opened.objects.filter(member=viewer).order_by("-opened_at", "-id").values_list("kind", "object_id")[:KEPT])
