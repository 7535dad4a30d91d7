"""Revenue at a plan's account and below that the rule did not link: each row with the first rule that it breaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, NullIf, RowNumber

from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, Order
from keystead.data.permissions import READ_ACTION, Reach, reach
from keystead.data.plans.models import Plan, RevenueSource
from keystead.data.workspace.models import Member
from keystead.domain.accounts.tree import subtree

ORDER_KIND = {RevenueSource.SCHEDULED: "scheduled", RevenueSource.INVOICES: "invoice", RevenueSource.ORDERS: "order"}


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`of_reason` is how many rows of this kind have the reason, listed or not; `detail` names the account or the team."""

    kind: str
    id: UUID
    name: str
    day: date | None
    amount: Decimal | None
    currency: str
    reason: str
    of_reason: int
    detail: str


def near_misses(*, plan: Plan, viewer: Member, at_most: int) -> tuple[list[NearMiss], int]:
    """At most so many rows of each reason, the latest first, and how many rows the viewer may not open."""
    found: list[NearMiss] = []
    unseen = 0
    for queryset, day, name, team in _sources(plan):
        near = queryset.filter(account__in=subtree(plan.account_id)).exclude(links__plan=plan)
        seen = near.visible_to(viewer)  # type: ignore[attr-defined]
        if reach(viewer, READ_ACTION[queryset.model.__name__]) is not Reach.ALL:
            unseen += near.count() - seen.count()
        found += _listed(plan, viewer, seen, day, name, team, at_most)
    return found, unseen


def _sources(plan: Plan) -> Iterator[tuple[QuerySet[Any], str, str, Any]]:
    own_team = Coalesce(NullIf("team_key", Value("")), "owner__team", Value(""))
    yield Deal.objects.annotate(kind=Value("deal")), "close_date", "name", own_team
    if plan.revenue_source != RevenueSource.WON_DEALS:
        kind = ORDER_KIND[RevenueSource(plan.revenue_source)]
        yield Order.objects.filter(kind=kind), "order_date", "number", F("team_key")


def _account_name(viewer: Member) -> Any:
    """Of an account that the viewer may see. Whoever sees them all is not asked of which: every account would be read for it."""
    if reach(viewer, "account.read") is Reach.ALL:
        return F("account__name")
    return Case(When(account__in=Account.objects.visible_to(viewer), then=F("account__name")), default=Value(""))


def _listed(plan: Plan, viewer: Member, seen: QuerySet[Any], day: str, name: str, team: Any, at_most: int) -> Iterator[NearMiss]:
    """The first rule that a row breaks, in the order in which a person would check them.

    A deal that is the viewer's own may be at an account that is not: then the account is not named.
    """
    rules = [] if plan.includes_descendants else [When(~Q(account=plan.account_id), then=Value("below_account"))]
    rules.append(When(Q(**{f"{day}__isnull": True}), then=Value("no_date")))
    outside = Q(**{f"{day}__lt": plan.start_date}) | Q(**{f"{day}__gt": plan.end_date})
    rules.append(When(outside, then=Value("date_outside")))
    rows = seen.annotate(
        reason=Case(*rules, default=Value("team_key"), output_field=CharField()), day=F(day), called=F(name), team=team
    ).annotate(
        at=_account_name(viewer),
        place=Window(RowNumber(), partition_by=F("reason"), order_by=[F("day").desc(nulls_last=True), F("pk").asc()]),
        of_reason=Window(Count("pk"), partition_by=F("reason")),
    )
    columns = ("kind", "pk", "called", "day", "amount", "currency", "reason", "of_reason", "at", "team")
    listed = rows.filter(place__lte=at_most).order_by("reason", "place")
    for kind, pk, called, on, amount, currency, reason, of_reason, account, own_team in listed.values_list(*columns):
        detail = {"below_account": account, "team_key": own_team}.get(reason) or ""
        yield NearMiss(kind, pk, called, on, amount, currency, reason, of_reason, detail)
