"""The KPI block of a plan, live: sums of its revenue rows and what the measure catalogue derives from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from keystead.analytics.measures import KPIS, Unit, derive
from keystead.base.money import Money
from keystead.base.periods import Period
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.plans.facts import MissingPair, Sums, sums


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """All figures of one plan at one instant, in the plan's currency, unrounded.

    `missing` names every rate that was needed and not there; the rows concerned are left out of the figures and say so.
    """

    plan_id: UUID
    as_of: datetime
    period: Period
    currency: str
    values: Mapping[str, Decimal | None]
    hidden: int
    counted: int
    missing: tuple[MissingPair, ...]

    def money(self, kpi: str) -> Money | None:
        value = self.values[kpi]
        return None if value is None else Money(value, self.currency)

    def shown(self, kpi: str) -> Money | Decimal | None:
        """What a surface prints: money rounded to the currency's minor unit, a ratio as it is, None for undefined."""
        if KPIS[kpi].unit is Unit.RATIO:
            return self.values[kpi]
        money = self.money(kpi)
        return None if money is None else money.rounded()  # zero money is false, and not undefined

    def lacks(self, kpi: str) -> list[MissingPair]:
        """The missing rates that this figure suffers from."""
        if kpi == "target":
            return []
        one_part = {"won": "won", "attainment": "won", "gap": "won", "pipeline": "pipeline", "weighted_pipeline": "pipeline"}
        wanted = {one_part[kpi]} if kpi in one_part else {"won", "pipeline"}
        return [pair for pair in self.missing if pair.part in wanted]


def figures_of(plan: Plan, found: Sums, *, at: datetime) -> PlanFigures:
    values = derive(target=plan.target, won=found.won, pipeline=found.pipeline, weighted_pipeline=found.weighted_pipeline)
    return PlanFigures(
        plan.pk, at, Period(plan.start_date, plan.end_date), plan.currency, values, found.hidden, found.counted, found.missing
    )


def figures(
    *, plans: Iterable[Plan], viewer: Member | None, at: datetime, today: date, source: str | None = None
) -> dict[UUID, PlanFigures]:
    """The figures of these plans (which the viewer must be allowed to see) in one query, by plan id.

    `source` asks what they would be with another revenue source, before it is chosen.
    """
    listed = list(plans)
    if not listed:
        return {}
    include_hidden = viewer is None or viewer.workspace.totals_include_hidden
    ids = [plan.pk for plan in listed]
    found = sums(plans=ids, viewer=viewer, include_hidden=include_hidden, today=today, source=source)
    return {plan.pk: figures_of(plan, found[plan.pk], at=at) for plan in listed}
