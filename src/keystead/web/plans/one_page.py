"""The plan on one sheet of paper: the very figures of the screen, in the reader's language, into the document's values."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base import clock
from keystead.base.money import Money
from keystead.data.plans.items import Action, Objective, ObjectiveStatus, SwotItem
from keystead.data.plans.models import Plan, PlanStatus
from keystead.documents.one_page import PAPERS, one_page_pdf
from keystead.documents.values import (
    ActionRow,
    Chip,
    Fact,
    Footer,
    KpiLine,
    ObjectiveRow,
    OnePage,
    StreamRow,
    SwotBlock,
    TargetBar,
)
from keystead.domain.plans.approval import has_frozen_rates
from keystead.domain.plans.kpis import PlanFigures
from keystead.domain.plans.progress import ObjectiveProgress
from keystead.domain.plans.streams import Stream, figures_and_streams
from keystead.web.plans import figures as shown
from keystead.web.plans.one_page_labels import labels
from keystead.web.plans.overview import actions_of, objectives_of, progress_of
from keystead.web.plans.page import find_plan
from keystead.web.plans.words import OBJECTIVE_TONES, STATUS_TONES, count_text, language, local_moment, rates_sentence
from keystead.web.portfolio.cells import short_segment
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats
from keystead.web.templatetags.plans import measure_words


@require_GET
def one_page(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """`?paper=a4` or `letter`; A4 unless said otherwise."""
    paper: Any = request.GET.get("paper", "a4")
    if paper not in PAPERS:
        return HttpResponseBadRequest(_("The paper is a4 or letter."), content_type="text/plain; charset=utf-8")
    plan = find_plan(request, pk)
    pdf = one_page_pdf(page_of(request, plan), paper=paper)
    name = f"{slugify(f'{plan.account.name} {plan.name}')[:80] or 'plan'}.pdf"
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def page_of(request: WorkspaceRequest, plan: Plan) -> OnePage:
    """All that stands on the sheet, computed at one instant, which it prints."""
    at, today = clock.now(), clock.today(request.user.time_zone)
    block, found = figures_and_streams(plan=plan, viewer=request.viewer, at=at, today=today)
    objectives, actions = list(objectives_of(plan, request.viewer)), list(actions_of(plan))
    progress = progress_of(plan, objectives, actions, block, today)
    account = plan.account
    return OnePage(
        language={"pt-br": "pt-BR"}.get(language(), language()),
        labels=labels(),
        as_of_at=timezone.localtime(at),
        workspace=request.workspace.name,
        account=account.name,
        plan=plan.name,
        period=formats.period(plan.start_date, plan.end_date, language()),
        owner=plan.owner.name if plan.owner else "",
        status=Chip(str(PlanStatus(plan.status).label), _tone(STATUS_TONES[PlanStatus(plan.status)])),
        footer=_footer(request, plan, block, at),
        segment_now=short_segment(account.segment_current),
        segment_target=short_segment(account.segment_target),
        facts=_facts(plan),
        overview=(Fact(_("Summary"), plan.summary),) if plan.summary else (),
        swot=_swot(plan),
        headline=tuple(_kpi(block, kpi) for kpi in shown.HEADLINE),
        details=tuple(_kpi(block, kpi) for kpi in shown.DETAILS),
        bar=_bar(block),
        streams=tuple(_stream(each, plan.currency) for each in found.lines),
        streams_total=_stream(found.total, plan.currency, name=_("Together")) if found.lines else None,
        objectives=tuple(_objective(each, plan) for each in progress if each.objective.status == ObjectiveStatus.ACTIVE),
        actions=tuple(_action(each, today) for each in _next(actions, today)),
    )


def _tone(name: str) -> Any:
    return "plain" if name in ("", "hatched") else name


def _facts(plan: Plan) -> tuple[Fact, ...]:
    account = plan.account
    given = (
        (_("Type"), plan.get_type_display()),
        (_("Industry"), account.industry),
        (_("Country"), account.country),
        (_("Employees"), count_text(account.employees) if account.employees else ""),
        (_("Website"), account.website),
        (_("Team"), plan.team_key),
        (_("Reviews"), plan.get_review_frequency_display()),
        (_("Prepared"), formats.day(plan.prepared_date, language()) if plan.prepared_date else ""),
    )
    return tuple(Fact(label, str(value)) for label, value in given if value)


def _swot(plan: Plan) -> SwotBlock:
    """Most important first; our relationship before the other lenses, which are named: a rival's strength is not ours."""
    items = sorted(
        SwotItem.objects.filter(plan=plan), key=lambda item: (item.lens != SwotItem.Lens.RELATIONSHIP, -item.importance)
    )
    texts = {quadrant: tuple(_swot_text(item) for item in items if item.quadrant == quadrant) for quadrant in SwotItem.Quadrant}
    return SwotBlock(*(texts[quadrant] for quadrant in SwotItem.Quadrant))


def _swot_text(item: SwotItem) -> str:
    if item.lens == SwotItem.Lens.RELATIONSHIP:
        return item.text
    return f"{item.competitor or item.get_lens_display()}: {item.text}"


def _kpi(block: PlanFigures, kpi: str) -> KpiLine:
    each = shown.shown(block, kpi)
    return KpiLine(each.label, each.full or "—", each.sub, _tone(each.tone))


def _bar(block: PlanFigures) -> TargetBar:
    zero = Decimal(0)
    values = block.values
    return TargetBar.of(
        target=values["target"],
        won=values["won"] or zero,
        pipeline=values["pipeline"] or zero,
        weighted=values["weighted_pipeline"] or zero,
    )


def _stream(stream: Stream, currency: str, name: str = "") -> StreamRow:
    amounts = (stream.last_year, stream.won, stream.pipeline, stream.forecast)
    texts = [formats.money_compact(Money(amount, currency).rounded(), language()) for amount in amounts]
    return StreamRow(name or stream.name or _("No product"), *texts)


def _objective(each: ObjectiveProgress, plan: Plan) -> ObjectiveRow:
    item: Objective = each.objective
    status = Chip(str(ObjectiveStatus(item.status).label), _tone(OBJECTIVE_TONES[ObjectiveStatus(item.status)]))
    if each.is_behind:
        status = Chip(_("Late") if each.is_late else _("Behind"), "warn")
    progress = None if each.attainment is None else float(min(max(each.attainment, Decimal(0)), Decimal(1)))
    text = ""
    if each.measures and each.measures[0].current is not None:
        first = each.measures[0]
        text = measure_words(first.current, first.measure, plan.currency)
        if first.measure.target is not None:
            text += f" → {measure_words(first.measure.target, first.measure, plan.currency)}"
    elif each.attainment is not None:
        text = formats.percent(each.attainment, language())
    due = formats.day_in_list(item.target_date, language()) if item.target_date else ""
    return ObjectiveRow(item.title, item.owner.name if item.owner else "", due, status, progress, text, each.is_late)


def _next(actions: Iterable[Action], today: date) -> list[Action]:
    """Open ones with a day, the most urgent first, then those without one."""
    is_open = [action for action in actions if action.status in Action.OPEN]
    return sorted(is_open, key=lambda action: (action.due_date is None, action.due_date or today))


def _action(action: Action, today: date) -> ActionRow:
    is_late = action.due_date is not None and action.due_date < today
    due = formats.day_short(action.due_date, language()) if action.due_date else ""
    return ActionRow(action.title, action.owner.name if action.owner else "", due, is_late)


def _footer(request: WorkspaceRequest, plan: Plan, block: PlanFigures, at: Any) -> Footer:
    return Footer(
        as_of=_("As of %(moment)s, seen by %(name)s") % {"moment": local_moment(at), "name": request.viewer.name},
        definitions=_("Forecast = won + pipeline; variance = forecast − target; coverage = pipeline ÷ gap"),
        rates=_rates(plan),
        hidden=shown.hidden_note(block, is_included=request.workspace.totals_include_hidden),
        missing_rates=tuple(shown.missing_sentences(block)),
    )


def _rates(plan: Plan) -> str:
    return rates_sentence(plan.rate_policy, is_frozen=has_frozen_rates(plan))
