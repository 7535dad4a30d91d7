"""My day: what is due, what waits for me, what came in; and the first steps while there is nothing yet."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from keystead.analytics.measures import BEHIND
from keystead.base.clock import now, today
from keystead.data.plans.items import Action
from keystead.data.plans.models import Plan, PlanStatus
from keystead.domain.plans.kpis import PlanFigures
from keystead.domain.workspace.my_day import MyDay, my_day
from keystead.domain.workspace.permissions import may
from keystead.web.imports.words import tone_of
from keystead.web.plans.page import hide_unseen_accounts, may_here
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way


@require_GET
def workspace_home(request: WorkspaceRequest) -> HttpResponse:
    day = today(request.user.time_zone)
    mine = my_day(viewer=request.viewer, at=now(), today=day)
    actions = (action.plan for action in (*mine.overdue, *mine.soon, *mine.later))
    hide_unseen_accounts(request.viewer, [*actions, *mine.approvals, *(plan for plan, _block in mine.running)])
    plans_url = way("plans:list", request.workspace)
    context = {
        "greeting": _greeting(request),
        "today": day,
        "due": _due(request, mine),
        "approvals": [{"plan": plan, "url": way("plans:detail", request.workspace, plan.pk)} for plan in mine.approvals],
        "awaiting": mine.awaiting,
        "all_awaiting": f"{plans_url}?status={PlanStatus.SUBMITTED}" if plans_url and mine.awaiting > len(mine.approvals) else "",
        "imports": [
            {
                "import": each,
                "tone": tone_of(each),
                "url": way("imports:detail", request.workspace, each.pk),
            }
            for each in mine.imports
        ],
        "running": [_standing(request, plan, block) for plan, block in mine.running],
        "are_largest": mine.are_largest,
        "plans_url": plans_url,
        "steps": _steps(request, mine),
        "sees_nothing": not may(request.viewer, "account.read"),
        "crumbs": [{"label": _("Home"), "url": ""}],
    }
    return render(request, "home/home.html", context)


def _greeting(request: WorkspaceRequest) -> str:
    hour = timezone.localtime(now()).hour
    words = (
        _("Good morning, %(name)s") if hour < 12 else _("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")
    )
    return words % {"name": (request.user.name or request.viewer.name).split(" ")[0]}


def _due(request: WorkspaceRequest, mine: MyDay) -> list[dict[str, Any]]:
    titles = (
        (_("Overdue"), "bad", mine.overdue, mine.due["overdue"]),
        (_("Next two weeks"), "", mine.soon, mine.due["soon"]),
        (_("The two weeks after"), "", mine.later, mine.due["later"]),
    )
    works = may_here(request.viewer, "plan.contribute")
    return [
        {
            "title": title,
            "tone": tone,
            "rows": [_due_row(request, action, works=works) for action in actions],
            "count": count,
            "rest": count - len(actions),
        }
        for title, tone, actions, count in titles
        if actions
    ]


def _due_row(request: WorkspaceRequest, action: Action, *, works: bool) -> dict[str, Any]:
    """Where it is worked on, and with one press from here that it is done."""
    if not works:
        return {"action": action, "url": way("plans:actions", request.workspace, action.plan_id), "done_url": ""}
    return {
        "action": action,
        "url": way("plans:action", request.workspace, action.plan_id, action.pk),
        "done_url": way("plans:action_status", request.workspace, action.plan_id, action.pk),
    }


def _standing(request: WorkspaceRequest, plan: Plan, block: PlanFigures) -> dict[str, Any]:
    achievement = block.values["achievement"]
    return {
        "plan": plan,
        "url": way("plans:detail", request.workspace, plan.pk),
        "achievement": achievement,
        "is_behind": achievement is not None and achievement < BEHIND,
        **{name: block.shown(name) for name in ("target", "won", "forecast")},
    }


@dataclass(frozen=True, slots=True)
class _Step:
    title: Any
    text: Any
    page: str
    action: str
    has: str


_STEPS = (
    _Step(
        gettext_lazy("Import your accounts"), gettext_lazy("A CSV or Excel file from your CRM; columns are recognised."),
        "imports:new", "import.create", "has_accounts",
    ),
    _Step(
        gettext_lazy("Import your deals"), gettext_lazy("Open, won and lost ones: plans find theirs by themselves."),
        "imports:new", "import.create", "has_deals",
    ),
    _Step(
        pgettext_lazy("step", "Make a plan"),
        gettext_lazy("Pick an account, set a target, and watch won and forecast move towards it."),
        "plans:new", "plan.create", "has_plans",
    ),
)  # fmt: skip


def _steps(request: WorkspaceRequest, mine: MyDay) -> list[dict[str, Any]]:
    """The way from nothing to a live plan; empty once it has been walked, and for those who walk it not."""
    following = next((step for step in _STEPS if not getattr(mine, step.has)), None)
    if following is None or not may(request.viewer, "plan.create"):
        return []
    url = way(following.page, request.workspace) if may(request.viewer, following.action) else ""
    return [
        {
            "title": step.title,
            "text": step.text,
            "url": url if step is following else "",
            "done": getattr(mine, step.has),
            "is_next": step is following,
        }
        for step in _STEPS
    ]
