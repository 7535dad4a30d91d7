"""Making, changing, ordering and deleting what stands in a plan: objectives, measures, readings, actions, SWOT items."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from keystead.data.plans.items import Action, Measure, MeasureReading, Objective, SwotItem
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.plans.approval import refuse_archived
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import FieldError, Gone, Invalid, hold, write


def _contribute(viewer: Member, plan: Plan) -> None:
    require(viewer, "plan.contribute", plan)
    refuse_archived(plan)


def _hold_open(plan: Plan) -> None:
    """The plan comes first, for everybody, before anything in it: it is not archived meanwhile, and who adds, moves or deletes an
    objective has its ranks to herself until the transaction ends."""
    refuse_archived(hold(plan))


def save_objective(
    *, plan: Plan, viewer: Member, fields: Mapping[str, Any], objective: Objective | None = None, seen: int | None = None,
    measure: Mapping[str, Any] | None = None,
) -> Objective:  # fmt: skip
    """Adds an objective (ranked last unless a rank is given) or changes one. Raises `NotAllowed`, `Invalid`, `Stale`, `Gone`.

    `measure`: what the first measure of a new one is, made with it or neither; its errors are named "measure-<field>".
    """
    _contribute(viewer, plan)
    values = dict(fields)
    if "manager_comment" in values and values["manager_comment"] != getattr(objective, "manager_comment", ""):
        require(viewer, "plan.approve", plan)
    with transaction.atomic():
        _hold_open(plan)
        if objective is None:
            objective = Objective(plan=plan, owner=values.pop("owner", None) or viewer)
            last = Objective.objects.filter(plan=plan).aggregate(last=Max("rank"))["last"] or 0
            wanted = values.pop("rank", None)
            objective = write(objective, {**values, "rank": last + 1})
            if measure is not None:
                _save_first_measure(objective, measure)
            return move_objective(objective=objective, viewer=viewer, to=wanted) if wanted else objective
        wanted = values.pop("rank", None)
        objective = write(objective, values, seen=seen)
        if wanted and wanted != objective.rank:
            objective = move_objective(objective=objective, viewer=viewer, to=wanted)
    return objective


def _save_first_measure(objective: Objective, fields: Mapping[str, Any]) -> None:
    try:
        write(Measure(objective=objective), fields)
    except Invalid as refusal:
        faults = [FieldError(f"measure-{each.field}", each.code, each.message) for each in refusal.errors]
        raise Invalid(faults) from refusal


def move_objective(*, objective: Objective, viewer: Member, to: int) -> Objective:
    """Puts an objective at a rank (1 = first); the others close up. Ranks stay 1…n without holes. Raises `Gone`."""
    _contribute(viewer, objective.plan)
    with transaction.atomic():
        _hold_open(objective.plan)
        ranked = list(Objective.objects.select_for_update().filter(plan=objective.plan_id).order_by("rank"))
        order = [other for other in ranked if other.pk != objective.pk]
        if len(order) == len(ranked):
            raise Gone(objective)
        order.insert(max(0, min(to - 1, len(order))), objective)
        for rank, other in enumerate(order, start=1):
            Objective.objects.filter(pk=other.pk).exclude(rank=rank).update(rank=rank)
    objective.refresh_from_db()
    return objective


def save_measure(
    *, objective: Objective, viewer: Member, fields: Mapping[str, Any], measure: Measure | None = None, seen: int | None = None
) -> Measure:
    _contribute(viewer, objective.plan)
    with transaction.atomic():
        _hold_open(objective.plan)
        return write(measure or Measure(objective=objective), fields, seen=seen)


def read_measure(*, measure: Measure, viewer: Member, on: date, value: Any) -> MeasureReading:
    """Notes a measure's value on a day; a second reading of the day replaces the first."""
    _contribute(viewer, measure.objective.plan)
    with transaction.atomic():
        _hold_open(measure.objective.plan)
        measure = hold(measure)  # two readings of one day follow each other
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
    with transaction.atomic():
        _hold_open(plan)
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
    is_open = values["status"] in Action.OPEN
    return {"percent_done": 0} if is_open and percent == 100 else {}


def save_swot_item(
    *, plan: Plan, viewer: Member, fields: Mapping[str, Any], item: SwotItem | None = None, seen: int | None = None
) -> SwotItem:
    _contribute(viewer, plan)
    lens = fields.get("lens", getattr(item, "lens", SwotItem.Lens.RELATIONSHIP))
    if lens == SwotItem.Lens.COMPETITOR and not fields.get("competitor", getattr(item, "competitor", "")):
        raise Invalid.one("competitor", "required", _("Say which competitor."))
    with transaction.atomic():
        _hold_open(plan)
        return write(item or SwotItem(plan=plan, owner=viewer), fields, seen=seen)


def turn_swot_into_objective(*, item: SwotItem, viewer: Member) -> Objective:
    """Makes an objective of an item and keeps the link; again: gives the one that was made."""
    _contribute(viewer, item.plan)
    with transaction.atomic():
        _hold_open(item.plan)
        item = hold(item)
        if item.became_objective is not None:
            return item.became_objective
        objective = save_objective(plan=item.plan, viewer=viewer, fields={"title": item.text[:300], "kind": "qualitative"})
        write(item, {"became_objective": objective})
    return objective


def turn_swot_into_action(*, item: SwotItem, viewer: Member) -> Action:
    """Makes an action of an item and keeps the link; again: gives the one that was made."""
    _contribute(viewer, item.plan)
    with transaction.atomic():
        _hold_open(item.plan)
        item = hold(item)
        if item.became_action is not None:
            return item.became_action
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
        _hold_open(plan)
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
