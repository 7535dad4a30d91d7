"""The columns of the list of plans. Their figures come from the revenue rows; here they become columns like all others."""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext_lazy as _

from keystead.analytics.measures import KPIS
from keystead.base import clock
from keystead.data.accounts.models import Account
from keystead.data.plans.models import Plan, PlanStatus, PlanType, RevenueSource, ReviewFrequency
from keystead.domain.accounts.columns import lowered, people, seen_only, text
from keystead.domain.accounts.tree import subtree
from keystead.domain.grid.asking import Asked
from keystead.domain.grid.columns import Closed, Column, Grid, Kind, Reader, columns
from keystead.domain.grid.converting import RateIn
from keystead.domain.grid.rows import Rows
from keystead.domain.plans.approval import ARCHIVED
from keystead.domain.plans.kpis import PlanFigures, figures

_FIGURES = (
    "won",
    "pipeline",
    "weighted_pipeline",
    "forecast",
    "weighted_forecast",
    "variance",
    "gap",
    "achievement",
    "attainment",
)
_USUAL = ("won", "forecast", "achievement")
_TURN = {PlanStatus.DRAFT: 0, PlanStatus.REJECTED: 1, PlanStatus.SUBMITTED: 2, PlanStatus.APPROVED: 3, PlanStatus.ARCHIVED: 4}


def _active(reader: Reader) -> Any:
    """Whether today lies in the plan's period and it is not archived."""
    covers = Q(start_date__lte=reader.today, end_date__gte=reader.today) & ~Q(status=PlanStatus.ARCHIVED)
    return Case(When(covers, then=Value(True)), default=Value(False), output_field=BooleanField())


def _of_account(rows: QuerySet[Any], text_: str, reader: Reader) -> QuerySet[Any]:
    """The plans of an account and of those below it, by its key; by words, those whose account's name has them."""
    from keystead.domain.accounts.finding import with_words

    if text_ == "none":
        return rows.none()
    try:
        key = UUID(text_)
    except ValueError:
        return with_words(rows, text_, seen_only("account", "account__name")(reader))
    # What stands below an unseen account is not told to whoever knows its key.
    is_seen = Account.objects.visible_to(reader.viewer).filter(pk=key).exists()
    return rows.filter(account__in=subtree(key)) if is_seen else rows.none()


class _Known:
    """The figures of all plans that the reader may see, computed once and only when a column is sorted, filtered or summed."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._found: dict[UUID, PlanFigures] | None = None

    def all(self) -> dict[UUID, PlanFigures]:
        if self._found is None:
            every = Plan.objects.visible_to(self.reader.viewer)
            self._found = figures(plans=every, viewer=self.reader.viewer, at=clock.now(), today=self.reader.today)
        return self._found

    def of(self, plans: list[Plan]) -> dict[UUID, PlanFigures]:
        """Those of some plans: of no others, unless all are known anyway."""
        if self._found is not None:
            return self._found
        return figures(plans=plans, viewer=self.reader.viewer, at=clock.now(), today=self.reader.today)

    def column(self, name: str) -> Any:
        """A figure as SQL can compare it: looked up by the plan's id in a table that is a parameter."""
        table = {str(pk): f"{value:f}" for pk, block in self.all().items() if (value := block.values[name]) is not None}
        return RateIn(Value(json.dumps(table), output_field=TextField()), Cast("pk", TextField()))


@dataclass
class PlanRows(Rows):
    """The list of plans, with the figures of those on a page."""

    known: _Known | None = None

    def figures_of(self, plans: list[Plan]) -> dict[UUID, PlanFigures]:
        assert self.known is not None
        return self.known.of(plans)


def _column(name: str, **more: Any) -> Column:
    is_money = KPIS[name].unit.value == "money"
    given: dict[str, Any] = {"currency": "currency", "rate_day": lambda _r: F("start_date")} if is_money else {}
    return Column(
        id=name, name=KPIS[name].name, kind=Kind.MONEY if is_money else Kind.RATIO,
        can_group=False, is_usual=name in _USUAL, foot="sum" if is_money else "",
        width=100 if is_money else 124 if name == "achievement" else 96,
        on_phone=name == "achievement", **(given | {"value": lambda _r: Value(None)} | more),
    )  # fmt: skip


def _names(reader: Reader) -> Any:
    """The plan's name, and its account's for those who may see it, to be looked through together."""
    account = seen_only("account", "account__name")(reader)
    return Func(F("name"), Value(" "), account, function="concat", output_field=TextField())


PLANS = Grid(
    id="plans",
    model=Plan,
    usual=("account",),
    edit_action="plan.edit",
    closed=Closed(Q(status=PlanStatus.ARCHIVED), lambda plan: plan.status == PlanStatus.ARCHIVED, ARCHIVED),
    related=("account", "owner"),
    aliases={"text": "q"},
    words=_names,
    columns=columns(
        Column(
            id="account", name=_("Account and plan"), kind=Kind.REFERENCE, value=seen_only("account", "account_id"),
            sort=lambda r: Lower(seen_only("account", "account__name")(r)), label=seen_only("account", "account__name"),
            narrow=_of_account, foot="count", width=171, is_annotated=True, on_phone=True,
        ),
        Column(
            id="name", name=_("Plan"), kind=Kind.TEXT, value=lambda _r: F("name"), sort=lowered("name"), edits="name",
            can_group=False, is_usual=False, width=200, is_never_empty=True,
        ),
        Column(
            id="owner", name=_("Owner"), kind=Kind.PERSON, value=lambda _r: F("owner_id"), sort=lowered("owner__name"),
            label=lambda _r: F("owner__name"), choices=people, edits="owner", in_bulk=True, width=132,
        ),
        Column(
            id="period", name=_("Period"), kind=Kind.DAY, value=lambda _r: F("end_date"), width=158, can_group=False,
            is_never_empty=True,
        ),
        Column(
            id="status", name=_("Status"), kind=Kind.CHOICE, value=lambda _r: F("status"),
            choices=lambda _r: list(PlanStatus.choices),
            sort=lambda _r: Case(*(When(status=key, then=Value(turn)) for key, turn in _TURN.items())), width=126,
        ),
        Column(
            id="bar", name=_("Won and forecast"), kind=Kind.TEXT, value=lambda _r: Value(None), can_sort=False, can_group=False,
            can_filter=False, width=110, on_phone=True,
        ),
        Column(
            id="target", name=KPIS["target"].name, kind=Kind.MONEY, value=lambda _r: F("target"), currency="currency",
            rate_day=lambda _r: F("start_date"), edits="target", foot="sum", can_group=False, width=100,
        ),
        *(_column(name) for name in _FIGURES),
        Column(
            id="type", name=_("Type"), kind=Kind.CHOICE, value=lambda _r: F("type"), choices=lambda _r: list(PlanType.choices),
            edits="type", in_bulk=True, is_usual=False, width=170,
        ),
        Column(
            id="active", name=_("Runs today"), kind=Kind.YES_NO, value=_active, is_usual=False, is_annotated=True, width=110,
        ),
        Column(
            id="start_date", name=_("From"), kind=Kind.DAY, value=lambda _r: F("start_date"), edits="start_date", is_usual=False,
            is_never_empty=True,
        ),
        Column(
            id="end_date", name=_("To, included"), kind=Kind.DAY, value=lambda _r: F("end_date"), edits="end_date",
            is_usual=False, is_never_empty=True,
        ),
        Column(
            id="team_key", name=_("Team"), kind=Kind.TEXT, value=text("team_key"), sort=lowered("team_key"), is_usual=False,
            edits="team_key",
        ),
        Column(
            id="review_frequency", name=_("Reviews"), kind=Kind.CHOICE, value=lambda _r: F("review_frequency"),
            choices=lambda _r: list(ReviewFrequency.choices), edits="review_frequency", in_bulk=True, is_usual=False, width=130,
        ),
        Column(
            id="revenue_source", name=_("Revenue comes from"), kind=Kind.CHOICE, value=lambda _r: F("revenue_source"),
            choices=lambda _r: list(RevenueSource.choices), edits="revenue_source", is_usual=False, width=160,
        ),
        Column(
            id="currency", name=_("Currency"), kind=Kind.TEXT, value=lambda _r: F("currency"), edits="currency", is_usual=False,
            width=100,
        ),
    ),
)  # fmt: skip


def plan_rows(asked: Asked, reader: Reader) -> PlanRows:
    known = _Known(reader)
    figured = {name: replace(PLANS.columns[name], value=_value_of(known, name)) for name in _FIGURES}
    every: QuerySet[Plan] = Plan.objects.visible_to(reader.viewer)
    return PlanRows(replace(PLANS, columns={**PLANS.columns, **figured}), asked, reader, every, known=known)


def _value_of(known: _Known, name: str) -> Any:
    return lambda _reader: known.column(name)
