"""What is worth a look in a plan: rules that point somewhere and never block anything."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keystead.data.plans.items import Action, Objective, ObjectiveStatus, SwotItem
from keystead.data.plans.models import Plan, PlanStatus
from keystead.domain.plans.kpis import PlanFigures
from keystead.domain.plans.progress import FEWEST_ACTIVE, MOST_ACTIVE
from keystead.domain.plans.smart import lint
from keystead.web.plans.figures import missing_sentences
from keystead.web.plans.words import count_text
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way

_SHOWN = 6


def findings(
    request: WorkspaceRequest,
    plan: Plan,
    objectives: list[Objective],
    actions: list[Action],
    swot: list[SwotItem],
    block: PlanFigures,
    today: date,
) -> dict[str, Any]:
    """The most urgent first; `rest` says how many more there are. In an archived plan there is nothing left to do."""
    if plan.status == PlanStatus.ARCHIVED:
        return {"items": [], "rest": 0}
    found = [
        *_figures(request, plan, block),
        *_actions(request, plan, actions, today),
        *_objectives(request, plan, objectives),
        *_swot(request, plan, swot),
        *_smart(request, plan, objectives),
    ]
    return {"items": found[:_SHOWN], "rest": max(0, len(found) - _SHOWN)}


def _finding(tone: str, text: str, where: str, url: str) -> dict[str, str]:
    return {"tone": tone, "text": text, "where": where, "url": url}


def _page(request: WorkspaceRequest, plan: Plan, name: str) -> str:
    return reverse(f"plans:{name}", args=[request.workspace.slug, plan.pk])


def _figures(request: WorkspaceRequest, plan: Plan, block: PlanFigures) -> Iterator[dict[str, str]]:
    for sentence in missing_sentences(block):
        yield _finding("bad", sentence, _("Exchange rates"), way("rates", request.workspace))
    if not plan.target:
        yield _finding(
            "warn",
            _("The plan has no target, so nothing can be measured against it"),
            _("Plan details"),
            _page(request, plan, "edit"),
        )


def _actions(request: WorkspaceRequest, plan: Plan, actions: list[Action], today: date) -> Iterator[dict[str, str]]:
    is_open = [action for action in actions if action.status in Action.OPEN]
    late = sum(action.due_date is not None and action.due_date < today for action in is_open)
    ownerless = sum(action.owner_id is None for action in is_open)
    url = _page(request, plan, "actions")
    if late:
        text = ngettext("%(n)s action is overdue", "%(n)s actions are overdue", late) % {"n": count_text(late)}
        yield _finding("bad", text, _("Actions"), url)
    if ownerless:
        text = ngettext("%(n)s action has no owner", "%(n)s actions have no owner", ownerless) % {"n": count_text(ownerless)}
        yield _finding("warn", text, _("Actions"), url)


def active_warning(active: int) -> str:
    """Too few or too many objectives at one time; "" when it is a sound number."""
    if active < FEWEST_ACTIVE:
        return _("A plan works best with two to five active objectives: add one")
    if active > MOST_ACTIVE:
        text = _("%(n)s objectives are active at once: five are as many as a team keeps in sight")
        return text % {"n": count_text(active)}
    return ""


def _objectives(request: WorkspaceRequest, plan: Plan, objectives: list[Objective]) -> Iterator[dict[str, str]]:
    warning = active_warning(sum(each.status == ObjectiveStatus.ACTIVE for each in objectives))
    if warning:
        yield _finding("warn", warning, _("Objectives"), _page(request, plan, "objectives"))


def without_follow_up(swot: list[SwotItem]) -> dict[str, int]:
    """How many opportunities and threats became neither objective nor action."""
    loose = [item.quadrant for item in swot if item.became_objective_id is None and item.became_action_id is None]
    return {quadrant: loose.count(quadrant) for quadrant in (SwotItem.Quadrant.OPPORTUNITY, SwotItem.Quadrant.THREAT)}


def follow_up_sentences(swot: list[SwotItem]) -> list[str]:
    loose = without_follow_up(swot)
    opportunities, threats = loose[SwotItem.Quadrant.OPPORTUNITY], loose[SwotItem.Quadrant.THREAT]
    texts = []
    if opportunities:
        text = ngettext("%(n)s opportunity has no follow-up", "%(n)s opportunities have no follow-up", opportunities)
        texts.append(text % {"n": count_text(opportunities)})
    if threats:
        text = ngettext("%(n)s threat has no response", "%(n)s threats have no response", threats)
        texts.append(text % {"n": count_text(threats)})
    return texts


def _swot(request: WorkspaceRequest, plan: Plan, swot: list[SwotItem]) -> Iterator[dict[str, str]]:
    url = _page(request, plan, "swot")
    if not swot:
        yield _finding("warn", _("No strengths, weaknesses, opportunities or threats are noted yet"), _("SWOT"), url)
    for sentence in follow_up_sentences(swot):
        yield _finding("warn", sentence, _("SWOT"), url)


def _smart(request: WorkspaceRequest, plan: Plan, objectives: list[Objective]) -> Iterator[dict[str, str]]:
    for finding in lint(objectives, plan):
        text = _("Objective %(rank)s %(says)s") % {"rank": finding.objective.rank, "says": finding.sentence}
        url = _page(request, plan, "objectives") + f"#objective-{finding.objective.pk}"
        yield _finding("info", text, finding.rule, url)
