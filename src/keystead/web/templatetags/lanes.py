"""The geometry of a timeline lane: bars between two days, a tick per week or month, and today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language

from . import formats

_ROW_PX = 28
_HEAD_PX = 24
_MOST_WEEKS = 9
_LEAST_ROOM = 25  # percent of the lane; with less to its right, a milestone near the end has its words to its left


@dataclass(frozen=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True)
class LaneBar:
    """`at` and `width` are percentages of the lane, `top` is in pixels.

    A milestone's `width` is the room of its words, up to the next bar of its row; `words_at` where it begins.
    """

    label: str
    when: str
    at: str
    width: str
    top: int
    tone: str
    is_milestone: bool
    url: str
    words_at: str = ""

    @property
    def is_before(self) -> bool:
        """Its words stand to its left."""
        return self.words_at != self.at


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
    within = [bar for bar in bars if _of(bar, "end") >= start and _of(bar, "start") <= end]
    drawn = [_bar(bar, start, end, days) for bar in within]
    drawn = [_with_room(bar, drawn) if bar.is_milestone else bar for bar in drawn]
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


def _with_room(mark: LaneBar, drawn: list[LaneBar]) -> LaneBar:
    """The milestone with the room that its words have in its row, so that they lie over no other bar."""
    at = _number(mark.at)
    others = [bar for bar in drawn if bar.top == mark.top and bar is not mark]
    until = min([_number(bar.at) for bar in others if _number(bar.at) > at], default=100.0)
    since = max([_number(bar.at) + _number(bar.width) for bar in others if _number(bar.at) < at], default=0.0)
    if until - at < _LEAST_ROOM and at - since > until - at:
        return replace(mark, words_at=f"{since:.2f}%", width=f"{max(at - since, 0):.2f}%")
    return replace(mark, words_at=mark.at, width=f"{until - at:.2f}%")


def _number(percent: str) -> float:
    return float(percent.removesuffix("%"))


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
