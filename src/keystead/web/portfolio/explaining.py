"""Every figure of the portfolio opens its explanation: a part of the page for the popover, a whole page without script."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from keystead.analytics.measures import KPIS
from keystead.base import clock
from keystead.base.money import Money
from keystead.base.numbers import whole
from keystead.data.deals.models import DealStatus
from keystead.domain.accounts.portfolio.columns import COLUMNS, FOOT, MOST_GROUPS
from keystead.domain.accounts.portfolio.explanation import (
    EXPLAINED,
    REASONS,
    LeftOut,
    Line,
    PortfolioExplanation,
    explain_portfolio,
)
from keystead.domain.accounts.portfolio.query import PortfolioQuery, read_query
from keystead.domain.plans.editing import fiscal_calendar
from keystead.web.plans.words import amount_in, count_text, language, rate_text, rates_sentence
from keystead.web.portfolio.address import Address, chosen_columns
from keystead.web.portfolio.choices import period_name
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way
from keystead.web.templatetags import formats

_SHORT, _LONG = 10, 100
_FARTHEST = 10_000_000
_COVERS: dict[str | None, Literal["own", "tree"]] = {"own": "own", "tree": "tree"}
# What a figure means over a portfolio; the measure catalogue says it for one plan. For the rest, its words hold here too.
_HELP = {
    "target": gettext_lazy("The targets of all plans that share a day with the period; by days, when a plan reaches beyond it."),
    "won": gettext_lazy("Won deals whose close date lies in the period."),
    "deals": gettext_lazy("Won and open deals of the period that count in the figures."),
    "gap": gettext_lazy("What is still to be won to reach the targets."),
}
_FORMULAS = {
    "target": gettext_lazy("Σ target of each plan × its days in the period ÷ its days"),
    "won": gettext_lazy("Σ amount of won deals closed in the period"),
}


@require_GET
def explanation(request: WorkspaceRequest) -> HttpResponse:
    """`?kpi=won&period=…` and the state of the grid; `account` for one line, `in` for one group, neither for the total."""
    today, column = clock.today(request.user.time_zone), request.GET.get("kpi", "")
    if column not in EXPLAINED:
        raise Http404
    query, _problems = read_query(dict(request.GET.lists()), viewer=request.viewer, today=today, most_groups=MOST_GROUPS)
    account, is_part = _account(request), wants_fragment(request)
    covers = request.GET.get("covers")
    if account and covers in _COVERS:  # from the account's page, whatever its plans cover
        query = PortfolioQuery(period=query.period, accounts=(account,), covers=_COVERS[covers])
    group = request.GET.get("in", "").replace("\x00", "") if query.group else ""
    why = explain_portfolio(
        query=query, column=column, viewer=request.viewer, today=today, account=account, group=group,
        most=_SHORT if is_part else _LONG, start=0 if is_part else _start(request),
    )  # fmt: skip
    if why is None:
        raise Http404
    context = explained(request, why, query, is_short=is_part)
    if is_part:
        return render(request, "portfolio/explanation_body.html", context)
    back = _back(request, query)
    crumbs = [{"label": _("Portfolio"), "url": back}, {"label": context["name"], "url": ""}]
    return render(request, "portfolio/explanation.html", context | {"back": back, "crumbs": crumbs})


def _account(request: WorkspaceRequest) -> UUID | None:
    text = request.GET.get("account", "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _start(request: WorkspaceRequest) -> int:
    text = request.GET.get("from", "")
    return min(whole(text, 8) or 0, _FARTHEST)


def _more(request: WorkspaceRequest, why: PortfolioExplanation) -> dict[str, str]:
    """The ways to the next rows that count, and back to the first."""
    listed = sum(line.kind == "deal" for line in why.included)
    rest = sum(line.count for line in why.included if line.kind == "more")
    start = _start(request)
    asked = request.GET.copy()
    asked.pop("from", None)
    first = f"{request.path}?{asked.urlencode()}"
    return {
        "more_url": f"{first}&from={start + listed}" if listed and rest > start else "",
        "first_url": first if start else "",
    }


def _back(request: WorkspaceRequest, query: PortfolioQuery) -> str:
    columns = chosen_columns(",".join(request.GET.getlist("columns")))
    address = Address.of(query, columns, fiscal_calendar(request.workspace).year_of(clock.today(request.user.time_zone)))
    return reverse("portfolio:list", args=[request.workspace.slug]) + address.to()


def explained(request: WorkspaceRequest, why: PortfolioExplanation, query: PortfolioQuery, *, is_short: bool) -> dict[str, Any]:
    """The template's values."""
    column, currency = COLUMNS[why.column], why.found.currency
    definition = KPIS.get(why.column)
    name = str(definition.name if definition else column.name)
    value = _shown(why.figures.shown(why.column))
    calendar = fiscal_calendar(request.workspace)
    scope = why.scope or _("all accounts shown")
    if query.covers != "plan":
        scope = (
            _("%(account)s alone") % {"account": scope}
            if query.covers == "own"
            else _("%(account)s and below") % {"account": scope}
        )
    shown = value or _("undefined")
    return {
        "why": why, "name": name, "title": f"{name}, {shown}", "scope": scope,
        "period": period_name(calendar, query.period),
        "help": _HELP.get(why.column) or (definition.help if definition else ""),
        "formula": _FORMULAS.get(why.column, why.formula), "policy": rates_sentence(_policy(request), is_frozen=True),
        "lines": [_line(line, why, request) for line in why.included],
        "total": None if why.total is None else _amount(why, why.total), "rounding": _rounding(why),
        "ratio": _ratio(why, value), "groups": _groups(why.excluded, request, is_short=is_short),
        "left_out": sum(item.count for item in why.excluded), "foot": _foot(why, currency),
        "all_url": f"{request.path}?{request.GET.urlencode()}" if is_short else "", "is_short": is_short,
        **({} if is_short else _more(request, why)),
        "missing": why.figures.unrated or why.figures.unrated_targets, "rates_url": way("rates", request.workspace),
        "null_rule": str(definition.null_rule) if definition and not value else "",
    }  # fmt: skip


def _policy(request: WorkspaceRequest) -> str:
    return "current" if request.workspace.rate_policy == "current" else "transaction_date"


def _shown(value: Money | Decimal | int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return formats.money(value, language())
    return formats.number(value, language()) if isinstance(value, int) else formats.percent(value, language(), 1)


def _amount(why: PortfolioExplanation, value: Decimal) -> str:
    if why.column == "deals":
        return count_text(value)
    return formats.money(Money(value, why.found.currency).rounded(), language())


def _line(line: Line, why: PortfolioExplanation, request: WorkspaceRequest) -> dict[str, Any]:
    names = {
        "more": ngettext("%(n)s more deal", "%(n)s more deals", line.count) % {"n": count_text(line.count)},
        "more_targets": ngettext("%(n)s more target", "%(n)s more targets", line.count) % {"n": count_text(line.count)},
        "hidden": ngettext("%(n)s deal that you may not open", "%(n)s deals that you may not open", line.count)
        % {"n": count_text(line.count)},
        "clamp": _("Won above the target, so nothing is missing"),
    }
    status = str(DealStatus(line.status).label).lower() if line.kind == "deal" else _("target") if line.kind == "target" else ""
    return {
        "name": names.get(line.kind, line.name), "url": _url(line.kind, line.id, request), "status": status, "day": line.day,
        "how": _how(line, why.found.currency), "amount": _amount(why, line.converted),
    }  # fmt: skip


def _url(kind: str, pk: UUID | None, request: WorkspaceRequest) -> str:
    if pk is None:
        return ""
    return way("plans:detail" if kind in ("target", "plan") else "deals:detail", request.workspace, pk)


def _how(line: Line, currency: str) -> str:
    """The factors of a line: "USD 1,200.00 × 0.9214 × 50 %"; "" when it counts as it stands."""
    factors = []
    if line.rate is not None and line.currency != currency:
        factors.append(_rate(line))
    if line.probability is not None and line.status == "open" and line.amount is not None and line.converted != line.amount:
        factors.append(formats.percent(line.probability / 100, language(), 0 if line.probability == int(line.probability) else 2))
    if line.days:
        factors.append(_("%(days)s of %(all)s days") % {"days": count_text(line.days[0]), "all": count_text(line.days[1])})
    return " × ".join([amount_in(line.amount, line.currency), *factors]) if factors and line.amount is not None else ""


def _rate(line: Line) -> str:
    assert line.rate is not None
    text = rate_text(line.rate)
    if line.rate_date:
        text += f" ({formats.day(line.rate_date, language())}{f', {line.rate_via}' if line.rate_via else ''})"
    return text


def _rounding(why: PortfolioExplanation) -> str:
    """What the rounding of each line leaves over, so that the column adds up to the last digit."""
    if why.total is None or why.column == "deals":
        return ""
    currency = why.found.currency
    lines = sum((Money(line.converted, currency).rounded().amount for line in why.included), Decimal(0))
    left = Money(why.total, currency).rounded().amount - lines
    return formats.money(Money(left, currency), language(), always_sign=True) if left else ""


def _ratio(why: PortfolioExplanation, value: str) -> dict[str, str] | None:
    if why.column not in ("achievement", "attainment"):
        return None
    return {"label": _("Target"), "divisor": _shown(why.figures.shown("target")), "value": value}


def _foot(why: PortfolioExplanation, currency: str) -> str:
    """What the footer was asked to show instead of the sum: "average of 85 lines: € 1,200.00"."""
    how, value = why.found.query.foot.get(why.column, "sum"), why.found.foot.get(why.column)
    if how == "sum" or value is None or why.scope:
        return ""
    if how == "count" or why.column == "deals":
        text = formats.number(value, language())
    elif why.column in ("achievement", "attainment"):
        text = formats.percent(value, language(), 1)
    else:
        text = formats.money(Money(value, currency).rounded(), language())
    lines = ngettext("over %(n)s line", "over %(n)s lines", why.found.lines) % {"n": count_text(why.found.lines)}
    return f"{FOOT[how]} {lines}: {text}"


def _groups(excluded: Iterable[LeftOut], request: WorkspaceRequest, *, is_short: bool) -> list[dict[str, Any]]:
    by_reason: dict[str, list[LeftOut]] = {}
    for item in excluded:
        by_reason.setdefault(item.reason, []).append(item)
    made = []
    for reason in [reason for reason in REASONS if reason in by_reason]:
        items = by_reason[reason]
        named = [item for item in items if item.id]
        listed = named[:3] if is_short else named
        count = sum(item.count for item in items)
        rows = [_left_out(item, request) for item in listed]
        made.append({"reason": REASONS[reason], "rows": rows, "count": count, "rest": count - len(rows)})
    return made


def _left_out(item: LeftOut, request: WorkspaceRequest) -> dict[str, Any]:
    amount = amount_in(item.amount, item.currency) if item.amount is not None else ""
    detail = formats.day_in_list(item.day, language()) if item.reason in ("date_outside", "missing_rate") and item.day else ""
    if item.reason == "missing_rate":
        detail = f"{item.currency} → {request.workspace.currency}, {detail}"
    return {"name": item.name, "url": _url(item.kind, item.id, request), "amount": amount, "detail": detail}
