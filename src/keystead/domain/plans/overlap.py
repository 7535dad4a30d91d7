"""No two plans of one team cover the same account at the same time (features A1)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import Account
from keystead.data.permissions import reaches
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.writing import Invalid


def hold_account(account: Account) -> None:
    """One plan of an account at a time is made or moved: two that overlap cannot slip past each other's check."""
    Account.objects.select_for_update(of=("self",)).filter(pk=account.pk).order_by().first()


def own_time(plan: Plan) -> dict[str, Any]:
    """What decides on overlaps, as the plan has it."""
    return {name: getattr(plan, name) for name in ("account", "team_key", "start_date", "end_date")}


def overlapping(plan: Plan, values: Mapping[str, Any]) -> Plan | None:
    """Another plan on the same account, for the same team, that shares a day."""
    plans: QuerySet[Plan] = Plan.objects.filter(
        account=values["account"],
        team_key=values["team_key"] or "",
        start_date__lte=values["end_date"],
        end_date__gte=values["start_date"],
    ).exclude(status=PlanStatus.ARCHIVED)
    return plans.exclude(pk=plan.pk).first()


def refuse_overlap(plan: Plan, values: Mapping[str, Any], viewer: Member) -> None:
    """Raises `Invalid` with the other plan's name, unless that is not the viewer's to see."""
    other = overlapping(plan, values)
    if other is not None and not reaches(viewer, "plan.read", other):  # her own plan at an account that is not hers
        raise Invalid.one("start_date", "overlaps", _("Another plan already covers this account in this time."))
    if other is not None:
        message = _(
            "%(name)s already covers this account from %(start)s to %(end)s. Two plans may overlap only for different teams."
        ) % {"name": other.name, "start": other.start_date, "end": other.end_date}
        raise Invalid.one("start_date", "overlaps", message)
