"""The geometry of the big bar: won, weighted pipeline, the rest of the pipeline, and what is missing to the target."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .pieces import amount_of, share

_END_OF_BAR = Decimal("0.9")
_END_OF_PACE = Decimal("0.75")
_START_OF_BAR = Decimal("0.1")


@dataclass(frozen=True)
class Mark:
    """A line across the bar with its word; the word stays inside the bar at both ends."""

    name: str
    at: str
    anchor: str


@dataclass(frozen=True)
class ForecastParts:
    """Positions and widths as percentages of the bar, which ends at the target or at the forecast if that is more."""

    won: str
    weighted_at: str
    weighted: str
    rest_at: str
    rest: str
    marks: list[Mark]
    has_gap: bool
    is_empty: bool


def forecast_parts(won: Any, weighted: Any, pipeline: Any, target: Any, pace: Any = None) -> ForecastParts:
    """`pipeline` is all of it, unweighted; `weighted` the probable part. `pace` is where won should stand today.

    All in one currency: the caller converts. None counts as nothing; without a target there is no gap and no mark.
    """
    is_won, is_weighted, is_pipeline = amount_of(won), amount_of(weighted), amount_of(pipeline)
    is_target, is_pace = amount_of(target), amount_of(pace)
    is_weighted = min(is_weighted, is_pipeline)
    forecast = is_won + is_pipeline
    scale = max(forecast, is_target)
    marks = [_mark("pace", is_pace, scale)] if is_target and is_pace else []
    marks += [_mark("target", is_target, scale)] if is_target else []
    return ForecastParts(
        won=share(is_won, scale),
        weighted_at=share(is_won, scale),
        weighted=share(is_weighted, scale),
        rest_at=share(is_won + is_weighted, scale),
        rest=share(is_pipeline - is_weighted, scale),
        marks=marks,
        has_gap=is_target > forecast,
        is_empty=not scale,
    )


def _mark(name: str, value: Decimal, scale: Decimal) -> Mark:
    part = value / scale
    ends_at = _END_OF_PACE if name == "pace" else _END_OF_BAR  # the target's word often stands to its right
    anchor = "end" if part > ends_at else "start" if part < _START_OF_BAR else "middle"
    return Mark(name=name, at=share(value, scale), anchor=anchor)
