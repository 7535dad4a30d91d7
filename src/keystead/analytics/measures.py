"""The measure catalogue: what each figure is called, how it is computed, in which unit, and when it is undefined.

Formulas are those of account planning: Forecast = Won + Pipeline ("total forecast"), Variance = Forecast − Target,
Achievement = Forecast / Target, Attainment = Won / Target, Gap = max(0, Target − Won), Coverage = Pipeline / Gap.
A version goes up when a formula changes, so that an old document says which formula it printed.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keystead.base.money import EXACT


class Unit(StrEnum):
    MONEY = "money"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class MeasureDefinition:
    """`formula` is for people and for the API; `help` says the same in a sentence."""

    id: str
    version: int
    name: str | Promise
    unit: Unit
    formula: str | Promise
    help: str | Promise
    null_rule: str | Promise = ""


_NO_TARGET = _("Undefined without a target or with a target of zero.")

KPIS: dict[str, MeasureDefinition] = {
    kpi.id: kpi
    for kpi in (
        MeasureDefinition(
            "target", 1, _("Target"), Unit.MONEY, _("the plan's target"), _("What the plan sets out to win in its period."),
            _("Empty when the plan has no target."),
        ),
        MeasureDefinition(
            "won", 1, _("Won"), Unit.MONEY, _("Σ amount of won revenue dated in the period"),
            _("Revenue won in the period, from the plan's revenue source."),
        ),
        MeasureDefinition(
            "pipeline", 1, _("Pipeline"), Unit.MONEY, _("Σ amount of open deals closing in the period"),
            _("Open deals that are expected to close in the period, in full."),
        ),
        MeasureDefinition(
            "weighted_pipeline", 1, _("Weighted pipeline"), Unit.MONEY,
            _("Σ amount × probability of open deals closing in the period"),
            _("Open deals that are expected to close in the period, each times its probability."),
        ),
        MeasureDefinition(
            "forecast", 1, _("Forecast"), Unit.MONEY, _("won + pipeline"), _("Won plus open pipeline closing in the period.")
        ),
        MeasureDefinition(
            "weighted_forecast", 1, _("Weighted forecast"), Unit.MONEY, _("won + weighted pipeline"),
            _("Won plus open pipeline times probability."),
        ),
        MeasureDefinition(
            "variance", 1, _("Variance"), Unit.MONEY, _("forecast − target"),
            _("How far the forecast is above or below the target."), _("Without a target it is the forecast."),
        ),
        MeasureDefinition(
            "achievement", 1, _("Achievement"), Unit.RATIO, _("forecast ÷ target"),
            _("The forecast as a share of the target."), _NO_TARGET,
        ),
        MeasureDefinition(
            "attainment", 1, _("Attainment"), Unit.RATIO, _("won ÷ target"),
            _("What is won as a share of the target."), _NO_TARGET,
        ),
        MeasureDefinition(
            "coverage", 1, _("Coverage of the gap"), Unit.RATIO, _("pipeline ÷ gap"),
            _("Open pipeline as a multiple of what is still missing."),
            _("Undefined without a target or when nothing is missing."),
        ),
        MeasureDefinition(
            "gap", 1, _("Gap"), Unit.MONEY, _("max(0, target − won)"), _("What is still to be won to reach the target."),
            _("Empty when the plan has no target."),
        ),
    )
}  # fmt: skip

ZERO = Decimal(0)
BEHIND = Decimal("0.8")  # an achievement below this is shown as behind


def derive(*, target: Decimal | None, won: Decimal, pipeline: Decimal, weighted_pipeline: Decimal) -> dict[str, Decimal | None]:
    """Every KPI from the four sums (all in one currency). Ratios are unrounded; undefined is None, never zero or infinite."""
    forecast = EXACT.add(won, pipeline)
    gap = None if target is None else max(ZERO, EXACT.subtract(target, won))
    return {
        "target": target,
        "won": won,
        "pipeline": pipeline,
        "weighted_pipeline": weighted_pipeline,
        "forecast": forecast,
        "weighted_forecast": EXACT.add(won, weighted_pipeline),
        "variance": EXACT.subtract(forecast, target or ZERO),
        "achievement": forecast / target if target else None,
        "attainment": won / target if target else None,
        "coverage": pipeline / gap if gap else None,
        "gap": gap,
    }
