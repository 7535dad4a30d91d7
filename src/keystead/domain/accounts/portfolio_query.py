"""What a portfolio is asked for: period, filters, groups, order. Read from the words of an address, by pages and the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
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
from keystead.domain.accounts.portfolio_columns import COLUMNS, FOOT, GROUPS, Grouping
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.writing import FieldError

PLANS = {
    "with": _("has a plan"),
    "without": _("has no plan yet"),
    "unapproved": _("has no approved plan"),
}
OWNERS = {"me": _("me"), "team": _("my team"), "nobody": _("nobody")}
MOST_SORTS = 3


@dataclass(frozen=True, slots=True)
class Sort:
    column: str
    is_descending: bool = False

    @property
    def key(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column


@dataclass(frozen=True, slots=True)
class PortfolioQuery:
    """`covers`: an account stands for its subtree if one of its plans does ("plan"), never ("own") or always ("tree").

    `below` is a ratio (0.8 keeps what is forecast to reach less than 80 % of its target). `foot` names an aggregate by column.
    `group` names one of GROUPS, or two with a comma between them: groups within groups.
    """

    period: Period
    text: str = ""
    owner: str = ""
    segment: str = ""
    segment_target: str = ""
    industry: str = ""
    country: str = ""
    is_key: bool = False
    plan: str = ""
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
        return any(plain) or self.is_key or self.accounts is not None

    @property
    def is_filtered(self) -> bool:
        return self.is_narrowed or self.below is not None


def read_query(
    params: Mapping[str, str], *, viewer: Member, today: date, most_groups: int = 1
) -> tuple[PortfolioQuery, list[FieldError]]:
    """The query that the parameters ask for, and what in them is not understood (those parts keep their defaults)."""
    problems: list[FieldError] = []
    params = {name: value.replace("\x00", "") for name, value in params.items()}

    def choice(name: str, allowed: Mapping[str, object]) -> str:
        value = params.get(name, "").strip()
        if value and value not in allowed:
            problems.append(FieldError(name, "unknown_value", _("“%(value)s” is not one of the choices.") % {"value": value}))
            return ""
        return value

    query = PortfolioQuery(
        period=_period(params, viewer, today, problems),
        text=params.get("q", "").strip()[:200],
        owner=_owner(params.get("owner", "").strip(), problems),
        segment=choice("segment", dict(Segment.choices) | {"none": ""}),
        segment_target=choice("segment_target", dict(Segment.choices) | {"none": ""}),
        industry=params.get("industry", "").strip()[:100],
        country=params.get("country", "").strip()[:100],
        is_key=params.get("is_key", "") in ("1", "true", "on"),
        plan=choice("plan", PLANS),
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


def _owner(value: str, problems: list[FieldError]) -> str:
    if not value or value in OWNERS:
        return value
    try:
        return str(UUID(value))
    except ValueError:
        problems.append(FieldError("owner", "unknown_value", _("“%(value)s” is not one of the choices.") % {"value": value}))
        return ""


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
    for name, value in exact.items():
        if value:
            accounts = accounts.filter(**{name: "" if value == "none" and name.startswith("segment") else value})
    if query.is_key:
        accounts = accounts.filter(is_key=True)
    if query.owner:
        accounts = accounts.filter(_owned_by(query.owner, viewer))
    if query.plan:
        accounts = accounts.filter(_planned(query, viewer))
    return with_words(accounts, query.text)


def _owned_by(owner: str, viewer: Member) -> Q:
    if owner == "nobody":
        return Q(owner=None)
    if owner == "team":
        return Q(owner__in=people(viewer, Reach.REPORTS))
    return Q(owner=viewer.pk if owner == "me" else owner)


def _planned(query: PortfolioQuery, viewer: Member) -> Q:
    """With or without a plan that shares a day with the period; an archived plan is none."""
    plans = (
        Plan.objects.visible_to(viewer)
        .filter(account=OuterRef("pk"), start_date__lte=query.period.end, end_date__gte=query.period.start)
        .exclude(status=PlanStatus.ARCHIVED)
    )
    if query.plan == "unapproved":
        plans = plans.filter(status=PlanStatus.APPROVED)
    there = Q(Exists(plans))
    return there if query.plan == "with" else ~there
