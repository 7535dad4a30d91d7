"""An account's first page: its figures alone and with everything below it, its place in the tree, its plans, its facts."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from keystead.analytics.measures import BEHIND, KPIS
from keystead.base import clock
from keystead.base.money import Money
from keystead.data.accounts.models import Account
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio.listing import Figures, MissingRates, Portfolio, PortfolioRow, portfolio
from keystead.domain.accounts.portfolio.query import PortfolioQuery, read_query
from keystead.domain.grid.asking import Sort
from keystead.domain.plans.editing import fiscal_calendar
from keystead.web.accounts.page import account_context, find_account
from keystead.web.plans.words import STATUS_TONES, count_text, language, local_time, rates_sentence
from keystead.web.portfolio.address import Address
from keystead.web.portfolio.choices import period_links, period_name
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way
from keystead.web.templatetags import formats

_HEADLINE = ("won", "pipeline", "forecast", "target", "achievement")
_WITHOUT_TARGET = _HEADLINE[:3]
_MOST_CHILDREN = 100


@require_GET
def detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    today = clock.today(request.user.time_zone)
    asked, _problems = read_query({"period": request.GET.get("period", "")}, viewer=request.viewer, today=today)
    tree = _tree(account, asked, request.viewer, today)
    usual = fiscal_calendar(request.workspace).year_of(today)
    address = Address.of(PortfolioQuery(period=asked.period), [], usual)
    whole = next((row for row in tree.rows if row.account_id == account.pk), None)
    if whole is None:  # deleted, or given away, since it was found
        raise Http404
    own, missing = _own(account, asked, request.viewer, today, whole, tree)
    plans = _plans(account, asked, request.viewer)
    is_target_wide = any(each["plan"].includes_descendants for each in plans)
    context = {
        **_bands(own, whole, is_target_wide, account, address, request),
        "branches": _branches(account, tree, address, request),
        "missing": missing,
        "period": period_name(fiscal_calendar(request.workspace), asked.period),
        "periods": period_links(asked.period, request.viewer, address, today),
        "rates": rates_sentence("current" if request.workspace.rate_policy == "current" else "transaction_date", is_frozen=True),
        "as_of": local_time(clock.now()),
        "plans": plans,
        "team": account.team_members.select_related("member").order_by("member__name"),
        "rates_url": way("rates", request.workspace),
    }
    return render(request, "accounts/overview.html", account_context(request, account, "overview") | context)


def _own(
    account: Account, asked: PortfolioQuery, viewer: Member, today: date, whole: PortfolioRow, tree: Portfolio
) -> tuple[Figures, Sequence[MissingRates]]:
    """The figures of the account alone, and the rates that its page lacks: asked for unless the tree has told them already."""
    if not (whole.covers_tree or whole.figures.unrated or whole.figures.unrated_targets):
        return whole.figures, ()
    query = PortfolioQuery(period=asked.period, accounts=(account.pk,), covers="own")
    own = portfolio(query=query, viewer=viewer, today=today, limit=0)
    # Each pair of currencies once: what the tree lacks holds what the account lacks.
    pairs = {(pair.base, pair.quote): pair for found in ((own, tree) if whole.covers_tree else (own,)) for pair in found.missing}
    return own.total.figures, list(pairs.values())


def _tree(account: Account, asked: PortfolioQuery, viewer: Member, today: date) -> Portfolio:
    """The account, what stands above it and what stands right below it, each with its whole subtree."""
    children = Account.objects.visible_to(viewer).filter(parent=account).order_by("name").values_list("pk", flat=True)
    wanted = (*account.lineage, *children[:_MOST_CHILDREN])
    query = PortfolioQuery(period=asked.period, accounts=wanted, covers="tree", order=(Sort("account"),))
    return portfolio(query=query, viewer=viewer, today=today, limit=None)


def _explain(account: UUID, covers: str, column: str, address: Address, request: WorkspaceRequest) -> str:
    query = address.query(account=account, covers=covers, kpi=column)
    return f"{reverse('portfolio:explanation', args=[request.workspace.slug])}?{query}"


def _bands(
    own: Figures, whole: PortfolioRow, is_target_wide: bool, account: Account, address: Address, request: WorkspaceRequest
) -> dict[str, Any]:
    """The account alone and, if there is something below, with it. The target stands where its plans have put it."""
    if not whole.covers_tree:
        return {"own": _band(own, account, "own", address, request, has_target=True), "with_below": None}
    return {
        "own": _band(own, account, "own", address, request, has_target=not is_target_wide),
        "with_below": _band(whole.figures, account, "tree", address, request, has_target=is_target_wide),
    }


def _band(
    figures: Figures, account: Account, covers: str, address: Address, request: WorkspaceRequest, *, has_target: bool
) -> dict[str, Any]:
    values = figures.values if has_target else {**figures.values, "target": None}
    return {
        "kpis": [
            {"label": _LABELS[name](), "value": _short(figures, name), "full": _full(figures, name),
             "url": _explain(account.pk, covers, name, address, request),
             "tone": "bad" if name == "achievement" and (ratio := values[name]) is not None and ratio < BEHIND else "",
             "sub": _sub(figures, name)}
            for name in (_HEADLINE if has_target else _WITHOUT_TARGET)
        ],
        "values": values,
        "hidden": figures.hidden,
    }  # fmt: skip


_LABELS = {
    "won": lambda: _("Won"), "pipeline": lambda: _("Pipeline"), "forecast": lambda: _("Forecast"), "target": lambda: _("Target"),
    "achievement": lambda: str(KPIS["achievement"].name),
}  # fmt: skip


def _short(figures: Figures, name: str) -> str:
    value = figures.shown(name)
    if value is None:
        return ""
    return formats.money_compact(value, language()) if isinstance(value, Money) else formats.percent(value, language())


def _full(figures: Figures, name: str) -> str:
    value = figures.shown(name)
    return formats.money(value, language()) if isinstance(value, Money) else ""


def _sub(figures: Figures, name: str) -> str:
    if name == "won":
        return ngettext("%(n)s deal counts", "%(n)s deals count", figures.deals) % {"n": count_text(figures.deals)}
    weighted = figures.shown("weighted_pipeline")
    if name == "pipeline" and isinstance(weighted, Money) and weighted:
        return _("%(amount)s weighted") % {"amount": formats.money_compact(weighted, language())}
    return ""


def _branches(account: Account, tree: Portfolio, address: Address, request: WorkspaceRequest) -> list[dict[str, Any]]:
    """From the top down to the account and its children; unseen ones above are passed over."""
    depth = {pk: number for number, pk in enumerate(account.lineage)}
    below = len(account.lineage)
    rows = sorted(tree.rows, key=lambda row: depth.get(row.account_id, below))
    seen = [row.account_id for row in rows if row.account_id in depth]

    def branch(row: PortfolioRow) -> dict[str, Any]:
        level = seen.index(row.account_id) if row.account_id in depth else len(seen)
        return {
            "row": row, "level": min(level, 5), "is_here": row.account_id == account.pk,
            "won": _short(row.figures, "won"), "url": way("accounts:detail", request.workspace, row.account_id),
            "explain": _explain(row.account_id, "tree", "won", address, request),
        }  # fmt: skip

    return [branch(row) for row in rows] if len(rows) > 1 else []


def _plans(account: Account, asked: PortfolioQuery, viewer: Member) -> list[dict[str, Any]]:
    period = asked.period
    found = Plan.objects.visible_to(viewer).filter(account=account, start_date__lte=period.end, end_date__gte=period.start)
    kept = found.exclude(status=PlanStatus.ARCHIVED).order_by("-start_date", "name")
    return [{"plan": plan, "tone": STATUS_TONES[PlanStatus(plan.status)]} for plan in kept]
