"""A plan's figures as its pages and its one-page document print them: one place, so that they say the same."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keystead.analytics.measures import KPIS, Unit
from keystead.base.money import Money
from keystead.data.plans.models import Plan
from keystead.domain.plans.kpis import PlanFigures
from keystead.domain.plans.progress import pace
from keystead.web.plans.words import count_text, language
from keystead.web.templatetags import formats

HEADLINE = ("target", "won", "forecast", "variance", "coverage")
DETAILS = ("pipeline", "weighted_pipeline", "weighted_forecast", "achievement", "attainment", "gap")


@dataclass(frozen=True, slots=True)
class Shown:
    """One KPI in the reader's language. `value` is short, `full` exact to the minor unit; "" when undefined."""

    id: str
    label: str
    value: str
    full: str
    sub: str
    tone: str
    url: str


def shown(block: PlanFigures, kpi: str, *, slug: str = "") -> Shown:
    return Shown(
        kpi,
        str(KPIS[kpi].name),
        short_text(block, kpi),
        full_text(block, kpi),
        _sub(block, kpi),
        _tone(block, kpi),
        reverse("plans:explanation", args=[slug, block.plan_id, kpi]) if slug else "",
    )


def short_text(block: PlanFigures, kpi: str) -> str:
    value: Any = block.shown(kpi)
    if value is None:
        return ""
    return formats.money_compact(value, language()) if isinstance(value, Money) else ratio_text(kpi, value)


def full_text(block: PlanFigures, kpi: str) -> str:
    value: Any = block.shown(kpi)
    if value is None:
        return ""
    return formats.money(value, language()) if isinstance(value, Money) else ratio_text(kpi, value)


def ratio_text(kpi: str, value: Decimal) -> str:
    assert KPIS[kpi].unit is Unit.RATIO
    return formats.ratio(value, language()) if kpi == "coverage" else formats.percent(value, language(), 1)


def _sub(block: PlanFigures, kpi: str) -> str:
    share = {"won": "attainment", "forecast": "achievement"}.get(kpi)
    if share:
        return ratio_text(share, value) if (value := block.values[share]) is not None else ""
    target, variance = block.values["target"], block.values["variance"]
    if kpi == "variance" and target and variance is not None:
        return formats.percent(variance / target, language(), 1)
    if kpi == "coverage" and block.values["gap"] is not None:
        return _("gap %(amount)s") % {"amount": short_text(block, "gap")}
    if kpi == "target":
        return _days_left(block) if target else _("no target")
    return ""


def _days_left(block: PlanFigures) -> str:
    """How much of the period is still to come; nothing before and after it."""
    days = (block.period.end - block.as_of.date()).days
    if not block.period.contains(block.as_of.date()) or not days:
        return ""
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": count_text(days)}


def _tone(block: PlanFigures, kpi: str) -> str:
    value = block.values[kpi]
    if kpi == "variance" and block.values["target"] and value is not None:
        return "bad" if value < 0 else "good"
    return ""


def hidden_note(block: PlanFigures, *, is_included: bool) -> str:
    """What the viewer may not open, and whether the totals hold it."""
    if not block.hidden:
        return ""
    if is_included:
        text = ngettext("%(n)s hidden row is included by policy", "%(n)s hidden rows are included by policy", block.hidden)
    else:
        text = ngettext("%(n)s hidden row is left out", "%(n)s hidden rows are left out", block.hidden)
    return text % {"n": count_text(block.hidden)}


def missing_sentences(block: PlanFigures, kpi: str | None = None) -> list[str]:
    """Each pair of currencies whose rate was needed and is not there, once, with its day or its days."""
    days: dict[tuple[str, str], set[date]] = {}
    for pair in block.missing if kpi is None else block.lacks(kpi):
        days.setdefault((pair.base, pair.quote), set()).add(pair.date)
    return [_missing_sentence(base, quote, sorted(found)) for (base, quote), found in days.items()]


def _missing_sentence(base: str, quote: str, days: list[date]) -> str:
    values = {"base": base, "quote": quote, "day": formats.day(days[0], language())}
    if len(days) == 1:
        return _("No rate from %(base)s to %(quote)s on or before %(day)s") % values
    text = _("No exchange rate from %(base)s to %(quote)s on %(days)s days from %(first)s to %(last)s")
    return text % (values | {"days": count_text(len(days)), "first": values["day"], "last": formats.day(days[-1], language())})


def pace_today(plan: Plan, today: date) -> Money | None:
    """Where won would stand today on a straight line to the target; None without a target or outside the period."""
    if not plan.target or not plan.start_date <= today < plan.end_date:
        return None
    return Money(plan.target * pace(start=plan.start_date, end=plan.end_date, today=today), plan.currency)
