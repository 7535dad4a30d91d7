"""How far an objective has come: attainment of its measures, or of its actions, against where it should stand today.

attainment = (current − baseline) ÷ (target − baseline), so a measure that is to go down works the same way. Values are not
clamped here: 1.2 is a fifth above the target, and a surface draws it as full. Pace is linear between start and due day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from keystead.analytics.measures import KPIS, Unit
from keystead.data.plans.items import Action, Measure, Objective, ObjectiveStatus
from keystead.data.plans.models import Plan

FEWEST_ACTIVE, MOST_ACTIVE = 2, 5  # objectives in work at one time (features A6)
_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class MeasureProgress:
    """`current` is the latest reading on or before today, or the plan's figure; None while there is none."""

    measure: Measure
    baseline: Decimal | None
    current: Decimal | None
    current_date: date | None
    attainment: Decimal | None
    expected: Decimal | None

    @property
    def goes_down(self) -> bool:
        target = self.measure.target
        return self.baseline is not None and target is not None and target < self.baseline


@dataclass(frozen=True, slots=True)
class ObjectiveProgress:
    """`attainment` is a ratio or None when nothing says it; `by` tells what it comes from: measures, actions or status."""

    objective: Objective
    measures: tuple[MeasureProgress, ...]
    attainment: Decimal | None
    by: str
    pace: Decimal | None
    is_late: bool

    @property
    def is_behind(self) -> bool:
        """Late, or below the pace by more than the tolerance of its first measure."""
        if self.is_late:
            return True
        if self.attainment is None or self.pace is None or self.objective.status != ObjectiveStatus.ACTIVE:
            return False
        tolerance = next((m.measure.tolerance for m in self.measures if m.measure.tolerance), _ZERO)
        return self.attainment < self.pace - (tolerance or _ZERO)


def attainment(*, baseline: Decimal | None, target: Decimal | None, current: Decimal | None) -> Decimal | None:
    """None while one of the three is not known, or when the target is the baseline."""
    if baseline is None or target is None or current is None or target == baseline:
        return None
    return (current - baseline) / (target - baseline)


def pace(*, start: date, end: date, today: date) -> Decimal:
    """The share of the days that has passed, today included: 0 before the start, 1 from the last day on."""
    days = (end - start).days + 1
    if days <= 0:
        return _ONE
    return min(_ONE, max(_ZERO, Decimal((today - start).days + 1) / days))


def objective_progress(
    objective: Objective, *, plan: Plan, kpis: Mapping[str, Decimal | None], actions: Iterable[Action], today: date
) -> ObjectiveProgress:
    """Reads `objective.measures` with their `readings` (prefetch both) and these actions of the objective."""
    start, end = objective.start_date or plan.start_date, objective.target_date or plan.end_date
    passed = pace(start=start, end=end, today=today)
    measures = tuple(_measure(measure, kpis, passed, today) for measure in objective.measures.all())
    reached, by = _reached(objective, measures, actions)
    is_late = objective.status == ObjectiveStatus.ACTIVE and end < today and (reached is None or reached < 1)
    return ObjectiveProgress(objective, measures, reached, by, passed if by == "measures" else None, is_late)


def _measure(measure: Measure, kpis: Mapping[str, Decimal | None], passed: Decimal, today: date) -> MeasureProgress:
    baseline, target = measure.baseline, measure.target
    if measure.unit == Measure.Unit.YES_NO:
        baseline, target = _ZERO, _ONE
    elif measure.source == Measure.Source.KPI and baseline is None:
        baseline = _ZERO  # a figure of the plan starts at nothing
    current = _figure(measure, kpis)
    on: date | None = today
    if measure.source == Measure.Source.MANUAL:
        latest = next((reading for reading in measure.readings.all() if reading.date <= today), None)
        current, on = (latest.value, latest.date) if latest else (None, None)
    expected = None if baseline is None or target is None else baseline + passed * (target - baseline)
    reached = attainment(baseline=baseline, target=target, current=current)
    return MeasureProgress(measure, baseline, current, on if current is not None else None, reached, expected)


def _figure(measure: Measure, kpis: Mapping[str, Decimal | None]) -> Decimal | None:
    """The plan's figure that the measure follows; a ratio is a percentage for a measure in percent."""
    value = kpis.get(measure.kpi)
    is_ratio = measure.kpi in KPIS and KPIS[measure.kpi].unit is Unit.RATIO
    return value * 100 if value is not None and is_ratio and measure.unit == Measure.Unit.PERCENT else value


def _reached(
    objective: Objective, measures: tuple[MeasureProgress, ...], actions: Iterable[Action]
) -> tuple[Decimal | None, str]:
    if objective.status == ObjectiveStatus.ACHIEVED:
        return _ONE, "status"
    known = [measure.attainment for measure in measures if measure.attainment is not None]
    if known:
        return sum(known, _ZERO) / len(known), "measures"
    return (None, "measures") if measures else (action_progress(actions), "actions")


def action_progress(actions: Iterable[Action]) -> Decimal | None:
    """Σ (weight × done) ÷ Σ weight; the weight is the effort, or one for all while any has none. Dropped ones do not count."""
    counted = [action for action in actions if action.status != Action.Status.DROPPED]
    if not counted:
        return None
    known = all(action.effort_hours for action in counted)
    weights = [(action.effort_hours if known else None) or _ONE for action in counted]
    done = sum((weight * action.percent_done for weight, action in zip(weights, counted, strict=True)), _ZERO)
    return done / (100 * sum(weights, _ZERO))


def group_actions(actions: Iterable[Action]) -> dict[UUID | None, list[Action]]:
    """Actions by their objective's id; None for those of no objective."""
    grouped: dict[UUID | None, list[Action]] = {}
    for action in actions:
        grouped.setdefault(action.objective_id, []).append(action)
    return grouped
