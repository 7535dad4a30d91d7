"""The rows behind a figure of the portfolio, and the rows left out: what the database says of them, as lines with reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keystead.data.deals.models import Deal
from keystead.data.query_sql import seen
from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio.chain_sql import own_parts, sees_all
from keystead.domain.accounts.portfolio.explanation_sql import (
    COVERED,
    DEALS,
    ELSEWHERE,
    NEAR,
    OF_ROWS,
    OTHERS,
    SCOPE,
    TARGETS,
)
from keystead.domain.accounts.portfolio.first_rows import MOST_LEFT_OUT, FirstRows, sum_of
from keystead.domain.accounts.portfolio.listing import Figures
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.portfolio.source_sql import told_key
from keystead.domain.plans.explanation import REASONS as PLAN_REASONS

REASONS: Mapping[str, str | Promise] = PLAN_REASONS | {
    "no_account": _("belongs to no account"),
    "date_outside": _("its date is outside the period"),
    "below_account": _("belongs to an account below, which no plan covers from here"),
    "archived": _("archived"),
    "no_target": _("has no target"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One contribution; the lines sum to the figure exactly. `kind`: deal, target, hidden, clamp, or
    more, more_targets (the rest as one sum).

    `days`: (days inside the period, days of the plan) when a target counts pro rata.
    """

    kind: str
    id: UUID | None
    name: str
    status: str
    day: date | None
    amount: Decimal | None
    currency: str
    rate: Decimal | None
    rate_date: date | None
    rate_via: str | None
    probability: Decimal | None
    days: tuple[int, int] | None
    converted: Decimal
    count: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that does not count, or (`id` None) so many more of the same reason."""

    kind: str
    id: UUID | None
    name: str
    day: date | None
    amount: Decimal | None
    currency: str
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Scope:
    """What is explained: one account, one group (an account within it), all, or every account of a reader who sees them all."""

    kind: str
    covered: str
    rows: str
    key: str
    own_key: str
    deal_join: str

    def deal_key(self, visible: str) -> str:
        """The condition on a deal (`d`) to be of the group; `visible` is that on one which the reader may open."""
        return f"{told_key(self.own_key, visible)} = %(of_deals)s::text[]" if self.is_of_deals else "true"

    @property
    def is_of_deals(self) -> bool:
        """Whether a thing of the deals makes the group."""
        return self.key != "true"


def scope_of(query: PortfolioQuery, account: UUID | None, keys: Sequence[str], viewer: Member) -> tuple[Scope, dict[str, Any]]:
    """What is explained, and the parameters that say it: the parts of the group's key that are the accounts', the deals'."""
    pairs = list(zip(query.groupings, keys, strict=False))
    of_accounts = [key for grouping, key in pairs if not grouping.is_of_deals]
    of_deals = [(grouping, key) for grouping, key in pairs if grouping.is_of_deals]
    kind = "account" if account else "group" if of_accounts else "all"
    if kind == "all" and sees_all(viewer) and not query.is_filtered:
        kind = "every"
    parameters: dict[str, Any] = {"account": account, "of_accounts": of_accounts, "of_deals": [key for _, key in of_deals]}
    own_key = own_parts((grouping for grouping, _ in of_deals), is_of_deals=True)
    join = "LEFT JOIN keystead_member m ON m.id = d.owner_id" if of_deals else ""
    depth = len(of_accounts)
    key = f"key[1:{len(of_deals)}] = %(of_deals)s::text[]" if of_deals else "true"
    covered = SCOPE.format(covered=COVERED[kind].format(depth=depth))
    return Scope(kind, covered, OF_ROWS[kind].format(depth=depth), key, own_key, join), parameters


def deals(steps: str, scope: Scope, parameters: dict[str, Any], *, count: bool) -> tuple[list[Line], list[LeftOut]]:
    """The deals of the period, counted or left out. `count`: each is worth 1 instead of its amount."""
    tail = scope.covered + DEALS.format(key=scope.key, scope="" if scope.kind == "every" else "JOIN scope USING (account_id)")
    lines: list[Line] = []
    out: list[LeftOut] = []
    for class_, rows in _by_class(steps + tail, parameters):
        together, total = rows[0][0], rows[0][1]
        if class_ == "hidden":
            lines.append(plain("hidden", Decimal(together) if count else total, together))
        elif class_ == "counts":
            shown = [_deal_line(row[2:], count=count) for row in rows[parameters["skipped"] :]]
            if together > len(shown):
                listed = sum((line.converted for line in shown), Decimal(0))
                rest = (Decimal(together) if count else total) - listed
                shown.append(plain("more", rest, together - len(shown)))
            lines += shown
        elif class_ == "no_access":
            out.append(LeftOut("deal", None, "", None, None, "", class_, together))
        else:
            out += [LeftOut("deal", row[2], row[3], row[5], row[6], row[7], class_) for row in rows]
            out += _rest(class_, together - len(rows))
    lines.sort(key=lambda line: ("deal", "more", "hidden").index(line.kind))
    return lines, out


def first_deals(rows: FirstRows, figures: Figures, *, count: bool) -> tuple[list[Line], list[LeftOut]]:
    """The same for a reader who sees everything: what the rows come to is taken from the figures of the line explained."""
    asked = rows.asked
    lines: list[Line] = []
    out: list[LeftOut] = []
    for class_, together, listed in rows.deals():
        if class_ == "counts":
            # what lost its amount or its rate at this very moment is told of with the rest
            lines = [_deal_line(row, count=count) for row in listed if row[-1] is not None]
            if together > len(lines):
                whole = Decimal(together) if count else sum_of(figures.values, asked.parts, is_weighted=asked.is_weighted)
                rest = whole - sum((line.converted for line in lines), Decimal(0))
                lines.append(plain("more", rest, together - len(lines)))
        else:
            out += [LeftOut("deal", row[0], row[1], row[3], row[4], row[5], class_) for row in listed]
            out += _rest(class_, together - len(listed))
    for class_, together, listed in rows.others():
        out += [LeftOut("deal", row[0], row[1], row[2], row[3], row[4], class_) for row in listed]
        out += _rest(class_, together - len(listed))
    return lines, out


def first_targets(rows: FirstRows, figures: Figures, sign: int) -> tuple[list[Line], list[LeftOut]]:
    """The same of targets, as `targets` tells them."""
    lines: list[Line] = []
    out: list[LeftOut] = []
    for class_, together, listed in rows.targets():
        if class_ == "counts":
            lines = [_target_line(row, f"{row[2]}: {row[1]}", sign) for row in listed if row[-1] is not None]
            if together > len(lines):
                rest = sign * (figures.values["target"] or Decimal(0)) - sum((line.converted for line in lines), Decimal(0))
                lines.append(plain("more_targets", rest, together - len(lines)))
        else:
            out += [LeftOut("plan", row[0], f"{row[2]}: {row[1]}", row[4], row[5], row[6], class_) for row in listed]
            out += _rest(class_, together - len(listed), "plan")
    return lines, out


def _deal_line(row: Sequence[Any], *, count: bool) -> Line:
    pk, name, status, day, amount, currency, rate, rate_date, via, probability, worth = row
    return Line(
        "deal", pk, name, status, day, amount, currency, rate, rate_date, via, probability, None, Decimal(1) if count else worth
    )


def plain(kind: str, value: Decimal, count: int) -> Line:
    """A line that is of no single row."""
    return Line(kind, None, "", "", None, None, "", None, None, None, None, None, value, count)


def _by_class(sql: str, parameters: dict[str, Any]) -> Iterable[tuple[str, list[Sequence[Any]]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    return [(class_, [row[1:] for row in rows]) for class_, rows in groupby(found, key=lambda row: row[0])]


def _target_line(row: Sequence[Any], called: str, sign: int) -> Line:
    pk, _name, _account, status, start, target, currency, rate, rate_date, via, days_in, days, converted = row
    share = (days_in, days) if days_in < days else None
    return Line("target", pk, called, status, start, target, currency, rate, rate_date, via, None, share, sign * converted)


def _rest(reason: str, count: int, kind: str = "deal") -> list[LeftOut]:
    return [LeftOut(kind, None, "", None, None, "", reason, count)] if count > 0 else []


def others(steps: str, scope: Scope, parameters: dict[str, Any], viewer: Member) -> list[LeftOut]:
    """Deals near the figure that are not of the period, or not of its accounts."""
    visible = seen(viewer, Deal.objects, "d", parameters)
    near, given = "", {"visible": visible, "deal_key": scope.deal_key(visible), "deal_join": scope.deal_join}
    if scope.kind in ELSEWHERE:
        reason, where = ELSEWHERE[scope.kind]
        near = NEAR.format(reason=reason, where=where, **given)
    tail = OTHERS.format(elsewhere=near, **given)
    sql = steps + scope.covered + tail
    out: list[LeftOut] = []
    for class_, rows in _by_class(sql, parameters):
        together = rows[0][0]
        if class_ != "no_access":
            out += [LeftOut("deal", row[1], row[2], row[3], row[4], row[5], class_) for row in rows]
            together -= len(rows)
        out += _rest(class_, together)
    return out


def targets(steps: str, scope: Scope, parameters: dict[str, Any], sign: int, *, most: int) -> tuple[list[Line], list[LeftOut]]:
    """The targets, the largest `most` one by one, and the plans without one."""
    lines: list[Line] = []
    out: dict[str, list[LeftOut]] = {}
    with connection.cursor() as cursor:
        cursor.execute(steps + TARGETS.format(rows=scope.rows), parameters)
        found = cursor.fetchall()
    for row in found:
        pk, name, account, _status, start, target, currency, *_rate, converted = row
        called = name if scope.kind == "account" else f"{account}: {name}"
        if converted is None:
            reason = "no_target" if target is None else "missing_rate"
            out.setdefault(reason, []).append(LeftOut("plan", pk, called, start, target, currency, reason))
        else:
            lines.append(_target_line(row, called, sign))
    rest = lines[most:]
    more = [plain("more_targets", sum((line.converted for line in rest), Decimal(0)), len(rest))] if rest else []
    few = min(most, MOST_LEFT_OUT)
    left = [each for reason, items in out.items() for each in items[:few] + _rest(reason, len(items) - few, "plan")]
    return lines[:most] + more, left
