"""Why a figure of the portfolio is what it is: the deals and targets that make it up, and those left out with their reasons."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keystead.analytics.measures import KPIS
from keystead.base.money import EXACT
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio.chain_sql import statement
from keystead.domain.accounts.portfolio.columns import group_keys, group_path
from keystead.domain.accounts.portfolio.evidence import (
    REASONS,
    LeftOut,
    Line,
    deals,
    first_deals,
    first_targets,
    others,
    plain,
    scope_of,
    targets,
)
from keystead.domain.accounts.portfolio.first_rows import MOST_LEFT_OUT, Asked, FirstRows, can_be_quick
from keystead.domain.accounts.portfolio.listing import Figures, Portfolio, one_row, portfolio
from keystead.domain.accounts.portfolio.query import PortfolioQuery

__all__ = ["EXPLAINED", "REASONS", "LeftOut", "Line", "PortfolioExplanation", "explain_portfolio"]

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
    def formula(self) -> str | Promise:
        return KPIS[self.column].formula if self.column in KPIS else _("number of deals")


def explain_portfolio(
    *,
    query: PortfolioQuery,
    column: str,
    viewer: Member,
    today: date,
    account: UUID | None = None,
    group: str = "",
    most: int = 100,
    start: int = 0,
) -> PortfolioExplanation | None:
    """Explains a figure of one account, of one group or of all; None when there is no such line. KeyError for an unknown figure.

    At most `most` rows of each kind are listed one by one (of what counts, those from `start` on), the rest as one line with its
    sum.
    """
    keys = group_keys(group)
    if account is not None:  # its line depends on no other account
        query, keys = _of_account(query, account, keys)
    found = portfolio(query=query, viewer=viewer, today=today, limit=0, of_group=keys or None)
    figures, scope_name = _figures_and_name(found, account, keys, viewer, today)
    if figures is None:
        return None
    parts, target_sign = _PARTS[column]
    asked = Asked(query, viewer, today, keys, parts, column.startswith("weighted"), start, most)
    with localcontext(EXACT):
        if can_be_quick(query, viewer):
            included, excluded = _first(asked, figures, target_sign, count=column == "deals")
        else:
            included, excluded = _every(asked, account, target_sign, count=column == "deals")
        if account and target_sign:
            excluded += _other_plans(query, account, viewer)
        if column == "gap" and figures.values["gap"] is not None:
            included += _clamp(figures)
        total: Decimal | None = sum((line.converted for line in included), Decimal(0))
    if column in ("target", "gap") and figures.values["target"] is None:
        included, total = [], None
    return PortfolioExplanation(column, found, scope_name, figures, total, tuple(included), tuple(_unseen_last(excluded)))


def _first(asked: Asked, figures: Figures, target_sign: int, *, count: bool) -> tuple[list[Line], list[LeftOut]]:
    """The rows for a reader who sees everything: the first are looked up, and what all come to is what the figures say."""
    rows = FirstRows(asked)
    included, excluded = first_deals(rows, figures, count=count) if asked.parts else ([], [])
    if target_sign and not asked.of_deals:  # a target belongs to an account, not to whoever owns its deals
        lines, left = first_targets(rows, figures, target_sign)
        included, excluded = included + lines, excluded + left
    return included, excluded


def _every(asked: Asked, account: UUID | None, target_sign: int, *, count: bool) -> tuple[list[Line], list[LeftOut]]:
    """The rows of anybody's explanation: each is read, and judged by what she may see."""
    scope, parameters = scope_of(asked.query, account, asked.keys, asked.viewer)
    steps, of_chain = statement(
        asked.query, viewer=asked.viewer, today=asked.today, is_from_deals=True, of_accounts=parameters["of_accounts"]
    )
    parameters |= of_chain | {
        "parts": list(asked.parts), "weighted": asked.is_weighted, "won_sign": asked.parts.get("won", 1),
        "skipped": asked.start, "most": asked.most, "most_out": min(asked.most, MOST_LEFT_OUT),
    }  # fmt: skip
    included, excluded = deals(steps, scope, parameters, count=count) if asked.parts else ([], [])
    excluded += others(steps, scope, parameters, asked.viewer) if asked.parts else []
    if target_sign and not scope.is_of_deals:
        lines, left = targets(steps, scope, parameters, target_sign, most=asked.most)
        included, excluded = included + lines, excluded + left
    return included, excluded


def _of_account(query: PortfolioQuery, account: UUID, keys: tuple[str, ...]) -> tuple[PortfolioQuery, tuple[str, ...]]:
    """The query of one account alone, in the groups that its deals make: its own things make none of its line."""
    pairs = [pair for pair in zip(query.group.split(","), query.groupings, keys, strict=False) if pair[1].is_of_deals]
    grouped = ",".join(name for name, _, _ in pairs)
    of_deals = tuple(key for _, _, key in pairs)
    return replace(query, accounts=(account,), text="", below=None, group=grouped), of_deals


def _unseen_last(excluded: list[LeftOut]) -> list[LeftOut]:
    """What the viewer may not open is one line with its count, at the end."""
    unseen = sum(item.count for item in excluded if item.reason == "no_access")
    seen_ones = [item for item in excluded if item.reason != "no_access"]
    return seen_ones + ([LeftOut("deal", None, "", None, None, "", "no_access", unseen)] if unseen else [])


def _figures_and_name(
    found: Portfolio, account: UUID | None, keys: tuple[str, ...], viewer: Member, today: date
) -> tuple[Figures | None, str]:
    """The line's own figures, computed the way the grid computes them."""
    if account is not None:
        row = one_row(query=found.query, viewer=viewer, today=today, account=account, keys=keys)
        return (row.figures, row.name) if row else (None, "")
    if keys:
        summary = found.group(group_path(keys))
        return (summary.figures, _name(found, keys)) if summary else (None, "")
    return found.total.figures, ""


def _name(found: Portfolio, keys: tuple[str, ...]) -> str:
    """What the group is called, after those it stands in."""
    above = (found.group(group_path(keys[:depth])) for depth in range(1, len(keys) + 1))
    return " · ".join(group.label for group in above if group)


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
    return [plain("clamp", over, 1)] if over > 0 else []
