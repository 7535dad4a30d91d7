"""In which plans a deal or an order counts and why, or why in none: the words beside every row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keystead.base.money import Money
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, DealStatus, Order, Unlinked
from keystead.data.plans.models import Plan, RevenueLink
from keystead.web.plans.words import FACT_TONES
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way


def plans_of(rows: Iterable[Any], field: str, request: WorkspaceRequest) -> Mapping[UUID, list[dict[str, Any]]]:
    """The plans of each row (`field`: deal or order) with the reason of the link, in two queries."""
    ids = [row.pk for row in rows]
    links = list(RevenueLink.objects.filter(**{f"{field}__in": ids}).order_by("id"))
    accounts = Account.objects.visible_to(request.viewer).filter(pk=OuterRef("account")).values("name")
    seen = Plan.objects.visible_to(request.viewer).annotate(account_name=Subquery(accounts))
    plans = seen.in_bulk({link.plan_id for link in links}) if links else {}
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for link in links:
        plan = plans.get(link.plan_id)
        found[getattr(link, f"{field}_id")].append({
            "name": plan.name if plan else _("a plan that you may not open"),
            "url": way("plans:detail", request.workspace, plan.pk) if plan else "",
            "why": _why(link, getattr(plan, "account_name", None) or ""),
        })  # fmt: skip
    return found


def _why(link: RevenueLink, above: str) -> str:
    """`above` is the account of a plan that reaches down to the row's own, which is all that is named beside it."""
    if link.via == RevenueLink.Via.DESCENDANT and above:
        return _("account below %(account)s") % {"account": above}
    return str(link.get_via_display())


def reason(row: Deal | Order) -> str:
    """Why the row counts in no plan: "its date is outside the period of every plan on its account"; "" when it counts."""
    if not row.unlinked_reason:
        return ""
    words = str(Unlinked(row.unlinked_reason).label)
    return words[:1].lower() + words[1:]


def in_brief(row: Deal | Order) -> str:
    """Why the row counts in no plan, as a cell of a list has room for: "no plan at its date"; "" when it counts."""
    return str(_BRIEF[row.unlinked_reason]) if row.unlinked_reason else ""


_BRIEF: dict[str, Any] = {
    Unlinked.NO_ACCOUNT: gettext_lazy("no plan: it has no account"),
    Unlinked.NO_DATE: gettext_lazy("no plan: it has no close date"),
    Unlinked.NO_PLAN: gettext_lazy("no plan on its account"),
    Unlinked.DATE_OUTSIDE: gettext_lazy("no plan at its date"),
    Unlinked.TEAM_KEY: gettext_lazy("no plan of its team"),
}


def linked(deals: Iterable[Deal], request: WorkspaceRequest) -> list[dict[str, Any]]:
    """Deals as the grids draw them."""
    listed = list(deals)
    plans = plans_of(listed, "deal", request)
    return [
        {
            "deal": deal, "amount": None if deal.amount is None else Money(deal.amount, deal.currency),
            "status": DealStatus(deal.status).label, "tone": FACT_TONES[deal.status],
            "plans": plans.get(deal.pk, []), "reason": reason(deal),
            "url": way("deals:detail", request.workspace, deal.pk),
        }
        for deal in listed
    ]  # fmt: skip


def order_links(orders: Iterable[Order], request: WorkspaceRequest) -> list[dict[str, Any]]:
    listed = list(orders)
    plans = plans_of(listed, "order", request)
    return [
        {"order": order, "amount": Money(order.amount, order.currency), "plans": plans.get(order.pk, []), "reason": reason(order)}
        for order in listed
    ]
