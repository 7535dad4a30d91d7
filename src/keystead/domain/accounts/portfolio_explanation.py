"""Why a figure of the portfolio is what it is: the deals and targets that make it up, and those left out with their reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keystead.analytics.measures import KPIS
from keystead.data.deals.models import Deal
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio import Figures, Portfolio, one_row, portfolio
from keystead.domain.accounts.portfolio_columns import GROUPS
from keystead.domain.accounts.portfolio_explanation_sql import (
    COVERED,
    DEALS,
    ELSEWHERE,
    NEAR,
    OF_ROWS,
    OTHERS,
    SCOPE,
    TARGETS,
)
from keystead.domain.accounts.portfolio_query import PortfolioQuery
from keystead.domain.accounts.portfolio_sql import seen, statement
from keystead.domain.plans.explanation import REASONS as PLAN_REASONS

REASONS: Mapping[str, str | Promise] = PLAN_REASONS | {
    "no_account": _("belongs to no account"),
    "date_outside": _("its date is outside the period"),
    "below_account": _("belongs to an account below, which no plan covers from here"),
    "archived": _("archived"),
    "no_target": _("has no target"),
}
# Which deals a figure adds up, with the sign of each part, and the sign of the target in it.
_PARTS: dict[str, tuple[dict[str, int], int]] = {
    "target": ({}, 1),
    "won": ({"won": 1}, 0),
    "pipeline": ({"open": 1}, 0),
    "weighted_pipeline": ({"open": 1}, 0),
    "forecast": ({"won": 1, "open": 1}, 0),
    "weighted_forecast": ({"won": 1, "open": 1}, 0),
    "variance": ({"won": 1, "open": 1}, -1),
    "achievement": ({"won": 1, "open": 1}, 0),
    "attainment": ({"won": 1}, 0),
    "gap": ({"won": -1}, 1),
    "deals": ({"won": 1, "open": 1}, 0),
}
EXPLAINED = tuple(_PARTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One contribution; the lines sum to the figure exactly. `kind`: deal, target, hidden, clamp, or more (the rest as one sum).

    `days`: (days inside the period, days of the plan) when a target counts pro rata.
    """

    kind: str
    id: UUID | None
    name: str
    status: str
    day: date | None
    amount: Decimal | None
    currency: str
    rate: Decimal | None
    rate_date: date | None
    rate_via: str | None
    probability: Decimal | None
    days: tuple[int, int] | None
    converted: Decimal
    count: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that does not count, or (`id` None) so many more of the same reason."""

    kind: str
    id: UUID | None
    name: str
    day: date | None
    amount: Decimal | None
    currency: str
    reason: str
    count: int = 1

    @property
    def sentence(self) -> str | Promise:
        return REASONS[self.reason]


@dataclass(frozen=True, slots=True)
class PortfolioExplanation:
    """`total` is what the lines sum to: the figure itself, or for a ratio its numerator; None when the figure is undefined."""

    column: str
    found: Portfolio
    scope: str
    figures: Figures
    total: Decimal | None
    included: tuple[Line, ...]
    excluded: tuple[LeftOut, ...]

    @property
    def formula(self) -> str:
        return KPIS[self.column].formula if self.column in KPIS else "count(deals)"


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is explained: one account, one group (an account within it), or all."""

    kind: str
    covered: str
    rows: str
    key: str
    deal_key: str


def explain_portfolio(
    *,
    query: PortfolioQuery,
    column: str,
    viewer: Member,
    today: date,
    account: UUID | None = None,
    group: str = "",
    most: int = 500,
) -> PortfolioExplanation | None:
    """Explains a figure of one account, of one group or of all; None when there is no such line. KeyError for an unknown figure.

    At most `most` rows of each kind are listed one by one, the rest as one line with its sum.
    """
    parts, target_sign = _PARTS[column]
    if account is not None:  # its line depends on no other account
        grouped = query.group if group and query.group in GROUPS and GROUPS[query.group].is_of_deals else ""
        query, group = replace(query, accounts=(account,), text="", below=None, group=grouped), group if grouped else ""
    found = portfolio(query=query, viewer=viewer, today=today, limit=0)
    figures, scope_name = _figures_and_name(found, account, group, viewer, today)
    if figures is None:
        return None
    scope = _scope(query, account, group)
    steps, parameters = statement(query, viewer=viewer, today=today, is_from_deals=True)
    parameters |= {
        "account": account, "key": group, "parts": list(parts), "weighted": column.startswith("weighted"),
        "won_sign": parts.get("won", 1), "most": most,
    }  # fmt: skip
    included, excluded = _deals(steps, scope, parameters, count=column == "deals") if parts else ([], [])
    if parts:
        excluded += _others(steps, scope, parameters, viewer)
    if target_sign and not (account and group and GROUPS[query.group].is_of_deals):
        lines, left = _targets(steps, scope, parameters, target_sign)
        included, excluded = included + lines, excluded + left
        if account:
            excluded += _other_plans(query, account, viewer)
    if column == "gap" and figures.values["gap"] is not None:
        included += _clamp(figures)
    total: Decimal | None = sum((line.converted for line in included), Decimal(0))
    if column in ("target", "gap") and figures.values["target"] is None:
        included, total = [], None
    return PortfolioExplanation(column, found, scope_name, figures, total, tuple(included), tuple(_unseen_last(excluded)))


def _unseen_last(excluded: list[LeftOut]) -> list[LeftOut]:
    """What the viewer may not open is one line with its count, at the end."""
    unseen = sum(item.count for item in excluded if item.reason == "no_access")
    seen_ones = [item for item in excluded if item.reason != "no_access"]
    return seen_ones + ([LeftOut("deal", None, "", None, None, "", "no_access", unseen)] if unseen else [])


def _figures_and_name(
    found: Portfolio, account: UUID | None, group: str, viewer: Member, today: date
) -> tuple[Figures | None, str]:
    """The line's own figures, computed the way the grid computes them."""
    if account is not None:
        row = one_row(query=found.query, viewer=viewer, today=today, account=account, group=group)
        return (row.figures, row.name) if row else (None, "")
    if group:
        summary = found.group(group)
        return (summary.figures, summary.label) if summary else (None, "")
    return found.total.figures, ""


def _scope(query: PortfolioQuery, account: UUID | None, group: str) -> _Scope:
    grouping = GROUPS.get(query.group)
    of_deals = bool(group and grouping and grouping.is_of_deals)
    kind = "account" if account else "group" if group and not of_deals else "all"
    sql_key = f"'=' || coalesce({grouping.key}, '') = %(key)s" if of_deals and grouping else "true"
    covered = SCOPE.format(covered=COVERED[kind])
    return _Scope(kind, covered, OF_ROWS[kind], "key = %(key)s" if of_deals else "true", sql_key)


def _deals(steps: str, scope: _Scope, parameters: dict[str, Any], *, count: bool) -> tuple[list[Line], list[LeftOut]]:
    tail = scope.covered + DEALS.format(key=scope.key)
    lines: list[Line] = []
    out: list[LeftOut] = []
    for class_, rows in _by_class(steps + tail, parameters):
        together, total = rows[0][0], rows[0][1]
        if class_ == "hidden":
            lines.append(_plain("hidden", Decimal(together) if count else total, together))
        elif class_ == "counts":
            lines += [_deal_line(row[2:], count=count) for row in rows]
            if together > len(rows):
                listed = sum((line.converted for line in lines if line.kind == "deal"), Decimal(0))
                rest = (Decimal(together) if count else total) - listed
                lines.append(_plain("more", rest, together - len(rows)))
        elif class_ == "no_access":
            out.append(LeftOut("deal", None, "", None, None, "", class_, together))
        else:
            out += [LeftOut("deal", row[2], row[3], row[5], row[6], row[7], class_) for row in rows]
            out += _rest(class_, together - len(rows))
    lines.sort(key=lambda line: ("deal", "more", "hidden").index(line.kind))
    return lines, out


def _deal_line(row: Sequence[Any], *, count: bool) -> Line:
    pk, name, status, day, amount, currency, rate, rate_date, via, probability, worth = row
    return Line(
        "deal", pk, name, status, day, amount, currency, rate, rate_date, via, probability, None, Decimal(1) if count else worth
    )


def _plain(kind: str, value: Decimal, count: int) -> Line:
    return Line(kind, None, "", "", None, None, "", None, None, None, None, None, value, count)


def _by_class(sql: str, parameters: dict[str, Any]) -> Iterable[tuple[str, list[Sequence[Any]]]]:
    from itertools import groupby

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    return [(class_, [row[1:] for row in rows]) for class_, rows in groupby(found, key=lambda row: row[0])]


def _rest(reason: str, count: int) -> list[LeftOut]:
    return [LeftOut("deal", None, "", None, None, "", reason, count)] if count > 0 else []


def _others(steps: str, scope: _Scope, parameters: dict[str, Any], viewer: Member) -> list[LeftOut]:
    """Deals near the figure that are not of the period, or not of its accounts."""
    visible = seen(viewer, "deal.read", Deal.objects, "d", parameters)
    near = ""
    if scope.kind in ELSEWHERE:
        reason, where = ELSEWHERE[scope.kind]
        near = NEAR.format(visible=visible, reason=reason, deal_key=scope.deal_key, where=where)
    tail = scope.covered + OTHERS.format(deal_key=scope.deal_key, elsewhere=near, visible=visible)
    out: list[LeftOut] = []
    for class_, rows in _by_class(steps + tail, parameters):
        together = rows[0][0]
        if class_ != "no_access":
            out += [LeftOut("deal", row[1], row[2], row[3], row[4], row[5], class_) for row in rows]
            together -= len(rows)
        out += _rest(class_, together)
    return out


def _targets(steps: str, scope: _Scope, parameters: dict[str, Any], sign: int) -> tuple[list[Line], list[LeftOut]]:
    lines: list[Line] = []
    out: list[LeftOut] = []
    with connection.cursor() as cursor:
        cursor.execute(steps + TARGETS.format(rows=scope.rows), parameters)
        found = cursor.fetchall()
    for pk, name, account, status, start, target, currency, rate, rate_date, via, days_in, days, converted in found:
        called = name if scope.kind == "account" else f"{account}: {name}"
        if converted is None:
            reason = "no_target" if target is None else "missing_rate"
            out.append(LeftOut("plan", pk, called, start, target, currency, reason))
            continue
        share = (days_in, days) if days_in < days else None
        lines.append(
            Line("target", pk, called, status, start, target, currency, rate, rate_date, via, None, share, sign * converted)
        )
    return lines, out


def _other_plans(query: PortfolioQuery, account: UUID, viewer: Member) -> list[LeftOut]:
    """Plans of the account that give no target here: archived, or of another time."""
    period = query.period
    elsewhere = Q(start_date__gt=period.end) | Q(end_date__lt=period.start)
    plans = (
        Plan.objects.visible_to(viewer).filter(Q(status=PlanStatus.ARCHIVED) | elsewhere, account=account).order_by("-start_date")
    )
    return [
        LeftOut("plan", plan.pk, plan.name, plan.start_date, plan.target, plan.currency,
                "archived" if plan.status == PlanStatus.ARCHIVED else "date_outside")
        for plan in plans
    ]  # fmt: skip


def _clamp(figures: Figures) -> list[Line]:
    """The gap never goes below zero: what was won above the target is taken back in a line of its own."""
    target, won = figures.values["target"], figures.values["won"]
    over = (won or Decimal(0)) - (target or Decimal(0))
    return [_plain("clamp", over, 1)] if over > 0 else []
