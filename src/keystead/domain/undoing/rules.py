"""What must hold of records that came back, as it must of records that somebody types in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from keystead.base.turns import ACCOUNT_TREE, LINKS, MEMBERS, PRODUCT_TREE, REPORTING, STAGES, be_alone, join_in, take_turns
from keystead.data.models import Deal, Member, Objective, Plan
from keystead.data.permissions import are_all, editable
from keystead.data.plans.models import PlanRate, PlanStatus
from keystead.data.workspace.models import Role
from keystead.data.workspace.views import DefaultView, SavedView
from keystead.domain.undoing.kinds import KINDS
from keystead.domain.undoing.refusals import CannotUndo
from keystead.domain.workspace.invitations import withdraw
from keystead.domain.workspace.permissions import NotAllowed, require
from keystead.domain.workspace.settings import has_money, wait_for_money
from keystead.domain.workspace.tokens import revoke_all

_TREES = {"Account": "parent_id", "Contact": "reports_to_id", "Product": "parent_id", "Member": "manager_id"}
# What stands in a plan, and the way to its key.
_IN_PLAN = {
    "Objective": "plan_id",
    "Action": "plan_id",
    "SwotItem": "plan_id",
    "Measure": "objective__plan_id",
    "MeasureReading": "measure__objective__plan_id",
}
_DECIDE_OVERLAP = {"account_id", "start_date", "end_date", "team_key", "status"}

Columns = Mapping[Any, Collection[str]]  # row -> the columns that came back (all of them for a row that was made again)


# The accounts at which these plans stand, or have stood.
_LOCK_ACCOUNTS = """
SELECT FROM keystead_account WHERE id IN (SELECT account_id FROM keystead_planevent WHERE pgh_obj_id = ANY(%s))
ORDER BY id FOR UPDATE
"""
# The plans in which these objectives stand, or have stood.
_LOCK_PLANS = """
SELECT FROM keystead_plan WHERE id IN (SELECT plan_id FROM keystead_objectiveevent WHERE pgh_obj_id = ANY(%s))
ORDER BY id FOR UPDATE
"""
_TURNS = {"Account": ACCOUNT_TREE, "Member": MEMBERS, "Contact": REPORTING, "Product": PRODUCT_TREE, "Stage": STAGES}


def lock(rows: Mapping[str, Collection[Any]]) -> None:
    """Where two harmless writes can do harm together, one at a time: the same locks as the verbs take. `rows`: keys by kind."""

    def turns() -> None:
        for kind, turn in _TURNS.items():
            if kind in rows:
                take_turns(turn)

    if rows.keys() & {"Account", "Member", "Plan"}:
        be_alone(LINKS, first=turns)
    else:
        turns()
        if rows.keys() & {"Deal", "Order", "Product"}:
            join_in(LINKS)
    if "Workspace" in rows:
        wait_for_money()
    with connection.cursor() as cursor:
        if "Plan" in rows:
            cursor.execute(_LOCK_ACCOUNTS, [list(rows["Plan"])])
        if "Objective" in rows:
            cursor.execute(_LOCK_PLANS, [list(rows["Objective"])])


def check(kind: str, back: Columns, viewer: Member, at: datetime) -> None:
    """Raises `CannotUndo` or `NotAllowed`."""
    if kind in _TREES:
        _refuse_circle(kind, [row for row, columns in back.items() if _TREES[kind] in columns])
    special = {"Plan": _plans, "Stage": _stages, "Objective": _objectives, "SavedView": _views}
    if kind in special:
        special[kind](back, viewer)
    elif kind == "Member":
        _members(back, at)
    elif kind == "Workspace" and any("currency" in columns for columns in back.values()) and has_money():
        raise CannotUndo("has_facts")


def _refuse_circle(kind: str, rows: Sequence[Any]) -> None:
    table, above = f"keystead_{kind.lower()}", _TREES[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE up AS (
              SELECT id AS start, {above} AS above FROM {table} WHERE id = ANY(%s) AND {above} IS NOT NULL
              UNION SELECT up.start, t.{above} FROM up JOIN {table} t ON t.id = up.above WHERE t.{above} IS NOT NULL
            ) SELECT FROM up WHERE start = above LIMIT 1
            """,
            [list(rows)],
        )
        if cursor.rowcount:
            raise CannotUndo("cycle")


def _plans(back: Columns, _viewer: Member) -> None:
    moved = [row for row, columns in back.items() if _DECIDE_OVERLAP & set(columns)]
    PlanRate.objects.filter(plan__in=list(back), plan__status=PlanStatus.DRAFT).delete()  # a draft has none of its own
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT FROM keystead_plan p JOIN keystead_plan o ON o.account_id = p.account_id AND o.team_key = p.team_key
              AND o.id <> p.id AND o.start_date <= p.end_date AND o.end_date >= p.start_date AND o.status <> 'archived'
            WHERE p.id = ANY(%s) AND p.status <> 'archived' LIMIT 1
            """,
            [moved],
        )
        if cursor.rowcount:
            raise CannotUndo("overlaps")


def _stages(back: Columns, _viewer: Member) -> None:
    if Deal.objects.filter(stage__in=[row for row, columns in back.items() if "status" in columns]).exists():
        raise CannotUndo("stage_in_use")


def _objectives(back: Columns, viewer: Member) -> None:
    """A manager's review is for whoever may approve the plan: to give, and to take away."""
    reviewed = Objective.objects.filter(pk__in=[row for row, columns in back.items() if "manager_comment" in columns])
    made_again = [row for row, columns in back.items() if "id" in columns]  # these came back with all of their columns
    plans = Plan.objects.filter(pk__in=reviewed.exclude(manager_comment="", pk__in=made_again).values("plan"))
    if not are_all(plans, editable(plans, viewer, "plan.approve")):
        raise NotAllowed("plan.approve")


def _views(back: Columns, viewer: Member) -> None:
    """What everybody finds is for whoever may share. One that nobody else finds any more opens nobody else's list."""
    found = SavedView.objects.filter(pk__in=list(back))
    shared = [view for view in found if view.is_shared or ("is_shared" in back[view.pk] and "id" not in back[view.pk])]
    if shared:
        require(viewer, "view.share")
    DefaultView.objects.filter(view__in=found, view__is_shared=False).exclude(member=F("view__owner")).delete()


def _members(back: Columns, at: datetime) -> None:
    """As when roles are given and doors are closed by hand: some owner can log in, closed doors are closed for keys as well."""
    for member in Member.objects.filter(pk__in=list(back)):
        columns = back[member.pk]
        if "email" in columns and member.user_id:
            raise CannotUndo("has_login")
        if "is_active" in columns and not member.is_active:
            revoke_all(member=member, at=at)
        if {"email", "is_active"} & set(columns) or ("role" in columns and member.role == Role.OWNER):
            withdraw(member=member, at=at)
    if not Member.objects.filter(role=Role.OWNER, is_active=True, user__isnull=False).exists():
        raise CannotUndo("last_owner")


def refuse_archived(events: Mapping[str, Sequence[int]], plans: Sequence[Any]) -> None:
    """What stands in an archived plan, and these plans' headers, stay as they are: asked before anything comes back.

    `events`: by kind, the latest event of each row that the change wrote. A plan that is gone itself stands in nobody's way.
    """
    touched = set(plans)
    for kind, path in _IN_PLAN.items():
        if events.get(kind):
            history = KINDS[kind].history.objects.filter(pgh_id__in=events[kind])
            touched |= set(history.values_list(path, flat=True))
    if touched and Plan.objects.filter(pk__in=touched, status=PlanStatus.ARCHIVED).exists():
        raise CannotUndo("archived")


def require_owner(viewer: Member, back: Columns) -> None:
    """Only owners make and unmake owners, or write to them: asked before the rows come back and after it."""
    rows = [row for row, columns in back.items() if {"role", "email", "is_active"} & set(columns)]
    if rows and Member.objects.filter(pk__in=rows, role=Role.OWNER).exists():
        require(viewer, "workspace.own")
