"""The portfolio: every account that the viewer may see, with what it has won and will win in a period against its targets.

Definitions are in docs/explanation/portfolio.md. Figures are computed in sets by chain_sql; here they get their names.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from keystead.analytics.measures import KPIS, Unit, derive
from keystead.base.money import Money
from keystead.data.accounts.models import Segment
from keystead.data.workspace.models import Member
from keystead.domain.accounts.columns import SHORT_SEGMENTS
from keystead.domain.accounts.portfolio.answers import kept_page
from keystead.domain.accounts.portfolio.chain_sql import statement
from keystead.domain.accounts.portfolio.columns import NOTHING_COUNTED, UNOPENED, Grouping, group_path
from keystead.domain.accounts.portfolio.page_sql import usual_page
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.portfolio.totals import LINE, tail

PAGE = 50
_FAR = 1_000  # lines; to a page beyond it the way along an index is longer than to a kept answer


@dataclass(frozen=True, slots=True)
class Figures:
    """What is added up for a line, a group or all, in the workspace's currency, unrounded; `values` holds what derives from it.

    `hidden`: deals that the viewer may not open, left out or included by the workspace's policy. `unrated`: left out for want of
    a rate; `unrated_targets` likewise.
    """

    currency: str
    values: Mapping[str, Decimal | None]
    deals: int
    hidden: int
    unrated: int
    unrated_targets: int

    def shown(self, column: str) -> Money | Decimal | int | None:
        """What a surface prints: money rounded to the currency's minor unit, a ratio, a count, None for undefined."""
        if column == "deals":
            return self.deals
        value = self.values[column]
        if value is None or KPIS[column].unit is Unit.RATIO:
            return value
        return Money(value, self.currency).rounded()


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One account; grouped by a thing of its deals, its share in one group (then without target)."""

    account_id: UUID
    name: str
    industry: str
    country: str
    segment_current: str
    segment_target: str
    is_key: bool
    owner_id: UUID | None
    owner_name: str | None
    covers_tree: bool
    plans: int
    plan_id: UUID | None
    plan_name: str | None
    plan_status: str | None
    counts_otherwise: bool
    is_prorated: bool
    keys: tuple[str, ...]
    figures: Figures

    @property
    def group(self) -> str:
        return group_path(self.keys)


@dataclass(frozen=True, slots=True)
class Summary:
    """A group, or all of it: each deal once, however many lines cover it. `repeated`: in how many further lines deals stand.

    `keys`: none for all of it, one for a group, two for a group within a group.
    """

    keys: tuple[str, ...]
    label: str
    accounts: int
    with_plan: int
    moving_up: int
    repeated: int
    figures: Figures

    @property
    def group(self) -> str:
        return group_path(self.keys)


@dataclass(frozen=True, slots=True)
class MissingRates:
    """No rate from `base` to `quote` on `days` days from `first` to `last`: so many deals and targets are left out."""

    base: str
    quote: str
    first: date
    last: date
    days: int
    deals: int
    targets: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Totals and groups over everything that the filters leave, and a page of its lines, group by group.

    `lines`: how many there are in all. `foot`: the aggregates over the lines that were asked for (sums stand in `total`).
    """

    query: PortfolioQuery
    currency: str
    total: Summary
    groups: tuple[Summary, ...]
    rows: tuple[PortfolioRow, ...]
    lines: int
    foot: Mapping[str, Decimal | None]
    missing: tuple[MissingRates, ...]

    def group(self, key: str) -> Summary | None:
        return next((group for group in self.groups if group.group == key), None)


def portfolio(
    *,
    query: PortfolioQuery,
    viewer: Member,
    today: date,
    limit: int | None = PAGE,
    offset: int = 0,
    groups_of_page: bool = False,
    of_group: Sequence[str] | None = None,
) -> Portfolio:
    """The portfolio as the viewer may see it; `limit` None for every line.

    `groups_of_page`: only those groups in which a line of the page stands, instead of all. `of_group`: this group will do.
    """
    page: dict[str, Any] = {"limit": limit, "offset": offset, "groups_of_page": groups_of_page}
    found = (
        (usual_page(query, viewer=viewer, today=today, limit=limit, offset=offset) if offset < _FAR else None)
        or kept_page(query, viewer=viewer, today=today, **page, keys=of_group)
        or _fetch(query, viewer, today, page)
    )
    groups, rows, lines, foot, missing, total = found
    currency, groupings = viewer.workspace.currency, query.groupings
    return Portfolio(
        query=query,
        currency=currency,
        total=_summary(_exact(total), "", currency),
        groups=tuple(
            _summary(group, _words(groupings[len(group["key"]) - 1], group), currency) for group in _exact(groups) or []
        ),
        rows=tuple(_row(row, currency) for row in _exact(rows) or []),
        lines=lines,
        foot={name: None if value is None else Decimal(value) for name, value in (_exact(foot) or {}).items()},
        missing=tuple(_missing(pair, currency) for pair in _exact(missing) or []),
    )


def _fetch(query: PortfolioQuery, viewer: Member, today: date, page: dict[str, Any]) -> Any:
    """The statement's answer; from the deals themselves when the kept figures were forgotten at this very moment."""
    is_there, *answer = _answer(query, viewer, today, page, is_from_deals=False)
    if not is_there:
        _is_there, *answer = _answer(query, viewer, today, page, is_from_deals=True)
    return answer


def _answer(query: PortfolioQuery, viewer: Member, today: date, page: dict[str, Any], *, is_from_deals: bool) -> Any:
    steps, parameters = statement(query, viewer=viewer, today=today, is_from_deals=is_from_deals)
    with connection.cursor() as cursor:
        is_of_kept = parameters["kept"] is not None and not query.is_filtered
        cursor.execute(steps + tail(query, is_of_kept=is_of_kept), parameters | page)
        return cursor.fetchone()


def one_row(
    *, query: PortfolioQuery, viewer: Member, today: date, account: UUID, keys: Sequence[str] = ()
) -> PortfolioRow | None:
    """The line of one account (in one group), None when the query leaves it out or the viewer may not see it."""
    steps, parameters = statement(query, viewer=viewer, today=today, is_from_deals=True)
    line = LINE.format(target="target")
    where = "WHERE id = %(account)s AND (%(keys)s::text[] = '{}' OR key = %(keys)s::text[]) LIMIT 1"
    sql = f"SELECT to_jsonb(l)::text FROM (SELECT {line} FROM figured {where}) l"
    with connection.cursor() as cursor:
        cursor.execute(steps + sql, parameters | {"account": account, "keys": list(keys)})
        found = cursor.fetchone()
    return _row(_exact(found[0]), viewer.workspace.currency) if found else None


def _exact(text: str | None) -> Any:
    """JSON as PostgreSQL wrote it, its numbers without a way through floating point."""
    return None if text is None else json.loads(text, parse_float=Decimal)


def _figures(found: Mapping[str, Any], currency: str) -> Figures:
    target, won, pipeline, weighted = (
        None if found[name] is None else Decimal(found[name]) for name in ("target", "won", "pipeline", "weighted_pipeline")
    )
    zero = Decimal(0)
    values = derive(target=target, won=won or zero, pipeline=pipeline or zero, weighted_pipeline=weighted or zero)
    return Figures(
        currency, values, int(found["deals"]), int(found["hidden"]), int(found["unrated"]), int(found["unrated_targets"])
    )


def _summary(found: Mapping[str, Any], label: str, currency: str) -> Summary:
    figures = _figures(found, currency)
    return Summary(
        tuple(found.get("key", ())), label, found["accounts"], found["with_plan"], found["moving_up"],
        int(found["row_deals"]) - figures.deals, figures,
    )  # fmt: skip


_ABOUT = tuple(PortfolioRow.__dataclass_fields__)[:-2]


def _row(found: Mapping[str, Any], currency: str) -> PortfolioRow:
    about = {name: found[name] for name in _ABOUT}
    for name in ("account_id", "owner_id", "plan_id"):
        about[name] = UUID(about[name]) if about[name] else None
    return PortfolioRow(**about, keys=tuple(found["group"]), figures=_figures(found, currency))


def _missing(pair: Mapping[str, Any], quote: str) -> MissingRates:
    first, last = date.fromisoformat(pair["first"]), date.fromisoformat(pair["last"])
    return MissingRates(pair["base"], quote, first, last, pair["days"], pair["deals"], pair["targets"])


def _words(grouping: Grouping, group: Mapping[str, Any]) -> str:
    """What a group is called."""
    key, label = group["key"][-1], group["label"]
    if key == NOTHING_COUNTED:
        return _("No deal in this period")
    if key == UNOPENED:
        return _("Deals that you may not open")
    if key == "=":
        return str(grouping.empty)
    return str(SHORT_SEGMENTS[Segment(label)]) if grouping.labels == "segment" else label
