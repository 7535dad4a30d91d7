"""The list of plans with their figures: what its cells show, and what may be written in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keystead.analytics.measures import BEHIND
from keystead.base import clock
from keystead.base.money import Money
from keystead.data.accounts.models import Account
from keystead.data.plans.models import Plan, PlanStatus, PlanType, RevenueSource, ReviewFrequency
from keystead.data.workspace.models import Member
from keystead.domain.grid.bulk import Outcome, change_many
from keystead.domain.grid.rows import Rows
from keystead.domain.plans.columns import PLANS, PlanRows, plan_rows
from keystead.domain.plans.editing import change_plan
from keystead.domain.plans.kpis import PlanFigures
from keystead.web.grid.drawing import EMPTY, link, pattern, person
from keystead.web.grid.listing import Cell, Listing
from keystead.web.plans.forms import PlanForm
from keystead.web.plans.page import may_here
from keystead.web.plans.words import STATUS_TONES, count_text, language
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats, pieces
from keystead.web.templatetags.quick import filled

_SPAN = "won pipeline weighted_pipeline forecast weighted_forecast variance gap achievement attainment".split()


@dataclass(frozen=True)
class _Extra:
    figures: Mapping[UUID, PlanFigures]
    accounts: Mapping[UUID, str]
    detail: str
    explanation: str


def _prepare(records: list[Plan], rows: Rows, request: WorkspaceRequest) -> _Extra:
    assert isinstance(rows, PlanRows)
    seen = Account.objects.visible_to(request.viewer).filter(pk__in={plan.account_id for plan in records})
    needs = any(name in rows.shown for name in ("bar", *_SPAN))
    slug, nobody = request.workspace.slug, UUID(int=0)
    explanation = reverse("plans:explanation", args=[slug, nobody, "won"]).replace(str(nobody), "{pk}").replace("won", "{kpi}")
    return _Extra(
        rows.figures_of(records) if needs else {},
        dict(seen.values_list("pk", "name")),
        pattern("plans:detail", slug),
        explanation,
    )


def _account_name(plan: Plan, extra: _Extra) -> str:
    return extra.accounts.get(plan.account_id, "")


def _title(plan: Plan, extra: _Extra) -> SafeString:
    """The account, and below it the plan's name; of an unseen account not even the name is told."""
    account = _account_name(plan, extra)
    team = f" · {plan.team_key}" if plan.team_key else ""
    title = link(extra.detail.format(plan.pk), account or plan.name, "row-title wrap-anywhere")
    sub = plan.name + team if account else team
    status = PlanStatus(plan.status).label
    return filled('{}<div class="sub">{}<span class="only-phone"> · {}</span></div>', title, sub, status)


def _figure(name: str) -> Cell:
    def raw(plan: Plan, extra: _Extra) -> Any:
        return extra.figures[plan.pk].shown(name)

    def html(plan: Plan, extra: _Extra) -> SafeString | str:
        block = extra.figures[plan.pk]
        value = block.shown(name)
        if value is None:
            return EMPTY
        text = formats.money_compact(value, language()) if isinstance(value, Money) else formats.percent(value, language())
        url = extra.explanation.format(pk=plan.pk, kpi=name)
        lacks = _lacking() if block.lacks(name) else EMPTY
        bad = " text-bad" if not isinstance(value, Money) and value < BEHIND else ""
        full = formats.money(value, language()) if isinstance(value, Money) else text
        return filled(
            '{}<a class="figure-link num{}" href="{}" title="{}" data-explain hx-get="{}" hx-target="#explain-body"'
            ' aria-haspopup="dialog">{}</a>',
            lacks, bad, url, full, url, text,
        )  # fmt: skip

    return Cell(raw, html)


def _bar(plan: Plan, extra: _Extra) -> SafeString:
    values = extra.figures[plan.pk].values
    return pieces.bar(values["won"], values["forecast"], plan.target)


def _lacking() -> SafeString:
    words = _("Some revenue is left out: its exchange rate is not known")
    return filled('<span class="text-bad" title="{}">{}</span> ', words, pieces.icon("triangle-alert", "s", words))


def _period(plan: Plan, _extra: _Extra) -> str:
    return formats.period_in_list(plan.start_date, plan.end_date, language())


def _choice(name: str, words: Any) -> Cell:
    return Cell(lambda record, _extra: str(words(getattr(record, name)).label))


def _plain(name: str) -> Cell:
    return Cell(lambda record, _extra: getattr(record, name))


def _form(request: WorkspaceRequest, record: Plan | None, wrap: Callable[[Any], Any]) -> PlanForm:
    data = request.POST if request.method == "POST" else None
    today = clock.today(request.user.time_zone)
    form: PlanForm = wrap(PlanForm)(data, viewer=request.viewer, today=today, record=record)
    return form


def _change(plan: Plan, viewer: Member, fields: Mapping[str, Any], seen: int | None) -> Plan:
    return change_plan(plan=plan, viewer=viewer, fields=fields, seen=seen)


def _change_many(plans: QuerySet[Any], viewer: Member, fields: Mapping[str, Any]) -> Outcome:
    return change_many(grid=PLANS, rows=plans, viewer=viewer, fields=fields)


def frame(request: WorkspaceRequest) -> dict[str, Any]:
    return {"may_create": may_here(request.viewer, "plan.create"), "search_words": _("Plan or account")}


LISTING = Listing(
    grid=PLANS,
    rows=plan_rows,
    title=gettext_lazy("Plans"),
    template="plans/list.html",
    foot_at_once=100,  # every plan's figures are added up for it
    first_rows=25,
    counted=lambda count: ngettext("%(shown)s plan", "%(shown)s plans", count) % {"shown": count_text(count)},
    prepare=_prepare,
    name=lambda plan, extra: f"{_account_name(plan, extra)} {plan.name}".strip(),
    form=_form,
    change=_change,
    change_many=_change_many,
    frame=frame,
    cells={
        "account": Cell(_account_name, _title),
        "name": _plain("name"),
        "owner": Cell(
            lambda plan, _extra: plan.owner.name if plan.owner else "",
            lambda plan, _extra: person(plan.owner.name if plan.owner else None),
        ),
        "period": Cell(_period, _period, in_files=("start_date", "end_date")),
        "status": Cell(
            lambda plan, _extra: str(PlanStatus(plan.status).label),
            lambda plan, _extra: pieces.chip(PlanStatus(plan.status).label, STATUS_TONES[PlanStatus(plan.status)]),
        ),
        "target": Cell(
            lambda plan, _extra: None if plan.target is None else Money(plan.target, plan.currency),
            lambda plan, _extra: (
                "" if plan.target is None else formats.money_compact(Money(plan.target, plan.currency), language())
            ),
        ),
        "bar": Cell(lambda _plan, _extra: None, _bar),
        **{name: _figure(name) for name in _SPAN},
        "type": _choice("type", PlanType),
        "review_frequency": _choice("review_frequency", ReviewFrequency),
        "revenue_source": _choice("revenue_source", RevenueSource),
        "active": Cell(lambda plan, _extra: plan.v_active),
        **{name: _plain(name) for name in ("start_date", "end_date", "team_key", "currency")},
    },
)
