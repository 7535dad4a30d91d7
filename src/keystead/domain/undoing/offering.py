"""Whether to offer an undo: asked before anybody presses it, so that no button is there that only answers 403."""

from typing import Any

from keystead.data.changes.models import UndoneChange
from keystead.data.models import Objective, Plan
from keystead.data.permissions import Reach, are_all, editable, reach
from keystead.data.workspace.models import Member
from keystead.domain.undoing.changes import MERGING, Touched, Written, touched
from keystead.domain.undoing.kinds import KINDS, Kind
from keystead.domain.undoing.restoring import columns_written
from keystead.domain.undoing.undo import MOVED


def may_undo(told: Written, viewer: Member, *, is_fresh: bool = False) -> bool:
    """Whether the rights of now, over the records as they stand now, suffice. No query for whoever reaches everything.

    `is_fresh`: the viewer has just written it. What else may stand in the way (others' changes since, a rule) is told when it is
    tried, in a sentence.
    """
    if not told.is_undoable:
        return False
    is_own = is_fresh or told.author == str(viewer.pk)
    is_slip = is_own and (is_fresh or not UndoneChange.objects.filter(pk=told.change).exists())
    return all(_may(told, KINDS[name], viewer, is_own, is_slip) for name in told.rows if KINDS[name].edit)


def _may(told: Written, kind: Kind, viewer: Member, is_own: bool, is_slip: bool) -> bool:
    is_merge = told.verb == MERGING and is_own
    delete = kind.edit if is_merge else kind.delete
    made_some = "insert" in told.rows[kind.name] and not is_slip
    needed = [kind.edit, delete] if made_some and delete else [kind.edit]
    reaches = [reach(viewer, action) for action in needed]
    if Reach.NONE in reaches:
        return False
    if min(reaches) is Reach.ALL:
        return True
    rows = touched(told.change, kind)
    made = [row.id for row in rows if row.before is None] if made_some else []
    moved = {row for row, columns in columns_written(kind, rows).items() if set(columns) <= MOVED} if is_merge else set()
    edited = [row.id for row in rows if row.after is not None and row.id not in moved]
    return _reviews(kind, rows, viewer) and _within(kind, kind.edit, edited, viewer) and _within(kind, delete, made, viewer)


def _within(kind: Kind, action: str, ids: list[Any], viewer: Member) -> bool:
    """Whether those of the rows that exist are within the right's reach."""
    if not action or not ids:
        return True
    there = kind.model._base_manager.filter(pk__in=ids)
    return are_all(there, editable(there, viewer, action))


def _reviews(kind: Kind, rows: list[Touched], viewer: Member) -> bool:
    """A manager's review is taken back by whoever may approve the plan."""
    if kind.name != "Objective":
        return True
    reviewed = [row for row, columns in columns_written(kind, rows).items() if "manager_comment" in columns]
    plans = Plan.objects.filter(pk__in=Objective.objects.filter(pk__in=reviewed).values("plan"))
    return are_all(plans, editable(plans, viewer, "plan.approve"))
