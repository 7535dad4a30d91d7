"""The geometry of the big bar: won, weighted pipeline, the rest of the pipeline, and what is missing to the target."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .pieces import amount_of, share

_END_OF_BAR = Decimal("0.9")
_END_OF_PACE = Decimal("0.75")
_START_OF_BAR = Decimal("0.1")
_NEAR = Decimal("0.13")  # two words beside one another need as much on a phone
_CLOSE = Decimal("0.06")  # and as much of a wide bar


@dataclass(frozen=True)
class Mark:
    """A line across the bar with its word, which stays inside the bar at both ends; `is_raised`: a line above the other word."""

    name: str
    at: str
    anchor: str
    is_raised: bool = False


@dataclass(frozen=True)
class ForecastParts:
    """Positions and widths as percentages of the bar, which ends at the target or at the forecast if that is more.

    `near`: whether the words of the marks need two lines, always ("is-close") or on a phone ("is-near").
    """

    won: str
    weighted_at: str
    weighted: str
    rest_at: str
    rest: str
    marks: list[Mark]
    near: str
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
    is_near = bool(is_target and is_pace) and abs(is_target - is_pace) < scale * _NEAR
    marks = [_mark("pace", is_pace, scale, is_near=is_near)] if is_target and is_pace else []
    marks += [_mark("target", is_target, scale, is_near=is_near)] if is_target else []
    if is_near:  # the word that its line would cross stands above: at the very start the pace's, elsewhere the target's
        at = 0 if marks[0].anchor == "start" else 1
        marks[at] = replace(marks[at], is_raised=True)
    return ForecastParts(
        won=share(is_won, scale),
        weighted_at=share(is_won, scale),
        weighted=share(is_weighted, scale),
        rest_at=share(is_won + is_weighted, scale),
        rest=share(is_pipeline - is_weighted, scale),
        marks=marks,
        near="" if not is_near else "is-close" if abs(is_target - is_pace) < scale * _CLOSE else "is-near",
        has_gap=is_target > forecast,
        is_empty=not scale,
    )


def _mark(name: str, value: Decimal, scale: Decimal, *, is_near: bool) -> Mark:
    part = value / scale
    ends_at, starts_at = _END_OF_BAR, _START_OF_BAR
    if name == "pace":  # the target's word often stands to its right
        ends_at = _START_OF_BAR if is_near else _END_OF_PACE
    elif is_near:
        starts_at += _NEAR
    anchor = "end" if part > ends_at else "start" if part < starts_at else "middle"
    return Mark(name=name, at=share(value, scale), anchor=anchor)
