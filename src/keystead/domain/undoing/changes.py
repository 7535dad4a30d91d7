"""What a change wrote: read from history, where each row carries the id of the request that wrote it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from keystead.base.scope import current_scope
from keystead.domain.undoing.kinds import KINDS, Kind

# Imports and jobs write history as well, but have ways back of their own.
_WAYS = ("web", "api")
MERGING = "merge"  # the verb of a merge: it deletes without the right to delete, since all that was there is in another now


@dataclass(frozen=True, slots=True)
class Written:
    """What one request wrote, in short: how many rows of which kind were inserted, updated and deleted; by whom, when."""

    change: UUID
    rows: dict[str, dict[str, int]]
    author: str
    by: str
    at: datetime
    verb: str = ""

    @property
    def is_undoable(self) -> bool:
        """A decision about a plan is no slip of the hand: it is recalled, which is recorded as well. (Where a plan itself came
        back, its decisions came with it.)"""
        decided = "insert" in self.rows.get("PlanApproval", {})
        return not decided or "insert" in self.rows.get("Plan", {})


def has_written(change: UUID, model: Any) -> bool | None:
    """Whether anything was written to this model's rows under that id; None where history keeps no such rows.

    `written` asks every table with history; whoever knows which one was to be written asks that one alone.
    """
    kind = KINDS.get(model.__name__)
    if kind is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {kind.events} WHERE pgh_context_id = %s)", [change])
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Touched:
    """One row: the events that hold it as it was before the change and as the change left it; None: it did not exist."""

    id: Any
    before: int | None
    after: int | None
    last: int


def current_change() -> UUID | None:
    """The id under which history keeps what is being written now."""
    request = current_scope().actor.get("request", "")
    return UUID(request) if request else None


def written(change: UUID) -> Written | None:
    """None when nothing was written under that id in the open workspace."""
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    author, by, at, verb = "", "", None, ""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_SUMMARY.format(kind=kind.name, events=kind.events) for kind in KINDS.values()), {
            "change": change, "ways": list(_WAYS),
        })  # fmt: skip
        for kind, label, count, member, name, moment, told in cursor.fetchall():
            rows[kind][label] = count
            author, by, at, verb = member or author, name or by, moment, told or verb
    return Written(change, dict(rows), author, by, at, verb) if at is not None else None


_SUMMARY = """
    SELECT '{kind}', pgh_label, count(*), min(pgh_context ->> 'member'), min(pgh_context ->> 'name'), min(pgh_created_at),
      min(pgh_context ->> 'verb')
    FROM {events} WHERE pgh_context_id = %(change)s AND pgh_context ->> 'via' = ANY(%(ways)s) GROUP BY pgh_label
"""

# An update's row before is the event that came before it; a deletion keeps the row as it was deleted.
_TOUCHED = """
    WITH ends AS (
      SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last FROM {events}
      WHERE pgh_context_id = %(change)s AND pgh_context ->> 'via' = ANY(%(ways)s) GROUP BY pgh_obj_id
    )
    SELECT ends.id,
      CASE f.pgh_label WHEN 'insert' THEN NULL WHEN 'delete' THEN f.pgh_id ELSE (
        SELECT max(e.pgh_id) FROM {events} e WHERE e.pgh_obj_id = ends.id AND e.pgh_id < ends.first
      ) END,
      CASE l.pgh_label WHEN 'delete' THEN NULL ELSE l.pgh_id END,
      ends.last
    FROM ends JOIN {events} f ON f.pgh_id = ends.first JOIN {events} l ON l.pgh_id = ends.last
"""


def touched(change: UUID, kind: Kind) -> list[Touched]:
    """The rows of a kind that the change wrote, each once. Those that it both made and deleted are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED.format(events=kind.events), {"change": change, "ways": list(_WAYS)})
        rows = [Touched(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.before is not None or row.after is not None]
