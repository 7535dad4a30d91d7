"""The portfolio's lines as the template draws them: each figure as text, with its exact amount and the way to its explanation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keystead.analytics.measures import BEHIND
from keystead.base.money import Money
from keystead.data.accounts.models import Segment
from keystead.data.plans.models import PlanStatus
from keystead.data.workspace.models import Workspace
from keystead.domain.accounts.columns import SHORT_SEGMENTS
from keystead.domain.accounts.portfolio.columns import COLUMNS, FOOT, NOTHING_COUNTED, Kind
from keystead.domain.accounts.portfolio.listing import Figures, Portfolio, PortfolioRow, Summary
from keystead.web.plans.words import STATUS_TONES, count_text, language
from keystead.web.portfolio.address import Address
from keystead.web.shell import way
from keystead.web.templatetags import formats

_LARGE = Decimal(1_000_000)


def short_segment(value: str) -> str:
    return str(SHORT_SEGMENTS[Segment(value)]) if value else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: `text` "" when it is undefined. `full` is the exact amount, `note` what the reader must know beside it."""

    column: str
    text: str
    full: str
    explain: str
    note: str = ""
    is_bad: bool = False
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    row: PortfolioRow
    url: str
    plan_url: str
    place: str
    segment_current: str
    segment_target: str
    status_label: str
    status_tone: str
    won: Decimal | None
    forecast: Decimal | None
    target: Decimal | None
    cells: dict[str, Cell]
    extra: list[Cell]
    opens: "tuple[GroupLine, ...]"

    @property
    def is_planned(self) -> bool:
        return self.row.plans > 0


@dataclass(frozen=True, slots=True)
class GroupLine:
    summary: Summary
    accounts: str
    cells: dict[str, Cell]
    extra: list[Cell]


class Cells:
    """Draws figures for one page: the unit of money is one for all of it, so that a column can be read down."""

    def __init__(self, found: Portfolio, address: Address, workspace: Workspace, columns: list[str]) -> None:
        self.found, self.address, self.columns = found, address, columns
        self.explain = reverse("portfolio:explanation", args=[workspace.slug])
        self.account_url, self.plan_url = (_pattern(name, workspace) for name in ("accounts:detail", "plans:detail"))
        self.unit = _unit([row.figures for row in found.rows] or [found.total.figures])

    def lines(self, previous: tuple[str, ...]) -> Iterable[Line]:
        """The page's lines; the first of each group brings the group's own line, and before it that of the group around it."""
        groups = {group.keys: group for group in self.found.groups}
        for row in self.found.rows:
            begun = [row.keys[:depth] for depth in range(1, len(row.keys) + 1) if row.keys[:depth] != previous[:depth]]
            previous = row.keys
            yield self.line(row, tuple(self.group(groups[keys]) for keys in begun if keys in groups))

    def line(self, row: PortfolioRow, opens: tuple[GroupLine, ...]) -> Line:
        where = {"account": row.account_id} | ({"in": row.group} if self.found.groups else {})
        cells = self.cells(row.figures, where)
        if row.is_prorated:
            note = _("pro rata")
            cells["target"] = Cell("target", cells["target"].text, cells["target"].full, cells["target"].explain, note)
        if row.counts_otherwise:
            cells["achievement"] = replace(cells["achievement"], note=_("by deals"))
        values = row.figures.values
        return Line(
            row=row,
            url=self.account_url.format(row.account_id),
            plan_url=self.plan_url.format(row.plan_id),
            place=" · ".join(filter(None, (row.industry, row.country))),
            segment_current=short_segment(row.segment_current),
            segment_target=short_segment(row.segment_target),
            status_label=str(PlanStatus(row.plan_status).label) if row.plan_status else "",
            status_tone=STATUS_TONES[PlanStatus(row.plan_status)] if row.plan_status else "",
            won=values["won"],
            forecast=values["forecast"],
            target=values["target"],
            cells=cells,
            extra=[cells[name] for name in self.columns if name in cells],
            opens=opens,
        )

    def group(self, summary: Summary) -> GroupLine:
        cells = self.cells(summary.figures, {"in": summary.group}) if NOTHING_COUNTED not in summary.keys else {}
        text = ngettext("%(n)s account", "%(n)s accounts", summary.accounts) % {"n": count_text(summary.accounts)}
        text = with_plans(text, summary)
        return GroupLine(summary, text, cells, [cells[name] for name in self.columns if name in cells])

    def foot(self) -> dict[str, Cell]:
        """The footer's cells: the totals, or what was asked for instead."""
        cells = self.cells(self.found.total.figures, {})
        for name, how in self.found.query.foot.items():
            if how == "sum" or name not in cells:
                continue
            value = self.found.foot.get(name)
            text = "" if value is None else count_text(value) if how == "count" else self.text(name, value)
            cells[name] = Cell(name, text, "", cells[name].explain, str(FOOT[how]))
        return cells

    def cells(self, figures: Figures, where: dict[str, Any]) -> dict[str, Cell]:
        explain = f"{self.explain}?{self.address.query(**where)}"
        return {
            name: self.cell(name, figures, f"{explain}&kpi={name}" if not explain.endswith("?") else f"{explain}kpi={name}")
            for name, column in COLUMNS.items()
            if column.is_figure
        }

    def cell(self, name: str, figures: Figures, explain: str) -> Cell:
        value = figures.shown(name)
        if value is None:
            return Cell(name, "", "", explain, is_incomplete=_lacks(name, figures))
        raw = value.amount if isinstance(value, Money) else Decimal(value)
        full = formats.money(value, language()) if isinstance(value, Money) else ""
        return Cell(
            name, self.text(name, raw), full, explain,
            note=_hidden(figures) if name == "deals" else "",
            is_bad=name in ("achievement", "attainment") and raw < BEHIND,
            is_incomplete=_lacks(name, figures),
        )  # fmt: skip

    def text(self, name: str, value: Decimal) -> str:
        kind = COLUMNS[name].kind
        if kind is Kind.MONEY:
            return formats.money_compact(Money(value, self.found.currency), language(), self.unit)
        return formats.percent(value, language()) if kind is Kind.RATIO else formats.number(value, language())


def with_plans(counted: str, summary: Summary) -> str:
    """How many of the accounts have a plan, where not all have: the forecast of all is set against the targets of these."""
    if not 0 < summary.with_plan < summary.accounts:
        return counted
    return f"{counted}, " + _("%(n)s with a plan") % {"n": count_text(summary.with_plan)}


def _pattern(name: str, workspace: Workspace) -> str:
    """An address with {} for the id: looked up once for all lines."""
    nobody = UUID(int=0)
    return way(name, workspace, nobody).replace(str(nobody), "{}")


def _lacks(name: str, figures: Figures) -> bool:
    """Whether the figure misses something for want of an exchange rate."""
    needs_target = name in ("target", "achievement", "attainment", "variance", "gap")
    return (name != "target" and figures.unrated > 0) or (needs_target and figures.unrated_targets > 0)


def _hidden(figures: Figures) -> str:
    if not figures.hidden:
        return ""
    return ngettext("%(n)s hidden", "%(n)s hidden", figures.hidden) % {"n": count_text(figures.hidden)}


def _unit(shown: list[Figures]) -> str:
    """Millions for the whole page when most amounts are that large; else each amount chooses for itself."""
    amounts = [abs(value) for figures in shown for name in ("target", "forecast") if (value := figures.values[name])]
    large = sum(1 for amount in amounts if amount >= _LARGE)
    return "M" if large * 2 > len(amounts) else ""
