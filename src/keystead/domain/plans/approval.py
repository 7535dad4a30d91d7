"""A plan's way from draft to approved: who may is in the permission table, when is here.

    draft -> submitted -> approved -> archived
                       -> rejected -> submitted
    submitted -> draft (recalled); approved -> draft (recalled); archived -> draft (reopened)

An archived plan is kept as it was: nothing in it is changed until it is taken back.

Approval freezes the plan's exchange rates (rate policy "plan"): one rate for each currency pair that its revenue needs, and for
every pair the workspace has a rate for, so that a deal that comes later converts at the frozen rate too.
"""

from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.scope import current_workspace
from keystead.base.turns import LINKS, be_alone
from keystead.data.plans.models import Plan, PlanApproval, PlanRate, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.plans.overlap import hold_account, own_time, refuse_overlap
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import FieldError, Invalid, hold, write

# verb -> (states it starts from, the state it leads to, the action of the permission table, what is recorded)
TRANSITIONS: dict[str, tuple[set[str], str, str, str]] = {
    "submit": ({PlanStatus.DRAFT, PlanStatus.REJECTED}, PlanStatus.SUBMITTED, "plan.edit", PlanApproval.Verb.SUBMITTED),
    "approve": ({PlanStatus.SUBMITTED}, PlanStatus.APPROVED, "plan.approve", PlanApproval.Verb.APPROVED),
    "reject": ({PlanStatus.SUBMITTED}, PlanStatus.REJECTED, "plan.approve", PlanApproval.Verb.REJECTED),
    "recall": ({PlanStatus.SUBMITTED, PlanStatus.APPROVED}, PlanStatus.DRAFT, "plan.edit", PlanApproval.Verb.RECALLED),
    "archive": ({PlanStatus.DRAFT, PlanStatus.APPROVED, PlanStatus.REJECTED}, PlanStatus.ARCHIVED, "plan.edit", ""),
    "reopen": ({PlanStatus.ARCHIVED}, PlanStatus.DRAFT, "plan.edit", ""),
}


ARCHIVED = _("This plan is archived and kept as it was. Reopen it to change it.")


class CannotMove(Exception):
    """The plan is not in a state from which this verb leads anywhere."""

    code = "cannot_move_plan"

    def __init__(self, plan: Plan, verb: str) -> None:
        super().__init__(f"{verb}: the plan is {plan.status}")
        self.plan, self.verb = plan, verb


class PlanArchived(Invalid):
    """The plan is kept as it was: nothing in it is changed."""

    def __init__(self, plan: Plan) -> None:
        super().__init__([FieldError("", "plan_archived", ARCHIVED)])
        self.plan = plan


def refuse_archived(plan: Plan) -> None:
    """Every verb that changes a plan, or what stands in it, asks this. Raises `PlanArchived`."""
    if plan.status == PlanStatus.ARCHIVED:
        raise PlanArchived(plan)


def move(*, plan: Plan, verb: str, viewer: Member, at: datetime, comment: str = "", seen: int | None = None) -> Plan:
    """Submits, approves, rejects (a comment is needed), recalls, archives or reopens a plan. Approving freezes rates.

    Raises `NotAllowed`, `CannotMove`, `Invalid` (comment; another plan covers the time meanwhile), `Stale`, `Gone`.
    Sends nothing.
    """
    states, to, action, recorded = TRANSITIONS[verb]
    require(viewer, action, plan)
    if verb == "reject" and not comment.strip():
        raise Invalid.one("comment", "required", _("Say why the plan is rejected."))
    with transaction.atomic():
        if verb == "reopen":
            be_alone(LINKS)  # what else is changed with it may decide links, and that lock comes before any row
            hold_account(plan.account)
        plan = hold(plan)
        if plan.status not in states:
            raise CannotMove(plan, verb)
        if verb == "reopen":
            refuse_overlap(plan, own_time(plan), viewer)
        plan = write(plan, {"status": to}, seen=seen)
        if recorded:
            PlanApproval.objects.create(plan=plan, verb=recorded, by=viewer, at=at, comment=comment.strip())
        if verb == "approve":
            freeze_rates(plan=plan, on=at.date())
        elif to == PlanStatus.DRAFT:
            PlanRate.objects.filter(plan=plan).delete()
    return plan


def has_frozen_rates(plan: Plan) -> bool:
    """An approved plan has; one that is archived may have been approved before."""
    if plan.status == PlanStatus.ARCHIVED:
        return PlanRate.objects.filter(plan=plan).exists()
    return plan.status == PlanStatus.APPROVED


def rate_day(plan: Plan, on: date) -> date:
    """The day whose rates approval freezes: the day of approval when it lies in the period, else the period's first day."""
    return on if plan.start_date <= on <= plan.end_date else min(plan.start_date, on)


def freeze_rates(*, plan: Plan, on: date) -> int:
    """Copies the latest rates into the plan's currency as of `rate_day`; returns how many. Replaces what was frozen before."""
    day = rate_day(plan, on)
    PlanRate.objects.filter(plan=plan).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.code, found.rate, found.rate_date FROM (
              SELECT DISTINCT code FROM keystead_rate r, LATERAL (VALUES (r.base), (r.quote)) AS side(code)
              WHERE r.workspace_id = %(workspace)s AND code <> %(quote)s
            ) c CROSS JOIN LATERAL keystead_rate_on(c.code, %(quote)s, %(day)s) found WHERE found.rate IS NOT NULL
            """,
            {"workspace": current_workspace(), "quote": plan.currency, "day": day},
        )
        found: list[tuple[str, object, date]] = cursor.fetchall()
    PlanRate.objects.bulk_create(
        PlanRate(plan=plan, base=base, quote=plan.currency, rate=rate, rate_date=rate_date)  # type: ignore[misc]
        for base, rate, rate_date in found
    )
    return len(found)
