"""The periods to which the portfolio can be set."""

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from django.db.models import Max, Min
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keystead.base.periods import FiscalCalendar, InvalidPeriod, Period
from keystead.data.deals.models import Deal
from keystead.data.permissions import Reach, reach
from keystead.data.workspace.models import Member
from keystead.domain.plans.editing import fiscal_calendar


class Periods(Protocol):
    """What the links need: the address of the same page for another period."""

    def to(self, *, period: str) -> str: ...


def period_name(calendar: FiscalCalendar, period: Period) -> str:
    return calendar.name(period, (get_language() or "en").replace("-", "_"), fiscal=_("FY"))


def period_links(shown: Period, viewer: Member, address: Periods, today: date) -> dict[str, Any]:
    """Links to the years about today, and to the quarters and months of the year that is shown."""
    calendar = fiscal_calendar(viewer.workspace)
    try:
        year = calendar.year_of(shown.start)
    except InvalidPeriod:  # days at the end of time
        year = calendar.year_of(today)
    years = calendar.years(_near(today, viewer))
    if year not in years:
        years = sorted([*years, year], key=lambda each: each.start)

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


def _near(today: date, viewer: Member) -> Period:
    """As far as there are deals, but no further than a few years: one that closes in 9999 is a way to say never.

    Whoever does not see all deals has the same years whatever there is: they would tell of the others.
    """
    if reach(viewer, "deal.read") is not Reach.ALL:
        return Period(date(today.year - 3, 1, 1), date(today.year + 1, 12, 31))
    found = Deal.objects.aggregate(first=Min("close_date"), last=Max("close_date"))
    first, last = min(found["first"] or today, today), max(found["last"] or today, today)
    return Period(max(first, date(today.year - 8, 1, 1)), min(last, date(today.year + 3, 12, 31)))


def _beside(step: Callable[[Period], Period], period: Period, link: Callable[[Period], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return link(step(period))
    except InvalidPeriod:  # the calendar ends there
        return None
