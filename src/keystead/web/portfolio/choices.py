"""What the portfolio's filters, periods and groups can be set to."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keystead.base.periods import FiscalCalendar, InvalidPeriod, Period
from keystead.data.accounts.models import TARGET_SEGMENTS, Account, Segment
from keystead.data.deals.models import Deal
from keystead.data.workspace.models import Member, Workspace
from keystead.domain.accounts.portfolio_columns import COLUMNS, FIGURES, FOOT, GROUPS
from keystead.domain.accounts.portfolio_query import OWNERS, PLANS, PortfolioQuery
from keystead.domain.plans.editing import fiscal_calendar
from keystead.web.portfolio.address import OPTIONAL, Address


def period_name(calendar: FiscalCalendar, period: Period) -> str:
    return calendar.name(period, (get_language() or "en").replace("-", "_"), fiscal=_("FY"))


def period_links(shown: Period, workspace: Workspace, address: Address, today: date) -> dict[str, Any]:
    """Links to the years that have deals, and to the quarters and months of the year that is shown."""
    calendar = fiscal_calendar(workspace)
    found = Deal.objects.aggregate(first=Min("close_date"), last=Max("close_date"))
    first, last = min(filter(None, (found["first"], today))), max(filter(None, (found["last"], today)))
    year = calendar.year_of(shown.start)
    years = calendar.years(Period(min(first, year.start), max(last, year.end)))[-12:]

    def link(period: Period) -> dict[str, Any]:
        key = "" if period == calendar.year_of(today) else period.key
        return {"label": period_name(calendar, period), "url": address.to(period=key), "is_current": period == shown}

    return {
        "name": period_name(calendar, shown),
        "blocks": [
            (_("Years"), [link(each) for each in reversed(years)]),
            (_("Quarters"), [link(each) for each in calendar.quarters(year)]),
            (_("Months"), [link(each) for each in calendar.months(year)]),
        ],
        "previous": _beside(calendar.previous, shown, link), "next": _beside(calendar.next, shown, link),
    }  # fmt: skip


def _beside(step: Callable[[Period], Period], period: Period, link: Callable[[Period], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return link(step(period))
    except InvalidPeriod:  # the calendar ends there
        return None


def filters(query: PortfolioQuery, address: Address, viewer: Member) -> list[dict[str, Any]]:
    """Every filter with its choices, its present words and the address without it."""
    accounts = Account.objects.visible_to(viewer).order_by()
    people = [(str(pk), name) for pk, name in Member.objects.visible_to(viewer).order_by("name").values_list("pk", "name")]
    segments = [(value, str(label)) for value, label in Segment.choices]
    targets = [(value, str(label)) for value, label in TARGET_SEGMENTS]
    no_segment = ("none", _("none"))
    made = [
        _filter("owner", _("Owner"), query.owner, [(key, str(word)) for key, word in OWNERS.items()] + people),
        _filter("segment", _("Segment"), query.segment, [*segments, no_segment]),
        _filter("segment_target", _("Target segment"), query.segment_target, [*targets, no_segment]),
        _filter("industry", _("Industry"), query.industry, _values(accounts, "industry")),
        _filter("country", _("Country"), query.country, _values(accounts, "country")),
        _filter("plan", _("Plan"), query.plan, [(key, str(word)) for key, word in PLANS.items()]),
        _filter("is_key", _("Accounts"), "1" if query.is_key else "", [("1", _("key accounts alone"))]),
    ]
    for each in made:
        each["clear"] = address.to(**{each["name"]: ""})
    return made


def _filter(name: str, label: str, value: str, choices: list[tuple[str, str]]) -> dict[str, Any]:
    words = dict(choices).get(value, value)
    return {"name": name, "label": label, "value": value, "words": words, "choices": choices}


def _values(accounts: Any, field: str) -> list[tuple[str, str]]:
    found = accounts.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()[:500]
    return [(value, value) for value in found]


def groups(query: PortfolioQuery) -> list[tuple[str, str, bool]]:
    return [(group.id, str(group.name), group.id == query.group) for group in GROUPS.values()]


def sorts(query: PortfolioQuery) -> list[dict[str, Any]]:
    """For the form: two sorts, each with every column both ways round."""
    made: list[tuple[str, str]] = []
    for column in COLUMNS.values():
        up, down = (_("least first"), _("most first")) if column.is_figure else (_("A to Z"), _("Z to A"))
        made += [(column.id, f"{column.name}, {up}"), (f"-{column.id}", f"{column.name}, {down}")]
    chosen = [sort.key for sort in query.order] + ["", ""]
    return [{"key": key, "choices": made} for key in chosen[:2]]


def footers(query: PortfolioQuery, shown: list[str]) -> list[dict[str, Any]]:
    """For each figure that is shown, what the footer says of it."""
    usual = [name for name in FIGURES if not COLUMNS[name].is_optional]
    return [
        {"name": f"foot_{name}", "label": str(COLUMNS[name].name), "value": query.foot.get(name, "sum"),
         "choices": [(how, str(word)) for how, word in FOOT.items()]}
        for name in usual + [name for name in shown if name in FIGURES]
    ]  # fmt: skip


def optional_columns(shown: list[str]) -> list[tuple[str, str, bool]]:
    return [(name, str(COLUMNS[name].name), name in shown) for name in OPTIONAL if COLUMNS[name].is_figure]
