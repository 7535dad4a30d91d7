"""Making and changing plans and what stands in them. Links and figures follow every change of header."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from keystead.base.money import known_currencies
from keystead.base.periods import FiscalCalendar, Period
from keystead.data.accounts.models import Account
from keystead.data.permissions import reaches
from keystead.data.plans.models import Action, Measure, MeasureReading, Objective, Plan, PlanStatus, PlanType, SwotItem
from keystead.data.workspace.models import Member, Workspace
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid, hold, write

PLAN_FIELDS = frozenset(
    {
        "external_id",
        "account",
        "name",
        "type",
        "start_date",
        "end_date",
        "currency",
        "target",
        "owner",
        "revenue_source",
        "team_key",
        "includes_descendants",
        "counts_list_price",
        "rate_policy",
        "review_frequency",
        "summary",
    }
)
_DECIDES_LINKS = {"account", "start_date", "end_date", "team_key", "includes_descendants"}


def fiscal_calendar(workspace: Workspace) -> FiscalCalendar:
    """The workspace's fiscal calendar; every period of the product comes out of it."""
    settings: dict[str, Any] = {
        "named_by": workspace.fiscal_named_by,
        "pattern": workspace.fiscal_pattern,
        "week53": workspace.fiscal_week53,
    }
    return FiscalCalendar(start_month=workspace.fiscal_start_month, week_start=workspace.fiscal_week_start, **settings)


def default_period(workspace: Workspace, today: date) -> Period:
    """Twelve months from the start of the fiscal year (features A1)."""
    return fiscal_calendar(workspace).default_plan_period(today)


def create_plan(*, viewer: Member, fields: Mapping[str, Any], today: date) -> Plan:
    """A new draft plan; revenue that fits is linked at once. Raises `NotAllowed`, `Invalid`.

    Defaults: 12 months from the fiscal year's start, the workspace's currency and rate policy, the viewer as owner and preparer.
    """
    account: Account | None = fields.get("account")
    if account is None:
        raise Invalid.one("account", "required", _("A plan needs an account."))
    require(viewer, "plan.create")
    require(viewer, "account.edit", account)
    values = _with_defaults(viewer, fields, today)
    with transaction.atomic():
        _lock(account)
        _check(Plan(), values, viewer)
        plan = write(Plan(), values)
        relink(accounts=[account.pk])
    return plan


def change_plan(*, plan: Plan, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> Plan:
    """Changes a plan's header; links follow when account, period, team or reach changed.

    Raises `NotAllowed`, `Invalid`, `Stale`.
    """
    require(viewer, "plan.edit", plan)
    if fields.get("account") and fields["account"].pk != plan.account_id:
        require(viewer, "account.edit", fields["account"])
    touched = {plan.account_id}
    with transaction.atomic():
        _lock(fields.get("account") or plan.account)
        _check(plan, fields, viewer)
        plan = write(plan, fields, seen=seen)
        if _DECIDES_LINKS & set(fields):
            relink(accounts=touched | {plan.account_id})
    return plan


def delete_plan(*, plan: Plan, viewer: Member, seen: int | None = None) -> None:
    """Deletes a plan with its items. Its deals stay and say that no plan covers them."""
    require(viewer, "plan.delete", plan)
    account = plan.account_id
    with transaction.atomic():
        hold(plan, seen).delete()
        relink(accounts=[account])


def _with_defaults(viewer: Member, fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    workspace = viewer.workspace
    period = default_period(workspace, today)
    defaults = {
        "start_date": period.start,
        "end_date": period.end,
        "currency": workspace.currency,
        "rate_policy": workspace.rate_policy,
        "owner": viewer,
        "prepared_by": viewer,
        "prepared_date": today,
    }
    values = defaults | {name: value for name, value in fields.items() if value is not None or name in ("target", "owner")}
    if not values.get("name"):
        start, end = values["start_date"], max(values["start_date"], values["end_date"])
        values["name"] = suggested_name(workspace=workspace, kind=values.get("type"), start=start, end=end)
    return values


def suggested_name(*, workspace: Workspace, kind: str | None, start: date, end: date) -> str:
    """What a plan is called unless somebody knows better: "Key account plan 2026"."""
    period = Period(start, end)
    chosen = PlanType(kind) if kind in PlanType.values else PlanType.KEY_ACCOUNT
    calendar = fiscal_calendar(workspace)
    year = calendar.year_of(period.start)
    named = calendar.name(year) if year == period else str(period.start.year)
    return f"{chosen.label} {named}"


def _lock(account: Account) -> None:
    """One plan of an account at a time is made or moved: two that overlap cannot slip past each other's check."""
    Account.objects.select_for_update(of=("self",)).filter(pk=account.pk).order_by().first()


def _check(plan: Plan, fields: Mapping[str, Any], viewer: Member) -> None:
    """Period and currency make sense, and no two plans of one team cover the same account at the same time (features A1)."""
    merged = {name: fields.get(name, getattr(plan, name, None)) for name in ("start_date", "end_date", "team_key", "target")}
    merged["account"] = fields["account"] if "account" in fields else plan.account  # noqa: SIM401 - plan.account may not be there
    start, end = merged["start_date"], merged["end_date"]
    if start and end and end < start:
        raise Invalid.one("end_date", "ends_before_start", _("The plan ends before it starts."))
    if fields.get("currency") and fields["currency"] not in known_currencies():
        message = _("%(code)s is not a currency code (ISO 4217).") % {"code": fields["currency"]}
        raise Invalid.one("currency", "unknown_currency", message)
    if merged["target"] is not None and merged["target"] < 0:
        raise Invalid.one("target", "below_zero", _("A target is not below zero."))
    other = overlapping(plan, merged)
    if other is not None and not reaches(viewer, "plan.read", other):  # her own plan at an account that is not hers
        raise Invalid.one("start_date", "overlaps", _("Another plan already covers this account in this time."))
    if other is not None:
        message = _(
            "%(name)s already covers this account from %(start)s to %(end)s. Two plans may overlap only for different teams."
        ) % {"name": other.name, "start": other.start_date, "end": other.end_date}
        raise Invalid.one("start_date", "overlaps", message)


def overlapping(plan: Plan, values: Mapping[str, Any]) -> Plan | None:
    """Another plan on the same account, for the same team, that shares a day."""
    plans: QuerySet[Plan] = Plan.objects.filter(
        account=values["account"],
        team_key=values["team_key"] or "",
        start_date__lte=values["end_date"],
        end_date__gte=values["start_date"],
    ).exclude(status=PlanStatus.ARCHIVED)
    return plans.exclude(pk=plan.pk).first()


def _contribute(viewer: Member, plan: Plan) -> None:
    require(viewer, "plan.contribute", plan)


def save_objective(
    *, plan: Plan, viewer: Member, fields: Mapping[str, Any], objective: Objective | None = None, seen: int | None = None
) -> Objective:
    """Adds an objective (ranked last unless a rank is given) or changes one. Raises `NotAllowed`, `Invalid`, `Stale`."""
    _contribute(viewer, plan)
    values = dict(fields)
    if "manager_comment" in values and values["manager_comment"] != getattr(objective, "manager_comment", ""):
        require(viewer, "plan.approve", plan)
    with transaction.atomic():
        if objective is None:
            objective = Objective(plan=plan, owner=values.pop("owner", None) or viewer)
            last = Objective.objects.filter(plan=plan).aggregate(last=Max("rank"))["last"] or 0
            wanted = values.pop("rank", None)
            objective = write(objective, {**values, "rank": last + 1})
            return move_objective(objective=objective, viewer=viewer, to=wanted) if wanted else objective
        wanted = values.pop("rank", None)
        objective = write(objective, values, seen=seen)
        if wanted and wanted != objective.rank:
            objective = move_objective(objective=objective, viewer=viewer, to=wanted)
    return objective


def move_objective(*, objective: Objective, viewer: Member, to: int) -> Objective:
    """Puts an objective at a rank (1 = first); the others close up. Ranks stay 1…n without holes."""
    _contribute(viewer, objective.plan)
    with transaction.atomic():
        ranked = list(Objective.objects.select_for_update().filter(plan=objective.plan_id).order_by("rank"))
        order = [other for other in ranked if other.pk != objective.pk]
        order.insert(max(0, min(to - 1, len(order))), objective)
        for rank, other in enumerate(order, start=1):
            Objective.objects.filter(pk=other.pk).exclude(rank=rank).update(rank=rank)
    objective.refresh_from_db()
    return objective


def save_measure(
    *, objective: Objective, viewer: Member, fields: Mapping[str, Any], measure: Measure | None = None, seen: int | None = None
) -> Measure:
    _contribute(viewer, objective.plan)
    return write(measure or Measure(objective=objective), fields, seen=seen)


def read_measure(*, measure: Measure, viewer: Member, on: date, value: Any) -> MeasureReading:
    """Notes a measure's value on a day; a second reading of the day replaces the first."""
    _contribute(viewer, measure.objective.plan)
    found = MeasureReading.objects.filter(measure=measure, date=on).first()
    return write(found or MeasureReading(measure=measure, date=on), {"value": value, "by": viewer})


def save_action(
    *, plan: Plan, viewer: Member, fields: Mapping[str, Any], action: Action | None = None, seen: int | None = None
) -> Action:
    """Adds or changes an action. Done and 100 % go together. Raises `NotAllowed`, `Invalid`, `Stale`."""
    _contribute(viewer, plan)
    values = dict(fields)
    start = values.get("start_date", getattr(action, "start_date", None))
    due = values.get("due_date", getattr(action, "due_date", None))
    if start and due and due < start:
        raise Invalid.one("due_date", "due_before_start", _("The action is due before it starts."))
    if values.get("objective") and values["objective"].plan_id != plan.pk:
        raise Invalid.one("objective", "other_plan", _("That objective belongs to another plan."))
    values |= _done_and_percent(values, action)
    if action is None:
        values.setdefault("owner", viewer)
    return write(action or Action(plan=plan), values, seen=seen)


def _done_and_percent(values: Mapping[str, Any], action: Action | None) -> dict[str, Any]:
    """Done and 100 % go together; an action that is taken up again is no longer complete."""
    percent = values.get("percent_done", getattr(action, "percent_done", 0))
    if "status" not in values:
        was_done = action is not None and action.status == Action.Status.DONE
        if percent == 100:
            return {"status": Action.Status.DONE}
        return {"status": Action.Status.DOING} if was_done and "percent_done" in values else {}
    if values["status"] == Action.Status.DONE:
        return {"percent_done": 100}
    is_open = values["status"] in (Action.Status.TODO, Action.Status.DOING)
    return {"percent_done": 0} if is_open and percent == 100 else {}


def save_swot_item(
    *, plan: Plan, viewer: Member, fields: Mapping[str, Any], item: SwotItem | None = None, seen: int | None = None
) -> SwotItem:
    _contribute(viewer, plan)
    lens = fields.get("lens", getattr(item, "lens", SwotItem.Lens.RELATIONSHIP))
    if lens == SwotItem.Lens.COMPETITOR and not fields.get("competitor", getattr(item, "competitor", "")):
        raise Invalid.one("competitor", "required", _("Say which competitor."))
    return write(item or SwotItem(plan=plan, owner=viewer), fields, seen=seen)


def turn_swot_into_objective(*, item: SwotItem, viewer: Member) -> Objective:
    """Makes an objective of an item and keeps the link; again: gives the one that was made."""
    _contribute(viewer, item.plan)
    if item.became_objective is not None:
        return item.became_objective
    with transaction.atomic():
        objective = save_objective(plan=item.plan, viewer=viewer, fields={"title": item.text[:300], "kind": "qualitative"})
        write(item, {"became_objective": objective})
    return objective


def turn_swot_into_action(*, item: SwotItem, viewer: Member) -> Action:
    """Makes an action of an item and keeps the link; again: gives the one that was made."""
    _contribute(viewer, item.plan)
    if item.became_action is not None:
        return item.became_action
    with transaction.atomic():
        action = save_action(plan=item.plan, viewer=viewer, fields={"title": item.text[:300]})
        write(item, {"became_action": action})
    return action


def delete_item(
    *, item: Objective | Measure | MeasureReading | Action | SwotItem, viewer: Member, seen: int | None = None
) -> None:
    """Deletes an item of a plan; the ranks of the objectives left close up."""
    plan = _plan_of(item)
    _contribute(viewer, plan)
    with transaction.atomic():
        hold(item, seen).delete()
        if isinstance(item, Objective):
            for rank, pk in enumerate(Objective.objects.filter(plan=plan).order_by("rank").values_list("pk", flat=True), start=1):
                Objective.objects.filter(pk=pk).exclude(rank=rank).update(rank=rank)


def _plan_of(item: Any) -> Plan:
    if isinstance(item, Measure):
        return item.objective.plan
    if isinstance(item, MeasureReading):
        return item.measure.objective.plan
    plan: Plan = item.plan
    return plan
