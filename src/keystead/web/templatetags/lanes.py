"""The geometry of a timeline lane: bars between two days, a tick per week or month, and today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language

from . import formats

_ROW_PX = 28
_HEAD_PX = 24
_BAR_PX = 20
_MOST_WEEKS = 9


@dataclass(frozen=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True)
class LaneBar:
    """`at` and `width` are percentages of the lane, `top` is in pixels."""

    label: str
    when: str
    at: str
    width: str
    top: int
    tone: str
    is_milestone: bool
    url: str


@dataclass(frozen=True)
class Lane:
    ticks: list[Tick]
    bars: list[LaneBar]
    height: int
    now: str | None


def lane_parts(bars: Iterable[Any], start: date, end: date, today: date | None = None) -> Lane:
    """`bars` are objects or mappings: label, start, end (both inclusive), row, tone, is_milestone, url.

    What lies outside of start..end (inclusive) is cut at the edge or left out. Rows count from 0.
    """
    days = (end - start).days + 1
    drawn = [_bar(bar, start, end, days) for bar in bars if _of(bar, "end") >= start and _of(bar, "start") <= end]
    lowest = max((bar.top for bar in drawn), default=_HEAD_PX)
    is_inside = today is not None and start <= today <= end
    return Lane(
        ticks=_ticks(start, end, days),
        bars=drawn,
        height=lowest + _ROW_PX,
        now=_percent((today - start).days, days) if is_inside and today else None,
    )


def _bar(bar: Any, start: date, end: date, days: int) -> LaneBar:
    language = get_language() or "en"
    first, last = max(start, _of(bar, "start")), min(end, _of(bar, "end"))
    is_milestone = bool(_of(bar, "is_milestone"))
    when = formats.day_short(first, language) if is_milestone else formats.period(first, last, language)
    return LaneBar(
        label=str(_of(bar, "label")),
        when=when,
        at=_percent((first - start).days, days),
        width=_percent((last - first).days + 1, days),
        top=_HEAD_PX + _ROW_PX * int(_of(bar, "row") or 0),
        tone=_of(bar, "tone") or "",
        is_milestone=is_milestone,
        url=_of(bar, "url") or "",
    )


def _ticks(start: date, end: date, days: int) -> list[Tick]:
    language = get_language() or "en"
    if days <= 7 * _MOST_WEEKS:
        at = [start + timedelta(days=step) for step in range(0, days, 7)]
    else:
        months = range(start.year * 12 + start.month, end.year * 12 + end.month)
        at = [start] + [date(month // 12, month % 12 + 1, 1) for month in months]
    return [Tick(at=_percent((day - start).days, days), label=formats.day_short(day, language)) for day in at]


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.2f}%"


def _of(bar: Any, name: str) -> Any:
    return bar.get(name) if isinstance(bar, Mapping) else getattr(bar, name, None)
