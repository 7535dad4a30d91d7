"""Why a KPI is what it is: the rows that make it up, summing to it exactly, and the rows left out, each with its reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keystead.analytics.measures import KPIS, MeasureDefinition, Unit
from keystead.base.money import EXACT
from keystead.data.deals.models import Deal, Order
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.plans.facts import FactRow, MissingPair, rows, summed
from keystead.domain.plans.kpis import PlanFigures, figures_of
from keystead.domain.plans.near import near_misses

# Why a row does not count, for people. The codes are the API's.
REASONS = {
    "lost": _("lost"),
    "open": _("still open: counts in pipeline, not in won"),
    "won": _("won: counts in won, not in pipeline"),
    "other_source": _("the plan takes its revenue from another source"),
    "deal_still_open": _("its deal is still open and counts there"),
    "deal_lost": _("its deal is lost"),
    "no_amount": _("has no amount"),
    "no_probability": _("has no probability"),
    "missing_rate": _("no exchange rate"),
    "no_access": _("you may not open it"),
    "no_date": _("has no close date"),
    "date_outside": _("its date is outside the plan's period"),
    "team_key": _("belongs to another team"),
    "below_account": _("belongs to an account below, which this plan does not cover"),
}

LISTED_AT_MOST = 500  # rows of one reason listed one by one; the rest is one line with its count


@dataclass(frozen=True, slots=True)
class Line:
    """One contribution. `converted` is signed and unrounded; the lines of an explanation sum to the KPI exactly.

    `kind`: deal, order, invoice, scheduled; or target, clamp, hidden (`count` rows that the viewer may not open, as one sum).
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
    by_list_price: bool
    converted: Decimal
    count: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that does not count and why; `name` and `id` are None for rows that are only counted."""

    kind: str | None
    id: UUID | None
    name: str | None
    day: date | None
    amount: Decimal | None
    currency: str
    reason: str
    count: int = 1
    detail: str = ""

    @property
    def sentence(self) -> Any:
        return REASONS[self.reason]


@dataclass(frozen=True, slots=True)
class Explanation:
    definition: MeasureDefinition
    plan: Plan
    as_of: datetime
    figures: PlanFigures
    total: Decimal | None
    included: tuple[Line, ...]
    excluded: tuple[LeftOut, ...]
    missing: tuple[MissingPair, ...]

    @property
    def is_ratio(self) -> bool:
        return self.definition.unit is Unit.RATIO


# Which rows a KPI adds up (with the sign of each part), and whether the target stands in it with which sign.
_PARTS: dict[str, tuple[dict[str, int], int]] = {
    "target": ({}, 1),
    "won": ({"won": 1}, 0),
    "pipeline": ({"pipeline": 1}, 0),
    "weighted_pipeline": ({"pipeline": 1}, 0),
    "forecast": ({"won": 1, "pipeline": 1}, 0),
    "weighted_forecast": ({"won": 1, "pipeline": 1}, 0),
    "variance": ({"won": 1, "pipeline": 1}, -1),
    "achievement": ({"won": 1, "pipeline": 1}, 0),
    "attainment": ({"won": 1}, 0),
    "coverage": ({"pipeline": 1}, 0),
    "gap": ({"won": -1}, 1),
}


def explain(*, plan: Plan, kpi: str, viewer: Member, at: datetime, today: date) -> Explanation:
    """Explains one KPI of a plan that the viewer may see. KeyError for an unknown KPI.

    For a ratio the lines are those of its numerator, and `total` is their sum; the ratio itself is in `figures`.
    """
    definition = KPIS[kpi]
    parts, target_sign = _PARTS[kpi]
    if kpi == "gap" and plan.target is None:
        parts = {}  # nothing is missing from a target that is not there: no row makes up an undefined figure
    include_hidden = viewer.workspace.totals_include_hidden
    found = rows(plan=plan.pk, viewer=viewer, include_hidden=include_hidden, today=today)
    names = names_of(found)
    weighted = kpi.startswith("weighted")
    included = _included(plan, found, names, parts, target_sign, weighted=weighted)
    block = figures_of(plan, summed(found, plan.currency), at=at)
    if kpi == "gap":
        included += _clamp(plan, block)
    total = None if kpi in ("target", "gap") and plan.target is None else _sum(included)
    excluded = _excluded(found, names, parts, weighted=weighted)
    if parts:
        excluded += _never_linked(plan, viewer)
    return Explanation(definition, plan, at, block, total, tuple(included), tuple(excluded), tuple(block.lacks(kpi)))


def _sum(lines: Iterable[Line]) -> Decimal:
    total = Decimal(0)
    for line in lines:
        total = EXACT.add(total, line.converted)
    return total


def names_of(found: Iterable[FactRow]) -> dict[UUID, str]:
    """What the visible deals and orders among these rows are called; "—" for what was deleted since its amount was read."""
    deals = [row.id for row in found if row.kind == "deal" and row.visible]
    orders = [row.id for row in found if row.kind != "deal" and row.visible]
    names = dict.fromkeys([*deals, *orders], "—") | dict(Deal.objects.filter(pk__in=deals).values_list("pk", "name"))
    return names | dict(Order.objects.filter(pk__in=orders).values_list("pk", "number"))


def _share(row: FactRow, *, weighted: bool) -> Decimal:
    assert row.converted is not None
    if weighted and row.part == "pipeline":
        return EXACT.multiply(row.converted, EXACT.multiply(row.probability or Decimal(0), Decimal("0.01")))
    return row.converted


def _included(
    plan: Plan, found: list[FactRow], names: dict[UUID, str], parts: dict[str, int], target_sign: int, *, weighted: bool
) -> list[Line]:
    lines, hidden, hidden_rows = [], Decimal(0), 0
    for row in found:
        if row.left_out or row.part not in parts or (weighted and row.part == "pipeline" and row.probability is None):
            continue
        share = EXACT.multiply(Decimal(parts[row.part]), _share(row, weighted=weighted))
        if not row.visible:
            hidden, hidden_rows = EXACT.add(hidden, share), hidden_rows + 1
            continue
        probability = row.probability if weighted and row.part == "pipeline" else None
        lines.append(
            Line(
                row.kind,
                row.id,
                names[row.id],
                row.status,
                row.day,
                row.amount,
                row.currency,
                row.rate,
                row.rate_date,
                row.rate_via,
                probability,
                row.by_list_price,
                share,
            )
        )
    if hidden_rows:
        lines.append(_line("hidden", "", plan, hidden, count=hidden_rows))
    if target_sign and plan.target is not None:
        lines.append(_line("target", plan.name, plan, target_sign * plan.target))
    return lines


def _line(kind: str, name: str, plan: Plan, value: Decimal, count: int = 1) -> Line:
    return Line(kind, None, name, "", None, value, plan.currency, None, None, None, None, False, value, count)


def _clamp(plan: Plan, block: PlanFigures) -> list[Line]:
    """The gap never goes below zero: what was won above the target is taken back in a line of its own."""
    won = block.values["won"] or Decimal(0)
    if plan.target is None or won <= plan.target:
        return []
    return [_line("clamp", "", plan, EXACT.subtract(won, plan.target))]


def _excluded(found: list[FactRow], names: dict[UUID, str], parts: dict[str, int], *, weighted: bool) -> list[LeftOut]:
    out, hidden = [], 0
    for row in found:
        reason = row.left_out
        if not reason and row.part not in parts:
            reason = "open" if row.part == "pipeline" else "won"
        if not reason and weighted and row.part == "pipeline" and row.probability is None:
            reason = "no_probability"
        if not reason or not parts:
            continue
        if not row.visible:
            hidden += 1
            continue
        detail = f"{row.currency} {row.rate_day}" if reason == "missing_rate" else ""
        out.append(LeftOut(row.kind, row.id, names[row.id], row.day, row.amount, row.currency, reason, detail=detail))
    return _at_most(out) + ([_only_counted("no_access", hidden)] if hidden else [])


def _never_linked(plan: Plan, viewer: Member) -> list[LeftOut]:
    """Revenue at the plan's account and below that the rule did not link, with the reason; unseen rows only as a count."""
    near, unseen = near_misses(plan=plan, viewer=viewer, at_most=LISTED_AT_MOST)
    out = [LeftOut(row.kind, row.id, row.name, row.day, row.amount, row.currency, row.reason, detail=row.detail) for row in near]
    listed = Counter((row.kind, row.reason) for row in near)
    whole = {(row.kind, row.reason): row.of_reason for row in near}
    rest = {of: rows - listed[of] for of, rows in whole.items()}
    out += [_only_counted(reason, rows) for (_kind, reason), rows in rest.items() if rows]
    return out + ([_only_counted("no_access", unseen)] if unseen else [])


def _only_counted(reason: str, count: int) -> LeftOut:
    return LeftOut(None, None, None, None, None, "", reason, count)


def _at_most(out: list[LeftOut]) -> list[LeftOut]:
    """Lists the first rows of each reason one by one and the rest as a count."""
    seen: Counter[str] = Counter()
    listed: list[LeftOut] = []
    for item in out:
        seen[item.reason] += 1
        if seen[item.reason] <= LISTED_AT_MOST:
            listed.append(item)
    return listed + [_only_counted(reason, count - LISTED_AT_MOST) for reason, count in seen.items() if count > LISTED_AT_MOST]
