"""Words that no record holds any more are forgotten: nobody can have meant them."""

from typing import Any

from django.db import connection

from keystead.base.scope import current_workspace
from keystead.data.find.sources import SOURCES

# A word stands by itself, or first in a whole name ("^acme corporation"). Kind by kind: each look is one place of the index.
_FORGET = """
DELETE FROM keystead_findword w WHERE w.workspace_id = %(workspace)s AND (
  EXISTS (SELECT FROM keystead_findword twin WHERE twin.workspace_id = w.workspace_id AND twin.word = w.word AND twin.id < w.id)
  OR NOT EXISTS (
    SELECT FROM unnest(%(kinds)s::smallint[]) AS k(kind), LATERAL (
      (SELECT FROM keystead_findterm t WHERE t.workspace_id = %(workspace)s AND t.kind = k.kind AND t.word = w.word LIMIT 1)
      UNION ALL
      (SELECT FROM keystead_findterm t WHERE t.workspace_id = %(workspace)s AND t.kind = k.kind
        AND t.word >= '^' || w.word AND t.word < '^' || w.word || %(beyond)s LIMIT 1)
    ) held
  )
)
"""


def forget_words() -> int:
    """Deletes unused words of the open workspace, and those that two people brought in at once; returns how many."""
    values: dict[str, Any] = {
        "workspace": current_workspace(),
        "kinds": [each.number for each in SOURCES.values()],
        "beyond": "\U0010ffff",
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        return int(cursor.rowcount)
