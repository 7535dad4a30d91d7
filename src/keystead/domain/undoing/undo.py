"""The verb: takes back what one request wrote, whole or not at all. What it writes is a change itself: undoing that is redo."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from keystead.base.scope import current_scope, open_scope
from keystead.data.changes.models import UndoneChange
from keystead.data.many_rows import expect_many_rows
from keystead.data.models import Objective
from keystead.data.permissions import READ_ACTION, are_all, editable, visible
from keystead.data.workspace.models import Member
from keystead.domain.undoing import restoring, rules
from keystead.domain.undoing.changes import MERGING, Touched, Written, touched, written
from keystead.domain.undoing.following import follow, hand_back, plan_accounts
from keystead.domain.undoing.kinds import KINDS, Kind
from keystead.domain.undoing.obstacles import in_use, obstacles, without_the_unseen
from keystead.domain.undoing.refusals import CannotUndo, NoSuchChange
from keystead.domain.workspace.permissions import NotAllowed, require
from keystead.domain.writing import is_of_deleted

_IMPORTED = {"Account", "Contact", "Product", "Deal", "Order", "Member", "Rate"}
_STEP = {"stage_id", "status"}
_MANY = 500  # rows
# What a merge moves of records that may lie anywhere. What stood at the merged account is asked for: it may be given away by now.
MOVED = {"parent_id", "reports_to_id", "stakeholder_id", "record_id"}
Rows = Mapping[str, Sequence[Touched]]


@dataclass(frozen=True, slots=True)
class Undone:
    """`change` is the id of the undoing itself (undo it: redo); `rows` how many came back; `is_redo`: it undid an undo;
    `gone`: the ids of records that are no longer there."""

    change: UUID
    undid: UUID
    rows: int
    is_redo: bool
    gone: frozenset[Any]


def undo(*, change: UUID, viewer: Member, at: datetime) -> Undone:
    """Puts every row that the change wrote back as it was: deletes what it made, makes again what it deleted (same ids), gives
    changed columns their values back. One transaction; lineages, links and ranks follow as they follow an edit.

    Columns that others changed since beside these stay as they are. Raises `NoSuchChange`, `NotAllowed`, and `CannotUndo` when a
    column, or a record, is no longer as the change left it (it says which, by whom, when) or a rule stands in the way. Sends
    nothing. Letters, keys and sessions that ended stay ended.
    """
    told = written(change)
    if told is None:
        raise NoSuchChange(change)
    if not told.is_undoable:
        raise CannotUndo("decided")
    rows = {kind.name: touched(change, kind) for kind in KINDS.values() if kind.name in told.rows}
    _refuse_unseen(told, rows, viewer)
    own = uuid4()
    actor = {"via": "web", **current_scope().actor, "request": str(own), "undoes": str(change)}
    if told.verb:
        actor["verb"] = told.verb
    scope = {"workspace_id": viewer.workspace_id, "user_id": viewer.user_id, "actor": actor}
    with open_scope(**scope):  # type: ignore[arg-type]
        _run(told, rows, own, viewer, at)
    is_redo = _depth(change) % 2 == 1
    gone = frozenset(row.id for found in rows.values() for row in found if row.before is None)
    return Undone(own, change, sum(len(found) for found in rows.values()), is_redo, gone)


def opens_the_door(change: UUID) -> bool:
    """Whether taking it back decides anew who needs a second step at sign-in: that is confirmed as in the settings."""
    kind = KINDS["Workspace"]
    return any("second_step" in columns for columns in restoring.columns_written(kind, touched(change, kind)).values())


def _refuse_unseen(told: Written, rows: Rows, viewer: Member) -> None:
    """Another's change of unseen records does not exist, be it undone already or not."""
    for name, found in rows.items():
        if told.author != str(viewer.pk) and name in READ_ACTION:
            there = KINDS[name].model._base_manager.filter(pk__in=[row.id for row in found])
            if not are_all(there, visible(there, viewer)):
                raise NoSuchChange(told.change)


def _depth(change: UUID) -> int:
    """How often what a change undid had been undone before: 0 for a change of its own, 1 for an undo, 2 for a redo, and so on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE chain AS (
              SELECT undid FROM keystead_undonechange WHERE id = %s
              UNION ALL SELECT u.undid FROM chain JOIN keystead_undonechange u ON u.id = chain.undid
            ) SELECT count(*) FROM chain
            """,
            [change],
        )
        depth: int = cursor.fetchone()[0]
        return depth


def _run(told: Written, rows: Rows, own: UUID, viewer: Member, at: datetime) -> None:
    try:
        with transaction.atomic():
            _note(told.change, own, viewer, at)
            rules.lock({name: [row.id for row in found] for name, found in rows.items()})
            _take_back(told, rows, viewer, at)
            restoring.check_constraints()
    except IntegrityError as error:
        raise CannotUndo("missing" if is_of_deleted(error) else "taken") from error


def _note(change: UUID, own: UUID, viewer: Member, at: datetime) -> None:
    """A change is undone once. Whoever comes second waits here for the first, and is then told."""
    try:
        with transaction.atomic():
            UndoneChange.objects.create(id=own, undid=change, by=viewer, at=at)
    except IntegrityError as error:
        first = UndoneChange.objects.select_related("by").get(undid=change)
        raise CannotUndo("already_undone", by=first.by.name if first.by else "", at=first.at) from error


def _take_back(told: Written, rows: Rows, viewer: Member, at: datetime) -> None:
    is_own = told.author == str(viewer.pk)
    # What one has just made oneself goes without the right to delete; what others made, or brought back, does not.
    is_slip = is_own and not UndoneChange.objects.filter(pk=told.change).exists()
    for name, found in rows.items():
        restoring.hold(KINDS[name], [row.id for row in found])
        _require(KINDS[name], KINDS[name].edit, _edited(told, KINDS[name], found, is_own), viewer, is_own)
        if not is_slip:
            _require(
                KINDS[name],
                _to_delete(told, KINDS[name], is_own),
                [row.id for row in found if row.before is None],
                viewer,
                is_own,
            )
    _refuse_obstacles([each for name, found in rows.items() for each in obstacles(KINDS[name], found)], viewer)
    if told.verb != MERGING:  # which moves plans, whatever their state
        rules.refuse_archived(_events_in_plans(rows), _headers_written(rows))
    back = {name: _columns(KINDS[name], found) for name, found in rows.items()}
    rules.require_owner(viewer, back.get("Member", {}))
    left = plan_accounts([row.id for row in rows.get("Plan", ()) if row.after is not None])
    if sum(len(found) for found in rows.values()) > _MANY:
        expect_many_rows()
    _restore(rows)
    _remove({name: [row.id for row in found if row.before is None] for name, found in rows.items()}, viewer)
    _check(told, rows, back, viewer, at, is_own)
    follow(back, left)
    for name in rows.keys() & _IMPORTED:
        hand_back(KINDS[name], rows[name])


def _edited(told: Written, kind: Kind, found: Sequence[Touched], is_own: bool) -> list[Any]:
    """What the viewer must be able to edit. What her own merge only moved goes back to where it was without being asked for."""
    kept = {row.id for row in found if row.after is not None}
    if told.verb == MERGING and is_own:
        kept -= {row for row, columns in restoring.columns_written(kind, found).items() if set(columns) <= MOVED}
    return [row.id for row in found if row.id in kept]


def _to_delete(told: Written, kind: Kind, is_own: bool) -> str:
    """Whoever may edit two records may merge them, and so may take the merge back, and merge again."""
    return kind.edit if told.verb == MERGING and is_own else kind.delete


def _columns(kind: Kind, found: Sequence[Touched]) -> dict[Any, Collection[str]]:
    made_again: dict[Any, Collection[str]] = {row.id: kind.columns for row in found if row.after is None}
    return made_again | restoring.columns_written(kind, found)


def _events_in_plans(rows: Rows) -> dict[str, list[int]]:
    """The latest events of rows that may stand in plans; not of objectives that only lost, or won back, whom they are with."""
    written = restoring.columns_written(KINDS["Objective"], rows.get("Objective", ()))
    spared = {row for row, columns in written.items() if set(columns) <= MOVED}
    return {name: [row.last for row in found if row.id not in spared] for name, found in rows.items()}


def _headers_written(rows: Rows) -> list[Any]:
    """The plans that the change wrote and took no step with. One that it archived, maybe with more in one request, stands as it
    left it, or something is in the way already; and is archived no more once it is back."""
    written = restoring.columns_written(KINDS["Plan"], rows.get("Plan", ()))
    return [row for row, columns in written.items() if "status" not in columns]


def _restore(rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keystead.restoring', 'on', true)")
    for name, found in rows.items():
        # Keys that are one of a kind (of the source system) are given up before another row takes them.
        restoring.give_up_keys(KINDS[name], found)
        restoring.update(KINDS[name], [row for row in found if row.before is not None and row.after is not None])
        restoring.insert(KINDS[name], [row for row in found if row.after is None])
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keystead.restoring', '', true)")


def _remove(made: Mapping[str, Sequence[Any]], viewer: Member) -> None:
    """Deletes what the change made, what hangs on others first, unless somebody uses it by now."""
    _refuse_obstacles(in_use(made, viewer), viewer)
    for name in reversed(list(made)):
        KINDS[name].model._base_manager.filter(pk__in=list(made[name])).delete()


def _check(told: Written, rows: Rows, back: Mapping[str, Any], viewer: Member, at: datetime, is_own: bool) -> None:
    """The order of things, the rules of the nouns, and the rights: as the records stand now, after coming back."""
    restoring.drop_stage_notes([row for row, columns in back.get("Deal", {}).items() if _STEP & set(columns)], told.change)
    _close_ranks(rows.get("Objective", ()))
    for name, found in rows.items():
        kind = KINDS[name]
        rules.check(name, back[name], viewer, at)
        _require(kind, _to_delete(told, kind, is_own), [row.id for row in found if row.after is None], viewer, is_own)
    rules.require_owner(viewer, back.get("Member", {}))


def _close_ranks(found: Sequence[Touched]) -> None:
    if found:
        ids = [row.id for row in found]
        history = KINDS["Objective"].history
        plans = set(history.objects.filter(pgh_id__in=[row.last for row in found]).values_list("plan_id", flat=True))
        restored = Objective.objects.filter(pk__in=ids).values_list("pk", flat=True)
        restoring.close_ranks(list(plans), list(restored))


def _require(kind: Kind, action: str, ids: Sequence[Any], viewer: Member, is_own: bool) -> None:
    """Every one of these rows that exists is within the right's reach. Another's change of unseen records does not exist."""
    if not action or not ids:
        return
    there = kind.model._base_manager.filter(pk__in=ids)
    if not is_own and kind.name in READ_ACTION and not are_all(there, visible(there, viewer)):
        raise NoSuchChange
    require(viewer, action)
    if not are_all(there, editable(there, viewer, action)):
        raise NotAllowed(action)


def _refuse_obstacles(found: Sequence[Any], viewer: Member) -> None:
    if found:
        raise CannotUndo("changed_since", obstacles=without_the_unseen(found, viewer))
