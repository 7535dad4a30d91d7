"""What a portfolio is asked for: period, filters, groups, order. Read from the words of an address, by pages and the API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import or_
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keystead.base.periods import InvalidPeriod, Period
from keystead.data.accounts.models import Account, Segment
from keystead.data.permissions import Reach, people
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member
from keystead.domain.accounts.finding import with_words
from keystead.domain.accounts.portfolio.columns import COLUMNS, FOOT, GROUPS, Grouping
from keystead.domain.grid.asking import MOST_SORTS, Sort
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.writing import FieldError

PLANS = {
    "with": _("has a plan"),
    "without": _("has no plan yet"),
    "unapproved": _("has no approved plan"),
}
OWNERS = {"me": _("me"), "team": _("my team"), "nobody": _("nobody")}
_SEGMENTS = {*Segment.values, "none"}


@dataclass(frozen=True, slots=True)
class PortfolioQuery:
    """A filter with several values keeps what any of them keeps, without any everything; "none" keeps what has nothing there.

    `covers`: an account stands for its subtree if one of its plans does ("plan"), never ("own") or always ("tree").

    `below` is a ratio (0.8 keeps what is forecast to reach less than 80 % of its target). `foot` names an aggregate by column.
    `group` names one of GROUPS, or two with a comma between them: groups within groups.
    """

    period: Period
    text: str = ""
    owner: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    segment_target: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    is_key: bool | None = None
    plan: tuple[str, ...] = ()
    below: Decimal | None = None
    group: str = ""
    order: tuple[Sort, ...] = (Sort("account"),)
    foot: Mapping[str, str] = field(default_factory=dict)
    accounts: tuple[UUID, ...] | None = None
    covers: Literal["plan", "own", "tree"] = "plan"

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        return tuple(GROUPS[name] for name in self.group.split(",") if name)

    @property
    def is_of_deals(self) -> bool:
        """Whether a thing of the deals makes groups: then lines are shares of accounts."""
        return any(grouping.is_of_deals for grouping in self.groupings)

    @property
    def is_narrowed(self) -> bool:
        """Some accounts may be left out before their figures are known."""
        plain = (self.text, self.owner, self.segment, self.segment_target, self.industry, self.country, self.plan)
        return any(plain) or self.is_key is not None or self.accounts is not None

    @property
    def is_filtered(self) -> bool:
        return self.is_narrowed or self.below is not None


def read_query(
    asked: Mapping[str, str | Sequence[str]], *, viewer: Member, today: date, most_groups: int = 1
) -> tuple[PortfolioQuery, list[FieldError]]:
    """The query that the parameters ask for, and what in them is not understood (those parts keep their defaults).

    A filter may come with several values; of anything else the first counts.
    """
    problems: list[FieldError] = []
    given = {name: _texts(values) for name, values in asked.items()}
    params = {name: values[0] for name, values in given.items() if values}

    def chosen(name: str, is_one: Callable[[str], bool] = lambda _value: True) -> tuple[str, ...]:
        """In an order of their own, so that the same question is the same however it was put together."""
        values = sorted(set(given.get(name, ())))
        problems.extend(
            FieldError(name, "unknown_value", _("“%(value)s” is not one of the choices.") % {"value": value})
            for value in values
            if not is_one(value)
        )
        return tuple(value for value in values if is_one(value))

    query = PortfolioQuery(
        period=_period(params, viewer, today, problems),
        text=params.get("q", "").strip()[:200],
        owner=tuple(dict.fromkeys(each if each in OWNERS else str(UUID(each)) for each in chosen("owner", _is_owner))),
        segment=chosen("segment", _SEGMENTS.__contains__),
        segment_target=chosen("segment_target", _SEGMENTS.__contains__),
        industry=tuple(value[:100] for value in chosen("industry")),
        country=tuple(value[:100] for value in chosen("country")),
        is_key=_is_key(given.get("is_key", ())),
        plan=chosen("plan", PLANS.__contains__),
        below=_below(params.get("below", "").strip(), problems),
        group=_group(params.get("group", "").strip(), most_groups, problems),
        order=_order(params.get("order", ""), problems),
        foot={name: params[f"foot_{name}"] for name in COLUMNS if params.get(f"foot_{name}") in FOOT},
    )
    return query, problems


def _period(params: Mapping[str, str], viewer: Member, today: date, problems: list[FieldError]) -> Period:
    calendar = fiscal_calendar(viewer.workspace)
    key = params.get("period", "").strip()
    if key:
        try:
            return calendar.parse(key)
        except InvalidPeriod as error:
            message = _("“%(value)s” is not a period: a year is 2026, a quarter 2026-Q2, a month 2026-05.") % {"value": key}
            problems.append(FieldError("period", error.code, message))
    return calendar.year_of(today)


def _texts(values: str | Sequence[str]) -> list[str]:
    listed = [values] if isinstance(values, str) else values
    return [text for value in listed if (text := value.replace("\x00", "").strip())]


def _is_owner(value: str) -> bool:
    try:
        return value in OWNERS or bool(UUID(value))
    except ValueError:
        return False


def _is_key(values: Sequence[str]) -> bool | None:
    """Both yes and no is as good as neither."""
    said = {value in ("1", "true", "on") for value in values if value in ("1", "true", "on", "0")}
    return said.pop() if len(said) == 1 else None


def _group(value: str, most: int, problems: list[FieldError]) -> str:
    names = list(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    if len(names) <= most and all(name in GROUPS for name in names):
        return ",".join(names)
    problems.append(FieldError("group", "unknown_value", _("“%(value)s” is not one of the choices.") % {"value": value[:200]}))
    return ""


def _below(value: str, problems: list[FieldError]) -> Decimal | None:
    """Written in percent: "80" is 0.8."""
    if not value:
        return None
    try:
        percent = Decimal(value.replace(",", ".").rstrip("% \u00a0"))
        if percent.is_finite() and 0 < percent <= 10_000:
            return percent / 100
    except InvalidOperation:
        pass
    problems.append(FieldError("below", "not_a_percentage", _("“%(value)s” is not a percentage.") % {"value": value}))
    return None


def _order(value: str, problems: list[FieldError]) -> tuple[Sort, ...]:
    sorts: list[Sort] = []
    for part in filter(None, (part.strip() for part in value.split(","))):
        name = part.removeprefix("-")
        if name not in COLUMNS or not COLUMNS[name].order:
            problems.append(FieldError("order", "unknown_column", _("“%(value)s” is not a column to sort by.") % {"value": name}))
        elif name not in [sort.column for sort in sorts]:
            sorts.append(Sort(name, part.startswith("-")))
    return tuple(sorts[:MOST_SORTS]) or (Sort("account"),)


def picked_accounts(query: PortfolioQuery, viewer: Member) -> QuerySet[Account]:
    """The accounts that the viewer may see and that pass every filter but `below`, which needs the figures."""
    accounts: QuerySet[Account] = Account.objects.visible_to(viewer)
    if query.accounts is not None:
        accounts = accounts.filter(pk__in=query.accounts)
    exact = {
        "industry": query.industry, "country": query.country,
        "segment_current": query.segment, "segment_target": query.segment_target,
    }  # fmt: skip
    for name, values in exact.items():
        if values:
            accounts = accounts.filter(**{f"{name}__in": ["" if value == "none" else value for value in values]})
    if query.is_key is not None:
        accounts = accounts.filter(is_key=query.is_key)
    if query.owner:
        accounts = accounts.filter(reduce(or_, (_owned_by(owner, viewer) for owner in query.owner)))
    if query.plan:
        accounts = accounts.filter(reduce(or_, (_planned(how, query, viewer) for how in query.plan)))
    return with_words(accounts, query.text)


def _owned_by(owner: str, viewer: Member) -> Q:
    if owner == "nobody":
        return Q(owner=None)
    if owner == "team":
        return Q(owner__in=people(viewer, Reach.REPORTS))
    return Q(owner=viewer.pk if owner == "me" else owner)


def _planned(how: str, query: PortfolioQuery, viewer: Member) -> Q:
    """With or without a plan that shares a day with the period; an archived plan is none."""
    plans = (
        Plan.objects.visible_to(viewer)
        .filter(account=OuterRef("pk"), start_date__lte=query.period.end, end_date__gte=query.period.start)
        .exclude(status=PlanStatus.ARCHIVED)
    )
    if how == "unapproved":
        plans = plans.filter(status=PlanStatus.APPROVED)
    there = Q(Exists(plans))
    return there if how == "with" else ~there
