"""A plan's header: making it, changing it, deciding on it, deleting it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base import clock
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal
from keystead.data.permissions import account_filter, reach
from keystead.data.plans.models import Plan, PlanStatus, RevenueLink
from keystead.data.workspace.models import Member
from keystead.domain.plans.approval import TRANSITIONS, CannotMove, move
from keystead.domain.plans.editing import change_plan, create_plan, delete_plan, suggested_name
from keystead.domain.plans.fitting import would_link
from keystead.domain.plans.overlap import overlapping
from keystead.domain.workspace.permissions import may, require
from keystead.domain.writing import Stale
from keystead.web.plans.forms import CommentForm, PlanForm
from keystead.web.plans.page import find_plan, plan_context, require_here
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.workspace.writing import attempt, status_of

_CHOICES = 20


def new(request: WorkspaceRequest) -> HttpResponse:
    """First the account, found among any number of them; then the header. `?account=` starts with the second step."""
    require(request.viewer, "plan.create")
    wanted = request.POST.get("account") or request.GET.get("account")
    if not wanted:
        return _choose_account(request)
    account = get_object_or_404(_plannable(request.viewer), pk=_uuid(wanted))
    form = PlanForm(request.POST or None, viewer=request.viewer, today=_today(request))
    if form.is_valid():
        fields = {**form.fields_given, "account": account}
        made = attempt(form, lambda: create_plan(viewer=request.viewer, fields=fields, today=_today(request)))
        if made is not None:
            messages.success(request, _("%(name)s is ready. Revenue that fits is linked already.") % {"name": made.name})
            return redirect("plans:detail", slug=request.workspace.slug, pk=made.pk)
    context = {
        "form": form,
        "account": account,
        "other": _other_plan(form, Plan(), account, request.viewer),
        "teams": teams(),
        "crumbs": [_plans_crumb(request), {"label": _("New plan"), "url": ""}],
        **_fitting(request, account, form),
    }
    return render(request, "plans/new.html", context, status=status_of(form))


@require_GET
def fitting(request: WorkspaceRequest) -> HttpResponse:
    """What the header in the form would link, as the person fills it in."""
    account = get_object_or_404(_plannable(request.viewer), pk=_uuid(request.GET.get("account", "")))
    form = PlanForm(request.GET, viewer=request.viewer, today=_today(request))
    return render(request, "plans/fitting.html", _fitting(request, account, form))


def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    require_here(request, "plan.edit", plan)
    form = PlanForm(request.POST or None, viewer=request.viewer, today=_today(request), record=plan)
    if form.is_valid():
        changed = attempt(
            form, lambda: change_plan(plan=plan, viewer=request.viewer, fields=form.fields_given, seen=form.seen_version)
        )
        if changed is not None:
            messages.success(request, form.said(_("Saved. Links and figures follow.")))
            return redirect("plans:detail", slug=request.workspace.slug, pk=plan.pk)
    context = {
        **plan_context(request, plan, "overview", _("Plan details")),
        "form": form,
        "account": plan.account,
        "teams": teams(),
        "other": _other_plan(form, plan, plan.account, request.viewer),
        **_fitting(request, plan.account, form),
    }
    return render(request, "plans/edit.html", context, status=status_of(form))


def decide(request: WorkspaceRequest, pk: UUID, verb: str) -> HttpResponse:
    """Takes a step of approval. Its own page is for a dialog that cannot open, or a comment that lacks."""
    plan = find_plan(request, pk)
    require(request.viewer, TRANSITIONS[verb][2], plan)
    form = CommentForm(request.POST if request.method == "POST" else None, initial={"version": plan.version})
    back = redirect("plans:detail", slug=request.workspace.slug, pk=plan.pk)
    if form.is_valid():
        try:
            moved = attempt(form, lambda: _move(request, plan, verb, form))
        except CannotMove:
            messages.error(request, _("The plan is %(status)s now, so that is no longer possible.") % {"status": _status(plan)})
            return back
        except Stale:
            messages.error(request, _("Somebody has changed the plan meanwhile. Look at it again before you decide."))
            return back
        if moved is not None:
            messages.success(request, _("The plan is %(status)s.") % {"status": _status(moved)})
            return back
    context = {**plan_context(request, plan, "overview"), "form": form, "verb": verb}
    return render(request, "plans/move.html", context, status=status_of(form))


def _move(request: WorkspaceRequest, plan: Plan, verb: str, form: CommentForm) -> Plan:
    values = form.cleaned_data
    return move(plan=plan, verb=verb, viewer=request.viewer, at=clock.now(), comment=values["comment"], seen=values["version"])


def _status(plan: Plan) -> str:
    plan.refresh_from_db(fields=["status"])
    return str(PlanStatus(plan.status).label).lower()


def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Says what goes and what stays; then deletes."""
    plan = find_plan(request, pk)
    require(request.viewer, "plan.delete", plan)
    if request.method == "POST":
        delete_plan(plan=plan, viewer=request.viewer)
        messages.success(request, _("%(name)s is deleted. Its deals stay.") % {"name": plan.name})
        return redirect("plans:list", slug=request.workspace.slug)
    elsewhere = RevenueLink.objects.filter(deal=OuterRef("pk")).exclude(plan=plan)
    only_here = Deal.objects.filter(~Exists(elsewhere), links__plan=plan).count()
    context = {
        **plan_context(request, plan, "overview", _("Delete")),
        "linked": plan.links.count(),
        "only_here": only_here,
        "counts": {
            "objectives": plan.objectives.count(),
            "actions": plan.actions.count(),
            "swot": plan.swot_items.count(),
            "snapshots": plan.snapshots.count(),
        },
    }
    return render(request, "plans/delete.html", context)


def teams() -> list[str]:
    """The team names in use, to choose from while typing."""
    return list(Member.objects.exclude(team="").order_by("team").values_list("team", flat=True).distinct())


def _today(request: WorkspaceRequest) -> Any:
    return clock.today(request.user.time_zone)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _plannable(viewer: Member) -> QuerySet[Account]:
    """The accounts on which the viewer may make a plan."""
    found: QuerySet[Account] = Account.objects.visible_to(viewer).filter(account_filter(viewer, reach(viewer, "account.edit")))
    return found


def _choose_account(request: WorkspaceRequest) -> HttpResponse:
    text = request.GET.get("text", "").replace("\x00", "").strip()
    running = Plan.objects.filter(account=OuterRef("pk"), end_date__gte=_today(request)).exclude(status=PlanStatus.ARCHIVED)
    found = _plannable(request.viewer).select_related("owner").annotate(has_plan=Exists(running))
    found = found.prefetch_related(Prefetch("parent", Account.objects.visible_to(request.viewer)))
    found = (
        found.filter(name__icontains=text).order_by("name", "pk") if text else found.order_by("has_plan", "-is_key", "name", "pk")
    )
    accounts = list(found[: _CHOICES + 1])
    context = {
        "text": text,
        "accounts": accounts[:_CHOICES],
        "is_more": len(accounts) > _CHOICES,
        "may_add": may(request.viewer, "account.create"),
        "may_import": may(request.viewer, "import.create"),
        "crumbs": [_plans_crumb(request), {"label": _("New plan"), "url": ""}],
    }
    template = "plans/choose_account.html#found" if wants_fragment(request) else "plans/choose_account.html"
    return render(request, template, context)


def _plans_crumb(request: WorkspaceRequest) -> dict[str, Any]:
    return {"label": _("Plans"), "url": reverse("plans:list", args=[request.workspace.slug])}


def _other_plan(form: PlanForm, plan: Plan, account: Account, viewer: Member) -> Plan | None:
    """The plan that stands in the way, to be linked beside the message."""
    errors = form.errors.as_data().get("start_date", []) if form.is_bound else []
    if not any(error.code == "overlaps" for error in errors):
        return None
    other = overlapping(plan, {**form.cleaned_data, **_given(form), "account": account})
    return other if other is not None and may(viewer, "plan.read", other) else None


def _given(form: PlanForm) -> dict[str, Any]:
    """The header's values as far as they can be read, valid or not."""
    values = {}
    for name in ("start_date", "end_date", "team_key", "includes_descendants", "type"):
        field, bound = form.fields[name], form[name]
        try:
            values[name] = field.clean(bound.data) if form.is_bound else bound.initial
        except ValidationError:  # a day that cannot be read yet is no error in a preview
            values[name] = None
    return values


def _fitting(request: WorkspaceRequest, account: Account, form: PlanForm) -> dict[str, Any]:
    given = _given(form)
    start, end = given["start_date"], given["end_date"]
    if not start or not end or end < start:
        return {"fits": None, "account": account}
    fits = would_link(
        account=account,
        start=start,
        end=end,
        team_key=given["team_key"] or "",
        viewer=request.viewer,
        includes_descendants=bool(given["includes_descendants"]),
    )
    name = suggested_name(workspace=request.workspace, kind=given["type"], start=start, end=end)
    return {"fits": fits, "suggested": name, "account": account}
