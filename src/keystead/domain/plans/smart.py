"""Whether an objective is specific, measurable, achievable, relevant and timed: rules with ids that never block saving.

Each rule reads one objective with its measures; what it finds is a code here and a sentence in the reader's language.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from keystead.data.plans.items import Measure, Objective, ObjectiveStatus
from keystead.data.plans.models import Plan


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    objective: Objective

    @property
    def sentence(self) -> Any:
        return RULES[self.rule][0]


def _is_vague(objective: Objective, _plan: Plan) -> bool:
    return len([word for word in objective.title.split() if any(map(str.isalnum, word))]) < 2


def _lacks_measure(objective: Objective, _plan: Plan) -> bool:
    """Quantitative, and no measure says from where to where."""
    return objective.kind == Objective.Kind.QUANTITATIVE and not any(map(_is_whole, objective.measures.all()))


def _is_whole(measure: Measure) -> bool:
    """A yes-or-no goes from no to yes, and a figure of the plan from nothing: they need no baseline."""
    if measure.unit == Measure.Unit.YES_NO:
        return True
    has_baseline = measure.baseline is not None or measure.source == Measure.Source.KPI
    return has_baseline and measure.target is not None


def _asks_for_nothing(objective: Objective, _plan: Plan) -> bool:
    return any(
        measure.target is not None and measure.target == measure.baseline and measure.unit != Measure.Unit.YES_NO
        for measure in objective.measures.all()
    )


def _stands_alone(objective: Objective, _plan: Plan) -> bool:
    """Comes from no SWOT item and names nobody at the customer."""
    return objective.stakeholder_id is None and not objective.from_swot.all()


def _is_untimed(objective: Objective, plan: Plan) -> bool:
    return objective.target_date is None or not plan.start_date <= objective.target_date <= plan.end_date


RULES: dict[str, tuple[Any, Callable[[Objective, Plan], bool]]] = {
    "SMART-S1": (_("says too little: name what changes and for whom"), _is_vague),
    "SMART-M1": (_("has no measure with a baseline and a target"), _lacks_measure),
    "SMART-M2": (_("has a target that is the same as its baseline"), _asks_for_nothing),
    "SMART-R1": (_("is linked to no SWOT item and to nobody at the customer"), _stands_alone),
    "SMART-T1": (_("has no due date inside the plan"), _is_untimed),
}


def lint(objectives: Iterable[Objective], plan: Plan) -> list[Finding]:
    """What to mend in the active objectives (prefetch `measures` and `from_swot`), by rank, then by rule."""
    active = (objective for objective in objectives if objective.status == ObjectiveStatus.ACTIVE)
    return [Finding(rule, objective) for objective in active for rule, (_text, holds) in RULES.items() if holds(objective, plan)]
