"""The portfolio as a list: what its cells show, what may be written in them, and what stands above it."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keystead.base import clock
from keystead.domain.accounts.portfolio.columns import COLUMNS
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.workspace.permissions import may
from keystead.web.accounts.listing import LISTING as ACCOUNTS
from keystead.web.accounts.listing import counted
from keystead.web.grid.drawing import EMPTY, link, person
from keystead.web.grid.listing import Cell, Listing
from keystead.web.grid.page import Page
from keystead.web.grid.state import hidden_inputs
from keystead.web.plans.words import local_time, rates_sentence
from keystead.web.portfolio import choices
from keystead.web.portfolio.columns import PORTFOLIO
from keystead.web.portfolio.rows import PortfolioDrawer, PortfolioRows, Row
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way
from keystead.web.templatetags import pieces
from keystead.web.templatetags.portfolio import figure
from keystead.web.templatetags.quick import filled


def _title(row: Row, _extra: Any) -> SafeString:
    line, about = row.line, row.line.row
    star = EMPTY
    if about.is_key:
        words = _("key account")
        drawn = pieces.icon("star", "s", words)
        star = filled('<span class="inline-block align-[-2px] text-accent" title="{}">{}</span> ', words, drawn)
    parts = [part for part in (line.place, _("with the accounts below") if about.covers_tree else "") if part]
    title = link(line.url, about.name, "row-title wrap-anywhere")
    return filled('{}<div class="sub">{}{}</div>', title, star, " · ".join(parts)) if star or parts else title


def _bar(row: Row, _extra: Any) -> SafeString:
    line = row.line
    if line.is_planned:
        return pieces.bar(line.won, line.forecast, line.target)
    if not row.may_plan:
        return EMPTY
    url = line.plan_url.rsplit("/", 2)[0]
    return filled('<a class="text-link" href="{}/new/?account={}">{}</a>', url, row.pk, _("Make a plan"))


def _plan(row: Row, _extra: Any) -> SafeString:
    line = row.line
    if not line.is_planned:
        return filled('<span class="sub">{}</span>', _("no plan yet"))
    chip = pieces.chip(line.status_label, line.status_tone)
    more = filled(' <span class="sub">+{}</span>', line.row.plans - 1) if line.row.plans > 1 else EMPTY
    return filled('<a href="{}" title="{}">{}</a>{}', line.plan_url, line.row.plan_name, chip, more)


def _figure(name: str) -> Cell:
    def raw(row: Row, _extra: Any) -> Any:
        return row.line.row.figures.shown(name)

    def html(row: Row, _extra: Any) -> SafeString:
        cell = row.line.cells[name]
        drawn = figure(cell)
        return filled('<span class="text-bad">{}</span>', drawn) if cell.is_bad else drawn

    return Cell(raw, html)


def _plain(name: str) -> Cell:
    return Cell(lambda row, _extra: getattr(row.line.row, name))


def _segments(row: Row, _extra: Any) -> str:
    """In a file: "Steady > Strategic"."""
    parts = [part for part in dict.fromkeys((row.line.segment_current, row.line.segment_target)) if part]
    return " → ".join(parts)


def frame(request: WorkspaceRequest, page: Page) -> dict[str, Any]:
    rows = page.rows
    assert isinstance(rows, PortfolioRows)
    query, whole, workspace = rows.query, rows.whole, request.workspace
    today = clock.today(request.user.time_zone)
    policy = workspace.rate_policy
    return {
        "found": whole, "is_of_deals": query.is_of_deals, "overlap": whole.total.repeated,
        "periods": choices.period_links(query.period, page.request.viewer, _Periods(page), today),
        "below": page.state.asked.one("below"), "below_clear": page.state.without("below"),
        "below_hidden": hidden_inputs(page.state, but={"below"}),
        "rates": rates_sentence(policy, is_frozen=False) if policy != "plan" else "", "as_of": local_time(clock.now()),
        "rates_url": way("rates", workspace) if may(request.viewer, "rate.edit") else "",
        "may_create": may(request.viewer, "account.create"), "new_account": way("accounts:new", workspace),
        "search_words": _("Search accounts"),
        "usual_year": fiscal_calendar(workspace).year_of(today).key,
    }  # fmt: skip


class _Periods:
    """What the panel of periods needs of an address: the same page for another period."""

    def __init__(self, page: Page) -> None:
        self.state = page.state

    def to(self, *, period: str) -> str:
        asked = self.state.asked.without("period")
        return self.state.to(asked.with_filter("period", period) if period else asked)


LISTING = Listing(
    grid=PORTFOLIO,
    rows=PortfolioRows,
    title=gettext_lazy("Portfolio"),
    template="portfolio/list.html",
    counted=counted,
    name=lambda row, _extra: row.line.row.name,
    form=ACCOUNTS.form,
    change=ACCOUNTS.change,
    change_many=ACCOUNTS.change_many,
    framed=frame,
    drawer=PortfolioDrawer,
    tools_template="portfolio/tools.html",
    cells={
        "account": Cell(lambda row, _extra: row.line.row.name, _title),
        "segment": Cell(_segments, lambda row, _extra: pieces.segment(row.line.segment_current, row.line.segment_target)),
        "segment_target": Cell(lambda row, _extra: row.line.segment_target),
        "owner": Cell(lambda row, _extra: row.line.row.owner_name or "", lambda row, _extra: person(row.line.row.owner_name)),
        "bar": Cell(lambda _row, _extra: None, _bar),
        "plan": Cell(lambda row, _extra: row.line.status_label or _("no plan yet"), _plan),
        **{name: _plain(name) for name in ("industry", "country", "is_key")},
        **{name: _figure(name) for name in COLUMNS if COLUMNS[name].is_figure},
    },
)
