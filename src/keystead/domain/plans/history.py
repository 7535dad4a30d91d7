"""Who changed what in a plan and when: its header, objectives, measures, readings, actions and SWOT items, from the event tables.

The triggers keep whole rows, so a change is the difference between two rows that follow one another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from keystead.data.plans.items import Action, Measure, MeasureReading, Objective, SwotItem
from keystead.data.plans.models import Plan, PlanApproval, PlanStatus

_TITLE = {
    "Plan": "name",
    "Objective": "title",
    "Measure": "name",
    "MeasureReading": "date",
    "Action": "title",
    "SwotItem": "text",
}
_AMOUNTS = {"amount", "target"}  # of a row with a currency
# What a record is by itself, stands in, or has by rule.
_UNTOLD = {"id", "workspace", "created_at", "updated_at", "version", "plan", "lineage", "unlinked_reason"}
_MODELS: dict[str, type[Model]] = {
    "Plan": Plan,
    "Objective": Objective,
    "Measure": Measure,
    "MeasureReading": MeasureReading,
    "Action": Action,
    "SwotItem": SwotItem,
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`old` and `new` are values as stored (a key for a reference); `field` is the model's field, with its name for people.
    `currencies` are those of an amount, before and after; "" for what is none."""

    field: Any
    old: Any
    new: Any
    currencies: tuple[str, str] = ("", "")

    @classmethod
    def between(cls, field: Any, before: Any, after: Any) -> "FieldChange":
        """The change of a field from one row of an event table to another."""
        is_amount = field.name in _AMOUNTS and hasattr(after, "currency")
        currencies = (before.currency, after.currency) if is_amount else ("", "")
        return cls(field, getattr(before, field.attname), getattr(after, field.attname), currencies)


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: added, changed or deleted (or an approval's verb); `kind` is the model's name; `by` and `via` may be empty.

    `part_of` names the measure of a reading. `change` is the id of the request that wrote it, by which it can be undone; None
    when no request did.
    """

    at: datetime
    by: str
    via: str
    what: str
    kind: str
    id: UUID | None
    title: str
    fields: tuple[FieldChange, ...]
    comment: str = ""
    change: UUID | None = None
    part_of: str = ""


def plan_history(*, plan: Plan, at_most: int = 200) -> list[Change]:
    """The latest changes first. The rows before the oldest one shown are read as well, to know what they changed."""
    found: list[Change] = list(_approvals(plan, at_most))
    measures: dict[UUID, str] = {}
    for kind, events in _events(plan).items():  # measures come before their readings
        read = list(events.order_by("-pgh_id")[: at_most * 2])
        if kind == "Measure":
            measures = {event.id: event.name for event in reversed(read)}
        found += _changes(kind, read, measures)
    found.sort(key=lambda change: change.at, reverse=True)
    return found[:at_most]


def changed_since_approval(*, plan: Plan) -> int:
    """How many items of what was approved (header, objectives, measures, SWOT) changed after it; 0 when it is not approved.

    Readings and the progress of actions are the plan at work, not a change of it.
    """
    approval = PlanApproval.objects.filter(plan=plan, verb=PlanApproval.Verb.APPROVED).order_by("-at", "-created_at").first()
    if plan.status != PlanStatus.APPROVED or approval is None:
        return 0
    events = _events(plan)
    later = [
        events[kind].filter(pgh_created_at__gt=approval.created_at).order_by().values("id")
        for kind in ("Plan", "Objective", "Measure", "SwotItem")
    ]
    return later[0].union(*later[1:]).count()


def _events(plan: Plan) -> dict[str, QuerySet[Any]]:
    ours = {kind: apps.get_model("keystead", f"{kind}Event").objects.all() for kind in _TITLE}
    objectives = ours["Objective"].filter(plan_id=plan.pk).values("id")
    measures = ours["Measure"].filter(objective_id__in=objectives).values("id")
    which = {
        "Plan": Q(pgh_obj_id=plan.pk),
        "Measure": Q(objective_id__in=objectives),
        "MeasureReading": Q(measure_id__in=measures),
    }
    return {kind: events.filter(which.get(kind, Q(plan_id=plan.pk))) for kind, events in ours.items()}


def _changes(kind: str, events: Iterable[Any], measures: Mapping[UUID, str]) -> Iterator[Change]:
    """`events` come latest first; of one row, each is compared with the one that came before it."""
    later: dict[UUID, Any] = {}
    for event in events:
        if event.id in later:
            yield from _told(kind, later[event.id], event, measures)
        later[event.id] = event
    for event in later.values():  # the oldest of each row that was read
        if event.pgh_label == "insert":
            yield from _told(kind, event, None, measures)


def _told(kind: str, event: Any, before: Any, measures: Mapping[UUID, str]) -> Iterator[Change]:
    what = {"insert": "added", "update": "changed", "delete": "deleted"}[event.pgh_label]
    fields = tuple(differences(_MODELS[kind], before, event)) if what == "changed" and before is not None else ()
    if what == "changed" and not fields:
        return
    actor = event.pgh_context or {}
    title = str(getattr(event, _TITLE[kind]))
    by, via = actor.get("name", ""), actor.get("via", "")
    part_of = measures.get(event.measure_id, "") if kind == "MeasureReading" else ""
    yield Change(
        event.pgh_created_at, by, via, what, kind, event.id, title, fields, change=event.pgh_context_id, part_of=part_of
    )  # fmt: skip


def differences(model: type[Model], before: Any, after: Any) -> Iterator[FieldChange]:
    """What differs between two rows of the model's event table."""
    for field in model._meta.concrete_fields:
        if field.name in _UNTOLD or not hasattr(after, field.attname):
            continue
        if getattr(before, field.attname) != getattr(after, field.attname):
            yield FieldChange.between(field, before, after)


def _approvals(plan: Plan, at_most: int) -> Iterator[Change]:
    for approval in PlanApproval.objects.filter(plan=plan).select_related("by").order_by("-at")[:at_most]:
        by = approval.by.name if approval.by else ""
        yield Change(approval.at, by, "", approval.verb, "PlanApproval", None, plan.name, (), approval.comment)
