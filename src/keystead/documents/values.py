"""What a document shows: values in, already in the reader's language and number format.

The documents room computes no figure and translates no word, so a page on paper says exactly what the screen says.
Raw ratios (0 to 1) are here only to draw with. Texts may be of any length and script: the template clips them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Self

Tone = Literal["plain", "accent", "good", "warn", "bad", "info"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A word with a meaning, as in "Approved" (good) or "Late" (bad)."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it says: "Industry", "Food processing"."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SwotBlock:
    """The items of each quadrant, most important first. Three of each are shown."""

    strengths: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    opportunities: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KpiLine:
    """One KPI as the screen shows it. `value` is never cut: it is set smaller when it is long."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class TargetBar:
    """Shares of the bar's width, 0 to 1: won, then weighted pipeline, then the rest of the pipeline.

    `target` is where the mark stands; None when the plan has no target.
    """

    won: float = 0.0
    weighted: float = 0.0
    rest: float = 0.0
    target: float | None = None

    @classmethod
    def of(cls, *, target: Decimal | None, won: Decimal, pipeline: Decimal, weighted: Decimal) -> Self:
        """From amounts in one currency. The bar is as long as the target or the forecast, whichever is more."""
        won, pipeline = max(won, Decimal(0)), max(pipeline, Decimal(0))
        weighted = min(max(weighted, Decimal(0)), pipeline)
        goal = target if target is not None and target > 0 else None
        whole = max(won + pipeline, goal or Decimal(0))
        if not whole:
            return cls()
        return cls(
            won=float(won / whole),
            weighted=float(weighted / whole),
            rest=float((pipeline - weighted) / whole),
            target=None if goal is None else float(goal / whole),
        )


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One product line: last year's revenue, this year's won, open pipeline and forecast."""

    name: str
    last_year: str
    won: str
    pipeline: str
    forecast: str


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """`progress` is 0 to 1, None when it cannot be said; `progress_text` is what stands beside it ("3 of 7")."""

    title: str
    owner: str
    due: str
    status: Chip
    progress: float | None = None
    progress_text: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class ActionRow:
    title: str
    owner: str
    due: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Footer:
    """Whole sentences in the reader's language: where the figures come from and what they leave out."""

    as_of: str
    definitions: str
    rates: str
    hidden: str = ""
    missing_rates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnePageLabels:
    """The fixed words of the page in the reader's language. `more` holds "{n}": "+{n} more"."""

    title: str
    business_overview: str
    annual_targets: str
    revenue_streams: str
    action_plan: str
    owner: str
    segment: str
    strengths: str
    weaknesses: str
    opportunities: str
    threats: str
    legend_won: str
    legend_weighted: str
    legend_rest: str
    legend_gap: str
    target: str
    no_target: str
    product_line: str
    last_year: str
    won: str
    pipeline: str
    forecast: str
    total: str
    objective: str
    progress: str
    status: str
    due: str
    next_actions: str
    missing_rates: str
    fingerprint: str
    more: str
    nothing_overview: str
    nothing_swot: str
    nothing_streams: str
    nothing_objectives: str
    nothing_actions: str


@dataclass(frozen=True, slots=True)
class OnePage:
    """The one-page account plan. `language` is "en", "pt-BR" or "es"; `as_of_at` is an aware moment.

    `headline` holds the five KPIs set large, `details` up to six set small below them; `streams_total` counts
    every line, also those that do not fit. `accent` is the workspace's brand colour.
    """

    language: str
    labels: OnePageLabels
    as_of_at: datetime
    workspace: str
    account: str
    plan: str
    period: str
    owner: str
    status: Chip
    footer: Footer
    segment_now: str = ""
    segment_target: str = ""
    facts: tuple[Fact, ...] = ()
    overview: tuple[Fact, ...] = ()
    swot: SwotBlock = field(default_factory=SwotBlock)
    headline: tuple[KpiLine, ...] = ()
    details: tuple[KpiLine, ...] = ()
    bar: TargetBar = field(default_factory=TargetBar)
    streams: tuple[StreamRow, ...] = ()
    streams_total: StreamRow | None = None
    objectives: tuple[ObjectiveRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    accent: str = "#0f5d56"
