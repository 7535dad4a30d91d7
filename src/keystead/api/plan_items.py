"""What stands in a plan: /plans/{id}/objectives, measures, readings, actions and swot."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from keystead.analytics.measures import KPIS
from keystead.api.wire.days import Day
from keystead.api.wire.fields import Choice, Text, Truth
from keystead.api.wire.money import MoneyField
from keystead.api.wire.numbers import Number, Whole
from keystead.api.wire.people import CONTACT_NAMES, CONTACT_WAYS, member
from keystead.api.wire.references import Reference, by_column
from keystead.api.wire.resource import Resource, Under, Write, record_fields
from keystead.api.wire.routes import publish
from keystead.data.accounts.models import Contact
from keystead.data.plans.items import Action, Measure, MeasureReading, Objective, ObjectiveStatus, SwotItem
from keystead.data.plans.models import Plan
from keystead.domain.plans import items as plan_items
from keystead.domain.writing import Invalid

router = Router()
_BY_TITLE = {"name": by_column("title")}


def _delete(item: Any, write: Write) -> None:
    plan_items.delete_item(item=item, viewer=write.viewer, seen=write.seen)


def _objective(name: str, **options: Any) -> Reference:
    return Reference(name=name, to=Objective, names=("title",), ways=_BY_TITLE, **options)


def _same_plan(found: Any, plan: Plan, field: str) -> None:
    if found is not None and found.plan_id != plan.pk:
        raise Invalid.one(field, "other_plan", _("That belongs to another plan."))


OBJECTIVES = Resource(
    path="objectives", name="Objective", about="What the plan wants to have changed by a date.", model=Objective, order="rank",
    under=Under("plans", Plan, "plan"),
    fields=(
        *record_fields(external_id=False),
        Text(name="title", required=True),
        Text(name="description", longest=4000),
        Choice(name="category", words=Objective.Category.values),
        Choice(name="horizon", words=Objective.Horizon.values),
        Choice(name="kind", words=Objective.Kind.values),
        Whole(name="rank", least=1, most=32_767, about="1 is the first; the others move up or down."),
        member("owner"),
        Reference(name="stakeholder", to=Contact, nullable=True, names=CONTACT_NAMES, ways=CONTACT_WAYS),
        Day(name="start_date", nullable=True),
        Day(name="target_date", nullable=True),
        Choice(name="status", words=ObjectiveStatus.values),
        Text(name="approach", longest=4000),
        Text(name="outcome", longest=4000),
        Text(name="owner_comment", longest=4000),
        Text(name="manager_comment", longest=4000),
    ),
    create=lambda write: plan_items.save_objective(plan=write.parent, viewer=write.viewer, fields=write.fields),
    change=lambda item, write: plan_items.save_objective(
        plan=item.plan, viewer=write.viewer, fields=write.fields, objective=item, seen=write.seen
    ),
    delete=_delete,
)  # fmt: skip


def _save_measure(write: Write, plan: Plan, measure: Measure | None = None) -> Measure:
    objective: Objective = write.fields["objective"] if "objective" in write.fields or measure is None else measure.objective
    _same_plan(objective, plan, "objective")
    return plan_items.save_measure(
        objective=objective, viewer=write.viewer, fields=write.fields, measure=measure, seen=write.seen
    )


MEASURES = Resource(
    path="measures", name="Measure", about="How an objective is measured.", model=Measure, order="name",
    under=Under("plans", Plan, "objective__plan"),
    fields=(
        *record_fields(external_id=False),
        _objective("objective", required=True),
        Text(name="name", required=True, longest=200),
        Choice(name="unit", words=Measure.Unit.values),
        Number(name="baseline", nullable=True),
        Number(name="target", nullable=True),
        Choice(name="source", words=Measure.Source.values),
        Choice(name="kpi", words=list(KPIS), nullable=True, about="The figure of the plan, when the source is kpi."),
        Number(name="tolerance", nullable=True, digits=6, places=3),
    ),
    create=lambda write: _save_measure(write, write.parent),
    change=lambda item, write: _save_measure(write, item.objective.plan, item),
    delete=_delete,
)  # fmt: skip


def _read(write: Write) -> MeasureReading:
    measure = write.fields["measure"]
    _same_plan(measure.objective, write.parent, "measure")
    return plan_items.read_measure(measure=measure, viewer=write.viewer, on=write.fields["date"], value=write.fields["value"])


READINGS = Resource(
    path="readings", name="Reading", about="A measure's value on a day; a second one of the day replaces the first.",
    model=MeasureReading, order="-date", under=Under("plans", Plan, "measure__objective__plan"),
    fields=(
        *record_fields(external_id=False),
        Reference(name="measure", to=Measure, required=True, ways={"name": by_column("name")}),
        Day(name="date", required=True),
        Number(name="value", required=True),
        member("by", writable=False),
    ),
    create=_read,
    delete=_delete,
)  # fmt: skip


def _save_action(write: Write, plan: Plan, action: Action | None = None) -> Action:
    values = dict(write.fields)
    currency = values.pop("cost_currency", plan.currency)
    if currency != plan.currency:
        message = _("The cost must be in the plan's currency, %(currency)s.") % {"currency": plan.currency}
        raise Invalid.one("cost_currency", "unlike_currency", message)
    parent = values.get("parent")
    _same_plan(parent, plan, "parent")
    if action is not None:
        _refuse_circle(action, parent)
    return plan_items.save_action(plan=plan, viewer=write.viewer, fields=values, action=action, seen=write.seen)


def _refuse_circle(action: Action, parent: Action | None) -> None:
    above, passed = parent, set()
    while above is not None and above.pk not in passed:
        if above.pk == action.pk:
            raise Invalid.one("parent", "action_cycle", _("An action cannot stand below itself."))
        passed.add(above.pk)
        above = above.parent


ACTIONS = Resource(
    path="actions", name="Action", about="Something to be done for the plan.", model=Action, order="due_date",
    under=Under("plans", Plan, "plan"),
    fields=(
        *record_fields(external_id=False),
        Text(name="title", required=True),
        _objective("objective", nullable=True),
        Reference(name="parent", to=Action, names=("title",), ways=_BY_TITLE, nullable=True),
        member("owner"),
        Day(name="start_date", nullable=True),
        Day(name="due_date", nullable=True),
        Choice(name="status", words=Action.Status.values),
        Whole(name="percent_done", most=100),
        Text(name="expected_outcome", longest=2000),
        Text(name="success_criterion", longest=2000),
        Number(name="effort_hours", nullable=True, least=Decimal(0), most=Decimal(999_999), digits=8, places=2),
        MoneyField(name="cost", currency_column="plan__currency", currency_into="cost_currency", nullable=True),
        Truth(name="is_milestone"),
    ),
    create=lambda write: _save_action(write, write.parent),
    change=lambda item, write: _save_action(write, item.plan, item),
    delete=_delete,
)  # fmt: skip

SWOT = Resource(
    path="swot", name="SwotItem", about="One strength, weakness, opportunity or threat.", model=SwotItem, order="-importance",
    one="swot_item", under=Under("plans", Plan, "plan"),
    fields=(
        *record_fields(external_id=False),
        Choice(name="quadrant", words=SwotItem.Quadrant.values, required=True),
        Choice(name="lens", words=SwotItem.Lens.values),
        Text(name="competitor", longest=200),
        Text(name="text", required=True, longest=1000),
        Whole(name="importance", least=1, most=5),
        Text(name="source"),
        Day(name="date", nullable=True),
        member("owner"),
        _objective("became_objective", nullable=True, writable=False),
        Reference(name="became_action", to=Action, names=("title",), ways=_BY_TITLE, nullable=True, writable=False),
    ),
    create=lambda write: plan_items.save_swot_item(plan=write.parent, viewer=write.viewer, fields=write.fields),
    change=lambda item, write: plan_items.save_swot_item(
        plan=item.plan, viewer=write.viewer, fields=write.fields, item=item, seen=write.seen
    ),
    delete=_delete,
)  # fmt: skip

for resource in (OBJECTIVES, MEASURES, READINGS, ACTIONS, SWOT):
    publish(router, resource)
