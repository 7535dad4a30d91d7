"""Making, changing and deleting plans. Links and figures follow every change of header; what stands in a plan: items.py."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.money import known_currencies
from keystead.base.periods import FiscalCalendar, Period
from keystead.base.turns import LINKS, be_alone
from keystead.data.accounts.models import Account
from keystead.data.plans.models import Plan, PlanStatus, PlanType
from keystead.data.workspace.models import Member, Workspace
from keystead.domain.plans.approval import refuse_archived
from keystead.domain.plans.linking import relink
from keystead.domain.plans.overlap import hold_account, refuse_overlap
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid, Stale, hold, write

_YEARS = range(1900, 3000)  # beyond them a calendar has no year before or after
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
        be_alone(LINKS)
        hold_account(account)
        _check(Plan(), values, viewer)
        plan = write(Plan(), values)
        relink(accounts=[account.pk])
    return plan


def change_plan(*, plan: Plan, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> Plan:
    """Changes a plan's header; links follow when account, period, team or reach changed.

    Raises `NotAllowed`, `Invalid` (`PlanArchived`), `Stale`, `Gone`.
    """
    require(viewer, "plan.edit", plan)
    if fields.get("account") and fields["account"].pk != plan.account_id:
        require(viewer, "account.edit", fields["account"])
    with transaction.atomic():
        relinks = _decides_links(plan, fields)
        if relinks:
            be_alone(LINKS)
        hold_account(fields.get("account") or plan.account)
        plan = hold(plan, seen)  # everything is judged by the plan as it is now
        if fields:
            refuse_archived(plan)
        if _decides_links(plan, fields) and not relinks:
            raise Stale(plan)
        touched = {plan.account_id}
        _check(plan, fields, viewer)
        plan = write(plan, fields)
        if relinks:
            relink(accounts=touched | {plan.account_id})
    return plan


def _decides_links(plan: Plan, fields: Mapping[str, Any]) -> bool:
    """Whether the fields are others than the plan's where that decides which revenue counts. A form sends all that it shows."""
    return any(name in fields and fields[name] != getattr(plan, name) for name in _DECIDES_LINKS)


def delete_plan(*, plan: Plan, viewer: Member, seen: int | None = None) -> None:
    """Deletes a plan with its items. Its deals stay and say that no plan covers them."""
    require(viewer, "plan.delete", plan)
    account = plan.account_id
    with transaction.atomic():
        be_alone(LINKS)
        hold(plan, seen).delete()
        relink(accounts=[account])


def link_again(*, plan: Plan, viewer: Member) -> int:
    """Links the account's revenue once more. The rule runs at every change, so there is nothing to do unless something was wrong.

    Returns how many links and reasons were put right. Raises `NotAllowed`, `PlanArchived`.
    """
    require(viewer, "plan.edit", plan)
    refuse_archived(plan)
    with transaction.atomic():
        be_alone(LINKS)
        return relink(accounts=[plan.account_id])


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


def _check(plan: Plan, fields: Mapping[str, Any], viewer: Member) -> None:
    """Period and currency make sense, and no two plans of one team cover the same account at the same time (features A1)."""
    merged = {name: fields.get(name, getattr(plan, name, None)) for name in ("start_date", "end_date", "team_key", "target")}
    merged["account"] = fields["account"] if "account" in fields else plan.account  # noqa: SIM401 - plan.account may not be there
    start, end = merged["start_date"], merged["end_date"]
    if start and end and end < start:
        raise Invalid.one("end_date", "ends_before_start", _("The plan ends before it starts."))
    for name, day in (("start_date", start), ("end_date", end)):
        if day and day.year not in _YEARS:
            said = _("A plan lies between the years %(first)s and %(last)s.") % {"first": _YEARS[0], "last": _YEARS[-1]}
            raise Invalid.one(name, "far_away", said)
    if fields.get("currency") and fields["currency"] not in known_currencies():
        message = _("%(code)s is not a currency code (ISO 4217).") % {"code": fields["currency"]}
        raise Invalid.one("currency", "unknown_currency", message)
    if merged["target"] is not None and merged["target"] < 0:
        raise Invalid.one("target", "below_zero", _("A target is not below zero."))
    if plan.status != PlanStatus.ARCHIVED:
        refuse_overlap(plan, merged, viewer)
