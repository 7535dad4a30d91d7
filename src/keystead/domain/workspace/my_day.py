"""What waits for a member today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, Value, When, Window
from django.db.models.functions import RowNumber

from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal
from keystead.data.exchange.models import Import
from keystead.data.permissions import Reach, account_filter, people, reach
from keystead.data.plans.items import Action
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.plans.kpis import PlanFigures, figures

SOON = timedelta(days=14)
LATER = timedelta(days=28)
_HERS = 50  # plans among which the least achieved are looked for
_APPROVALS = 8
_DUE_SHOWN = 20  # actions of each time
_IMPORTS = 5
_PLANS = 6
_HERS_FIRST = ("is_others", "-target", "pk")


@dataclass(frozen=True, slots=True)
class MyDay:
    """What waits, for whom, where plans stand.

    Open actions of the member by due date: `overdue`, `soon` (today and the 14 days after), `later` (up to 28 days), the first of
    each; `due` says how many there are. Of the plans that she may approve those that wait longest, and how many there are
    (`awaiting`); the latest imports, and whether the workspace has anything yet that she can see. `running`: where the plans of
    her and of those who report to her stand, what is furthest behind first; for who has none (`are_largest`) the same of the
    largest plans of others.
    """

    overdue: list[Action]
    soon: list[Action]
    later: list[Action]
    due: dict[str, int]
    approvals: list[Plan]
    awaiting: int
    imports: list[Import]
    running: list[tuple[Plan, PlanFigures]]
    are_largest: bool
    has_accounts: bool
    has_deals: bool
    has_plans: bool


def my_day(*, viewer: Member, at: datetime, today: date) -> MyDay:
    """Eight to eleven queries, however much there is."""
    actions, (running, are_largest) = _open_actions(viewer, today), _running(viewer, at, today)
    approvals = _awaiting_approval(viewer)
    due = {when: [action for action in actions if action.when == when] for when in ("overdue", "soon", "later")}
    return MyDay(
        **due,
        due={when: found[0].together if found else 0 for when, found in due.items()},
        approvals=approvals,
        awaiting=approvals[0].together if approvals else 0,
        imports=list(Import.objects.visible_to(viewer).select_related("by").order_by("-created_at")[:_IMPORTS]),
        running=running,
        are_largest=are_largest,
        has_accounts=Account.objects.visible_to(viewer).exists(),
        has_deals=Deal.objects.visible_to(viewer).exists(),
        has_plans=bool(running) or Plan.objects.visible_to(viewer).exists(),
    )


def _open_actions(viewer: Member, today: date) -> list[Any]:
    """The first of each time; each carries `when` it is due and how many are due then `together`."""
    still = Action.objects.visible_to(viewer).filter(owner=viewer, status__in=Action.OPEN)
    still = still.exclude(plan__status=PlanStatus.ARCHIVED)
    soon = When(due_date__lte=today + SOON, then=Value("soon"))
    when = Case(When(due_date__lt=today, then=Value("overdue")), soon, default=Value("later"))
    place = Window(RowNumber(), partition_by=F("when"), order_by=["due_date", "title", "pk"])
    due = still.filter(due_date__lte=today + LATER).annotate(when=when)
    counted = due.annotate(place=place, together=Window(Count("pk"), partition_by=F("when")))
    first = counted.filter(place__lte=_DUE_SHOWN).select_related("plan__account")
    return list(first.order_by("due_date", "title", "pk"))


def _awaiting_approval(viewer: Member) -> list[Any]:
    """The first of the submitted plans within the reach of the viewer's right to approve; each carries how many there are."""
    how_far = reach(viewer, "plan.approve")
    if how_far is Reach.NONE:
        return []
    within = account_filter(viewer, how_far, "account__")
    if how_far is not Reach.ALL:
        within |= Q(owner__in=people(viewer, how_far))
    waiting = Plan.objects.visible_to(viewer).filter(within, status=PlanStatus.SUBMITTED)
    counted = waiting.annotate(together=Window(Count("pk")))
    return list(counted.select_related("account", "owner").order_by("updated_at", "pk")[:_APPROVALS])


def _running(viewer: Member, at: datetime, today: date) -> tuple[list[tuple[Plan, PlanFigures]], bool]:
    """Plans of today with a target, the least achieved first: hers and her people's, or (True) the largest ones of others."""
    is_others = Case(When(owner__in=people(viewer, Reach.REPORTS), then=False), default=True)
    now = Plan.objects.visible_to(viewer).filter(start_date__lte=today, end_date__gte=today, target__gt=0)
    found = now.exclude(status=PlanStatus.ARCHIVED).annotate(is_others=is_others).order_by(*_HERS_FIRST)
    # Which plans, first: they and their accounts are then looked up for these and not for all.
    first = list(found.values_list("pk", "is_others")[:_HERS])
    hers = [key for key, is_others in first if not is_others]
    some = Plan.objects.filter(pk__in=hers or [key for key, _is_others in first[:_PLANS]])
    plans = list(some.select_related("account").order_by("-target", "pk"))
    blocks = figures(plans=plans, viewer=viewer, at=at, today=today)
    plans.sort(key=lambda plan: blocks[plan.pk].values["achievement"] or Decimal(0))
    return [(plan, blocks[plan.pk]) for plan in plans[:_PLANS]], bool(plans) and not hers
