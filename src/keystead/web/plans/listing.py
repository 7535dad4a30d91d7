"""All plans that the viewer may see, with their figures."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from keystead.base import clock
from keystead.data.accounts.models import Account
from keystead.data.plans.models import Plan, PlanStatus, PlanType
from keystead.data.workspace.models import Member
from keystead.domain.plans.kpis import PlanFigures, figures
from keystead.web.plans.page import may_here
from keystead.web.plans.words import STATUS_TONES
from keystead.web.requests import WorkspaceRequest, wants_fragment

_PAGE = 50
_FILTERS = ("text", "status", "owner", "type", "active", "account")
# What the database can sort by, and what only the figures know.
_COLUMNS = {"name": "name", "account": "account__name", "owner": "owner__name", "period": "end_date", "status": "status"}
_FIGURES = ("target", "won", "forecast", "achievement")
_HEADS = (
    ("account", _("Account and plan"), ""),
    ("owner", _("Owner"), "only-wide"),
    ("period", _("Period"), "only-wide"),
    ("status", _("Status"), "only-wide"),
    ("", _("Won and forecast"), ""),
    ("target", _("Target"), "only-wide end"),
    ("won", _("Won"), "only-wide end"),
    ("forecast", _("Forecast"), "only-wide end"),
    ("achievement", _("Achieved"), "end"),
)


@require_GET
def plans(request: WorkspaceRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip() for name in _FILTERS}
    order = request.GET.get("order", "") or "account"
    today = clock.today(request.user.time_zone)
    every: QuerySet[Plan] = Plan.objects.visible_to(request.viewer)
    found = _filtered(every, asked, today).select_related("account", "owner")
    measure = _measuring(request, today)
    page = Paginator(_sorted(found, order, measure), _PAGE).get_page(request.GET.get("page"))
    blocks = measure(list(page))
    context = {
        "rows": [_row(plan, blocks[plan.pk]) for plan in page],
        "page": page,
        "total": page.paginator.count,
        "asked": asked,
        "is_filtered": any(asked.values()),
        "heads": _heads(asked, order),
        "order": order,
        "statuses": PlanStatus.choices,
        "types": PlanType.choices,
        "owners": _owners(every),
        "chosen": _chosen(request, asked),
        "has_any": page.paginator.count > 0 or every.exists(),
        "may_create": may_here(request.viewer, "plan.create"),
        "crumbs": [{"label": _("Plans"), "url": ""}],
        "more_url": "?" + urlencode({**_given(asked, order), "page": str(page.next_page_number())}) if page.has_next() else "",
    }
    template = "plans/list.html#rows" if wants_fragment(request) else "plans/list.html"
    return render(request, template, context)


type _Measure = Callable[[list[Plan]], dict[Any, PlanFigures]]


def _measuring(request: WorkspaceRequest, today: Any) -> _Measure:
    """One call for as many plans as are asked for; the second call for the same plans costs nothing."""
    known: dict[Any, PlanFigures] = {}
    at = clock.now()

    def measure(wanted: list[Plan]) -> dict[Any, PlanFigures]:
        rest = [plan for plan in wanted if plan.pk not in known]
        known.update(figures(plans=rest, viewer=request.viewer, at=at, today=today))
        return known

    return measure


def _filtered(every: QuerySet[Plan], asked: dict[str, str], today: Any) -> QuerySet[Plan]:
    found = every
    if asked["text"]:
        found = found.filter(Q(name__icontains=asked["text"]) | Q(account__name__icontains=asked["text"]))
    for name, values in (("status", PlanStatus.values), ("type", PlanType.values)):
        if asked[name] in values:
            found = found.filter(**{name: asked[name]})
    for name, path in (("owner", "owner__in"), ("account", "account__lineage__contains")):
        if asked[name]:
            found = found.filter(Q(**{path: [asked[name]]}) if _is_key(asked[name]) else Q(pk__in=[]))
    if asked["active"] == "today":
        found = found.filter(start_date__lte=today, end_date__gte=today).exclude(status=PlanStatus.ARCHIVED)
    return found


def _is_key(text: str) -> bool:
    return len(text) == 36 and text.replace("-", "").isalnum() and all(c in "0123456789abcdefABCDEF-" for c in text)


def _sorted(found: QuerySet[Plan], order: str, measure: _Measure) -> Any:
    column, down = order.removeprefix("-"), order.startswith("-")
    if column in _FIGURES:
        listed = list(found.order_by("account__name", "pk"))
        blocks = measure(listed)
        known = [plan for plan in listed if blocks[plan.pk].values[column] is not None]
        known.sort(key=lambda plan: blocks[plan.pk].values[column] or Decimal(0), reverse=down)
        return known + [plan for plan in listed if blocks[plan.pk].values[column] is None]
    path = F(_COLUMNS.get(column, "account__name"))
    ordered = path.desc(nulls_last=True) if down else path.asc(nulls_last=True)
    return found.order_by(ordered, "-start_date", "pk")


def _row(plan: Plan, block: PlanFigures) -> dict[str, Any]:
    achievement = block.values["achievement"]
    return {
        "plan": plan,
        "tone": STATUS_TONES[PlanStatus(plan.status)],
        "achievement": achievement,
        "is_behind": achievement is not None and achievement < Decimal("0.8"),
        "missing": len(block.missing),
        **{name: block.shown(name) for name in ("target", "won", "forecast")},
    }


def _heads(asked: dict[str, str], order: str) -> list[dict[str, Any]]:
    """Each column's head with the link that sorts by it: figures from the largest first, words from A."""
    heads = []
    for key, label, classes in _HEADS:
        down = order == f"-{key}"
        direction = ("desc" if down else "asc") if order.removeprefix("-") == key else ""
        first = f"-{key}" if key in _FIGURES else key
        other = key if order == f"-{key}" else f"-{key}"
        url = "?" + urlencode(_given(asked, other if direction else first)) if key else ""
        heads.append({"label": label, "classes": classes, "url": url, "direction": direction})
    return heads


def _given(asked: dict[str, str], order: str) -> dict[str, str]:
    return {name: value for name, value in {**asked, "order": order}.items() if value}


def _owners(every: QuerySet[Plan]) -> list[tuple[str, str]]:
    owners = Member.objects.filter(plans__in=every).distinct().order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in owners]


def _chosen(request: WorkspaceRequest, asked: dict[str, str]) -> dict[str, Any]:
    """The words of the filters that are set."""
    account = None
    if _is_key(asked["account"]):
        account = Account.objects.visible_to(request.viewer).filter(pk=asked["account"]).first()
    cleared = {name: "?" + urlencode({key: value for key, value in asked.items() if value and key != name}) for name in _FILTERS}
    return {
        "status": dict(PlanStatus.choices).get(asked["status"], ""),
        "type": dict(PlanType.choices).get(asked["type"], ""),
        "account": account,
        "active": _("today") if asked["active"] == "today" else "",
        "clear": cleared,
    }
