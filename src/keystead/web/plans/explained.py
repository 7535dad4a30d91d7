"""An explanation as a person reads it: lines in the reader's format that visibly add up, and what was left out, by reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from keystead.base.money import Money
from keystead.data.deals.models import DealStatus
from keystead.data.workspace.models import Workspace
from keystead.domain.plans.approval import has_frozen_rates
from keystead.domain.plans.explanation import REASONS, Explanation, LeftOut, Line
from keystead.web.plans.figures import full_text, hidden_note, missing_sentences
from keystead.web.plans.words import amount_in, count_text, language, local_moment, local_time, rate_text, rates_sentence
from keystead.web.shell import way
from keystead.web.templatetags import formats

_NOBODY = UUID(int=0)
SHOWN_IN_POPOVER = 10
SHOWN_ON_PAGE = 100  # of the lines, and of each reason; more are asked for
# What somebody may have to mend comes first, what is simply another figure's last.
_TELLING = (
    "missing_rate",
    "no_amount",
    "no_probability",
    "no_date",
    "team_key",
    "below_account",
    "date_outside",
    "no_access",
    "deal_still_open",
    "deal_lost",
    "other_source",
    "open",
    "won",
    "lost",
)


@dataclass(frozen=True, slots=True)
class LineShown:
    """`how` is the sum behind the amount: "USD 1,200.00 × 0.9214 × 50 %"; "" when the amount is simply that."""

    name: str
    url: str
    status: str
    day: Any
    how: str
    amount: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class GroupShown:
    """Rows left out for one reason: some of them one by one, and how many there are in all. `is_cut`: more can be shown."""

    reason: str
    count: int
    rows: list[LineShown]
    rest: int
    is_cut: bool


def explained(why: Explanation, workspace: Workspace, *, shortened: bool, is_whole: bool = False) -> dict[str, Any]:
    """The template's values: the largest lines, the rest added up in one. `shortened` is for the popover, `is_whole` for all."""
    currency = why.plan.currency
    lines = [line for line in why.included if line.kind not in ("target", "clamp", "hidden")]
    most = len(lines) if is_whole else SHOWN_IN_POPOVER if shortened else SHOWN_ON_PAGE
    listed = lines[:most] if len(lines) > most + 1 else lines
    rest = lines[len(listed) :]
    groups = _groups(why.excluded, workspace, most=None if is_whole else 2 if shortened else SHOWN_ON_PAGE)
    return {
        "why": why,
        "title": title(why),
        "help": why.definition.help,
        "formula": why.definition.formula,
        "definition": f"{why.definition.id} v{why.definition.version}",
        "as_of": local_time(why.as_of),
        "as_of_moment": local_moment(why.as_of),
        "policy": rates_sentence(why.plan.rate_policy, is_frozen=has_frozen_rates(why.plan)),
        "rates": rates_used(why),
        "lines": [_line(line, why, workspace) for line in listed],
        "rest": _together(rest, currency) if rest else None,
        "special": _special(why),
        "rounding": _rounding(why),
        "total": _money(why.total or Decimal(0), currency),
        "is_empty": not why.included,
        "ratio": _ratio(why),
        "groups": groups,
        "is_cut": bool(rest) or any(group.rows and group.is_cut for group in groups),
        "missing": missing_sentences(why.figures, why.definition.id),
        "rates_url": way("rates", workspace),
        "hidden_note": hidden_note(why.figures, is_included=workspace.totals_include_hidden)
        if why.definition.id != "target"
        else "",
        "left_out": sum(item.count for item in why.excluded),
        "shortened": shortened,
    }


def title(why: Explanation) -> str:
    value = full_text(why.figures, why.definition.id) or _("undefined")
    return f"{why.definition.name}, {value}"


def rates_used(why: Explanation) -> list[str]:
    """Each rate once: "1 USD = 0.9214 EUR, 12 Jan 2026, through CHF"."""
    found: dict[tuple[Any, ...], str] = {}
    for line in why.included:
        if line.rate is None or line.currency == why.plan.currency:
            continue
        text = _("1 %(base)s = %(rate)s %(quote)s, %(day)s") % {
            "base": line.currency,
            "rate": rate_text(line.rate),
            "quote": why.plan.currency,
            "day": formats.day(line.rate_date, language()) if line.rate_date else "",
        }
        if line.rate_via:
            text = _("%(rate)s, through %(currency)s") % {"rate": text, "currency": line.rate_via}
        found.setdefault((line.currency, line.rate_date, line.rate), text)
    return [found[key] for key in sorted(found, key=str)]


def status_text(line: Line | LeftOut) -> str:
    words = {"order": _("order"), "invoice": _("invoice"), "scheduled": _("scheduled")}
    if line.kind in words:
        return words[line.kind]
    return str(DealStatus(line.status).label).lower() if isinstance(line, Line) and line.status else ""


def how_text(line: Line, plan_currency: str) -> str:
    """The factors of a line; nothing when it is counted as it stands."""
    assert line.amount is not None
    factors = []
    if line.currency != plan_currency and line.rate is not None:
        factors.append(rate_text(line.rate))
    if line.probability is not None:
        factors.append(formats.percent(line.probability / 100, language(), 0 if line.probability == int(line.probability) else 2))
    text = " × ".join([amount_in(line.amount, line.currency), *factors]) if factors else ""
    if line.by_list_price:
        text = _("list price %(amount)s") % {"amount": text or amount_in(line.amount, line.currency)}
    return text


def _line(line: Line, why: Explanation, workspace: Workspace) -> LineShown:
    url = row_url(line.kind, line.id, workspace)
    amount = _money(line.converted, why.plan.currency)
    return LineShown(line.name, url, status_text(line), line.day, how_text(line, why.plan.currency), amount)


def row_url(kind: str | None, pk: Any, workspace: Workspace) -> str:
    """The page of a deal or an order; "" for a row that is only counted."""
    if pk is None or kind is None:
        return ""
    return _address("deals:detail" if kind == "deal" else "orders:detail", workspace.slug).replace(str(_NOBODY), str(pk))


@lru_cache(maxsize=512)
def _address(name: str, slug: str) -> str:
    """That of no row, kept: an explanation has hundreds of rows, and finding an address costs more than the rest of a row."""
    try:
        return reverse(name, args=[slug, _NOBODY])
    except NoReverseMatch:
        return ""


def _money(value: Decimal, currency: str) -> str:
    return formats.money(Money(value, currency).rounded(), language())


def _together(lines: Iterable[Line], currency: str) -> dict[str, str]:
    listed = list(lines)
    value = sum((Money(line.converted, currency).rounded().amount for line in listed), Decimal(0))
    text = npgettext("rows of a figure", "%(n)s more", "%(n)s more", len(listed)) % {"n": count_text(len(listed))}
    return {"text": text, "amount": formats.money(Money(value, currency), language())}


def _special(why: Explanation) -> list[dict[str, str]]:
    """The target, what was taken back, and the rows that the viewer may not open, each as one line."""
    texts = {"target": _("Target"), "clamp": _("Won above the target, so nothing is missing")}
    found = []
    for line in why.included:
        if line.kind in texts:
            found.append({"text": texts[line.kind], "amount": _money(line.converted, why.plan.currency)})
        elif line.kind == "hidden":
            text = ngettext("%(n)s row that you may not open", "%(n)s rows that you may not open", line.count)
            found.append({"text": text % {"n": count_text(line.count)}, "amount": _money(line.converted, why.plan.currency)})
    return found


def _rounding(why: Explanation) -> str:
    """What the rounding of each line leaves over, so that the column adds up to the last digit; "" when nothing is left."""
    currency = why.plan.currency
    lines = sum((Money(line.converted, currency).rounded().amount for line in why.included), Decimal(0))
    left = Money(why.total or Decimal(0), currency).rounded().amount - lines
    return formats.money(Money(left, currency), language(), always_sign=True) if left else ""


def _ratio(why: Explanation) -> dict[str, str] | None:
    """The two sides of a ratio: what the lines add up to, and by what that is divided."""
    if not why.is_ratio:
        return None
    divisor = "gap" if why.definition.id == "coverage" else "target"
    label = _("Gap") if divisor == "gap" else _("Target")
    return {
        "label": label,
        "divisor": full_text(why.figures, divisor),
        "value": full_text(why.figures, why.definition.id),
        "null_rule": str(why.definition.null_rule),
    }


def _groups(excluded: Iterable[LeftOut], workspace: Workspace, *, most: int | None) -> list[GroupShown]:
    by_reason: dict[str, list[LeftOut]] = {}
    for item in excluded:
        by_reason.setdefault(item.reason, []).append(item)
    order = sorted(by_reason, key=lambda reason: _TELLING.index(reason) if reason in _TELLING else len(_TELLING))
    return [_group(reason, by_reason[reason], workspace, most) for reason in order]


def _group(reason: str, items: list[LeftOut], workspace: Workspace, most: int | None) -> GroupShown:
    named = [item for item in items if item.name is not None]
    count = sum(item.count for item in items)
    listed = named[:most] if most is not None and len(named) > most + 1 else named
    rows = [_left_out(item, workspace) for item in listed]
    return GroupShown(str(REASONS[reason]), count, rows, count - len(listed), len(listed) < len(named))


def _left_out(item: LeftOut, workspace: Workspace) -> LineShown:
    amount = amount_in(item.amount, item.currency) if item.amount is not None else ""
    return LineShown(item.name or "", row_url(item.kind, item.id, workspace), "", item.day, detail_text(item), amount)


def detail_text(item: LeftOut) -> str:
    """What the reason means for this row: which day, which team, which account, which rate."""
    if item.reason == "missing_rate":
        return item.detail
    if item.reason == "date_outside" and item.day:
        return formats.day_in_list(item.day, language())
    return {"team_key": item.detail or _("no team"), "below_account": item.detail}.get(item.reason, "")
