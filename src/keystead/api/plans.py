"""/plans: the header of an account plan. What stands in it is in `plan_items`, its figures are in `kpis`."""

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from keystead.api.wire.days import Day, Moment
from keystead.api.wire.fields import Choice, Field, Text, Truth
from keystead.api.wire.money import CurrencyField, MoneyField
from keystead.api.wire.people import member
from keystead.api.wire.references import Reference
from keystead.api.wire.resource import Resource, Under, Write, record_fields
from keystead.api.wire.routes import publish
from keystead.base import clock
from keystead.data.accounts.models import Account
from keystead.data.plans.models import Plan, PlanApproval, PlanStatus, PlanType, RevenueSource, ReviewFrequency
from keystead.data.workspace.models import RatePolicy
from keystead.domain.plans import editing
from keystead.domain.plans.approval import CannotMove, move
from keystead.domain.writing import Invalid

router = Router()

# The verbs that lead from one status to another. Further steps than these are conflicts.
_WAYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("draft", "submitted"): ("submit",),
    ("draft", "approved"): ("submit", "approve"),
    ("draft", "rejected"): ("submit", "reject"),
    ("draft", "archived"): ("archive",),
    ("rejected", "submitted"): ("submit",),
    ("rejected", "approved"): ("submit", "approve"),
    ("rejected", "archived"): ("archive",),
    ("submitted", "approved"): ("approve",),
    ("submitted", "rejected"): ("reject",),
    ("submitted", "draft"): ("recall",),
    ("approved", "draft"): ("recall",),
    ("approved", "archived"): ("archive",),
    ("archived", "draft"): ("reopen",),
}


def _bring_to(plan: Plan, status: str, write: Write, comment: str, seen: int | None = None) -> Plan:
    """Takes the steps that lead to the status; each asks for its own right. Raises `CannotMove` when none do."""
    if plan.status == status:
        return plan
    verbs = _WAYS.get((plan.status, status))
    if verbs is None:
        raise CannotMove(plan, status)
    for verb in verbs:
        plan = move(plan=plan, verb=verb, viewer=write.viewer, at=write.at, comment=comment, seen=seen)
        seen = None
    return plan


def _agree_on_currency(values: dict[str, Any], plan: Plan | None) -> None:
    """The target is in the plan's currency; a new plan that names none takes the target's."""
    of_target = values.pop("target_currency", None)
    if plan is None and of_target and not values.get("currency"):
        values["currency"] = of_target
    currency = values.get("currency") or (plan.currency if plan else None)
    if of_target and of_target != currency:
        message = _("The target must be in the plan's currency, %(currency)s.") % {"currency": currency}
        raise Invalid.one("target_currency", "unlike_currency", message)
    if plan and plan.target is not None and "target" not in values and currency != plan.currency:
        message = _("Give the target in the new currency together with it.")
        raise Invalid.one("currency", "unlike_currency", message)


def _create(write: Write) -> Plan:
    values = dict(write.fields)
    status, comment = values.pop("status", PlanStatus.DRAFT), values.pop("comment", "")
    _agree_on_currency(values, None)
    plan = editing.create_plan(viewer=write.viewer, fields=values, today=clock.today())
    return _bring_to(plan, status, write, comment)


def _change(plan: Plan, write: Write) -> Plan:
    """Status alone asks only for the rights of its steps; everything else is a change of the header."""
    values = dict(write.fields)
    status, comment = values.pop("status", plan.status), values.pop("comment", "")
    seen = write.seen
    if plan.status == PlanStatus.ARCHIVED and status != plan.status:  # nothing else can be changed before
        plan, seen = _bring_to(plan, status, write, comment, seen), None
    if values or status == plan.status:
        _agree_on_currency(values, plan)
        plan = editing.change_plan(plan=plan, viewer=write.viewer, fields=values, seen=seen)
        seen = None
    return _bring_to(plan, status, write, comment, seen)


def _fields() -> tuple[Field, ...]:
    return (
        *record_fields(),
        Reference(name="account", to=Account, required=True),
        Text(name="name", about="Named after its type and year when not given."),
        Choice(name="type", words=PlanType.values),
        Day(name="start_date"),
        Day(name="end_date", about="Inclusive. Start and end default to the running fiscal year."),
        MoneyField(name="target", nullable=True, currency_into="target_currency", about="In the plan's currency."),
        CurrencyField(name="currency", about="The target's, else the workspace's, when not given."),
        member("owner"),
        Choice(name="revenue_source", words=RevenueSource.values),
        Text(name="team_key", longest=100),
        Truth(name="includes_descendants"),
        Truth(name="counts_list_price", about="Open deals without an amount count with their product's list price."),
        Choice(name="status", words=PlanStatus.values, about="Changes take the steps of approval, each by its own right."),
        Choice(name="rate_policy", words=RatePolicy.values),
        Choice(name="review_frequency", words=ReviewFrequency.values),
        Text(name="summary", longest=4000),
        member("prepared_by", writable=False),
        Day(name="prepared_date", nullable=True, writable=False),
    )


PLANS = Resource(
    path="plans", name="Plan", model=Plan,
    about="A plan for an account, or for its whole subtree, over a period, in one currency.",
    order="-start_date", fields=_fields(),
    write_only=(Text(name="comment", longest=4000, about="Why, with a new status; needed for rejected."),),
    create=_create,
    change=_change,
    delete=lambda plan, write: editing.delete_plan(plan=plan, viewer=write.viewer, seen=write.seen),
)  # fmt: skip

APPROVALS = Resource(
    path="approvals", name="PlanApproval", about="A plan was submitted, approved, rejected or recalled.", model=PlanApproval,
    order="-at", under=Under("plans", Plan, "plan"),
    fields=(
        *record_fields(external_id=False),
        Choice(name="verb", words=PlanApproval.Verb.values, writable=False),
        member("by", writable=False),
        Moment(name="at"),
        Text(name="comment", longest=4000, writable=False),
    ),
)  # fmt: skip

for resource in (PLANS, APPROVALS):
    publish(router, resource)
